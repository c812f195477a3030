//! When a proposal may be executed.

use soroban_sdk::Env;
use tributary_common::{
    ensure,
    interfaces::treasury::{Action, Proposal, Status, TreasuryConfig, TreasuryError},
};

use crate::{policy, storage};

const DAY: u64 = 24 * 60 * 60;
/// Seconds that a proposal is public before anyone can execute it, …
pub const DELAY_SECONDS: u64 = 3 * DAY;
/// … when it loosens what protects the treasury, …
pub const LOOSENING_SECONDS: u64 = 7 * DAY;
/// … and for how long it then can be.
pub const GRACE_SECONDS: u64 = 7 * DAY;

pub fn new(env: &Env, action: Action) -> Proposal {
    let delay = match action {
        Action::CancelOffer(_) => 0,
        Action::Mint(_) | Action::SetPolicy(_) | Action::SetCouncil(_) => LOOSENING_SECONDS,
        _ => DELAY_SECONDS,
    };
    let proposed_at = env.ledger().timestamp();
    let ready_at = proposed_at.saturating_add(delay);
    let expires_at = ready_at.saturating_add(GRACE_SECONDS);
    Proposal { action, proposed_at, ready_at, expires_at, status: Status::Pending }
}

pub fn check_pending(proposal: &Proposal) -> Result<(), TreasuryError> {
    match proposal.status {
        Status::Pending => Ok(()),
        Status::Executed => Err(TreasuryError::AlreadyExecuted),
        Status::Cancelled => Err(TreasuryError::ProposalCancelled),
        Status::Vetoed => Err(TreasuryError::ProposalVetoed),
    }
}

/// Whether now is the time, under the council and the policy in force.
pub fn check_due(
    env: &Env,
    proposal: &Proposal,
    config: &TreasuryConfig,
) -> Result<(), TreasuryError> {
    check_pending(proposal)?;
    let later = |since: u64| since == 0 || proposal.proposed_at > since;
    ensure(later(config.council_since), TreasuryError::FormerCouncil)?;
    let now = env.ledger().timestamp();
    ensure(now <= proposal.expires_at, TreasuryError::ProposalExpired)?;
    if let Action::SetPolicy(new) = &proposal.action {
        // Compared with the policy in force now: a council that tightened must not find that anyone can
        // undo it by what was proposed before.
        if policy::tightens(&storage::policy(env), new) {
            return Ok(());
        }
        ensure(later(config.policy_since), TreasuryError::FormerPolicy)?;
    }
    ensure(now >= proposal.ready_at, TreasuryError::DelayNotOver)
}
