//! The treasury's interface: what councils, keepers, wallets and staking call.

use soroban_sdk::{contractclient, contracterror, contracttype, Address, BytesN, Env, Symbol};

use super::offers::{Leg, OfferTerms};

/// What the treasury holds of one token, raw units: together never more than its balance.
#[contracttype]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// What proposals spend and buybacks sell.
    pub operating: i128,
    /// Leaves only for `operating`, and no faster than the cap. Shares of pools leave only for what they are
    /// worth, which then is protected.
    pub protection: i128,
    /// TFT bought back to be added to the region's pools.
    pub liquidity: i128,
    /// TFT bought back for the stakers, until `notify_stakers`.
    pub stakers: i128,
}

/// A pool that buybacks may use.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyPool {
    pub pool: Address,
    /// Reserves below which it is not used, raw units.
    pub min_tft: i128,
    pub min_token: i128,
}

/// What a community decides about its buybacks.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Of the operating book, what buybacks may sell a day: up to 1 000 bps.
    pub budget_bps: u32,
    /// How far above the means a buyback may pay: up to 200 bps.
    pub premium_bps: u32,
    /// Of the protected book, what may leave at once and again every 30 days: up to 250 bps.
    pub outflow_bps: u32,
    /// What becomes of the TFT bought: together 10 000 bps.
    pub burn_bps: u32,
    pub protect_bps: u32,
    pub stakers_bps: u32,
    pub liquidity_bps: u32,
    /// At most 8.
    pub pools: soroban_sdk::Vec<PolicyPool>,
}

/// A payment out of the operating book.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub token: Address,
    pub to: Address,
    pub amount: i128,
}

/// Liquidity for one of the region's pools, at the pool's ratio: at most, and at least, this.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Liquidity {
    pub pool: Address,
    /// Out of the book `liquidity` first, then `operating`.
    pub tft: i128,
    /// Of the pool's other token, out of `operating`.
    pub token: i128,
    pub min_tft: i128,
    pub min_token: i128,
}

/// Liquidity to be taken back from any pool of the factory, for at least this.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    pub pool: Address,
    pub shares: i128,
    pub min_tft: i128,
    pub min_token: i128,
}

/// An offer for the market.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The offer's, not the proposal's.
    pub nonce: u64,
    /// `proceeds_to` is the treasury.
    pub terms: OfferTerms,
}

/// What a council can propose. Amounts are raw units.
#[allow(clippy::large_enum_variant)] // the specification has no boxes
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Pays out of the operating book. After 3 days.
    Grant(Grant),
    /// Moves from the protected to the operating book, within the cap; no shares of a pool, which leave by
    /// `RemoveLiquidity`. After 3 days.
    Release(Leg),
    /// Destroys out of the operating book. After 3 days.
    Burn(Leg),
    /// Mints the region's own token into the operating book. After 7 days.
    Mint(i128),
    /// Adds liquidity; the shares are protected. After 3 days.
    AddLiquidity(Liquidity),
    /// Takes liquidity back into the protected books. After 3 days.
    RemoveLiquidity(Removal),
    /// Offers something of the operating book on the market. After 3 days.
    PostOffer(Sale),
    /// Takes an offer back, by its id. At once: it only brings the treasury its own.
    CancelOffer(BytesN<32>),
    /// After 7 days, and void once a later policy is in force; at once where it tightens and loosens nothing.
    SetPolicy(Policy),
    /// After 7 days, with the new council's signature.
    SetCouncil(Address),
}

/// What has become of a proposal.
#[contracttype]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Status {
    Pending = 0,
    Executed = 1,
    /// By the council.
    Cancelled = 2,
    /// By the guardian.
    Vetoed = 3,
}

/// A proposal as it stands.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub action: Action,
    pub proposed_at: u64,
    /// Anyone executes it from then on, a policy that only tightens before too, …
    pub ready_at: u64,
    /// … and no later than this.
    pub expires_at: u64,
    pub status: Status,
}

/// What the treasury knows of a pool beyond what the pool tells.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// When the pool was observed first.
    pub since: u64,
    /// Two points of the pool's `cumulative`; the younger that is at least 24 hours old begins the long mean.
    /// Both begin anew when the policy names the pool, and when it is observed with less than the minima.
    pub older_time: u64,
    pub older_cumulative: i128,
    pub younger_time: u64,
    pub younger_cumulative: i128,
    /// When a buyback used the pool last; 0: never.
    pub last_buyback: u64,
    /// Of the pool's reserve, what buybacks could sell then, parts in 10¹².
    pub room: i128,
}

/// What may leave a token's books now, raw units. (TFT is not sold, and shares of pools are not released.)
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// By buybacks.
    pub available: i128,
    /// The most that `available` grows to, and by which it grows in an hour.
    pub hourly: i128,
    /// From the protected to the operating book.
    pub releasable: i128,
}

/// Who and what the treasury goes by. All but the council and the times is fixed for ever.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreasuryConfig {
    /// The region's.
    pub code: Symbol,
    pub factory: Address,
    pub tft: Address,
    /// The market.
    pub offers: Address,
    /// Who proposes.
    pub council: Address,
    /// Who can veto.
    pub guardian: Address,
    /// When the council took office; what was proposed before is void. 0: from the beginning.
    pub council_since: u64,
    /// When the policy came into force; 0: from the beginning.
    pub policy_since: u64,
}

