//! What the pool must do, written a second time: in arbitrary-precision integers and without a
//! thought for cost. Tests hold the contract against it.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

pub fn big(value: impl Into<BigInt>) -> BigInt {
    value.into()
}

/// ⌈a ÷ b⌉ of non-negative integers.
pub fn div_ceil(a: &BigInt, b: &BigInt) -> BigInt {
    (a + b - 1u8) / b
}

/// A plain constant-product pool: what the reserves must be, whatever the opening price withholds.
#[derive(Clone, Debug)]
pub struct Plain {
    pub reserves: [BigInt; 2],
    pub supply: BigInt,
    pub fee_bps: u32,
    pub treasury_bps: u32,
}

impl Plain {
    fn treasury_part(&self, amount_in: &BigInt) -> BigInt {
        div_ceil(&(amount_in * self.fee_bps), &big(10_000)) * self.treasury_bps / 10_000
    }

    /// Sells `amount_in` of token `side`; returns what the curve gives.
    pub fn exact_in(&mut self, side: usize, amount_in: &BigInt) -> BigInt {
        let fee = div_ceil(&(amount_in * self.fee_bps), &big(10_000));
        let net = amount_in - fee;
        let out = &self.reserves[1 - side] * &net / (&self.reserves[side] + &net);
        self.reserves[side] += amount_in - self.treasury_part(amount_in);
        self.reserves[1 - side] -= &out;
        out
    }

    /// Buys `amount_out` with token `side`; returns what the curve charges.
    pub fn exact_out(&mut self, side: usize, amount_out: &BigInt) -> BigInt {
        let left = &self.reserves[1 - side] - amount_out;
        let net = div_ceil(&(&self.reserves[side] * amount_out), &left);
        let charged = div_ceil(&(net * 10_000), &big(10_000 - self.fee_bps));
        self.reserves[side] += &charged - self.treasury_part(&charged);
        self.reserves[1 - side] -= amount_out;
        charged
    }

    pub fn deposit(&mut self, kept: [BigInt; 2], minted: &BigInt) {
        for side in [0, 1] {
            self.reserves[side] += &kept[side];
        }
        self.supply += minted;
    }

    pub fn withdraw(&mut self, shares: &BigInt) {
        for side in [0, 1] {
            let part = &self.reserves[side] * shares / &self.supply;
            self.reserves[side] -= part;
        }
        self.supply -= shares;
    }
}

/// What one party gave and received in one ledger, at the price and with the reserves that the
/// ledger opened with. Everything is multiplied by opening_0 × opening_supply, so it stays whole.
#[derive(Clone, Debug)]
pub struct Account {
    opening: [BigInt; 2],
    supply: BigInt,
    /// Receipts less what was given.
    pub gain: BigInt,
}

impl Account {
    pub fn new(opening: [i128; 2], supply: i128) -> Account {
        Account { opening: opening.map(big), supply: big(supply), gain: BigInt::zero() }
    }

    /// Tokens received (negative: given), worth amount_0 × P + amount_1 with
    /// P = opening_1 ÷ opening_0.
    pub fn receive(&mut self, amounts: [i128; 2]) {
        let worth = big(amounts[0]) * &self.opening[1] + big(amounts[1]) * &self.opening[0];
        self.gain += worth * &self.supply;
    }

    /// Shares burned: their part of the opening reserves, 2 × opening_1 a pool.
    pub fn burn(&mut self, shares: i128) {
        self.gain -= big(shares) * 2u8 * &self.opening[0] * &self.opening[1];
    }

    pub fn has_gained(&self) -> bool {
        self.gain.is_positive()
    }
}

/// For reports only.
pub fn approximate(value: &BigInt) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}
