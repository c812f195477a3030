use sha2::{Digest, Sha256};
use soroban_sdk::{xdr::ToXdr, BytesN, Val};
use tributary_common::interfaces::treasury::{Action, Policy, Proposal, Status, TreasuryError};
use tributary_tests::env::{
    community::{Community, DAY, OPERATING},
    pool::ONE,
    sign::{assert_refused, assert_unauthorized},
};
use tributary_treasury::event::{Cancelled, Executed, Proposed, Vetoed};

#[test]
fn propose_makes_public_what_the_council_wants() {
    let community = Community::new();
    let action = community.grant(&community.founder, ONE);
    let id = community.propose_as(&community.council, 5, action.clone()).expect("a proposal");
    let now = community.now();
    let (ready_at, expires_at) = (now + 3 * DAY, now + 10 * DAY);
    let council = community.council.clone();
    let proposed = Proposed {
        id: id.clone(),
        council: council.clone(),
        action: action.clone(),
        ready_at,
        expires_at,
    };
    assert_eq!(community.told(), [community.event(proposed)]);
    // The id as anyone computes it.
    let identity =
        (community.treasury.address.clone(), 5u64, action.clone()).to_xdr(&community.env);
    let bytes: std::vec::Vec<u8> = identity.iter().collect();
    assert_eq!(id.to_array(), <[u8; 32]>::from(Sha256::digest(bytes)));
    let status = Status::Pending;
    let expected =
        Proposal { action: action.clone(), proposed_at: now, ready_at, expires_at, status };
    assert_eq!(community.treasury.proposal(&id), expected);
    assert_refused(&community.env, TreasuryError::DuplicateProposal, || {
        community.propose_as(&community.council, 5, action.clone())
    });
    let again = community.propose_as(&community.council, 6, action).expect("another nonce");
    assert_ne!(again, id);
}

#[test]
fn propose_and_cancel_are_the_councils_and_veto_is_the_guardians() {
    let community = Community::new();
    let action = community.grant(&community.founder, ONE);
    let propose = community.to_treasury("propose", (1u64, action.clone()));
    assert_unauthorized(&community.env, "nobody", || community.unsigned::<Val>(&propose));
    for who in [&community.guardian, &community.founder, &community.admin] {
        assert_unauthorized(&community.env, "another", || community.signed::<Val>(who, &propose));
    }
    let other = community.to_treasury("propose", (2u64, action));
    assert_unauthorized(&community.env, "another nonce", || {
        propose.signed_by::<Val, _>(&community.env, &[(&community.council, &other)])
    });
    let id: BytesN<32> = community.signed(&community.council, &propose).expect("a proposal");
    let cancel = community.to_treasury("cancel", (id.clone(),));
    let veto = community.to_treasury("veto", (id.clone(),));
    for call in [&cancel, &veto] {
        assert_unauthorized(&community.env, "nobody", || community.unsigned::<Val>(call));
    }
    for who in [&community.guardian, &community.founder, &community.admin] {
        assert_unauthorized(&community.env, "another", || community.signed::<Val>(who, &cancel));
    }
    for who in [&community.council, &community.founder, &community.admin] {
        assert_unauthorized(&community.env, "another", || community.signed::<Val>(who, &veto));
    }
}

#[test]
fn execute_works_from_the_end_of_the_delay_to_the_end_of_the_grace() {
    let community = Community::new();
    for (passed, error) in [
        (0, Some(TreasuryError::DelayNotOver)),
        (3 * DAY - 1, Some(TreasuryError::DelayNotOver)),
        (3 * DAY, None),
        (10 * DAY, None),
        (10 * DAY + 1, Some(TreasuryError::ProposalExpired)),
    ] {
        let to = community.user(&[]);
        community.close(1);
        let id = community.propose(community.grant(&to, ONE)).expect("a proposal");
        community.wait(1, passed);
        match error {
            Some(error) => assert_refused(&community.env, error, || community.execute(&id)),
            None => {
                community.execute(&id).expect("its time");
                assert_eq!(community.told(), [community.event(Executed { id: id.clone() })]);
                assert_eq!(community.balance(&community.token, &to), ONE);
                assert_eq!(community.treasury.proposal(&id).status, Status::Executed);
                assert_refused(&community.env, TreasuryError::AlreadyExecuted, || {
                    community.execute(&id)
                });
                assert_eq!(community.balance(&community.token, &to), ONE);
            }
        }
    }
}

