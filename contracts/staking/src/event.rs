//! What staking tells indexers. Amounts are raw units of TFT.

use soroban_sdk::{contractevent, Address, BytesN};

/// A position exists, with no validator.
#[contractevent(data_format = "vec")]
pub struct Staked {
    #[topic]
    pub owner: Address,
    #[topic]
    pub position: u32,
    pub amount: i128,
    pub lock_end: u64,
}

/// A position is locked anew, and weighs accordingly.
#[contractevent(data_format = "vec")]
pub struct Extended {
    #[topic]
    pub owner: Address,
    #[topic]
    pub position: u32,
    pub lock_end: u64,
}

/// A lock that is over counts no longer. Any other call of the position does the same, and tells its own.
#[contractevent(data_format = "vec")]
pub struct Expired {
    #[topic]
    pub owner: Address,
    #[topic]
    pub position: u32,
}

/// A position is with a validator.
#[contractevent(data_format = "vec")]
pub struct Delegated {
    #[topic]
    pub owner: Address,
    #[topic]
    pub position: u32,
    #[topic]
    pub validator: Address,
    pub amount: i128,
    /// What a pending slash of the validator that it was with holds back.
    pub withheld: i128,
}

/// A position is leaving its validator.
#[contractevent(data_format = "vec")]
pub struct Undelegated {
    #[topic]
    pub owner: Address,
    #[topic]
    pub position: u32,
    #[topic]
    pub validator: Address,
    pub amount: i128,
    pub unbonding_end: u64,
}

/// A position has left its validator, or has back what was withheld, and is with none.
#[contractevent(data_format = "vec")]
pub struct Unbonded {
    #[topic]
    pub owner: Address,
    #[topic]
    pub position: u32,
    /// All that it has now.
    pub amount: i128,
    pub withheld: i128,
}

/// A position was paid back.
#[contractevent(data_format = "vec")]
pub struct Unstaked {
    #[topic]
    pub owner: Address,
    #[topic]
    pub position: u32,
    pub amount: i128,
    pub withheld: i128,
}

/// The rewards of a position were paid.
#[contractevent(data_format = "single-value")]
pub struct Claimed {
    #[topic]
    pub owner: Address,
    #[topic]
    pub position: u32,
    pub amount: i128,
}

/// A validator was paid its commission.
#[contractevent(data_format = "single-value")]
pub struct CommissionClaimed {
    #[topic]
    pub validator: Address,
    pub amount: i128,
}

/// Rewards came in; all that is to be earned is earned by `ends_at`.
#[contractevent(data_format = "vec")]
pub struct Notified {
    #[topic]
    pub from: Address,
    pub amount: i128,
    pub ends_at: u64,
}

/// A validator exists; its bond is told by `delegated`.
#[contractevent(data_format = "vec")]
pub struct ValidatorRegistered {
    #[topic]
    pub validator: Address,
    pub commission_bps: u32,
    pub metadata_hash: BytesN<32>,
}

/// A validator takes this commission from the time `at` on; 0: at once.
#[contractevent(data_format = "vec")]
pub struct ValidatorUpdated {
    #[topic]
    pub validator: Address,
    pub commission_bps: u32,
    pub at: u64,
    pub metadata_hash: BytesN<32>,
}

/// The council wants a validator slashed: executable from `ready_at` to `expires_at`.
#[contractevent(data_format = "vec")]
pub struct SlashProposed {
    #[topic]
    pub slash: u32,
    #[topic]
    pub validator: Address,
    pub bps: u32,
    pub reason_hash: BytesN<32>,
    pub ready_at: u64,
    pub expires_at: u64,
}

/// A validator was slashed: what its stakers lost; what was burned, and what the treasury protects. (Together
/// that, but after a clawback.)
#[contractevent(data_format = "vec")]
pub struct SlashExecuted {
    #[topic]
    pub slash: u32,
    #[topic]
    pub validator: Address,
    pub slashed: i128,
    pub burned: i128,
    pub protection: i128,
}

/// The guardian stopped a slash.
#[contractevent(data_format = "vec")]
pub struct SlashVetoed {
    #[topic]
    pub slash: u32,
    #[topic]
    pub validator: Address,
}

/// The council withdrew its slash.
#[contractevent(data_format = "vec")]
pub struct SlashCancelled {
    #[topic]
    pub slash: u32,
    #[topic]
    pub validator: Address,
}