/// Every way a treasury can refuse; what a token, a pool or the market refuses comes through with its own
/// code. A refused call changes nothing.
#[contracterror]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreasuryError {
    /// Not positive.
    InvalidAmount = 500,
    /// The treasury itself.
    InvalidRecipient = 501,
    /// More than an amount can hold.
    Overflow = 502,
    /// A token delivered less than it was told to.
    NotReceived = 503,
    /// More than the operating book has, with the book `liquidity` where liquidity is added.
    InsufficientOperating = 504,
    /// More than the protected book has; of shares that are removed, more than both books have.
    InsufficientProtected = 505,
    /// The protected book's cap; `budget` tells what may leave now.
    OutflowExceeded = 506,
    /// Nothing waits for the stakers.
    NothingToNotify = 507,

    /// No proposal has this id.
    UnknownProposal = 510,
    /// There is, or was, a proposal of this action with this nonce; take another nonce.
    DuplicateProposal = 511,
    /// Until the proposal's `ready_at`.
    DelayNotOver = 512,
    /// Its grace is over; propose it again.
    ProposalExpired = 513,
    /// It has been executed.
    AlreadyExecuted = 514,
    /// The council withdrew it.
    ProposalCancelled = 515,
    /// The guardian stopped it.
    ProposalVetoed = 516,
    /// Proposed before the council in office; propose it again.
    FormerCouncil = 517,
    /// Proposed before the policy in force, and looser; propose it again.
    FormerPolicy = 518,

    /// Above 1 000 bps.
    BudgetTooHigh = 520,
    /// Above 200 bps.
    PremiumTooHigh = 521,
    /// Above 250 bps.
    OutflowTooHigh = 522,
    /// The parts do not make 10 000 bps.
    InvalidSplit = 523,
    /// More than 8, or one twice.
    InvalidPools = 524,
    /// A pool's minima must be positive; those of liquidity neither negative nor above what is added.
    InvalidMinimum = 525,
    /// Not one of the factory's pools.
    UnknownPool = 526,
    /// A pool with a band can be held where its price is wrong.
    BandedPool = 527,
    /// Not one of the region's pools.
    ForeignPool = 528,
    /// What an offer earns goes to the treasury.
    InvalidProceeds = 529,
    /// The factory made no token for this region.
    NoOwnToken = 530,
    /// Shares of a pool leave the protected book by `RemoveLiquidity` alone.
    SharesStayProtected = 531,
    /// The pool took, or paid, less than the proposal's minimum.
    BelowMinimum = 532,

    /// The policy does not name it.
    PoolNotInPolicy = 540,
    /// Does not trade this token against TFT.
    WrongPool = 541,
    /// Nobody has called `observe` for it.
    NotObserved = 542,
    /// Observed for less than 7 days.
    PoolTooYoung = 543,
    /// A reserve is below the policy's minimum.
    PoolTooShallow = 544,
    /// Now, or within the time that its TWAP covers.
    PoolPaused = 545,
    /// No TWAP yet: 30 minutes after the first deposit.
    TwapTooYoung = 546,
    /// Recorded nothing for an hour; anyone can call its `sync`.
    TwapStale = 547,
    /// No observation is 24 hours old.
    MeanTooYoung = 548,
    /// The youngest observation of at least 24 hours is older than 72. Wait until the last one is 24 hours
    /// old; where it is older than 72, call `observe` first.
    MeanStale = 549,
    /// Five minutes after the last buyback.
    TooSoon = 550,
    /// More than one call may sell: 0.25 % of the pool's reserve, or the pool's fee where that is lower.
    OverCallLimit = 551,
    /// More than is left of what buybacks may sell to the pool, 2 % of its reserve in any 24 hours.
    OverDailyLimit = 552,
    /// More than the budget has; it refills within an hour.
    OverBudget = 553,
    /// In this ledger: for a buyback more than 0.1 % up, for a removal of liquidity more than 0.5 %. Try again
    /// in the next.
    PriceMoved = 554,
    /// Above the lower of the two means by more than the policy's premium.
    PriceTooHigh = 555,
    /// More than 0.5 % from one of the means.
    PriceOffMean = 556,
    /// Less than a quarter of what could be sold now: it would only keep others from selling.
    BelowQuarter = 557,
}

#[contractclient(name = "TreasuryClient")]
pub trait TreasuryInterface {
    fn absorb(env: Env, token: Address) -> Result<Books, TreasuryError>;

    fn protect(env: Env, from: Address, token: Address, amount: i128) -> Result<(), TreasuryError>;

    fn observe(env: Env, pool: Address) -> Result<Watch, TreasuryError>;

    fn buyback(
        env: Env,
        token: Address,
        amount: i128,
        pool: Address,
    ) -> Result<i128, TreasuryError>;

    fn notify_stakers(env: Env) -> Result<i128, TreasuryError>;

    fn propose(env: Env, nonce: u64, action: Action) -> Result<BytesN<32>, TreasuryError>;

    fn execute(env: Env, id: BytesN<32>) -> Result<(), TreasuryError>;

    fn cancel(env: Env, id: BytesN<32>) -> Result<(), TreasuryError>;

    fn veto(env: Env, id: BytesN<32>) -> Result<(), TreasuryError>;

    fn books(env: Env, token: Address) -> Books;

    fn budget(env: Env, token: Address) -> Result<Budget, TreasuryError>;

    fn proposal(env: Env, id: BytesN<32>) -> Result<Proposal, TreasuryError>;

    fn watch(env: Env, pool: Address) -> Result<Watch, TreasuryError>;

    fn policy(env: Env) -> Policy;

    fn config(env: Env) -> TreasuryConfig;
}