/// Days that each action is public, and that nothing shortens them.
#[test]
fn execute_waits_three_days_or_seven_where_protection_is_loosened() {
    let community = Community::new();
    let policy = Policy { budget_bps: 101, ..community.treasury.policy() };
    let leg = || tributary_common::interfaces::offers::Leg {
        token: community.token.clone(),
        amount: ONE,
    };
    let removal = tributary_common::interfaces::treasury::Removal {
        pool: community.pool.address.clone(),
        shares: ONE,
        min_tft: 0,
        min_token: 0,
    };
    let liquidity = tributary_common::interfaces::treasury::Liquidity {
        pool: community.pool.address.clone(),
        tft: ONE,
        token: ONE,
        min_tft: 0,
        min_token: 0,
    };
    let terms = tributary_common::interfaces::offers::OfferTerms {
        sell_token: community.token.clone(),
        sell_amount: ONE,
        buy_token: community.tft.clone(),
        price: tributary_common::interfaces::offers::OfferPrice::Fixed(
            tributary_common::price::Fraction { num: 1, den: 1 },
        ),
        min_fill: 1,
        expires_at: community.now() + 60 * DAY,
        taker: None,
        proceeds_to: community.treasury.address.clone(),
    };
    let sale = tributary_common::interfaces::treasury::Sale { nonce: 1, terms };
    for (action, days) in [
        (community.grant(&community.founder, ONE), 3),
        (Action::Release(leg()), 3),
        (Action::Burn(leg()), 3),
        (Action::AddLiquidity(liquidity), 3),
        (Action::RemoveLiquidity(removal), 3),
        (Action::PostOffer(sale), 3),
        (Action::CancelOffer(community.no_id()), 0),
        (Action::SetPolicy(policy), 7),
        (Action::SetCouncil(community.founder.clone()), 7),
    ] {
        let id = community.propose(action).expect("a proposal");
        let proposal = community.treasury.proposal(&id);
        assert_eq!(proposal.ready_at, community.now() + days * DAY);
        assert_eq!(proposal.expires_at, proposal.ready_at + 7 * DAY);
        if days > 0 {
            assert_refused(&community.env, TreasuryError::DelayNotOver, || community.execute(&id));
        }
    }
}

#[test]
fn a_vetoed_or_cancelled_proposal_is_never_executed() {
    let community = Community::new();
    let end = |function, who| {
        community.close(1);
        let id = community.propose(community.grant(&community.founder, ONE)).expect("a proposal");
        let call = community.to_treasury(function, (id.clone(),));
        community.days(4);
        community.signed::<()>(who, &call).expect("ended");
        (id, community.told(), call)
    };
    let (id, told, again) = end("veto", &community.guardian);
    assert_eq!(told, [community.event(Vetoed { id: id.clone() })]);
    assert_eq!(community.treasury.proposal(&id).status, Status::Vetoed);
    assert_refused(&community.env, TreasuryError::ProposalVetoed, || community.execute(&id));
    assert_refused(&community.env, TreasuryError::ProposalVetoed, || {
        community.signed::<()>(&community.guardian, &again)
    });
    // Nor can the same be proposed as if nothing had been.
    let (id, told, again) = end("cancel", &community.council);
    assert_eq!(told, [community.event(Cancelled { id: id.clone() })]);
    assert_eq!(community.treasury.proposal(&id).status, Status::Cancelled);
    assert_refused(&community.env, TreasuryError::ProposalCancelled, || community.execute(&id));
    assert_refused(&community.env, TreasuryError::ProposalCancelled, || {
        community.signed::<()>(&community.council, &again)
    });
    assert_eq!(community.books(&community.token).operating, OPERATING);
}

