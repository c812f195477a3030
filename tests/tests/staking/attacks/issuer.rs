//! What the issuer of TFT can do.

use tributary_common::interfaces::staking::{StakingClient, StakingError};
use tributary_tests::{
    env::{
        pool::ONE,
        sign::assert_refused,
        stakes::{Stakes, WEEK},
    },
    ledger::suite::MIN_BOND,
    wasm::contract,
};

use super::{assert_close, claim, claim_commission, complete, purse, undelegate, unstake, LEAVING};

#[test]
fn a_frozen_staker_is_paid_once_she_is_free_and_blocks_nobody() {
    let stakes = Stakes::new();
    let validator = stakes.validator(1_000);
    let [frozen, other] = [(); 2].map(|()| stakes.delegated(1_000 * ONE, WEEK, &validator));
    stakes.notify(700 * ONE).expect("notified");
    undelegate(&stakes, &frozen);
    stakes.pass(WEEK);
    for who in [&frozen.0, &validator] {
        stakes.set_authorized(&stakes.tft, who, false);
    }
    for call in ["claim", "unstake"] {
        assert!(stakes.own::<i128>(call, &frozen).is_err(), "{call}");
    }
    assert!(claim_commission(&stakes, &validator).is_err());
    // What pays nobody goes on, for her and for others, and neither escapes a slash.
    stakes.any::<()>("expire", &frozen).expect("expired");
    claim(&stakes, &other).expect("paid");
    assert_eq!(stakes.slash(&validator, 1_000), 210 * ONE);
    undelegate(&stakes, &other);
    stakes.pass(LEAVING);
    complete(&stakes, &frozen).expect("no transfer");
    assert_eq!(unstake(&stakes, &other), Ok(900 * ONE));
    assert!(unstake(&stakes, &frozen).is_err());
    stakes.set_authorized(&stakes.tft, &frozen.0, true);
    assert_eq!(unstake(&stakes, &frozen), Ok(900 * ONE));
    assert_eq!(stakes.spare(), 0);
}

#[test]
fn a_frozen_treasury_blocks_no_exit_and_only_its_own_slash() {
    let stakes = Stakes::new();
    let validator = stakes.validator(1_000);
    let stays = stakes.delegated(1_000 * ONE, 0, &validator);
    let leaves = stakes.delegated(1_000 * ONE, 0, &validator);
    undelegate(&stakes, &leaves);
    stakes.notify(700 * ONE).expect("notified");
    stakes.give(&stakes.tft, &stakes.treasury.address, ONE);
    stakes.pass(3 * WEEK);
    let slash = stakes.propose(&validator, 1_000).expect("proposed");
    stakes.pass(WEEK);
    stakes.set_authorized(&stakes.tft, &stakes.treasury.address, false);
    let before = (stakes.at(&validator), stakes.staking.state());
    assert!(stakes.execute(slash).is_err());
    assert_eq!((stakes.at(&validator), stakes.staking.state()), before);
    claim(&stakes, &stays).expect("paid");
    assert_eq!(unstake(&stakes, &leaves), Ok(900 * ONE));
    undelegate(&stakes, &stays);
    // Free again within its week, the slash takes what it would have.
    stakes.set_authorized(&stakes.tft, &stakes.treasury.address, true);
    stakes.pass(WEEK);
    assert_eq!(stakes.execute(slash), Ok((1_000 * ONE + 1_000 * ONE + MIN_BOND) / 10));
    stakes.pass(3 * WEEK);
    assert_eq!(unstake(&stakes, &stays), Ok(900 * ONE));
    assert_refused(&stakes.env, StakingError::NothingStaked, || unstake(&stakes, &leaves));
    assert_eq!(stakes.spare(), 0);
}

