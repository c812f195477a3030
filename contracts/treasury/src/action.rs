//! What a council can propose, and what is done when it is executed.

use soroban_sdk::{token::TokenClient, Address, Env};
use tributary_common::{
    address, allow, ensure,
    interfaces::{
        factory::{FactoryClient, PoolKey},
        offers::{Leg, OffersClient},
        pool::PoolClient,
        token::RegionTokenClient,
        treasury::{
            Action, Grant, Liquidity, Policy, PolicyPool, Removal, Sale, TreasuryConfig,
            TreasuryError,
        },
    },
    math::{mul_div_ceil, BPS},
};

use crate::{
    books::{less, plus, settled, spend},
    bucket::Size,
    buyback::PARTS,
    event::{LiquidityAdded, LiquidityRemoved},
    gauge::Gauge,
    policy, storage,
};

/// Seconds in which the cap on what leaves the protected book refills.
const OUTFLOW_SECONDS: u64 = 30 * 24 * 60 * 60;

/// What would be refused at any time is refused when it is proposed.
pub fn check(env: &Env, config: &TreasuryConfig, action: &Action) -> Result<(), TreasuryError> {
    let this = env.current_contract_address();
    let positive = |amount: i128| ensure(amount > 0, TreasuryError::InvalidAmount);
    match action {
        Action::Grant(grant) => {
            ensure(grant.to != this, TreasuryError::InvalidRecipient)?;
            positive(grant.amount)
        }
        Action::Release(leg) => {
            check_no_shares(env, config, &leg.token)?;
            positive(leg.amount)
        }
        Action::Burn(leg) => positive(leg.amount),
        Action::Mint(amount) => {
            own_token(env, config)?;
            positive(*amount)
        }
        Action::AddLiquidity(liquidity) => {
            let Liquidity { pool, tft, token, min_tft, min_token } = liquidity;
            positive(*tft)?;
            positive(*token)?;
            let possible = (0..=*tft).contains(min_tft) && (0..=*token).contains(min_token);
            ensure(possible, TreasuryError::InvalidMinimum)?;
            policy::check_pool(env, &config.factory, pool)?;
            check_own_pool(env, config, pool)
        }
        Action::RemoveLiquidity(removal) => {
            positive(removal.shares)?;
            let possible = removal.min_tft >= 0 && removal.min_token >= 0;
            ensure(possible, TreasuryError::InvalidMinimum)?;
            policy::check_pool(env, &config.factory, &removal.pool)
        }
        Action::PostOffer(sale) => {
            positive(sale.terms.sell_amount)?;
            ensure(sale.terms.proceeds_to == this, TreasuryError::InvalidProceeds)
        }
        Action::CancelOffer(_) | Action::SetCouncil(_) => Ok(()),
        Action::SetPolicy(policy) => policy::check(env, config, policy),
    }
}

/// Does it. Nothing in here asks who calls.
pub fn execute(env: &Env, config: TreasuryConfig, action: Action) -> Result<(), TreasuryError> {
    match action {
        Action::Grant(Grant { token, to, amount }) => {
            spend(env, &token, amount)?;
            TokenClient::new(env, &token).transfer(&env.current_contract_address(), &to, &amount);
            Ok(())
        }
        Action::Release(leg) => {
            // Again, for a pool that was not made yet when it was proposed.
            check_no_shares(env, &config, &leg.token)?;
            release(env, &leg)
        }
        Action::Burn(Leg { token, amount }) => {
            spend(env, &token, amount)?;
            TokenClient::new(env, &token).burn(&env.current_contract_address(), &amount);
            Ok(())
        }
        Action::Mint(amount) => mint(env, &config, amount),
        Action::AddLiquidity(liquidity) => add_liquidity(env, &config, &liquidity),
        Action::RemoveLiquidity(removal) => remove_liquidity(env, &config, &removal),
        Action::PostOffer(sale) => post_offer(env, &config, &sale),
        Action::CancelOffer(id) => {
            OffersClient::new(env, &config.offers).cancel(&id);
            Ok(())
        }
        Action::SetPolicy(policy) => set_policy(env, config, &policy),
        Action::SetCouncil(council) => {
            council.require_auth();
            let council_since = env.ledger().timestamp();
            storage::set_config(env, &TreasuryConfig { council, council_since, ..config });
            Ok(())
        }
    }
}

