//! The SEP-41 ledger of a pool's shares, and of a region's token: balances with a hold, which the token
//! never asks for, allowances with an expiry, and the standard events. The contract around it authorizes,
//! keeps the total supply and documents the entry points.
//!
//! A balance entry is `(amount, held, until)`: of `amount`, `held` can be neither spent nor burned
//! before the ledger timestamp `until`.

use soroban_sdk::{contractevent, contracttype, Address, Env, MuxedAddress};
use soroban_token_sdk::events::{Approve, Burn, MintWithAmountOnly, TransferWithAmountOnly};

use crate::{ensure, ttl};

/// What a ledger call can refuse; a contract maps each to its error of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The amount is negative, or zero where zero means nothing.
    InvalidAmount,
    /// The owner has less than the amount.
    InsufficientBalance,
    /// The owner has the amount, but too much of it is still held.
    SharesHeld,
    /// The spender's allowance is smaller than the amount, or has expired.
    InsufficientAllowance,
    /// An allowance must not expire before the current ledger.
    InvalidExpiration,
    /// The result is larger than an `i128`.
    Overflow,
}

/// SEP-41's `transfer` to a multiplexed recipient. The token SDK's own has the id as an option,
/// and the host function that writes optional fields would be one import more for every call to
/// pay for; a struct as the one value is the same map.
#[contractevent(topics = ["transfer"], data_format = "single-value")]
struct TransferMuxed {
    #[topic]
    from: Address,
    #[topic]
    to: Address,
    data: MuxedAmount,
}

/// An amount for the account behind a multiplexed address.
#[contracttype]
struct MuxedAmount {
    amount: i128,
    to_muxed_id: u64,
}

#[contracttype]
#[derive(Clone)]
enum Key {
    /// Persistent: `(amount, held, until)`.
    Balance(Address),
    /// Temporary, by owner and spender: `(amount, live_until_ledger)`.
    Allowance(Address, Address),
}

/// What one owner has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    pub amount: i128,
    held: i128,
    until: u64,
}

impl Balance {
    /// What is still held at `now`, and until when; `(0, 0)` when nothing is.
    pub fn held_at(&self, now: u64) -> (i128, u64) {
        if now < self.until {
            (self.held, self.until)
        } else {
            (0, 0)
        }
    }
}

pub fn balance(env: &Env, owner: &Address) -> Balance {
    let (amount, held, until) =
        env.storage().persistent().get(&Key::Balance(owner.clone())).unwrap_or_default();
    Balance { amount, held, until }
}

/// The allowance in force; 0 once it has expired.
pub fn allowance(env: &Env, owner: &Address, spender: &Address) -> i128 {
    read_allowance(env, &Key::Allowance(owner.clone(), spender.clone())).0
}

/// Sets, not adds. An amount of 0 revokes whatever the expiry.
pub fn approve(
    env: &Env,
    owner: &Address,
    spender: &Address,
    amount: i128,
    live_until_ledger: u32,
) -> Result<(), Error> {
    ensure(amount >= 0, Error::InvalidAmount)?;
    let lasts = live_until_ledger.checked_sub(env.ledger().sequence());
    ensure(amount == 0 || lasts.is_some(), Error::InvalidExpiration)?;

    let key = Key::Allowance(owner.clone(), spender.clone());
    env.storage().temporary().set(&key, &(amount, live_until_ledger));
    if let Some(lasts) = lasts.filter(|_| amount > 0) {
        env.storage().temporary().extend_ttl(&key, lasts, lasts);
    }
    Approve { from: owner.clone(), spender: spender.clone(), amount, live_until_ledger }
        .publish(env);
    Ok(())
}

/// Takes `amount` off what `owner` allowed `spender`.
pub fn spend_allowance(
    env: &Env,
    owner: &Address,
    spender: &Address,
    amount: i128,
) -> Result<(), Error> {
    ensure(amount >= 0, Error::InvalidAmount)?;
    let key = Key::Allowance(owner.clone(), spender.clone());
    let (allowed, live_until_ledger) = read_allowance(env, &key);
    let rest = allowed.checked_sub(amount).filter(|rest| *rest >= 0);
    let rest = rest.ok_or(Error::InsufficientAllowance)?;
    if amount > 0 {
        env.storage().temporary().set(&key, &(rest, live_until_ledger));
    }
    Ok(())
}

/// Moves free shares. The event carries the recipient's multiplexed id where there is one.
pub fn transfer(env: &Env, from: &Address, to: &MuxedAddress, amount: i128) -> Result<(), Error> {
    let receiver = to.address();
    spend(env, from, amount)?;
    let mut balance = balance(env, &receiver);
    balance.amount = balance.amount.checked_add(amount).ok_or(Error::Overflow)?;
    write(env, &receiver, &balance);

    match to.id() {
        None => {
            TransferWithAmountOnly { from: from.clone(), to: receiver, amount }.publish(env);
        }
        Some(to_muxed_id) => {
            let data = MuxedAmount { amount, to_muxed_id };
            TransferMuxed { from: from.clone(), to: receiver, data }.publish(env);
        }
    }
    Ok(())
}

/// Destroys free shares of `owner`. The caller lowers its total supply.
pub fn burn(env: &Env, owner: &Address, amount: i128) -> Result<(), Error> {
    spend(env, owner, amount)?;
    Burn { from: owner.clone(), amount }.publish(env);
    Ok(())
}

/// Creates shares for `to`. With `hold` > 0 they are held until `now + hold`, and so is whatever
/// of `to`'s was still held. The caller raises its total supply.
pub fn mint(env: &Env, to: &Address, amount: i128, hold: u64) -> Result<(), Error> {
    ensure(amount > 0, Error::InvalidAmount)?;
    let mut balance = balance(env, to);
    balance.amount = balance.amount.checked_add(amount).ok_or(Error::Overflow)?;
    if hold > 0 {
        let now = env.ledger().timestamp();
        let (held, _) = balance.held_at(now);
        balance.held = held.checked_add(amount).ok_or(Error::Overflow)?;
        balance.until = now.saturating_add(hold);
    }
    write(env, to, &balance);
    MintWithAmountOnly { to: to.clone(), amount }.publish(env);
    Ok(())
}

fn spend(env: &Env, owner: &Address, amount: i128) -> Result<(), Error> {
    ensure(amount >= 0, Error::InvalidAmount)?;
    let mut balance = balance(env, owner);
    let rest = balance.amount.checked_sub(amount).filter(|rest| *rest >= 0);
    balance.amount = rest.ok_or(Error::InsufficientBalance)?;
    let (held, _) = balance.held_at(env.ledger().timestamp());
    ensure(balance.amount >= held, Error::SharesHeld)?;
    write(env, owner, &balance);
    Ok(())
}

fn write(env: &Env, owner: &Address, balance: &Balance) {
    let key = Key::Balance(owner.clone());
    env.storage().persistent().set(&key, &(balance.amount, balance.held, balance.until));
    ttl::extend_persistent(env, &key);
}

fn read_allowance(env: &Env, key: &Key) -> (i128, u32) {
    let (amount, live_until_ledger) = env.storage().temporary().get(key).unwrap_or((0, 0));
    if live_until_ledger < env.ledger().sequence() {
        (0, live_until_ledger)
    } else {
        (amount, live_until_ledger)
    }
}
