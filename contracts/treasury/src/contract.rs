//! The entry points. What their documentation says goes into the wasm for whoever calls them, so it
//! is short; docs/treasury.md says it at length, with the errors of each.

use soroban_sdk::{
    contract, contractimpl, contractmeta, token::TokenClient, xdr::ToXdr, Address, BytesN, Env,
    Symbol,
};
use tributary_common::{
    address, allow, ensure,
    interfaces::{
        pool::PoolClient,
        staking::StakingClient,
        treasury::{
            Action, Books, Budget, Policy, Proposal, Status, TreasuryConfig, TreasuryError,
            TreasuryInterface, Watch,
        },
    },
    math::mul_div_floor,
    ttl,
};

use crate::{
    action,
    books::{plus, settled},
    buyback::{self, PARTS},
    event::{Absorbed, Cancelled, Executed, Notified, Observed, Proposed, Protected, Vetoed},
    gauge::Gauge,
    policy, proposal, storage,
};

contractmeta!(key = "binver", val = env!("CARGO_PKG_VERSION"));
contractmeta!(key = "source", val = "Tributary: contracts/treasury");
contractmeta!(key = "sep", val = "47");

#[contract]
pub struct TreasuryContract;

#[contractimpl]
impl TreasuryContract {
    /// Makes the treasury of the region `code`, with the first policy. `offers`: the market; `council`:
    /// who proposes; `guardian`: who can veto, for ever.
    pub fn __constructor(
        env: Env,
        code: Symbol,
        factory: Address,
        tft: Address,
        offers: Address,
        council: Address,
        guardian: Address,
    ) {
        storage::set_policy(&env, &policy::first(&env));
        let config = TreasuryConfig {
            code,
            factory,
            tft,
            offers,
            council,
            guardian,
            council_since: 0,
            policy_since: 0,
        };
        storage::set_config(&env, &config);
    }
}

#[contractimpl]
impl TreasuryInterface for TreasuryContract {
    /// Books what the treasury holds of `token` above its books as operating. After a clawback every book
    /// bears its part, the protected one's rounded up.
    ///
    /// Signed by nobody. Returns the books. Event: `absorbed`.
    fn absorb(env: Env, token: Address) -> Result<Books, TreasuryError> {
        let (books, change) = settled(&env, &token)?;
        storage::set_books(&env, &token, &books);
        ttl::extend_instance(&env);
        Absorbed { token, change }.publish(&env);
        Ok(books)
    }

    /// Pulls `amount` of `token` into the protected book.
    ///
    /// Signed by `from`, with the transfer. Event: `protected`.
    fn protect(env: Env, from: Address, token: Address, amount: i128) -> Result<(), TreasuryError> {
        from.require_auth();
        ensure(amount > 0, TreasuryError::InvalidAmount)?;
        let (mut books, _) = settled(&env, &token)?;
        books.protection = plus(books.protection, amount)?;
        storage::set_books(&env, &token, &books);
        let (client, this) = (TokenClient::new(&env, &token), env.current_contract_address());
        let before = client.balance(&this);
        client.transfer(&from, &this, &amount);
        let received = client.balance(&this).checked_sub(before);
        ensure(received >= Some(amount), TreasuryError::NotReceived)?;
        Protected { token, from, amount }.publish(&env);
        Ok(())
    }

    /// Has a pool of the factory record its price, and notes it for the mean over 24 hours; no sooner
    /// than 24 hours after the last note, else it notes nothing. A pool that has less than the policy's
    /// minima begins its mean anew. Call it daily.
    ///
    /// Signed by nobody. Returns what is noted. Event: `observed`.
    fn observe(env: Env, pool: Address) -> Result<Watch, TreasuryError> {
        let config = storage::config(&env);
        policy::check_pool(&env, &config.factory, &pool)?;
        PoolClient::new(&env, &pool).sync();
        let now = env.ledger().timestamp();
        let gauge = Gauge::read(&env, &config.tft, &pool)?;
        let mut watch = storage::watch(&env, &pool).unwrap_or_else(|_| gauge.first(now));
        let named = policy::named(&storage::policy(&env), &pool).ok();
        gauge.observe(&mut watch, named.as_ref(), now);
        storage::set_watch(&env, &pool, &watch);
        let cumulative = gauge.pool.oracle.latest.cumulative;
        Observed { pool, cumulative }.publish(&env);
        Ok(watch)
    }

    /// Sells `amount` of the operating book for TFT in a pool that the policy names, within every limit of
    /// the rule (docs/treasury.md), and burns or books what it brings as the policy divides it.
    ///
    /// Signed by nobody. Returns the TFT bought. Event: `bought`.
    fn buyback(
        env: Env,
        token: Address,
        amount: i128,
        pool: Address,
    ) -> Result<i128, TreasuryError> {
        buyback::execute(&env, &token, amount, &pool)
    }

