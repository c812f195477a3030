//! The entry points. What their documentation says goes into the wasm for whoever calls them, so it
//! is short; docs/offers.md says it at length, with the errors of each.
//!
//! The market holds escrows and fees. Its one role, the network's admin, can change the fee of offers
//! that are not made yet.
#![allow(clippy::too_many_arguments)] // each is a limit that the caller signs

use soroban_sdk::{
    contract, contractimpl, contractmeta, token::TokenClient, xdr::ToXdr, Address, BytesN, Env, Vec,
};
use tributary_common::{
    ensure,
    interfaces::{
        factory::{FactoryClient, ROOT},
        offers::{
            Fill, Leg, Offer, OfferPrice, OfferTerms, OffersConfig, OffersError, OffersInterface,
        },
    },
    math::mul_div_floor,
    offer::{price_at, Trade},
    price::Fraction,
    ttl,
};

use crate::{
    event::{Cancelled, Collected, Exchanged, Filled, Made, Reclaimed, Scheduled},
    storage::{self, Book},
    terms,
};

/// Seconds between the announcement of a fee and the first offer that has it.
pub const DELAY_SECONDS: u64 = 7 * 24 * 60 * 60;
/// The highest fee, basis points.
const MAX_FEE: u32 = 50;
/// Offers that one `fill_many` can name.
const MAX_FILLS: u32 = 10;

contractmeta!(key = "binver", val = env!("CARGO_PKG_VERSION"));
contractmeta!(key = "source", val = "Tributary: contracts/offers");
contractmeta!(key = "sep", val = "47");

#[contract]
pub struct OffersContract;

#[contractimpl]
impl OffersContract {
    /// Makes a market whose admin, treasury and pools are those of `factory`'s network, for ever.
    /// `fee_bps`: withheld from what takers receive, at most 50.
    pub fn __constructor(env: Env, factory: Address, fee_bps: u32) -> Result<(), OffersError> {
        ensure(fee_bps <= MAX_FEE, OffersError::FeeTooHigh)?;
        FactoryClient::new(&env, &factory).region(&ROOT); // or nothing that is one answers
        let (next_fee_bps, next_fee_at) = (fee_bps, 0);
        let config = OffersConfig { factory, fee_bps, next_fee_bps, next_fee_at };
        storage::set_config(&env, &config);
        Ok(())
    }
}

#[contractimpl]
impl OffersInterface for OffersContract {
    /// Opens an offer and escrows what it sells. The id is the SHA-256 of the XDR of (maker, nonce,
    /// terms), once for ever: it can never come to mean anything else.
    ///
    /// Signed by `maker`, with the transfer of `sell_amount`. Returns the id. Event: `made`.
    fn make(
        env: Env,
        maker: Address,
        nonce: u64,
        terms: OfferTerms,
    ) -> Result<BytesN<32>, OffersError> {
        maker.require_auth();
        terms::check(&env, &terms)?;
        let identity = (maker.clone(), nonce, terms.clone());
        let id: BytesN<32> = env.crypto().sha256(&identity.to_xdr(&env)).into();
        ensure(storage::find(&env, &id).is_none(), OffersError::DuplicateOffer)?;
        let fee_bps = fee_at(&storage::config(&env), env.ledger().timestamp());
        let OfferTerms { sell_token, buy_token, sell_amount, .. } = terms.clone();
        let token = TokenClient::new(&env, &sell_token);
        let this = env.current_contract_address();
        let (Book(escrow, _), before) = (storage::book(&env, &sell_token), token.balance(&this));
        // A new escrow must not pay for old ones.
        ensure(before >= escrow, OffersError::Deficit)?;
        let escrow = escrow.checked_add(sell_amount).ok_or(OffersError::Overflow)?;

        let offer = Offer { maker: maker.clone(), terms, fee_bps, remaining: sell_amount };
        storage::set_offer(&env, &id, &offer);
        storage::extend_offer(&env, &id);
        storage::set_book(&env, &sell_token, &Book(escrow, false));
        storage::extend_book(&env, &sell_token);
        ttl::extend_instance(&env);

        token.transfer(&maker, &this, &sell_amount);
        let received = token.balance(&this).checked_sub(before);
        ensure(received >= Some(sell_amount), OffersError::NotReceived)?;
        let terms = offer.terms;
        Made { sell_token, buy_token, maker, id: id.clone(), nonce, terms, fee_bps }.publish(&env);
        Ok(id)
    }

