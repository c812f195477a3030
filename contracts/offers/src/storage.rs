//! What the market keeps: an entry an offer, a book a token, and an instance that fills only read. An
//! offer's entry never goes: an id that was filled or cancelled stays so for ever. What a fill writes keeps
//! its encoded size, because a transaction's written bytes are fixed when it is simulated.
//!
//! The keys are the offer's id and the token's address themselves.

use soroban_sdk::{
    contracttype, symbol_short, unwrap::UnwrapOptimized, Address, BytesN, Env, Symbol, Vec,
};
use tributary_common::{
    interfaces::offers::{Offer, OfferPrice, OfferTerms, OffersConfig, OffersError},
    price::Fraction,
    ttl,
};

/// Instance: `OffersConfig`.
const CONFIG: Symbol = symbol_short!("Config");

/// Under an offer's id: the terms and the fee, as they are encoded.
#[contracttype]
struct Kept(
    Address,                 // maker
    Address,                 // sold token
    i128,                    // sold amount
    Address,                 // bought token
    i128,                    // a fixed price's numerator, …
    i128,                    // … and denominator
    i128,                    // least fill
    u64,                     // expiry
    Option<Address>,         // taker
    Address,                 // proceeds to
    u32,                     // fee, basis points
    i128,                    // remaining
    Option<Vec<OfferPrice>>, // the price, when it is not fixed
);

pub fn set_config(env: &Env, config: &OffersConfig) {
    env.storage().instance().set(&CONFIG, config);
}

pub fn config(env: &Env) -> OffersConfig {
    // The constructor wrote it.
    env.storage().instance().get(&CONFIG).unwrap_optimized()
}

#[inline(never)]
pub fn find(env: &Env, id: &BytesN<32>) -> Option<Offer> {
    let kept: Option<Kept> = env.storage().persistent().get(id);
    let kept = kept.as_ref()?;
    let price = match &kept.12 {
        None => OfferPrice::Fixed(Fraction { num: kept.4, den: kept.5 }),
        Some(price) => price.get_unchecked(0),
    };
    let terms = OfferTerms {
        sell_token: kept.1.clone(),
        sell_amount: kept.2,
        buy_token: kept.3.clone(),
        price,
        min_fill: kept.6,
        expires_at: kept.7,
        taker: kept.8.clone(),
        proceeds_to: kept.9.clone(),
    };
    Some(Offer { maker: kept.0.clone(), terms, fee_bps: kept.10, remaining: kept.11 })
}

pub fn offer(env: &Env, id: &BytesN<32>) -> Result<Offer, OffersError> {
    find(env, id).ok_or(OffersError::UnknownOffer)
}

pub fn set_offer(env: &Env, id: &BytesN<32>, offer: &Offer) {
    let terms = &offer.terms;
    let (Fraction { num, den }, price) = match &terms.price {
        OfferPrice::Fixed(price) => (*price, None),
        other => (Fraction { num: 0, den: 0 }, Some(Vec::from_array(env, [other.clone()]))),
    };
    let kept = Kept(
        offer.maker.clone(),
        terms.sell_token.clone(),
        terms.sell_amount,
        terms.buy_token.clone(),
        num,
        den,
        terms.min_fill,
        terms.expires_at,
        terms.taker.clone(),
        terms.proceeds_to.clone(),
        offer.fee_bps,
        offer.remaining,
        price,
    );
    env.storage().persistent().set(id, &kept);
}

pub fn extend_offer(env: &Env, id: &BytesN<32>) {
    ttl::extend_persistent(env, id);
}

/// What the market keeps of a token.
#[contracttype]
#[derive(Clone)]
pub struct Book(
    pub i128, // escrow: the sum of what remains of all offers of the token
    pub bool, // whether less than that was there when somebody looked
);

pub fn book(env: &Env, token: &Address) -> Book {
    env.storage().persistent().get(token).unwrap_or(Book(0, false))
}

pub fn set_book(env: &Env, token: &Address, book: &Book) {
    env.storage().persistent().set(token, book);
}

pub fn extend_book(env: &Env, token: &Address) {
    ttl::extend_persistent(env, token);
}