/// The mean of a pool that is named begins anew: nobody judged before whether it was deep.
fn set_policy(env: &Env, config: TreasuryConfig, policy: &Policy) -> Result<(), TreasuryError> {
    let (now, before) = (env.ledger().timestamp(), storage::policy(env));
    for PolicyPool { pool, .. } in policy.pools.iter() {
        let (known, watch) = (policy::named(&before, &pool), storage::watch(env, &pool));
        if let (Err(_), Ok(mut watch)) = (known, watch) {
            Gauge::read(env, &config.tft, &pool)?.restart(&mut watch, now);
            storage::set_watch(env, &pool, &watch);
        }
    }
    storage::set_policy(env, policy);
    storage::set_config(env, &TreasuryConfig { policy_since: now, ..config });
    Ok(())
}

/// Shares of pools leave the protected book for what they are worth, which then is protected: else it would
/// count twice against the cap.
fn check_no_shares(
    env: &Env,
    config: &TreasuryConfig,
    token: &Address,
) -> Result<(), TreasuryError> {
    let shares = FactoryClient::new(env, &config.factory).is_pool(token);
    ensure(!shares, TreasuryError::SharesStayProtected)
}

/// Of a token's protected book, in parts, what may leave.
pub fn outflow_size(outflow_bps: u32) -> Size {
    let capacity = PARTS.saturating_mul(outflow_bps.into()) / BPS;
    Size { capacity, period: OUTFLOW_SECONDS }
}

/// Counts as a fraction of the protected book before it, rounded up.
fn release(env: &Env, leg: &Leg) -> Result<(), TreasuryError> {
    let Leg { token, amount } = leg;
    let (mut books, _) = settled(env, token)?;
    let protection = less(books.protection, *amount).ok_or(TreasuryError::InsufficientProtected)?;
    let part = mul_div_ceil(amount.unsigned_abs(), PARTS, books.protection.unsigned_abs());
    let mut outflow = storage::outflow(env, token);
    let size = outflow_size(storage::policy(env).outflow_bps);
    let taken = outflow.take(part.unwrap_or(u128::MAX), size, env.ledger().timestamp());
    taken.ok_or(TreasuryError::OutflowExceeded)?;
    books.protection = protection;
    books.operating = plus(books.operating, *amount)?;
    storage::set_outflow(env, token, outflow);
    storage::set_books(env, token, &books);
    Ok(())
}

/// The region's own token, if the factory made one.
fn own_token(env: &Env, config: &TreasuryConfig) -> Result<Address, TreasuryError> {
    let TreasuryConfig { factory, code, tft, .. } = config;
    let token = address::of_region(env, factory, address::TOKEN, code, tft);
    ensure(token.executable().is_some(), TreasuryError::NoOwnToken)?;
    Ok(token)
}

fn mint(env: &Env, config: &TreasuryConfig, amount: i128) -> Result<(), TreasuryError> {
    let token = own_token(env, config)?;
    let (mut books, _) = settled(env, &token)?;
    books.operating = plus(books.operating, amount)?;
    storage::set_books(env, &token, &books);
    RegionTokenClient::new(env, &token).mint(&amount);
    Ok(())
}

/// Whether a pool of the factory is one of the region's.
fn check_own_pool(env: &Env, config: &TreasuryConfig, pool: &Address) -> Result<(), TreasuryError> {
    let gauge = Gauge::read(env, &config.tft, pool)?;
    let (code, token) = (config.code.clone(), gauge.token().clone());
    let key = PoolKey { code, token, fee_bps: gauge.terms.fee_bps };
    let own = address::pool(env, &config.factory, &key) == *pool;
    ensure(own, TreasuryError::ForeignPool)
}

