//! The invariants (docs/invariants.md) after every step of random stories, on the release wasm. docs/testing.md says
//! how to read a failure, and how to tell more stories.

use tributary_tests::{
    stories::{factory, offers, pool, router, staking, token, treasury},
    story::{sample, tell, STEPS},
};

#[test]
fn the_pool_keeps_its_promises() {
    tell::<pool::Game>("pool");
}

#[test]
fn the_router_keeps_nothing_and_does_what_it_quotes() {
    tell::<router::Game>("router");
}

#[test]
fn the_factory_knows_what_it_deployed() {
    tell::<factory::Game>("factory");
}

#[test]
fn the_market_owes_what_it_holds() {
    tell::<offers::Game>("offers");
}

#[test]
fn the_supply_is_the_sum_of_balances_within_the_cap() {
    tell::<token::Game>("token");
}

/// That they are worth something: both happen often.
#[test]
fn stories_reach_what_a_token_does_and_refuses() {
    let mut played = [0; 2];
    sample::<token::Game>(200, STEPS, |game| {
        played = [played[0] + game.played[0], played[1] + game.played[1]];
    });
    assert!(played.iter().all(|calls| *calls > 1_500), "{played:?}");
}

#[test]
fn the_treasury_keeps_its_books_and_limits() {
    tell::<treasury::Game>("treasury");
}

/// What the stories are for does happen in them.
#[test]
fn stories_reach_what_the_treasury_does_and_refuses() {
    let mut reached = std::collections::BTreeSet::new();
    sample::<treasury::Game>(200, STEPS, |game| reached.extend(game.reached()));
    for expected in [
        "buyback Ok",
        "buyback Err(Ok(BelowQuarter))",
        "buyback Err(Ok(MeanStale))",
        "buyback Err(Ok(OverBudget))",
        "buyback Err(Ok(OverCallLimit))",
        "buyback Err(Ok(OverDailyLimit))",
        "buyback Err(Ok(TooSoon))",
        "buyback Err(Ok(TwapStale))",
        "execute Grant Ok",
        "execute Release Ok",
        "execute Burn Ok",
        "execute AddLiquidity Ok",
        "execute RemoveLiquidity Ok",
        "execute PostOffer Ok",
        "execute CancelOffer Ok",
        "execute SetPolicy Ok",
        "execute Err(Ok(FormerPolicy))",
        "execute Err(Ok(InsufficientProtected))",
        "execute Err(Ok(OutflowExceeded))",
        "execute Err(Ok(DelayNotOver))",
        "execute Err(Ok(ProposalExpired))",
        "execute Err(Ok(ProposalVetoed))",
        "execute Err(Ok(ProposalCancelled))",
        "execute Err(Ok(AlreadyExecuted))",
        "notify_stakers of Ok",
        "notify_stakers Err(Ok(NothingToNotify))",
    ] {
        assert!(reached.contains(expected), "never: {expected}; {reached:#?}");
    }
}

#[test]
fn staking_pays_what_it_must_and_no_more() {
    tell::<staking::Game>("staking");
}

/// Decades in one contract.
#[test]
fn staking_pays_what_it_must_for_decades() {
    sample::<staking::Game>(8, 400, |_| {});
}

/// What the stories are for does happen in them.
#[test]
fn stories_reach_what_staking_does_and_refuses() {
    let mut reached = std::collections::BTreeSet::new();
    sample::<staking::Game>(200, STEPS, |game| reached.extend(game.reached()));
    for expected in [
        "stakes Ok",
        "extend Ok",
        "expire Ok",
        "delegate Ok",
        "undelegate Ok",
        "complete Ok",
        "unstake Ok",
        "claim Ok",
        "notify Ok",
        "register Ok",
        "takes Ok",
        "commission Ok",
        "propose Ok",
        "execute Ok",
        "Vetoed Ok",
        "Cancelled Ok",
        "withheld Pending",
        "withheld Executed",
        "stakes Err(InvalidAmount)",
        "stakes Err(InvalidLock)",
        "extend Err(LockNotLonger)",
        "extend Err(NothingStaked)",
        "expire Err(Locked)",
        "expire Err(AlreadyExpired)",
        "delegate Err(StillDelegated)",
        "delegate Err(StillUnbonding)",
        "delegate Err(NothingStaked)",
        "delegate Err(UnknownValidator)",
        "delegate Err(SlashPending)",
        "delegate Err(BondTooSmall)",
        "undelegate Err(NotDelegated)",
        "complete Err(NothingUnbonded)",
        "complete Err(StillUnbonding)",
        "unstake Err(Locked)",
        "unstake Err(StillDelegated)",
        "unstake Err(StillUnbonding)",
        "unstake Err(NothingStaked)",
        "register Err(DuplicateValidator)",
        "takes Err(CommissionRise)",
        "propose Err(SlashPending)",
        "propose Err(SlashCapExceeded)",
        "execute Err(NoticeNotOver)",
        "execute Err(SlashLapsed)",
        "execute Err(AlreadyExecuted)",
        "execute Err(SlashVetoed)",
        "execute Err(SlashCancelled)",
    ] {
        assert!(reached.contains(expected), "never: {expected}; {reached:#?}");
    }
}