#[test]
fn no_exit_needs_the_treasury_to_exist() {
    let mut stakes = Stakes::new();
    let nowhere = stakes.user(&[]);
    let args = (&stakes.tft, &nowhere, &stakes.guardian, MIN_BOND);
    let staking = stakes.env.register(contract("staking").as_slice(), args);
    stakes.staking = StakingClient::new(&stakes.env, &staking);
    let validator = stakes.validator(1_000);
    let stake = stakes.delegated(1_000 * ONE, 0, &validator);
    stakes.notify(700 * ONE).expect("notified");
    stakes.pass(WEEK);
    assert!(stakes.propose(&validator, 1).is_err());
    undelegate(&stakes, &stake);
    stakes.pass(LEAVING);
    claim(&stakes, &stake).expect("paid");
    claim_commission(&stakes, &validator).expect("paid");
    assert_eq!(unstake(&stakes, &stake), Ok(1_000 * ONE));
}

#[test]
fn frozen_staking_loses_nothing_and_goes_on_where_no_token_moves() {
    let stakes = Stakes::new();
    let validator = stakes.validator(0);
    let stake = stakes.delegated(1_000 * ONE, 0, &validator);
    stakes.notify(700 * ONE).expect("notified");
    stakes.pass(WEEK);
    let staking = stakes.staking.address.clone();
    stakes.set_authorized(&stakes.tft, &staking, false);
    let before = stakes.position(&stake);
    assert!(claim(&stakes, &stake).is_err());
    assert!(stakes.notify(ONE).is_err());
    assert_eq!(stakes.position(&stake), before);
    undelegate(&stakes, &stake);
    stakes.pass(LEAVING);
    complete(&stakes, &stake).expect("no transfer");
    assert!(unstake(&stakes, &stake).is_err());
    stakes.set_authorized(&stakes.tft, &staking, true);
    assert_eq!(claim(&stakes, &stake), Ok(before.claimable));
    assert_eq!(unstake(&stakes, &stake), Ok(1_000 * ONE));
}

/// Four exits after a clawback of 40 %, in this order.
fn after_clawback(order: [usize; 4]) -> [i128; 4] {
    let stakes = Stakes::new();
    let validator = stakes.validator_with(1_000 * ONE, 2_000);
    let left = stakes.delegated(1_000 * ONE, 0, &validator);
    let free = stakes.stake(1_000 * ONE, 0);
    let earner = stakes.delegated(1_000 * ONE, 0, &validator);
    undelegate(&stakes, &left);
    stakes.notify(700 * ONE).expect("notified");
    stakes.pass(LEAVING);
    let balance = purse(&stakes, &stakes.staking.address);
    stakes.claw_back(&stakes.tft, &stakes.staking.address, balance * 2 / 5);
    let mut paid = [0; 4];
    for exit in order {
        paid[exit] = match exit {
            0 => unstake(&stakes, &left),
            1 => unstake(&stakes, &free),
            2 => claim(&stakes, &earner),
            _ => claim_commission(&stakes, &validator),
        }
        .expect("paid");
    }
    paid
}

#[test]
fn a_clawback_is_shared_by_all_that_staking_owes_in_whatever_order() {
    let first = after_clawback([0, 1, 2, 3]);
    assert_eq!(first[..2], [600 * ONE; 2]);
    // A weight of 4 000 with the validator, of 1 000 without; a fifth is commission.
    assert_close("claimed", first[2], 700 * ONE * 2 / 5 * 4 / 5 * 3 / 5, 2);
    for order in [[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1], [0, 3, 1, 2], [1, 3, 2, 0]] {
        for (paid, expected) in after_clawback(order).into_iter().zip(first) {
            assert_close("in another order", paid, expected, 4);
        }
    }
}

