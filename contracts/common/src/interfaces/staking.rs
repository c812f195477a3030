//! The interface of a region's staking: what stakers, validators, councils, wallets and the treasury call.

use soroban_sdk::{contractclient, contracterror, contracttype, Address, BytesN, Env};

/// The least that is staked, notified, or asked of a validator as its bond: 1 TFT in raw units.
pub const MIN_AMOUNT: i128 = 10_000_000;

/// Where the stake of a position is.
#[contracttype]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Place {
    /// With no validator: it earns at half weight.
    Undelegated = 0,
    /// With a validator.
    Delegated = 1,
    /// Leaving a validator: it earns nothing.
    Unbonding = 2,
    /// Paid back.
    Unstaked = 3,
}

/// A position as it stands. Amounts are raw units of TFT.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub place: Place,
    /// What is staked, after every slash.
    pub amount: i128,
    /// The validator it is with, is leaving, or was with last; the staking contract itself: none yet.
    pub validator: Address,
    /// Seconds of lock that its weight counts; 0 once expired.
    pub lock: u64,
    /// When its lock is over.
    pub lock_end: u64,
    /// Its part of its group's income: shares × (4 years + 3 × lock), in seconds. A share is a raw unit with no
    /// validator, and with one that was never slashed. 0 where it earns nothing.
    pub weight: u128,
    /// When its unbonding is over.
    pub unbonding_end: u64,
    /// Rewards that `claim` would pay.
    pub claimable: i128,
    /// What was held back when it left a validator for which a slash was pending: comes back unless that is
    /// executed.
    pub withheld: i128,
    /// The slash for which it was.
    pub slash: u32,
}

/// A validator as it stands. Amounts are raw units of TFT.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator {
    /// What is delegated to it, its bond included.
    pub stake: i128,
    /// What is leaving it.
    pub unbonding: i128,
    /// Its own part of `stake`.
    pub bond: i128,
    /// What its stake counts for: twice the weights of its positions, less what was slashed of them.
    pub weight: u128,
    /// Its part of its delegators' rewards, …
    pub commission_bps: u32,
    /// … and what that becomes …
    pub next_commission_bps: u32,
    /// … at this time; 0: nothing is announced.
    pub next_commission_at: u64,
    /// Commission that `claim_commission` would pay.
    pub claimable: i128,
    /// SHA-256 of what it publishes about itself.
    pub metadata_hash: BytesN<32>,
    /// The last slash that was proposed for it; 0: none.
    pub slash: u32,
    /// Until when that can be executed, and nobody delegates; 0: none is pending.
    pub slash_expires_at: u64,
    /// What that held back of those who left.
    pub withheld: i128,
    /// The validator registered before it.
    pub previous: Option<Address>,
}

/// What has become of a proposed slash.
#[contracttype]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum SlashStatus {
    /// Or lapsed, after `expires_at`.
    Pending = 0,
    Executed = 1,
    /// By the council.
    Cancelled = 2,
    /// By the guardian.
    Vetoed = 3,
}

/// A slash as it stands.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slash {
    pub validator: Address,
    /// Of all stake with the validator, unbonding included.
    pub bps: u32,
    /// SHA-256 of the reason that the council publishes.
    pub reason_hash: BytesN<32>,
    /// Anyone executes it from then on, …
    pub ready_at: u64,
    /// … and no later than this.
    pub expires_at: u64,
    pub status: SlashStatus,
}

/// The whole contract. Amounts are raw units of TFT.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakingState {
    pub tft: Address,
    /// Whose council proposes slashes, and which gets half of what is slashed.
    pub treasury: Address,
    /// Who can veto slashes, for ever.
    pub guardian: Address,
    /// What a validator must have of its own for others to delegate to it.
    pub min_bond: i128,
    /// All stakes, wherever they are, with what is withheld.
    pub staked: i128,
    /// All that was notified and not paid yet.
    pub rewards: i128,
    /// Of `staked`, what is with no validator.
    pub undelegated: i128,
    /// What all stakes count for: the weights of those with no validator, and of all validators.
    pub weight: u128,
    /// Rewards for each unit of weight since the beginning, times 2⁹².
    pub reward_per_weight: u128,
    /// Of `rewards`, what is still to be earned …
    pub remaining: i128,
    /// … until then, as long as anything is staked.
    pub ends_at: u64,
    /// How many slashes were proposed.
    pub slashes: u32,
}

