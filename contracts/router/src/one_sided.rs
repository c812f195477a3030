//! How much of a single token to swap, so that the rest and what the swap pays go into the pool
//! together. Pure: no `Env`.

use tributary_common::{
    interfaces::pool::PoolError,
    math::{mul_div_ceil, mul_div_floor, sqrt_product, BPS},
    pool::{Pool, Side, Terms},
};

/// A deposit of one token, planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Of the given token: what is swapped, …
    pub swapped: u128,
    /// … what is deposited, …
    pub deposited: u128,
    /// … and what is left over: a unit or so, or what the opening price withholds.
    pub rest: u128,
    /// Of the other token: what the swap pays, all of it deposited.
    pub paid: u128,
}

/// Plans the deposit of `amount` of the token of `side`. Leaves `pool` as the swap leaves it.
///
/// The swapped part is the closed form, rounded down, and less by the few units by which roundings
/// would make the other token's share of the pool cost more than what is left. So of the other token
/// nothing ever remains.
pub fn enter(terms: &Terms, pool: &mut Pool, side: Side, amount: u128) -> Result<Entry, PoolError> {
    let before = pool.clone();
    let (reserve, _) = side.facing(pool.reserve_0, pool.reserve_1);
    let mut swapped = share(reserve, amount, terms.fee_bps, terms.treasury_bps);
    loop {
        let left = amount.checked_sub(swapped).ok_or(PoolError::Overflow)?;
        let paid = pool.swap_exact_in(terms, side, swapped)?.amount_out;
        let (reserve_in, reserve_out) = side.facing(pool.reserve_0, pool.reserve_1);
        let needed = mul_div_ceil(paid, reserve_in, reserve_out).ok_or(PoolError::Overflow)?;
        match left.checked_sub(needed) {
            Some(rest) => return Ok(Entry { swapped, deposited: needed, rest, paid }),
            // Without roundings, needed(s) is convex and needed(0) = 0: swapping e less needs less by at
            // least needed × e ÷ s, and leaves e more. So this e is enough, or with a few units nearly.
            None => {
                let missing = needed.saturating_sub(left);
                let whole = swapped.saturating_add(needed);
                let less = mul_div_ceil(missing, swapped, whole).ok_or(PoolError::Overflow)?;
                swapped = swapped.checked_sub(less).ok_or(PoolError::AmountTooSmall)?;
                *pool = before.clone();
            }
        }
    }
}

/// Bits that an amount may have here so that no intermediate needs more than 128. Of a greater one (with
/// 18 decimals, 300 thousand million tokens) the lowest are dropped, and more is left over.
const BITS: u32 = 98;

/// How much of `amount` to swap into a reserve of `reserve`, rounded down.
///
/// With the fee f and the treasury's share t of it, swapping s leaves the reserve X + s(1 − ft), and
/// pays the part s(1 − f) ÷ X of what the other reserve then is. The rest, amount − s, has to be the
/// same part of the reserve: (1 − f)(1 − ft)s² + (2 − f)Xs − amount × X = 0. The positive root, in
/// basis points with F = 10⁴(1 − f), B = 10⁴(2 − f), K = 10⁸(1 − ft):
///
/// s = 10⁸ × (√(X × (B²X + 4FK × amount ÷ 10⁴)) − BX) ÷ 2FK
pub fn share(reserve: u128, amount: u128, fee_bps: u32, treasury_bps: u32) -> u128 {
    let zeros = reserve.leading_zeros().min(amount.leading_zeros());
    let shift = 128u32.saturating_sub(zeros).saturating_sub(BITS);
    let (reserve, amount) = (reserve >> shift, amount >> shift);
    let (fee, treasury) = (u128::from(fee_bps), u128::from(treasury_bps));

    let kept = BPS.saturating_sub(fee); // F
    let both = BPS.saturating_add(kept); // B
    let stays = (BPS * BPS).saturating_sub(fee.saturating_mul(treasury)); // K
    let twice = kept.saturating_mul(stays).saturating_mul(2);
    let grown = mul_div_floor(twice.saturating_mul(2), amount, BPS).unwrap_or(u128::MAX);
    let linear = both.saturating_mul(reserve);
    let sum = both.saturating_mul(linear).saturating_add(grown);
    let root = sqrt_product(reserve, sum).saturating_sub(linear);
    let share = mul_div_floor(root, BPS * BPS, twice).unwrap_or_default();
    share.min(amount) << shift
}
