//! How much the router swaps before a one-sided deposit.

use num_bigint::BigInt;
use proptest::prelude::*;
use tributary_common::{
    math::{mul_div_ceil, MAX_AMOUNT},
    pool::{Pool, Side, Terms},
};
use tributary_router::one_sided::{enter, share};
use tributary_tests::property::{sample, Values};

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
fn amount() -> impl Strategy<Value = u128> + Clone {
    (0..127u32, any::<u128>()).prop_map(|(zeros, value)| (value >> 1 >> zeros).clamp(1, MAX_AMOUNT))
}

/// Reserve, amount, fee and the treasury's part of it.
fn deposits() -> impl Strategy<Value = (u128, u128, u32, u32)> {
    (amount(), amount(), 1..=100u32, 0..=3_333u32)
}

/// Beyond 98 bits the lowest are dropped.
fn is_exact(reserve: u128, amount: u128) -> bool {
    reserve.max(amount) >> 98 == 0
}

#[test]
fn the_share_is_the_root_rounded_down() {
    Values::often("math/share").hold(deposits(), |(reserve, amount, fee, treasury)| {
        let found = share(reserve, amount, fee, treasury);
        prop_assert!(found <= amount, "{found}");
        if is_exact(reserve, amount) {
            let excess = |share| excess(&BigInt::from(share), reserve, amount, fee, treasury);
            prop_assert!(excess(found) <= BigInt::from(0), "{found}");
            // The two roundings inside cost a ten-thousandth of a unit, now and then the next unit.
            prop_assert!(excess(found + 2) > BigInt::from(0), "{found}");
        }
        Ok(())
    });
}

#[test]
fn the_share_is_hardly_ever_a_unit_less() {
    let (mut exact, mut less) = (0, 0);
    for (reserve, amount, fee, treasury) in sample(deposits(), 50_000) {
        if is_exact(reserve, amount) {
            exact += 1;
            let next = BigInt::from(share(reserve, amount, fee, treasury) + 1);
            less += u32::from(excess(&next, reserve, amount, fee, treasury) <= BigInt::from(0));
        }
    }
    assert!(exact > 25_000 && less < exact / 1_000, "{less} of {exact}");
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

#[test]
fn a_plan_spends_everything_and_leaves_nothing_of_the_other_token() {
    let env = soroban_sdk::Env::default();
    let token = <soroban_sdk::Address as soroban_sdk::testutils::Address>::generate(&env);
    let reserve =
        || (amount(), 1..40u32).prop_map(|(reserve, zeros)| (reserve >> zeros).max(1_000));
    let strategy = (reserve(), reserve(), amount(), any::<bool>(), 1..=100u32, 0..=3_333u32);
    Values::often("math/enter").hold(
        strategy,
        |(reserve_0, reserve_1, amount, zero, fee_bps, treasury_bps)| {
            let terms = Terms {
                token_0: token.clone(),
                token_1: token.clone(),
                fee_bps,
                treasury_bps,
                band_bps: 0,
            };
            let supply = (reserve_0.min(reserve_1)).max(1_001);
            let side = if zero { Side::Zero } else { Side::One };
            let given = amount >> 1;
            let mut after = pool(reserve_0, reserve_1, supply);
            let entry = enter(&terms, &mut after, side, given);
            let entry = entry.map_err(|error| TestCaseError::reject(format!("{error:?}")))?;
            prop_assert_eq!(entry.swapped + entry.deposited + entry.rest, given, "{:?}", entry);
            let (desired_0, desired_1) = side.facing(entry.deposited, entry.paid);
            if let Ok(deposit) = after.clone().deposit(desired_0, desired_1, 0, 0) {
                // The pool keeps all of both.
                prop_assert_eq!(
                    (deposit.used_0, deposit.used_1),
                    (desired_0, desired_1),
                    "{:?}",
                    entry
                );
            }
            // Two units more of the other token would have asked for more than what is left over, or a few
            // units more of this one swapped. A deposit far beyond the reserve multiplies such a unit.
            let (reserve_in, reserve_out) = side.facing(after.reserve_0, after.reserve_1);
            if reserve_in.max(given) >> 98 == 0 && reserve_out > 2 {
                let more = mul_div_ceil(entry.paid + 2, reserve_in, reserve_out - 2);
                let (reserve, _) = side.facing(reserve_0, reserve_1);
                let bound =
                    more.map(|more| more - entry.deposited + 8 * (entry.swapped / reserve + 2));
                prop_assert!(
                    entry.rest <= bound.unwrap_or(u128::MAX),
                    "{entry:?}: more than {bound:?}"
                );
            }
            Ok(())
        },
    );
}
