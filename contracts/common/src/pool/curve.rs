//! The pool's mathematics. Pure: no `Env`, every amount a `u128` of raw units.
//!
//! The curve is the constant product of Uniswap v2 (whitepaper, §3.2.1). Reserves move exactly as
//! on that curve. What a caller is paid is additionally limited by the price with which the ledger
//! opened: in one ledger nobody takes out more than its opening value
//! (docs/decisions/0003-opening-price.md).

use crate::{
    ensure,
    interfaces::pool::PoolError,
    math::{mul_div_ceil, mul_div_floor, sqrt_product, Worth, BPS},
};

/// Shares that the first deposit locks for ever, so that nobody can own all of a pool and make a
/// share arbitrarily expensive.
pub const MINIMUM_LIQUIDITY: u128 = 1_000;

/// What a swap is priced from, seen from the token that comes in.
#[derive(Clone, Copy, Debug)]
pub struct Market {
    pub reserve_in: u128,
    pub reserve_out: u128,
    pub opening_in: u128,
    pub opening_out: u128,
    pub fee_bps: u32,
    pub treasury_bps: u32,
}

/// What a swap moves. `amount_in` goes to `reserve_in` and `owed_in`; `amount_out` and `owed_out`
/// come from `reserve_out`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// Paid by the trader, the fee included.
    pub amount_in: u128,
    /// Received by the trader.
    pub amount_out: u128,
    /// Part of `amount_in` that becomes the treasury's due; the rest is the reserve's.
    pub owed_in: u128,
    /// What leaves the reserve beside `amount_out` and becomes the treasury's due.
    pub owed_out: u128,
}

impl Market {
    /// Sells exactly `amount_in`.
    ///
    /// fee = ⌈in × f⌉; out = ⌊net × y ÷ (x + net)⌋ with net = in − fee, but at most
    /// ⌊net × opening price⌋. Both roundings are the pool's gain; what the opening price withholds
    /// is the treasury's due.
    pub fn exact_in(&self, amount_in: u128) -> Result<Trade, PoolError> {
        let fee = self.fee(amount_in)?;
        let net = amount_in.checked_sub(fee).ok_or(PoolError::Overflow)?;
        let whole = self.reserve_in.checked_add(net).ok_or(PoolError::Overflow)?;
        let curve_out = mul_div_floor(net, self.reserve_out, whole).ok_or(PoolError::EmptyPool)?;
        // A limit beyond 128 bits limits nothing.
        let limit = mul_div_floor(net, self.opening_out, self.opening_in).unwrap_or(u128::MAX);
        let amount_out = curve_out.min(limit);
        ensure(amount_out > 0, PoolError::AmountTooSmall)?;
        Ok(Trade {
            amount_in,
            amount_out,
            owed_in: self.treasury_part(fee)?,
            owed_out: curve_out.wrapping_sub(amount_out), // amount_out ≤ curve_out
        })
    }

    /// Buys exactly `amount_out`.
    ///
    /// in = ⌈⌈x × out ÷ (y − out)⌉ ÷ (1 − f)⌉, but at least ⌈⌈out ÷ opening price⌉ ÷ (1 − f)⌉.
    /// Every rounding is the pool's gain; what the opening price adds is the treasury's due.
    pub fn exact_out(&self, amount_out: u128) -> Result<Trade, PoolError> {
        let left = self.reserve_out.checked_sub(amount_out).filter(|left| *left > 0);
        let left = left.ok_or(PoolError::InsufficientReserve)?;
        let net = mul_div_ceil(self.reserve_in, amount_out, left).ok_or(PoolError::Overflow)?;
        let curve_in = self.gross(net)?.max(1);
        let opening_net = mul_div_ceil(amount_out, self.opening_in, self.opening_out)
            .ok_or(PoolError::Overflow)?;
        let amount_in = curve_in.max(self.gross(opening_net)?);
        let treasury = self.treasury_part(self.fee(curve_in)?)?;
        Ok(Trade {
            amount_in,
            amount_out,
            // amount_in ≥ curve_in; the sum is at most amount_in, because treasury ≤ curve_in
            owed_in: amount_in.wrapping_sub(curve_in).wrapping_add(treasury),
            owed_out: 0,
        })
    }

    /// ⌈amount × f⌉.
    fn fee(&self, amount: u128) -> Result<u128, PoolError> {
        mul_div_ceil(amount, self.fee_bps.into(), BPS).ok_or(PoolError::Overflow)
    }

    /// The treasury's part of a fee, rounded down for the providers.
    fn treasury_part(&self, fee: u128) -> Result<u128, PoolError> {
        mul_div_floor(fee, self.treasury_bps.into(), BPS).ok_or(PoolError::Overflow)
    }

    /// ⌈net ÷ (1 − f)⌉: the least amount that leaves `net` after its fee.
    fn gross(&self, net: u128) -> Result<u128, PoolError> {
        let kept = BPS.checked_sub(self.fee_bps.into()).ok_or(PoolError::Overflow)?;
        mul_div_ceil(net, BPS, kept).ok_or(PoolError::Overflow)
    }
}

