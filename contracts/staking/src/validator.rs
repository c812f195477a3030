//! A validator: the stakes with it, what is leaving it, its commission, its pending slash. Pure: no `Env`.

use soroban_sdk::{Address, BytesN};
use tributary_common::{
    ensure,
    interfaces::staking::{self, StakingError},
};

use crate::{
    group::{signed, Group, Shared},
    position::UNBONDING_SECONDS,
    stream::Stream,
};

/// The highest commission, basis points.
pub const MAX_COMMISSION: u32 = 2_000;
/// By how much a commission rises at most, basis points, …
pub const MAX_RISE: u32 = 100;
/// … and how many seconds after it was announced: as many as a delegator needs to leave.
pub const COMMISSION_SECONDS: u64 = UNBONDING_SECONDS;

pub struct Validator {
    pub group: Group,
    pub unbonding: Shared,
    /// The validator's own shares of the group's.
    pub own: u128,
    pub commission_bps: u32,
    pub next_commission_bps: u32,
    /// 0: no rise is announced.
    pub next_commission_at: u64,
    pub claimable: u128,
    pub metadata_hash: BytesN<32>,
    /// The last slash proposed, …
    pub slash: u32,
    pub slash_bps: u32,
    /// … pending up to here; 0 once it is decided.
    pub slash_expires_at: u64,
    /// What it held back of those who left.
    pub withheld: u128,
    /// The validator registered before; itself: none.
    pub previous: Address,
}

impl Validator {
    pub fn new(
        group: Group,
        commission_bps: u32,
        metadata_hash: BytesN<32>,
        previous: Address,
    ) -> Result<Validator, StakingError> {
        ensure(commission_bps <= MAX_COMMISSION, StakingError::InvalidCommission)?;
        Ok(Validator {
            group,
            unbonding: Shared::default(),
            own: 0,
            commission_bps,
            next_commission_bps: commission_bps,
            next_commission_at: 0,
            claimable: 0,
            metadata_hash,
            slash: 0,
            slash_bps: 0,
            slash_expires_at: 0,
            withheld: 0,
            previous,
        })
    }

    /// Lowers the commission, or announces a rise; whatever was announced before is void, unless it is the same.
    pub fn set_commission(&mut self, bps: u32, now: u64) -> Result<(), StakingError> {
        ensure(bps <= MAX_COMMISSION, StakingError::InvalidCommission)?;
        let rise = bps.saturating_sub(self.commission_bps);
        ensure(rise <= MAX_RISE, StakingError::CommissionRise)?;
        let announced = self.next_commission_at > 0 && bps == self.next_commission_bps;
        if rise == 0 {
            self.commission_bps = bps;
            self.next_commission_at = 0;
        } else if !announced {
            self.next_commission_at = now.saturating_add(COMMISSION_SECONDS);
        }
        self.next_commission_bps = bps;
        Ok(())
    }

    /// Shares out its income. A commission rises only after all of that was shared out at the lower rate.
    pub fn settle(&mut self, stream: &Stream, now: u64) {
        let commission = self.group.settle(stream, self.commission_bps);
        self.claimable = self.claimable.saturating_add(commission);
        if self.next_commission_at > 0 && now >= self.next_commission_at {
            self.commission_bps = self.next_commission_bps;
            self.next_commission_at = 0;
        }
    }

    pub fn is_slash_pending(&self, now: u64) -> bool {
        now <= self.slash_expires_at
    }

    /// Its own part of its stake.
    pub fn bond(&self) -> u128 {
        self.group.stake.worth(self.own)
    }

    /// Takes the part of the pending slash from all that is with it or leaving it, and what it withheld; what
    /// that is together.
    pub fn slash(&mut self) -> u128 {
        let stake = self.group.stake.slash(self.slash_bps);
        let unbonding = self.unbonding.slash(self.slash_bps);
        self.slash_expires_at = 0;
        stake.saturating_add(unbonding).saturating_add(core::mem::take(&mut self.withheld))
    }

    /// For everyone.
    pub fn view(self, address: &Address, now: u64) -> staking::Validator {
        let (pending, first) = (self.is_slash_pending(now), self.previous == *address);
        staking::Validator {
            stake: signed(self.group.stake.amount),
            unbonding: signed(self.unbonding.amount),
            bond: signed(self.bond()),
            weight: self.group.counted,
            commission_bps: self.commission_bps,
            next_commission_bps: self.next_commission_bps,
            next_commission_at: self.next_commission_at,
            claimable: signed(self.claimable),
            metadata_hash: self.metadata_hash,
            slash: self.slash,
            slash_expires_at: if pending { self.slash_expires_at } else { 0 },
            withheld: if pending { signed(self.withheld) } else { 0 },
            previous: (!first).then_some(self.previous),
        }
    }
}