/// Only where buybacks would trade, only near both means, and for no less than the council named: whoever
/// bends the price first would be paid by the difference.
fn add_liquidity(
    env: &Env,
    config: &TreasuryConfig,
    liquidity: &Liquidity,
) -> Result<(), TreasuryError> {
    let (now, this) = (env.ledger().timestamp(), env.current_contract_address());
    let (pool, tft) = (&liquidity.pool, &config.tft);
    // What an issuer took back from the pool would be missed only after the price is checked.
    PoolClient::new(env, pool).sync();
    let gauge = Gauge::read(env, tft, pool)?;
    let token = gauge.token().clone();
    let named = policy::named(&storage::policy(env), pool)?;
    gauge.check_near(&gauge.check_trusted(&named, &storage::watch(env, pool)?, now)?)?;

    let (mut tft_books, _) = settled(env, tft)?;
    let earmarked = liquidity.tft.min(tft_books.liquidity);
    let more = liquidity.tft.saturating_sub(earmarked);
    let operating = less(tft_books.operating, more);
    tft_books.operating = operating.ok_or(TreasuryError::InsufficientOperating)?;
    tft_books.liquidity = tft_books.liquidity.saturating_sub(earmarked);
    storage::set_books(env, tft, &tft_books);
    spend(env, &token, liquidity.token)?;

    let (desired_0, desired_1) = gauge.tft.facing(liquidity.tft, liquidity.token);
    let pulls = [(&gauge.terms.token_0, desired_0), (&gauge.terms.token_1, desired_1)];
    allow(env, pulls, pool);
    let used = PoolClient::new(env, pool).deposit(&this, &desired_0, &desired_1, &0, &this, &now);
    let (used_0, used_1, shares) = used;
    let (used_tft, used_token) = gauge.tft.facing(used_0, used_1);
    let enough = used_tft >= liquidity.min_tft && used_token >= liquidity.min_token;
    ensure(enough, TreasuryError::BelowMinimum)?;

    // What came back: of TFT to the operating book first, which was drawn on last.
    let back = liquidity.tft.saturating_sub(used_tft);
    let operating = back.min(more);
    tft_books.operating = plus(tft_books.operating, operating)?;
    tft_books.liquidity = plus(tft_books.liquidity, back.saturating_sub(operating))?;
    storage::set_books(env, tft, &tft_books);
    let (token_books, _) = settled(env, &token)?;
    storage::set_books(env, &token, &token_books);
    let mut share_books = storage::books(env, pool);
    share_books.protection = plus(share_books.protection, shares)?;
    storage::set_books(env, pool, &share_books);
    let (tft, token) = (used_tft, used_token);
    LiquidityAdded { pool: pool.clone(), tft, token, shares }.publish(env);
    Ok(())
}

/// What the shares bring is protected as they were. An exit: no pause and no bent price closes it, because
/// whatever the price, shares are paid at least what they are worth at the right one. Only in a ledger in
/// which the price has just moved it waits for the next.
fn remove_liquidity(
    env: &Env,
    config: &TreasuryConfig,
    removal: &Removal,
) -> Result<(), TreasuryError> {
    let (now, this) = (env.ledger().timestamp(), env.current_contract_address());
    let Removal { pool, shares: amount, min_tft, min_token } = removal;
    let gauge = Gauge::read(env, &config.tft, pool)?;
    gauge.check_calm()?;
    let (mut share_books, _) = settled(env, pool)?;
    let held = share_books.protection.min(*amount);
    let rest = less(share_books.operating, amount.saturating_sub(held));
    share_books.operating = rest.ok_or(TreasuryError::InsufficientProtected)?;
    share_books.protection = share_books.protection.saturating_sub(held);
    storage::set_books(env, pool, &share_books);
    let (mut tft_books, _) = settled(env, &config.tft)?;
    let (mut token_books, _) = settled(env, gauge.token())?;
    storage::set_books(env, &config.tft, &tft_books);
    storage::set_books(env, gauge.token(), &token_books);
    PoolClient::new(env, pool).withdraw(&this, amount, &0, &0, &this, &now);
    // What arrived, whatever the pool meant to pay.
    let (_, tft) = settled(env, &config.tft)?;
    let (_, token) = settled(env, gauge.token())?;
    ensure(tft >= *min_tft && token >= *min_token, TreasuryError::BelowMinimum)?;
    tft_books.protection = plus(tft_books.protection, tft)?;
    token_books.protection = plus(token_books.protection, token)?;
    storage::set_books(env, &config.tft, &tft_books);
    storage::set_books(env, gauge.token(), &token_books);
    LiquidityRemoved { pool: pool.clone(), tft, token, shares: *amount }.publish(env);
    Ok(())
}

fn post_offer(env: &Env, config: &TreasuryConfig, sale: &Sale) -> Result<(), TreasuryError> {
    let (sell_token, sell_amount) = (&sale.terms.sell_token, sale.terms.sell_amount);
    spend(env, sell_token, sell_amount)?;
    allow(env, [(sell_token, sell_amount)], &config.offers);
    let market = OffersClient::new(env, &config.offers);
    market.make(&env.current_contract_address(), &sale.nonce, &sale.terms);
    Ok(())
}