    /// Takes exactly `amount` of an offer, for at most `max_pay`; `to` receives it less the fee (rounded
    /// up). What remains is nothing or at least the offer's `min_fill`.
    ///
    /// Signed by `taker`: of an offer at a fixed price with the transfer of the payment, ⌈amount × num ÷
    /// den⌉, to `proceeds_to`; of others with the transfer of `max_pay` to the market, which returns the
    /// rest. Returns the payment. Event: `filled`.
    fn fill(
        env: Env,
        taker: Address,
        id: BytesN<32>,
        amount: i128,
        max_pay: i128,
        to: Address,
        deadline: u64,
    ) -> Result<i128, OffersError> {
        taker.require_auth();
        ensure(max_pay > 0, OffersError::InvalidAmount)?;
        check(&env, &to, deadline)?;
        let mut found = storage::find(&env, &id);
        let offer = found.as_mut().ok_or(OffersError::UnknownOffer)?;
        let trade = take(&env, offer, &taker, amount)?;
        ensure(trade.paid <= max_pay, OffersError::LimitExceeded)?;
        let sold = TokenClient::new(&env, &offer.terms.sell_token);
        let book = whole_book(&env, &sold.address)?;

        storage::set_offer(&env, &id, offer);
        storage::set_book(&env, &sold.address, &less(book, amount));

        let this = env.current_contract_address();
        let bought = TokenClient::new(&env, &offer.terms.buy_token);
        if let OfferPrice::Fixed(_) = offer.terms.price {
            bought.transfer(&taker, &offer.terms.proceeds_to, &trade.paid);
        } else {
            let before = bought.balance(&this);
            let rest = max_pay.saturating_sub(trade.paid); // paid ≤ max_pay
            bought.transfer(&taker, &this, &max_pay);
            bought.transfer(&this, &offer.terms.proceeds_to, &trade.paid);
            bought.transfer(&this, &taker, &rest);
            check_passed_on(&env, &bought, before)?;
        }
        sold.transfer(&this, &to, &trade.received);
        tell_filled(&env, id, offer.maker.clone(), taker, amount, &trade);
        Ok(trade.paid)
    }

    /// Fills up to 10 offers that sell one token for `buy_token`, for at most `max_pay` in all; passes
    /// over what can no longer be filled. `to` receives all of it at once, after fees at least
    /// `min_received`. Name only offers that filled in simulation: a transaction lists what it touches.
    ///
    /// Signed by `taker`, with the transfer of `max_pay` to the market, which returns the rest. Returns
    /// (paid, received). Events: one `filled` each.
    fn fill_many(
        env: Env,
        taker: Address,
        fills: Vec<Fill>,
        buy_token: Address,
        max_pay: i128,
        min_received: i128,
        to: Address,
        deadline: u64,
    ) -> Result<(i128, i128), OffersError> {
        taker.require_auth();
        ensure(max_pay > 0 && min_received >= 0, OffersError::InvalidAmount)?;
        ensure((1..=MAX_FILLS).contains(&fills.len()), OffersError::InvalidFills)?;
        check(&env, &to, deadline)?;
        let sell_token = one_pair(&env, &fills, &buy_token)?;
        let sold = TokenClient::new(&env, &sell_token);
        let mut book = whole_book(&env, &sell_token)?;

        let this = env.current_contract_address();
        let bought = TokenClient::new(&env, &buy_token);
        let before = bought.balance(&this);
        bought.transfer(&taker, &this, &max_pay);
        let (mut rest, mut received) = (max_pay, 0i128);
        for Fill { id, amount } in fills.iter() {
            let Some(untouched) = storage::find(&env, &id) else { continue };
            let mut offer = untouched.clone();
            let Ok(trade) = take(&env, &mut offer, &taker, amount) else { continue };
            let Some(left) = rest.checked_sub(trade.paid).filter(|left| *left >= 0) else {
                continue;
            };
            storage::set_offer(&env, &id, &offer);
            let paid = bought.try_transfer(&this, &offer.terms.proceeds_to, &trade.paid);
            if !matches!(paid, Ok(Ok(()))) {
                storage::set_offer(&env, &id, &untouched);
                continue;
            }
            rest = left;
            received = received.saturating_add(trade.received); // parts of the escrow
            book = less(book, amount);
            tell_filled(&env, id, offer.maker, taker.clone(), amount, &trade);
        }
        ensure(received > 0, OffersError::NothingFilled)?;
        ensure(received >= min_received, OffersError::LimitExceeded)?;
        storage::set_book(&env, &sell_token, &book);
        sold.transfer(&this, &to, &received);
        bought.transfer(&this, &taker, &rest);
        check_passed_on(&env, &bought, before)?;
        Ok((max_pay.saturating_sub(rest), received))
    }