#[test]
fn in_deficit_nobody_adds_and_nobody_pays_for_what_was_taken_from_others() {
    let stakes = Stakes::new();
    let env = &stakes.env;
    let validator = stakes.validator(0);
    let stake = stakes.delegated(1_000 * ONE, 0, &validator);
    let other = stakes.stake(1_000 * ONE, 0);
    stakes.notify(700 * ONE).expect("notified");
    stakes.pass(WEEK);
    stakes.claw_back(&stakes.tft, &stakes.staking.address, 1);
    let newcomer = stakes.user(&[(&stakes.tft, 1_000 * ONE)]);
    let refused = || {
        let stake = || stakes.stake_as(&newcomer, 1_000 * ONE, 0);
        assert_refused(env, StakingError::Deficit, stake);
        let args = (&newcomer, 1_000 * ONE);
        let notify = stakes.paying(&newcomer, 1_000 * ONE, "notify", args);
        assert_refused(env, StakingError::Deficit, || stakes.signed::<u64>(&newcomer, &notify));
    };
    refused();
    // What moves no token goes on.
    undelegate(&stakes, &stake);
    // Whoever leaves bears her part, and the rest is short as before.
    assert_eq!(unstake(&stakes, &other), Ok(1_000 * ONE - 1));
    stakes.claw_back(&stakes.tft, &stakes.staking.address, 500 * ONE);
    refused();
    // Made whole by whoever likes, everybody has everything.
    let missing = -stakes.spare();
    stakes.give(&stakes.tft, &stakes.staking.address, missing - 1);
    refused();
    stakes.give(&stakes.tft, &stakes.staking.address, 1);
    assert_eq!(stakes.spare(), 0);
    stakes.stake_as(&newcomer, 1_000 * ONE, 0).expect("staked");
    stakes.pass(LEAVING);
    assert_eq!(unstake(&stakes, &stake), Ok(1_000 * ONE));
    claim(&stakes, &stake).expect("paid");
    assert_eq!(stakes.spare(), 0);
}

#[test]
fn a_slash_in_deficit_takes_no_more_than_its_part() {
    let stakes = Stakes::new();
    let validator = stakes.validator_with(1_000 * ONE, 0);
    let other = stakes.stake(1_000 * ONE, 0);
    let slash = stakes.propose(&validator, 3_000).expect("proposed");
    stakes.pass(WEEK);
    stakes.claw_back(&stakes.tft, &stakes.staking.address, 1_000 * ONE);
    assert_eq!(stakes.execute(slash), Ok(300 * ONE));
    // Half of what was slashed is there: half of that is burned.
    assert_eq!(stakes.treasury.books(&stakes.tft).protection, 75 * ONE);
    assert_eq!(purse(&stakes, &stakes.staking.address), 850 * ONE);
    assert_eq!(unstake(&stakes, &other), Ok(500 * ONE));
    undelegate(&stakes, &(validator.clone(), 0));
    stakes.pass(LEAVING);
    assert_eq!(unstake(&stakes, &(validator.clone(), 0)), Ok(350 * ONE));
    assert_eq!(purse(&stakes, &stakes.staking.address), 0);
}

#[test]
fn with_nothing_left_no_claim_is_lost() {
    let stakes = Stakes::new();
    let validator = stakes.validator(0);
    let stake = stakes.stake(1_000 * ONE, 0);
    stakes.notify(700 * ONE).expect("notified");
    stakes.pass(WEEK);
    let slash = stakes.propose(&validator, 3_000).expect("proposed");
    stakes.pass(WEEK);
    let all = purse(&stakes, &stakes.staking.address);
    stakes.claw_back(&stakes.tft, &stakes.staking.address, all);
    let earned = stakes.position(&stake).claimable;
    assert_refused(&stakes.env, StakingError::Deficit, || unstake(&stakes, &stake));
    assert_refused(&stakes.env, StakingError::Deficit, || claim(&stakes, &stake));
    assert_eq!(stakes.execute(slash), Ok(MIN_BOND * 3 / 10));
    stakes.give(&stakes.tft, &stakes.staking.address, all - MIN_BOND * 3 / 10);
    assert_eq!(unstake(&stakes, &stake), Ok(1_000 * ONE));
    assert_eq!(claim(&stakes, &stake), Ok(earned));
    assert_eq!(stakes.spare(), 0);
}