/// What a deposit keeps and mints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deposit {
    pub used_0: u128,
    pub used_1: u128,
    /// Minted to the provider.
    pub shares: u128,
    /// Minted to the pool itself, by the first deposit.
    pub locked: u128,
}

/// The first deposit takes everything and sets the price: √(x × y) shares, of which
/// `MINIMUM_LIQUIDITY` are locked.
///
/// A later one takes one side whole and of the other what the current ratio asks, rounded up, and
/// mints min(⌊used_0 × supply ÷ x⌋, ⌊used_1 × supply ÷ y⌋). Both roundings are the gain of those
/// who are already in.
pub fn deposit(
    (reserve_0, reserve_1): (u128, u128),
    supply: u128,
    (desired_0, desired_1): (u128, u128),
) -> Result<Deposit, PoolError> {
    if supply == 0 {
        let shares = sqrt_product(desired_0, desired_1)
            .checked_sub(MINIMUM_LIQUIDITY)
            .filter(|shares| *shares > 0)
            .ok_or(PoolError::BelowMinimumLiquidity)?;
        return Ok(Deposit {
            used_0: desired_0,
            used_1: desired_1,
            shares,
            locked: MINIMUM_LIQUIDITY,
        });
    }
    ensure(reserve_0 > 0 && reserve_1 > 0, PoolError::EmptyPool)?;
    let (used_0, used_1) = match mul_div_ceil(desired_0, reserve_1, reserve_0) {
        Some(needed_1) if needed_1 <= desired_1 => (desired_0, needed_1),
        _ => {
            let needed_0 = mul_div_ceil(desired_1, reserve_0, reserve_1);
            (needed_0.ok_or(PoolError::Overflow)?, desired_1)
        }
    };
    let shares_0 = mul_div_floor(used_0, supply, reserve_0).ok_or(PoolError::Overflow)?;
    let shares_1 = mul_div_floor(used_1, supply, reserve_1).ok_or(PoolError::Overflow)?;
    let shares = shares_0.min(shares_1);
    ensure(shares > 0, PoolError::AmountTooSmall)?;
    Ok(Deposit { used_0, used_1, shares, locked: 0 })
}

/// What a withdrawal moves. `out` is paid, `owed` becomes the treasury's due, and the reserves
/// fall by their sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    pub out_0: u128,
    pub out_1: u128,
    pub owed_0: u128,
    pub owed_1: u128,
}

/// The reserves fall by ⌊reserve × shares ÷ supply⌋, the rounding being the gain of those who stay; of a
/// token of which the ledger opened with nothing, after a clawback, not at all.
///
/// Both payouts are scaled by one factor ≤ 1 so that, at the opening price, the shares are paid at most
/// what they were worth when the ledger opened; the difference is the treasury's due. With the price
/// P = opening_1 ÷ opening_0 a pair (a, b) is worth a × P + b = (a × opening_1 + b × opening_0) ÷
/// opening_0, so worths compare in 256 bits.
///
/// The factor is the greater of two that both keep the bound: that of these shares' parts, and that of
/// the whole pool. Where units are coarse, either alone can count a unit that is only rounding as excess.
pub fn withdraw(
    reserves: (u128, u128),
    supply: u128,
    opening: (u128, u128),
    opening_supply: u128,
    shares: u128,
) -> Result<Withdrawal, PoolError> {
    let part = |whole, supply| mul_div_floor(whole, shares, supply).ok_or(PoolError::Overflow);
    let fall_0 = if opening.0 > 0 { part(reserves.0, supply)? } else { 0 };
    let fall_1 = if opening.1 > 0 { part(reserves.1, supply)? } else { 0 };
    let worth = |(amount_0, amount_1): (u128, u128)| {
        Worth::new(amount_0, opening.1, amount_1, opening.0).ok_or(PoolError::Overflow)
    };
    let at_most = |paid: (u128, u128), allowed: (u128, u128)| {
        let (paid, allowed) = (worth(paid)?, worth(allowed)?);
        if paid <= allowed {
            return Ok::<_, PoolError>((fall_0, fall_1));
        }
        let (numerator, denominator) = allowed.ratio_floor(paid);
        let scale = |fall| mul_div_floor(fall, numerator, denominator).ok_or(PoolError::Overflow);
        Ok((scale(fall_0)?, scale(fall_1)?))
    };
    let opening_part = (part(opening.0, opening_supply)?, part(opening.1, opening_supply)?);
    let own = at_most((fall_0, fall_1), opening_part)?;
    // What needs more than 128 bits is cut to them: the bound stays below the truth.
    let as_many = |opening| mul_div_floor(opening, supply, opening_supply).unwrap_or(u128::MAX);
    let whole = at_most(reserves, (as_many(opening.0), as_many(opening.1)))?;
    let (out_0, out_1) = (own.0.max(whole.0), own.1.max(whole.1));
    ensure(out_0 > 0 || out_1 > 0, PoolError::AmountTooSmall)?;
    Ok(Withdrawal {
        out_0,
        out_1,
        owed_0: fall_0.wrapping_sub(out_0), // the factor is at most 1
        owed_1: fall_1.wrapping_sub(out_1),
    })
}