    /// Closes an offer and pays what remains to its maker; after a clawback, its part of what is there,
    /// rounded down. Works at any time.
    ///
    /// Signed by the maker. Returns what was paid. Event: `cancelled`.
    fn cancel(env: Env, id: BytesN<32>) -> Result<i128, OffersError> {
        let offer = storage::offer(&env, &id)?;
        offer.maker.require_auth();
        let (maker, amount) = close(&env, &id, offer, true)?;
        Cancelled { id, maker, amount }.publish(&env);
        Ok(amount)
    }

    /// Closes an offer that has expired and pays what remains to its maker; not while escrows are
    /// missing after a clawback, which would make her loss final.
    ///
    /// Signed by nobody. Returns what was paid. Event: `reclaimed`.
    fn reclaim(env: Env, id: BytesN<32>) -> Result<i128, OffersError> {
        let offer = storage::offer(&env, &id)?;
        let over = env.ledger().timestamp() > offer.terms.expires_at;
        ensure(over, OffersError::NotExpired)?;
        let (maker, amount) = close(&env, &id, offer, false)?;
        Reclaimed { id, maker, amount }.publish(&env);
        Ok(amount)
    }

    /// A trade that two parties agreed on: `give` goes from `maker` to `taker`, `take` from `taker` to
    /// `maker`, both or neither. No escrow, no fee.
    ///
    /// Signed by both, each with the transfer of her leg. Event: `exchanged`.
    fn swap_direct(
        env: Env,
        maker: Address,
        taker: Address,
        give: Leg,
        take: Leg,
        deadline: u64,
    ) -> Result<(), OffersError> {
        ensure(maker != taker, OffersError::SameParty)?;
        maker.require_auth();
        taker.require_auth();
        ensure(env.ledger().timestamp() <= deadline, OffersError::DeadlinePassed)?;
        ensure(give.amount > 0 && take.amount > 0, OffersError::InvalidAmount)?;
        ensure(give.token != take.token, OffersError::SameToken)?;
        TokenClient::new(&env, &give.token).transfer(&maker, &taker, &give.amount);
        TokenClient::new(&env, &take.token).transfer(&taker, &maker, &take.amount);
        Exchanged { maker, taker, give, take }.publish(&env);
        Ok(())
    }

    /// Pays what the market holds of `token` above all escrows (the fees, and what was sent here by
    /// mistake) to the network's treasury, nobody else. If the token's issuer clawed escrows back, pays
    /// nothing and stops fills until what is missing is back.
    ///
    /// Signed by nobody. Returns the amount. Event: `collected`.
    fn collect(env: Env, token: Address) -> Result<i128, OffersError> {
        let token = TokenClient::new(&env, &token);
        let this = env.current_contract_address();
        let (Book(escrow, _), balance) =
            (storage::book(&env, &token.address), token.balance(&this));
        storage::set_book(&env, &token.address, &Book(escrow, balance < escrow));
        if balance < escrow {
            return Ok(0); // which must not depend on who can be paid
        }
        let amount = balance.saturating_sub(escrow);
        let factory = storage::config(&env).factory;
        let treasury = FactoryClient::new(&env, &factory).region(&ROOT).treasury;
        ttl::extend_instance(&env);
        token.transfer(&this, &treasury, &amount);
        Collected { token: token.address, treasury, amount }.publish(&env);
        Ok(amount)
    }

    /// Announces the fee of offers that are made 7 days from now or later; it replaces an earlier
    /// announcement. Offers that are open keep theirs.
    ///
    /// Signed by the network's admin. Returns from when on. Event: `scheduled`.
    fn schedule_fee(env: Env, fee_bps: u32) -> Result<u64, OffersError> {
        let mut config = storage::config(&env);
        FactoryClient::new(&env, &config.factory).region(&ROOT).admin.require_auth();
        ensure(fee_bps <= MAX_FEE, OffersError::FeeTooHigh)?;
        let now = env.ledger().timestamp();
        config.fee_bps = fee_at(&config, now);
        config.next_fee_bps = fee_bps;
        config.next_fee_at = now.saturating_add(DELAY_SECONDS);
        storage::set_config(&env, &config);
        ttl::extend_instance(&env);
        let at = config.next_fee_at;
        Scheduled { fee_bps, at }.publish(&env);
        Ok(at)
    }

    /// An offer by its id.
    fn offer(env: Env, id: BytesN<32>) -> Result<Offer, OffersError> {
        storage::offer(&env, &id)
    }

    /// What a fill of `amount` at `time` would (pay, receive), to the unit, errors included but those of
    /// the taker and the tokens (`Deficit`). Of a pegged offer the time counts for its expiry alone.
    fn quote(
        env: Env,
        id: BytesN<32>,
        amount: i128,
        time: u64,
    ) -> Result<(i128, i128), OffersError> {
        let mut offer = storage::offer(&env, &id)?;
        let trade = take_at(&env, &mut offer, amount, time)?;
        Ok((trade.paid, trade.received))
    }

