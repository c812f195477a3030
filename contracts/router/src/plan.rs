//! How much of a swap goes to which offer, and how much along the path.
//!
//! What a path pays for a little more falls as more goes in; an offer's price stays. So the best that
//! can be had is: the path until its marginal price is that of the cheapest offer, then that offer, and so
//! on. Where offers cannot be taken in any amount (`min_fill`), it is nearly the best. What is planned is
//! compared with the pools alone, to the unit, before anything is done.

use soroban_sdk::{Address, BytesN, Env, Vec};
use tributary_common::{
    ensure,
    interfaces::{
        offers::{Fill, Offer, OffersClient},
        router::RouterError,
    },
    math::BPS,
    offer::price_at,
    price::Fraction,
};

use crate::{path::Path, pools::Pools};

/// Offers that one swap can name.
const MAX_OFFERS: usize = 10;

/// An offer that can be filled.
struct Candidate {
    id: BytesN<32>,
    offer: Offer,
    price: Fraction,
    /// For what is received, the fee included.
    cost: Fraction,
    /// The most that goes to it.
    cap: u128,
}

pub struct Candidates([Option<Candidate>; MAX_OFFERS]);

/// What is done with offers; the rest of the input goes along the path.
pub struct Plan {
    pub fills: Vec<Fill>,
    pub paid: i128,
    pub received: i128,
}

impl Candidates {
    /// Those of `offers` that anyone can fill now, the cheapest first. All must trade the path's tokens.
    pub fn new(
        env: &Env,
        market: &Address,
        (token_in, token_out): (&Address, &Address),
        amount_in: i128,
        offers: &Vec<(BytesN<32>, i128)>,
    ) -> Result<Candidates, RouterError> {
        ensure(offers.len() as usize <= MAX_OFFERS, RouterError::TooManyOffers)?;
        let (market, now) = (OffersClient::new(env, market), env.ledger().timestamp());
        let mut found = Candidates([const { None }; MAX_OFFERS]);
        let mut caps = 0i128;
        for (place, (id, cap)) in offers.iter().enumerate() {
            ensure(cap > 0, RouterError::InvalidAmount)?;
            caps = caps.saturating_add(cap);
            let earlier = offers.iter().take(place).any(|(earlier, _)| earlier == id);
            ensure(!earlier, RouterError::RepeatedOffer)?;
            let Ok(Ok(offer)) = market.try_offer(&id) else { continue };
            let pair = offer.terms.sell_token == *token_out && offer.terms.buy_token == *token_in;
            ensure(pair, RouterError::OtherPair)?;
            let fillable = offer.terms.taker.is_none() && offer.check_open(now).is_ok();
            let Ok(price) = price_at(env, &offer.terms, now) else { continue };
            let kept = BPS.saturating_sub(offer.fee_bps.into());
            if let (true, Some(cost)) = (fillable, price.raised(BPS, kept)) {
                let candidate = Candidate { id, offer, price, cost, cap: cap.unsigned_abs() };
                found.insert(candidate);
            }
        }
        // Something must be left for the path, whose calls are made in any case.
        ensure(caps < amount_in, RouterError::OffersTakeAll)?;
        Ok(found)
    }

    /// Keeps them sorted by cost.
    fn insert(&mut self, candidate: Candidate) {
        let mut moving = Some(candidate);
        for place in &mut self.0 {
            let dearer = match (&moving, &*place) {
                (Some(new), Some(old)) => old.cost.exceeds(&new.cost),
                _ => true,
            };
            if dearer {
                core::mem::swap(place, &mut moving);
            }
        }
    }

    /// The plan, if it gives at least what the pools alone give.
    pub fn plan(&self, env: &Env, pools: &Pools, path: &Path, amount_in: i128) -> Option<Plan> {
        let whole = amount_in.unsigned_abs();
        let curve = pools.curve(path)?;
        let (mut left, mut along) = (whole, 0u128);
        let (mut fills, mut received) = (Vec::from_array(env, []), 0i128);
        for candidate in self.0.iter().flatten() {
            let Candidate { id, offer, price, cost, cap } = candidate;
            // Better than anything that the path could pay, it comes first.
            let limit = pools.limit(path, *cap);
            let beyond = limit.is_some_and(|most| cost.bought(*cap).is_some_and(|own| own >= most));
            let until = if beyond { 0 } else { curve.until(cost) };
            let more = until.saturating_sub(along).min(left);
            along = along.saturating_add(more);
            left = left.saturating_sub(more);
            let amount = offer.most((*cap).min(left), *price);
            let Ok(trade) = offer.clone().take(amount, *price) else { continue };
            left = left.saturating_sub(trade.paid.unsigned_abs());
            received = received.saturating_add(trade.received);
            fills.push_back(Fill { id: id.clone(), amount });
        }
        let rest = left.saturating_add(along);
        let paid = i128::try_from(whole.saturating_sub(rest)).ok().filter(|paid| *paid > 0)?;
        let planned = pools.quote(env, path, rest).ok()?.checked_add(received.unsigned_abs())?;
        let alone = pools.quote(env, path, whole).unwrap_or_default();
        (planned >= alone).then_some(Plan { fills, paid, received })
    }
}
