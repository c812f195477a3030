//! When a slash may be executed, and how much in a while.

use soroban_sdk::{Env, Vec};
use tributary_common::{
    ensure,
    interfaces::staking::{Slash, SlashStatus, StakingError},
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

/// When a slash was executed, and its basis points.
pub type Executed = (u64, u32);

/// Those that count at `now`. One slash is pending at a time, and for 7 days at least, so they are never more
/// than 13.
pub fn recent(env: &Env, executed: &Vec<Executed>, now: u64) -> Vec<Executed> {
    let mut recent = Vec::new(env);
    for (at, bps) in executed.iter() {
        if at.saturating_add(WINDOW_SECONDS) >= now {
            recent.push_back((at, bps));
        }
    }
    recent
}

/// Whether `bps` more stay within the cap. A slash is executed later than it is proposed, and no other of its
/// validator in between: what is in the window then is in it now.
pub fn check_cap(recent: &Vec<Executed>, bps: u32) -> Result<(), StakingError> {
    ensure((1..=MAX_SLASH).contains(&bps), StakingError::InvalidSlash)?;
    let total = recent.iter().fold(bps, |total, (_, bps)| total.saturating_add(bps));
    ensure(total <= MAX_SLASH, StakingError::SlashCapExceeded)
}

/// Whether it is still to be decided.
pub fn check_pending(slash: &Slash, now: u64) -> Result<(), StakingError> {
    match slash.status {
        SlashStatus::Pending => ensure(now <= slash.expires_at, StakingError::SlashLapsed),
        SlashStatus::Executed => Err(StakingError::AlreadyExecuted),
        SlashStatus::Vetoed => Err(StakingError::SlashVetoed),
        SlashStatus::Cancelled => Err(StakingError::SlashCancelled),
    }
}