    /// The price at `time`; of a pegged offer, now. A fill pays ⌈amount × num ÷ den⌉.
    fn price_at(env: Env, id: BytesN<32>, time: u64) -> Result<Fraction, OffersError> {
        price_at(&env, &storage::offer(&env, &id)?.terms, time)
    }

    /// The factory, and the fee of new offers.
    fn config(env: Env) -> OffersConfig {
        storage::config(&env)
    }

    /// (what remains of all offers that sell `token`, whether fills are stopped because less is there).
    fn escrowed(env: Env, token: Address) -> (i128, bool) {
        let Book(escrow, short) = storage::book(&env, &token);
        (escrow, short)
    }
}

fn check(env: &Env, to: &Address, deadline: u64) -> Result<(), OffersError> {
    ensure(env.ledger().timestamp() <= deadline, OffersError::DeadlinePassed)?;
    ensure(*to != env.current_contract_address(), OffersError::InvalidRecipient)
}

/// The book of a token of which nobody has found escrows missing.
fn whole_book(env: &Env, token: &Address) -> Result<Book, OffersError> {
    let book = storage::book(env, token);
    ensure(!book.1, OffersError::Deficit)?;
    Ok(book)
}

/// `amount` is a part of the escrow.
fn less(Book(escrow, short): Book, amount: i128) -> Book {
    Book(escrow.saturating_sub(amount), short)
}

/// What only passed through here was all there: no other maker's escrow paid for a part of it.
fn check_passed_on(env: &Env, token: &TokenClient, before: i128) -> Result<(), OffersError> {
    let after = token.balance(&env.current_contract_address());
    ensure(after >= before, OffersError::NotReceived)
}

fn take(env: &Env, offer: &mut Offer, taker: &Address, amount: i128) -> Result<Trade, OffersError> {
    offer.check_taker(taker)?;
    take_at(env, offer, amount, env.ledger().timestamp())
}

fn take_at(env: &Env, offer: &mut Offer, amount: i128, time: u64) -> Result<Trade, OffersError> {
    offer.check_open(time)?;
    let price = price_at(env, &offer.terms, time)?;
    offer.take(amount, price)
}

/// The token that all of these offers sell for `buy_token`. What does not exist yet does not count.
fn one_pair(env: &Env, fills: &Vec<Fill>, buy_token: &Address) -> Result<Address, OffersError> {
    let mut sell_token = None;
    for Fill { id, .. } in fills.iter() {
        let Some(Offer { terms, .. }) = storage::find(env, &id) else { continue };
        let sold = sell_token.get_or_insert_with(|| terms.sell_token.clone());
        let same = *sold == terms.sell_token && *buy_token == terms.buy_token;
        ensure(same, OffersError::MixedPairs)?;
    }
    sell_token.ok_or(OffersError::NothingFilled)
}

/// Pays what remains to the maker; with escrows missing, if `takes_less`, the part that is there.
fn close(
    env: &Env,
    id: &BytesN<32>,
    mut offer: Offer,
    takes_less: bool,
) -> Result<(Address, i128), OffersError> {
    ensure(offer.remaining > 0, OffersError::OfferClosed)?;
    let token = TokenClient::new(env, &offer.terms.sell_token);
    let this = env.current_contract_address();
    let (Book(escrow, _), balance) = (storage::book(env, &token.address), token.balance(&this));
    let short = balance < escrow;
    ensure(takes_less || !short, OffersError::Deficit)?;
    let amount = if short { part_of(offer.remaining, balance, escrow) } else { offer.remaining };
    let book = less(Book(escrow, short), offer.remaining);
    offer.remaining = 0;
    storage::set_offer(env, id, &offer);
    storage::set_book(env, &token.address, &book);
    token.transfer(&this, &offer.maker, &amount);
    Ok((offer.maker, amount))
}

/// ⌊amount × balance ÷ whole⌋: the rounding is the gain of those who stay.
fn part_of(amount: i128, balance: i128, whole: i128) -> i128 {
    let [amount, balance, whole] = [amount, balance.max(0), whole].map(i128::unsigned_abs);
    let part = mul_div_floor(amount, balance, whole).unwrap_or_default();
    i128::try_from(part).unwrap_or_default() // at most the amount
}

fn fee_at(config: &OffersConfig, time: u64) -> u32 {
    if time >= config.next_fee_at {
        config.next_fee_bps
    } else {
        config.fee_bps
    }
}

fn tell_filled(
    env: &Env,
    id: BytesN<32>,
    maker: Address,
    taker: Address,
    amount: i128,
    Trade { paid, received }: &Trade,
) {
    let (received, paid) = (*received, *paid);
    Filled { id, maker, taker, amount, received, paid }.publish(env);
}