#[test]
fn an_executed_proposal_can_be_neither_vetoed_nor_cancelled() {
    let community = Community::new();
    let id = community.propose(community.grant(&community.founder, ONE)).expect("a proposal");
    community.days(3);
    community.execute(&id).expect("executed");
    for (function, who) in [("veto", &community.guardian), ("cancel", &community.council)] {
        let call = community.to_treasury(function, (id.clone(),));
        assert_refused(&community.env, TreasuryError::AlreadyExecuted, || {
            community.signed::<()>(who, &call)
        });
    }
}

#[test]
fn an_unknown_proposal_is_refused_everywhere() {
    let community = Community::new();
    let id = community.no_id();
    assert_refused(&community.env, TreasuryError::UnknownProposal, || community.execute(&id));
    for (function, who) in [("veto", &community.guardian), ("cancel", &community.council)] {
        let call = community.to_treasury(function, (id.clone(),));
        assert_refused(&community.env, TreasuryError::UnknownProposal, || {
            community.signed::<()>(who, &call)
        });
    }
    let asked = community.treasury.try_proposal(&id);
    assert_eq!(asked, Err(Ok(TreasuryError::UnknownProposal)));
}

/// A proposal that fails at its time can be executed later, within its grace.
#[test]
fn a_failed_execution_leaves_the_proposal_pending() {
    let community = Community::new();
    let id = community.propose(community.grant(&community.founder, OPERATING + 1));
    let id = id.expect("a proposal");
    community.days(3);
    assert_refused(&community.env, TreasuryError::InsufficientOperating, || community.execute(&id));
    assert_eq!(community.treasury.proposal(&id).status, Status::Pending);
    community.give(&community.token, &community.treasury.address, 1);
    community.execute(&id).expect("now it has enough");
}

#[test]
fn a_new_council_takes_office_by_its_own_signature() {
    let community = Community::new();
    let heir = community.user(&[]);
    let left_over = community.propose(community.grant(&community.founder, ONE)).expect("one");
    let id = community.propose(Action::SetCouncil(heir.clone())).expect("a proposal");
    community.days(7);
    let call = community.to_treasury("execute", (id.clone(),));
    assert_unauthorized(&community.env, "nobody", || community.unsigned::<Val>(&call));
    for who in [&community.council, &community.guardian] {
        assert_unauthorized(&community.env, "another", || community.signed::<Val>(who, &call));
    }
    community.signed::<()>(&heir, &call).expect("in office");
    assert_eq!(community.treasury.config().council, heir);
    // What the former council proposed is void, even where its time has come.
    assert_refused(&community.env, TreasuryError::FormerCouncil, || community.execute(&left_over));
    let propose = community.to_treasury("propose", (9u64, community.grant(&heir, ONE)));
    assert_unauthorized(&community.env, "the former council", || {
        community.signed::<Val>(&community.council, &propose)
    });
    // What is proposed in the very second counts as before it.
    let early: BytesN<32> = community.signed(&heir, &propose).expect("the new council");
    let back = Action::SetCouncil(community.council.clone());
    let back = community.propose_as(&heir, 10, back).expect("a proposal");
    community.close(1);
    let id = community.propose_as(&heir, 11, community.grant(&heir, ONE)).expect("a proposal");
    let back_again = Action::SetCouncil(community.council.clone());
    let back_again = community.propose_as(&heir, 12, back_again).expect("a proposal");
    community.days(7);
    assert_refused(&community.env, TreasuryError::FormerCouncil, || community.execute(&early));
    assert_refused(&community.env, TreasuryError::FormerCouncil, || community.execute(&back));
    community.execute(&id).expect("the new council's");
    // Back in office the first council finds nothing of its own alive.
    let call = community.to_treasury("execute", (back_again,));
    community.signed::<()>(&community.council, &call).expect("in office");
    assert_refused(&community.env, TreasuryError::FormerCouncil, || community.execute(&left_over));
}
