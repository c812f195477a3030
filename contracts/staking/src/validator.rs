//! A validator: the stakes with it, what is leaving it, its commission, its pending slash. Pure: no `Env`.

use soroban_sdk::{Address, BytesN};

use crate::{
    group::{Group, Shared},
    stream::Stream,
};

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
}
