use tributary_common::interfaces::staking::{
    Place, Position, SlashStatus, StakingError, StakingState, Validator,
};
use tributary_tests::env::{
    pool::ONE,
    stakes::{Stakes, DAY, WEEK, YEAR},
};

use crate::{assert_part, staked, update, weight, UNBONDING};

#[test]
fn views_of_what_is_not_there_say_so() {
    let s = Stakes::new();
    let nobody = s.user(&[]);
    assert_eq!(s.staking.positions(&nobody), 0);
    assert_eq!(s.staking.last_validator(), None);
    let position = s.staking.try_position(&nobody, &0);
    assert_eq!(position, Err(Ok(StakingError::UnknownPosition)));
    let (owner, _) = s.stake(ONE, 0);
    let position = s.staking.try_position(&owner, &1);
    assert_eq!(position, Err(Ok(StakingError::UnknownPosition)));
    let validator = s.staking.try_validator(&owner);
    assert_eq!(validator, Err(Ok(StakingError::UnknownValidator)));
    for slash in [0, 1] {
        assert_eq!(s.staking.try_slash(&slash), Err(Ok(StakingError::UnknownSlash)));
    }
}

#[test]
fn views_count_up_to_now_and_change_nothing() {
    let s = Stakes::new();
    let v = s.validator(1_000);
    let (with, apart) = (s.delegated(100 * ONE, DAY, &v), s.stake(100 * ONE, 0));
    update(&s, &v, 1_050).expect("announced");
    s.pass(UNBONDING);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK / 2);
    let ledger = s.env.to_ledger_snapshot().ledger_entries;
    // Bond and delegator count twice, and the lock up to the next call.
    let of_validator = 2 * (weight(100 * ONE, 0) + weight(100 * ONE, DAY));
    let total = of_validator + weight(100 * ONE, 0);
    let state = s.staking.state();
    assert_eq!((state.weight, state.remaining, state.rewards), (total, 350 * ONE, 700 * ONE));
    assert_part(s.at(&v).claimable, 350 * ONE, of_validator, 10 * total);
    assert_part(s.position(&apart).claimable, 350 * ONE, weight(100 * ONE, 0), total);
    let its = 2 * weight(100 * ONE, DAY) * 90;
    assert_part(s.position(&with).claimable, 350 * ONE, its, 100 * total);
    // As the next call will find them: with the lock over, at the new commission.
    assert_eq!((s.position(&with).lock, s.position(&with).weight), (0, weight(100 * ONE, 0)));
    assert_eq!((s.at(&v).commission_bps, s.at(&v).next_commission_at), (1_050, 0));
    assert_eq!(s.at(&v).weight, of_validator);
    assert!(ledger == s.env.to_ledger_snapshot().ledger_entries);
}

#[test]
fn state_adds_up_what_is_staked_wherever_it_is() {
    let s = Stakes::new();
    let v = s.validator(0);
    s.delegated(20 * ONE, 0, &v);
    let (leaving, gone) = (s.delegated(30 * ONE, 0, &v), s.stake(5 * ONE, 0));
    s.stake(40 * ONE, YEAR);
    s.own::<u64>("undelegate", &leaving).expect("leaving");
    s.own::<i128>("unstake", &gone).expect("paid back");
    let counted = 2 * weight(120 * ONE, 0) + weight(40 * ONE, YEAR);
    let expected = StakingState {
        tft: s.tft.clone(),
        treasury: s.treasury.address.clone(),
        guardian: s.guardian.clone(),
        min_bond: 100 * ONE,
        staked: 190 * ONE,
        rewards: 0,
        undelegated: 40 * ONE,
        weight: counted,
        reward_per_weight: 0,
        remaining: 0,
        ends_at: 0,
        slashes: 0,
    };
    assert_eq!(s.staking.state(), expected);
    // In parts of 2⁹² for each unit of weight, rounded down.
    s.notify(ONE).expect("notified");
    s.pass(WEEK);
    let index = (ONE.unsigned_abs() << 92) / counted;
    assert_eq!(s.staking.state().reward_per_weight, index);
}

#[test]
fn position_tells_where_a_stake_is() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.stake(50 * ONE, DAY);
    let expected = staked(&s, 50 * ONE, DAY);
    assert_eq!(s.position(&stake), expected);
    s.delegate(&stake, &v).expect("delegated");
    let expected = Position { place: Place::Delegated, validator: v.clone(), ..expected };
    assert_eq!(s.position(&stake), expected);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    let unbonding_end = s.now() + UNBONDING;
    let expected = Position { place: Place::Unbonding, weight: 0, unbonding_end, ..expected };
    assert_eq!(s.position(&stake), expected);
    s.pass(UNBONDING);
    s.own::<i128>("unstake", &stake).expect("paid back");
    let expected = Position { place: Place::Unstaked, amount: 0, lock: 0, ..expected };
    assert_eq!(s.position(&stake), expected);
    assert_eq!(s.staking.positions(&stake.0), 1);
}

#[test]
fn slash_and_validator_tell_when_nothing_is_pending_any_more() {
    let s = Stakes::new();
    let v = s.validator(0);
    let before = s.at(&v);
    let slash = s.propose(&v, 100).expect("proposed");
    let proposed = s.staking.slash(&slash);
    s.pass(14 * DAY);
    let expires_at = s.now();
    let pending = Validator { slash, slash_expires_at: expires_at, ..before };
    assert_eq!(s.at(&v), pending);
    s.pass(1);
    // Lapsed, which nobody has to write.
    assert_eq!(s.at(&v), Validator { slash_expires_at: 0, ..pending });
    assert_eq!(s.staking.slash(&slash), proposed);
    assert_eq!((proposed.status, proposed.expires_at), (SlashStatus::Pending, expires_at));
}