/// Every way staking can refuse. A refused call changes nothing.
#[contracterror]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StakingError {
    /// Less than 1 TFT.
    InvalidAmount = 600,
    /// More than 4 years; where a lock is extended, also 0.
    InvalidLock = 601,
    /// More than an amount, or a weight, can hold.
    Overflow = 602,
    /// The issuer of TFT took back some of what is staked or was notified. Whoever leaves takes her part of
    /// what is left; until somebody pays what is missing to the contract, nobody adds.
    Deficit = 603,
    /// The owner has no position of this number.
    UnknownPosition = 604,
    /// Until the position's `lock_end`.
    Locked = 605,
    /// The new lock would end no later than the old.
    LockNotLonger = 606,
    /// Its lock was expired before, or it never had one.
    AlreadyExpired = 607,
    /// Undelegate it first.
    StillDelegated = 608,
    /// With no validator.
    NotDelegated = 609,
    /// Until the position's `unbonding_end`.
    StillUnbonding = 610,
    /// Nothing has unbonded, and nothing withheld is free.
    NothingUnbonded = 611,
    /// It was paid back; or all that it had was slashed.
    NothingStaked = 612,
    /// No reward is due.
    NothingToClaim = 613,
    /// Nobody registered with this address.
    UnknownValidator = 614,
    /// Registered already: delegate to it instead.
    DuplicateValidator = 615,
    /// Less than the region's minimum is the validator's own. It can delegate to itself.
    BondTooSmall = 616,
    /// Above 2 000 bps.
    InvalidCommission = 617,
    /// A commission rises by 100 bps at a time.
    CommissionRise = 618,
    /// A slash of this validator is pending; until it is decided nobody delegates, and none is proposed.
    SlashPending = 619,
    /// Not 1 to 3 000 bps.
    InvalidSlash = 620,
    /// With those of the last 90 days more than 3 000 bps.
    SlashCapExceeded = 621,
    /// No slash has this number.
    UnknownSlash = 622,
    /// Until its `ready_at`.
    NoticeNotOver = 623,
    /// Its `expires_at` has passed.
    SlashLapsed = 624,
    /// Executed before.
    AlreadyExecuted = 625,
    /// By the guardian.
    SlashVetoed = 626,
    /// By the council.
    SlashCancelled = 627,
    /// Constructor: less than 1 TFT.
    InvalidBond = 628,
    /// Proposed before, or in the second in which, the present council took office.
    FormerCouncil = 629,
}

#[contractclient(name = "StakingClient")]
pub trait StakingInterface {
    fn stake(env: Env, owner: Address, amount: i128, lock: u64) -> Result<u32, StakingError>;

    fn extend(env: Env, owner: Address, position: u32, lock: u64) -> Result<u64, StakingError>;

    fn expire(env: Env, owner: Address, position: u32) -> Result<(), StakingError>;

    fn delegate(
        env: Env,
        owner: Address,
        position: u32,
        validator: Address,
    ) -> Result<i128, StakingError>;

    fn undelegate(env: Env, owner: Address, position: u32) -> Result<u64, StakingError>;

    fn complete_unbonding(env: Env, owner: Address, position: u32) -> Result<i128, StakingError>;

    fn unstake(env: Env, owner: Address, position: u32) -> Result<i128, StakingError>;

    fn claim(env: Env, owner: Address, position: u32) -> Result<i128, StakingError>;

    fn notify(env: Env, from: Address, amount: i128) -> Result<u64, StakingError>;

    fn register_validator(
        env: Env,
        validator: Address,
        position: u32,
        commission_bps: u32,
        metadata_hash: BytesN<32>,
    ) -> Result<(), StakingError>;

    fn update_validator(
        env: Env,
        validator: Address,
        commission_bps: u32,
        metadata_hash: BytesN<32>,
    ) -> Result<u64, StakingError>;

    fn claim_commission(env: Env, validator: Address) -> Result<i128, StakingError>;

    fn propose_slash(
        env: Env,
        validator: Address,
        bps: u32,
        reason_hash: BytesN<32>,
    ) -> Result<u32, StakingError>;

    fn veto_slash(env: Env, slash: u32) -> Result<(), StakingError>;

    fn cancel_slash(env: Env, slash: u32) -> Result<(), StakingError>;

    fn execute_slash(env: Env, slash: u32) -> Result<i128, StakingError>;

    fn state(env: Env) -> StakingState;

    fn positions(env: Env, owner: Address) -> u32;

    fn position(env: Env, owner: Address, position: u32) -> Result<Position, StakingError>;

    fn last_validator(env: Env) -> Option<Address>;

    fn validator(env: Env, validator: Address) -> Result<Validator, StakingError>;

    fn slash(env: Env, slash: u32) -> Result<Slash, StakingError>;
}
