//! How much the router swaps before a one-sided deposit, against arbitrary-precision integers.

use num_bigint::BigInt;
use rand::{rngs::StdRng, Rng, SeedableRng};
use tributary_common::{
    math::{mul_div_ceil, MAX_AMOUNT},
    pool::{Pool, Side, Terms},
};
use tributary_router::one_sided::{enter, share};

fn cases() -> u32 {
    match std::env::var("TRIBUTARY_CASES") {
        Ok(cases) => cases.parse().expect("TRIBUTARY_CASES is a number"),
        Err(_) => 1_000_000,
    }
}

/// F·K·s² + 10⁸·B·X·s − 10¹²·A·X, whose positive root is the share.
fn excess(share: &BigInt, reserve: u128, amount: u128, fee: u32, treasury: u32) -> BigInt {
    let kept = BigInt::from(10_000 - fee);
    let both = BigInt::from(20_000 - fee);
    let stays = BigInt::from(100_000_000u64 - u64::from(fee) * u64::from(treasury));
    let (reserve, amount) = (BigInt::from(reserve), BigInt::from(amount));
    &kept * &stays * share * share + BigInt::from(100_000_000u64) * both * &reserve * share
        - BigInt::from(1_000_000_000_000u64) * amount * reserve
}

/// Anything from one unit to what a token can hold.
fn amount(random: &mut StdRng) -> u128 {
    let bits = random.random_range(0..127);
    (random.random_range(0..=u128::MAX) >> 1 >> bits).clamp(1, MAX_AMOUNT)
}

#[test]
fn the_share_is_the_root_rounded_down() {
    let mut random = StdRng::seed_from_u64(3);
    let (mut exact, mut exactly) = (0, 0);
    for _ in 0..cases() {
        let (reserve, amount) = (amount(&mut random), amount(&mut random));
        let (fee, treasury) = (random.random_range(1..=100), random.random_range(0..=3_333));
        let found = share(reserve, amount, fee, treasury);
        let context = format!("{found} of {amount} into {reserve}, {fee} {treasury}");
        assert!(found <= amount, "{context}");
        // Beyond 98 bits the lowest are dropped.
        if reserve.max(amount) >> 98 > 0 {
            continue;
        }
        exact += 1;
        let excess = |share| excess(&BigInt::from(share), reserve, amount, fee, treasury);
        assert!(excess(found) <= BigInt::from(0), "{context}");
        // The two roundings inside cost a ten-thousandth of a unit, now and then the next unit.
        assert!(excess(found + 2) > BigInt::from(0), "{context}");
        exactly += u32::from(excess(found + 1) > BigInt::from(0));
    }
    assert!(exact > cases() / 2 && exact - exactly < exact / 1_000, "{exactly} of {exact}");
}

/// A pool of which nothing is traded yet in this ledger.
fn pool(reserve_0: u128, reserve_1: u128, supply: u128) -> Pool {
    Pool {
        reserve_0,
        reserve_1,
        supply,
        opening_0: reserve_0,
        opening_1: reserve_1,
        opening_supply: supply,
        ..Pool::default()
    }
}

fn terms(random: &mut StdRng) -> Terms {
    let env = soroban_sdk::Env::default();
    let token = <soroban_sdk::Address as soroban_sdk::testutils::Address>::generate(&env);
    Terms {
        token_0: token.clone(),
        token_1: token,
        fee_bps: random.random_range(1..=100),
        treasury_bps: random.random_range(0..=3_333),
        band_bps: 0,
    }
}

#[test]
fn a_plan_spends_everything_and_leaves_nothing_of_the_other_token() {
    let mut random = StdRng::seed_from_u64(4);
    let mut planned = 0;
    let mut terms = terms(&mut random);
    for _ in 0..cases() / 4 {
        terms.fee_bps = random.random_range(1..=100);
        terms.treasury_bps = random.random_range(0..=3_333);
        let reserves = [0; 2].map(|_| amount(&mut random) >> random.random_range(1..40));
        let [reserve_0, reserve_1] = reserves.map(|reserve| reserve.max(1_000));
        let supply = (reserve_0.min(reserve_1)).max(1_001);
        let side = if random.random() { Side::Zero } else { Side::One };
        let given = amount(&mut random) >> 1;
        let before = pool(reserve_0, reserve_1, supply);
        let mut after = before.clone();
        let Ok(entry) = enter(&terms, &mut after, side, given) else { continue };
        planned += 1;
        let context = format!("{entry:?} of {given} into {before:?}");
        assert_eq!(entry.swapped + entry.deposited + entry.rest, given, "{context}");
        let (desired_0, desired_1) = side.facing(entry.deposited, entry.paid);
        if let Ok(deposit) = after.clone().deposit(desired_0, desired_1, 0, 0) {
            // The pool keeps all of both.
            assert_eq!((deposit.used_0, deposit.used_1), (desired_0, desired_1), "{context}");
        }
        // Two units more of the other token would have asked for more than what is left over, or a few
        // units more of this one swapped. A deposit far beyond the reserve multiplies such a unit.
        let (reserve_in, reserve_out) = side.facing(after.reserve_0, after.reserve_1);
        if reserve_in.max(given) >> 98 == 0 && reserve_out > 2 {
            let more = mul_div_ceil(entry.paid + 2, reserve_in, reserve_out - 2);
            let (reserve, _) = side.facing(reserve_0, reserve_1);
            let bound = more.map(|more| more - entry.deposited + 8 * (entry.swapped / reserve + 2));
            assert!(entry.rest <= bound.unwrap_or(u128::MAX), "{context}: more than {bound:?}");
        }
    }
    assert!(planned > cases() / 10, "{planned}");
}
