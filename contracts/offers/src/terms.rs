//! Which terms can be offered.

use soroban_sdk::{symbol_short, Env};
use tributary_common::{
    ask, ensure,
    interfaces::{
        factory::FactoryClient,
        offers::{Dutch, OfferPrice, OfferTerms, OffersError, Peg},
        pool::PoolState,
    },
    price::Fraction,
};

use crate::storage;

/// The largest spread, basis points.
const MAX_SPREAD: u32 = 10_000;

/// Refuses what is no offer: an amount, a price, a time or a pool that makes no sense.
pub fn check(env: &Env, terms: &OfferTerms) -> Result<(), OffersError> {
    ensure(terms.sell_amount > 0, OffersError::InvalidAmount)?;
    ensure(terms.sell_token != terms.buy_token, OffersError::SameToken)?;
    let minimum = (1..=terms.sell_amount).contains(&terms.min_fill);
    ensure(minimum, OffersError::InvalidMinimum)?;
    ensure(env.ledger().timestamp() <= terms.expires_at, OffersError::InvalidExpiry)?;
    let this = env.current_contract_address();
    ensure(terms.proceeds_to != this, OffersError::InvalidRecipient)?;
    check_price(env, terms)
}

fn check_price(env: &Env, terms: &OfferTerms) -> Result<(), OffersError> {
    match &terms.price {
        OfferPrice::Fixed(price) => check_fraction(price),
        OfferPrice::Dutch(Dutch { start, end, den, since, until }) => {
            check_fraction(&Fraction { num: *end, den: *den })?;
            ensure(end <= start, OffersError::EndAboveStart)?;
            ensure(since < until, OffersError::TimesReversed)
        }
        OfferPrice::Pegged(Peg { pool, min_reserve, spread_bps, limit }) => {
            check_fraction(limit)?;
            ensure(*min_reserve >= 0, OffersError::InvalidAmount)?;
            ensure(*spread_bps <= MAX_SPREAD, OffersError::InvalidSpread)?;
            let factory = FactoryClient::new(env, &storage::config(env).factory);
            ensure(factory.is_pool(pool), OffersError::UnknownPool)?;
            let pair: PoolState = ask(env, pool, symbol_short!("state"));
            let pair = [&pair.token_0, &pair.token_1];
            let both = pair.contains(&&terms.sell_token) && pair.contains(&&terms.buy_token);
            ensure(both, OffersError::WrongPool)
        }
    }
}

fn check_fraction(price: &Fraction) -> Result<(), OffersError> {
    ensure(price.den > 0, OffersError::ZeroDenominator)?;
    ensure(price.num > 0, OffersError::ZeroPrice)
}