    /// Pays what was bought for the stakers to the region's staking.
    ///
    /// Signed by nobody. Returns the amount. Event: `notified`.
    fn notify_stakers(env: Env) -> Result<i128, TreasuryError> {
        let TreasuryConfig { factory, code, tft, .. } = storage::config(&env);
        let (mut books, _) = settled(&env, &tft)?;
        let amount = core::mem::take(&mut books.stakers);
        ensure(amount > 0, TreasuryError::NothingToNotify)?;
        storage::set_books(&env, &tft, &books);
        let staking = address::of_region(&env, &factory, address::STAKING, &code, &tft);
        allow(&env, [(&tft, amount)], &staking);
        StakingClient::new(&env, &staking).notify(&env.current_contract_address(), &amount);
        Notified { staking, amount }.publish(&env);
        Ok(amount)
    }

    /// Makes a proposal public; when it can be executed depends on what it is (`Action`). `nonce`: any
    /// number that was not used for the same action.
    ///
    /// Signed by the council. Returns the id, the SHA-256 of the XDR of (treasury, nonce, action). Event:
    /// `proposed`.
    fn propose(env: Env, nonce: u64, action: Action) -> Result<BytesN<32>, TreasuryError> {
        let config = storage::config(&env);
        config.council.require_auth();
        action::check(&env, &config, &action)?;
        let identity = (env.current_contract_address(), nonce, action.clone());
        let id: BytesN<32> = env.crypto().sha256(&identity.to_xdr(&env)).into();
        ensure(!storage::has_proposal(&env, &id), TreasuryError::DuplicateProposal)?;
        let proposal = proposal::new(&env, action);
        storage::set_proposal(&env, &id, &proposal);
        ttl::extend_instance(&env);
        let (council, Proposal { action, ready_at, expires_at, .. }) = (config.council, proposal);
        Proposed { id: id.clone(), council, action, ready_at, expires_at }.publish(&env);
        Ok(id)
    }

    /// Does what was proposed, once its time has come and before its grace is over.
    ///
    /// Signed by nobody; a new council by that council. Event: `executed`.
    fn execute(env: Env, id: BytesN<32>) -> Result<(), TreasuryError> {
        let config = storage::config(&env);
        let mut proposal = storage::proposal(&env, &id)?;
        proposal::check_due(&env, &proposal, &config)?;
        proposal.status = Status::Executed;
        storage::set_proposal(&env, &id, &proposal);
        ttl::extend_instance(&env);
        action::execute(&env, config, proposal.action)?;
        Executed { id }.publish(&env);
        Ok(())
    }

    /// Withdraws a proposal. Signed by the council. Event: `cancelled`.
    fn cancel(env: Env, id: BytesN<32>) -> Result<(), TreasuryError> {
        storage::config(&env).council.require_auth();
        end(&env, &id, Status::Cancelled)?;
        Cancelled { id }.publish(&env);
        Ok(())
    }

    /// Stops a proposal. Signed by the guardian. Event: `vetoed`.
    fn veto(env: Env, id: BytesN<32>) -> Result<(), TreasuryError> {
        storage::config(&env).guardian.require_auth();
        end(&env, &id, Status::Vetoed)?;
        Vetoed { id }.publish(&env);
        Ok(())
    }

    /// What is booked of `token`; `absorb` brings it to the balance.
    fn books(env: Env, token: Address) -> Books {
        storage::books(&env, &token)
    }

    /// What may leave the books of `token` now, `absorb` included.
    fn budget(env: Env, token: Address) -> Result<Budget, TreasuryError> {
        let (now, policy) = (env.ledger().timestamp(), storage::policy(&env));
        let (books, _) = settled(&env, &token)?;
        let size = buyback::budget_size(&policy, books.operating);
        let available = storage::budget(&env, &token).level(size, now);
        let part =
            storage::outflow(&env, &token).level(action::outflow_size(policy.outflow_bps), now);
        let releasable = mul_div_floor(books.protection.unsigned_abs(), part, PARTS);
        // All of them parts of what is an amount.
        let [available, hourly, releasable] =
            [available, size.capacity, releasable.unwrap_or_default()].map(u128::cast_signed);
        Ok(Budget { available, hourly, releasable })
    }

    /// A proposal by its id.
    fn proposal(env: Env, id: BytesN<32>) -> Result<Proposal, TreasuryError> {
        storage::proposal(&env, &id)
    }

    /// What is noted of a pool.
    fn watch(env: Env, pool: Address) -> Result<Watch, TreasuryError> {
        storage::watch(&env, &pool)
    }

    /// What the community decided about buybacks.
    fn policy(env: Env) -> Policy {
        storage::policy(&env)
    }

    /// The region, and who and what the treasury goes by.
    fn config(env: Env) -> TreasuryConfig {
        storage::config(&env)
    }
}

fn end(env: &Env, id: &BytesN<32>, status: Status) -> Result<(), TreasuryError> {
    let mut ended = storage::proposal(env, id)?;
    proposal::check_pending(&ended)?;
    ended.status = status;
    storage::set_proposal(env, id, &ended);
    ttl::extend_instance(env);
    Ok(())
}
