//! When a slash may be executed, how much in a while, and what it then takes.

use soroban_sdk::{Address, BytesN, Vec};
use tributary_common::{
    ensure,
    interfaces::staking::{Slash, SlashStatus, StakingError},
};

use crate::{
    books::Books,
    storage::{self, Executed},
};

const DAY: u64 = 24 * 60 * 60;
/// Seconds that a slash is public before anyone can execute it, …
pub const NOTICE_SECONDS: u64 = 7 * DAY;
/// … and for how long it then can be.
pub const LAPSE_SECONDS: u64 = 7 * DAY;
/// In this time …
pub const WINDOW_SECONDS: u64 = 90 * DAY;
/// … the slashes of a validator are together at most this, basis points.
pub const MAX_SLASH: u32 = 3_000;

/// Makes a slash of a validator pending; its number, and what it is.
pub fn propose(
    books: &mut Books,
    validator: Address,
    bps: u32,
    reason_hash: BytesN<32>,
) -> Result<(u32, Slash), StakingError> {
    let mut stored = books.validator(&validator)?;
    ensure(!stored.is_slash_pending(books.now), StakingError::SlashPending)?;
    check_cap(&recent(books, &validator), bps)?;
    let number = books.state.slashes.checked_add(1).ok_or(StakingError::Overflow)?;
    let ready_at = books.now.saturating_add(NOTICE_SECONDS);
    let expires_at = ready_at.saturating_add(LAPSE_SECONDS);
    books.state.slashes = number;
    stored.slash = number;
    stored.slash_bps = bps;
    stored.slash_expires_at = expires_at;
    stored.withheld = 0;
    books.keep_validator(&validator, stored)?;
    let status = SlashStatus::Pending;
    let proposed = Slash { validator, bps, reason_hash, ready_at, expires_at, status };
    storage::set_slash(books.env, number, &proposed);
    Ok((number, proposed))
}

/// Does what was proposed to a validator; who that is, and what its stakers lose.
pub fn execute(books: &mut Books, number: u32) -> Result<(Address, u128), StakingError> {
    let mut slash = storage::slash(books.env, number)?;
    check_pending(&slash, books.now)?;
    ensure(books.now >= slash.ready_at, StakingError::NoticeNotOver)?;
    let since = books.treasury().config().council_since;
    let proposed_at = slash.ready_at.saturating_sub(NOTICE_SECONDS);
    ensure(since == 0 || proposed_at > since, StakingError::FormerCouncil)?;

    let validator = slash.validator.clone();
    let mut stored = books.validator(&validator)?;
    let slashed = stored.slash();
    books.keep_validator(&validator, stored)?;
    slash.status = SlashStatus::Executed;
    storage::set_slash(books.env, number, &slash);
    let mut executed = recent(books, &validator);
    executed.push_back((books.now, slash.bps));
    storage::set_executed(books.env, &validator, &executed);
    Ok((validator, slashed))
}

/// Decides that a pending slash will not be; whose it was.
pub fn end(books: &mut Books, number: u32, status: SlashStatus) -> Result<Address, StakingError> {
    let mut slash = storage::slash(books.env, number)?;
    check_pending(&slash, books.now)?;
    slash.status = status;
    storage::set_slash(books.env, number, &slash);
    let mut stored = books.validator(&slash.validator)?;
    stored.slash_expires_at = 0;
    books.keep_validator(&slash.validator, stored)?;
    Ok(slash.validator)
}

/// Those of a validator that count now. One slash is pending at a time, and for 7 days at least, so they are
/// never more than 13.
fn recent(books: &Books, validator: &Address) -> Vec<Executed> {
    let mut recent = Vec::new(books.env);
    for (at, bps) in storage::executed(books.env, validator).iter() {
        if at.saturating_add(WINDOW_SECONDS) >= books.now {
            recent.push_back((at, bps));
        }
    }
    recent
}

/// Whether `bps` more stay within the cap. A slash is executed later than it is proposed, and no other of its
/// validator in between: what is in the window then is in it now.
fn check_cap(recent: &Vec<Executed>, bps: u32) -> Result<(), StakingError> {
    ensure((1..=MAX_SLASH).contains(&bps), StakingError::InvalidSlash)?;
    let total = recent.iter().fold(bps, |total, (_, bps)| total.saturating_add(bps));
    ensure(total <= MAX_SLASH, StakingError::SlashCapExceeded)
}

/// Whether it is still to be decided.
fn check_pending(slash: &Slash, now: u64) -> Result<(), StakingError> {
    match slash.status {
        SlashStatus::Pending => ensure(now <= slash.expires_at, StakingError::SlashLapsed),
        SlashStatus::Executed => Err(StakingError::AlreadyExecuted),
        SlashStatus::Vetoed => Err(StakingError::SlashVetoed),
        SlashStatus::Cancelled => Err(StakingError::SlashCancelled),
    }
}
