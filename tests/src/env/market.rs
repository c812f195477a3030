//! The market of the release wasm with a maker, a taker and a pool of what they trade, everything signed
//! for exactly that.

use soroban_sdk::{testutils::Events as _, xdr, Address, BytesN, Event};
use tributary_common::{
    interfaces::{
        factory::PoolKey,
        offers::{Dutch, Fill, OfferPrice, OfferTerms, Peg},
    },
    price::Fraction,
};

use crate::env::{
    empty_env,
    pool::{NEVER, ONE},
    regions::{Refusal, Regions},
    sign::Call,
};

/// What everybody begins with, of both tokens.
pub const RICH: i128 = 1_000_000 * ONE;

pub struct Market {
    pub regions: Regions,
    /// Sells TFT …
    pub maker: Address,
    /// … for this …
    pub other: Address,
    /// … to her.
    pub taker: Address,
    /// 10 000 TFT against 20 000 of the other, old enough for a TWAP.
    pub key: PoolKey,
}

impl Default for Market {
    fn default() -> Market {
        Market::new()
    }
}

impl std::ops::Deref for Market {
    type Target = Regions;

    fn deref(&self) -> &Regions {
        &self.regions
    }
}

impl Market {
    pub fn new() -> Market {
        Market::on(empty_env())
    }

    pub fn on(env: soroban_sdk::Env) -> Market {
        // The SDK's host weighs every entry in use at each inner call, to report on it; a network does not.
        env.cost_estimate().budget().reset_unlimited();
        let regions = Regions::on(env);
        let key = regions.root_pool(10_000 * ONE, 20_000 * ONE);
        let other = key.token.clone();
        let [maker, taker] =
            [(); 2].map(|()| regions.user(&[(&regions.tft, RICH), (&other, RICH)]));
        let market = Market { regions, maker, other, taker, key };
        // A record, so that the mean is fresh.
        market.wait(360, 1_800);
        market.swap(&market.tft, ONE);
        market.close(1);
        market
    }

    /// Somebody else who is rich.
    pub fn another(&self) -> Address {
        self.user(&[(&self.tft, RICH), (&self.other, RICH)])
    }

    /// Somebody swaps in the pool.
    pub fn swap(&self, token_in: &Address, amount: i128) {
        let who = self.user(&[(token_in, amount)]);
        let pool = self.pool(&self.key);
        self.env.mock_all_auths();
        pool.swap_exact_in(&who, token_in, &amount, &0, &who, &NEVER);
        self.env.set_auths(&[]);
    }

    /// 1 000 TFT at `price`, in fills of at least 1, for a day, to anyone.
    pub fn terms(&self, price: OfferPrice) -> OfferTerms {
        OfferTerms {
            sell_token: self.tft.clone(),
            sell_amount: 1_000 * ONE,
            buy_token: self.other.clone(),
            price,
            min_fill: ONE,
            expires_at: self.now() + 86_400,
            taker: None,
            proceeds_to: self.maker.clone(),
        }
    }

    /// `terms` at `num ÷ den`.
    pub fn fixed(&self, num: i128, den: i128) -> OfferTerms {
        self.terms(OfferPrice::Fixed(Fraction { num, den }))
    }

    /// `terms` at a price that falls from 4 to 2 within an hour.
    pub fn dutch(&self) -> OfferTerms {
        let (since, until) = (self.now(), self.now() + 3_600);
        self.terms(OfferPrice::Dutch(Dutch { start: 4_000, end: 2_000, den: 1_000, since, until }))
    }

    /// `terms` at the pool's price and `spread_bps` more, at least `num ÷ den`.
    pub fn pegged(&self, spread_bps: u32, num: i128, den: i128) -> OfferTerms {
        let (pool, limit) = (self.pool(&self.key).address, Fraction { num, den });
        self.terms(OfferPrice::Pegged(Peg { pool, min_reserve: 1, spread_bps, limit }))
    }

    /// `make`, and what is signed with it.
    pub fn making(&self, maker: &Address, nonce: u64, terms: &OfferTerms) -> Call {
        let (token, amount) = (&terms.sell_token, terms.sell_amount);
        self.to_offers("make", (maker, nonce, terms.clone())).with(self.transfer(
            token,
            maker,
            &self.offers.address,
            amount,
        ))
    }

    /// Makes an offer of `maker`'s.
    pub fn make(&self, nonce: u64, terms: &OfferTerms) -> BytesN<32> {
        self.make_by(&self.maker, nonce, terms).expect("an offer")
    }

    pub fn make_by(
        &self,
        maker: &Address,
        nonce: u64,
        terms: &OfferTerms,
    ) -> Result<BytesN<32>, Refusal> {
        self.signed(maker, &self.making(maker, nonce, terms))
    }

    /// `fill`, and what is signed with it.
    pub fn filling(
        &self,
        taker: &Address,
        id: &BytesN<32>,
        amount: i128,
        max_pay: i128,
        to: &Address,
        deadline: u64,
    ) -> Call {
        let call = self.to_offers("fill", (taker, id.clone(), amount, max_pay, to, deadline));
        let Ok(Ok(offer)) = self.offers.try_offer(id) else { return call };
        let pay = match &offer.terms.price {
            OfferPrice::Fixed(price) => {
                let pay = price.cost(amount.unsigned_abs()).unwrap_or_default();
                (offer.terms.proceeds_to.clone(), i128::try_from(pay).unwrap_or_default())
            }
            _ => (self.offers.address.clone(), max_pay),
        };
        call.with(self.transfer(&offer.terms.buy_token, taker, &pay.0, pay.1))
    }

    /// The taker fills without limits.
    pub fn fill(&self, id: &BytesN<32>, amount: i128) -> Result<i128, Refusal> {
        self.fill_by(&self.taker, id, amount)
    }

    pub fn fill_by(&self, taker: &Address, id: &BytesN<32>, amount: i128) -> Result<i128, Refusal> {
        let max_pay = RICH / 2;
        self.signed(taker, &self.filling(taker, id, amount, max_pay, taker, NEVER))
    }

    /// The taker's `fill_many`, and what is signed with it.
    pub fn filling_many(
        &self,
        fills: &[(&BytesN<32>, i128)],
        max_pay: i128,
        min_received: i128,
    ) -> Call {
        let mut list = soroban_sdk::Vec::new(&self.env);
        for (id, amount) in fills {
            list.push_back(Fill { id: (*id).clone(), amount: *amount });
        }
        let (taker, other) = (&self.taker, &self.other);
        let args = (taker, list, other, max_pay, min_received, taker, NEVER);
        self.to_offers("fill_many", args).with(self.transfer(
            other,
            taker,
            &self.offers.address,
            max_pay,
        ))
    }

    /// The router's `swap_with_offers` without limits, and what is signed with it.
    pub fn swapping(
        &self,
        from: &Address,
        token_in: &Address,
        amount: i128,
        offers: &[(&BytesN<32>, i128)],
        path: &[&PoolKey],
    ) -> Call {
        let mut list = soroban_sdk::Vec::new(&self.env);
        for (id, cap) in offers {
            list.push_back(((*id).clone(), *cap));
        }
        let args = (from, token_in, amount, list, self.path(path), 0i128, from, NEVER);
        self.to_router("swap_with_offers", args).with(self.transfer(
            token_in,
            from,
            &self.router.address,
            amount,
        ))
    }

    pub fn cancel(&self, id: &BytesN<32>) -> Result<i128, Refusal> {
        let maker = self.offers.offer(id).maker;
        self.signed(&maker, &self.to_offers("cancel", (id.clone(),)))
    }

    pub fn reclaim(&self, id: &BytesN<32>) -> Result<i128, Refusal> {
        self.unsigned(&self.to_offers("reclaim", (id.clone(),)))
    }

    pub fn collect(&self, token: &Address) -> Result<i128, Refusal> {
        self.unsigned(&self.to_offers("collect", (token,)))
    }

    pub fn remaining(&self, id: &BytesN<32>) -> i128 {
        self.offers.offer(id).remaining
    }

    /// What a fill of `amount` would (pay, receive) now.
    pub fn quote(&self, id: &BytesN<32>, amount: i128) -> (i128, i128) {
        self.offers.quote(id, &amount, &self.now())
    }

    /// The market's events of the last call.
    pub fn told(&self) -> std::vec::Vec<xdr::ContractEvent> {
        self.env.events().all().filter_by_contract(&self.offers.address).events().to_vec()
    }

    pub fn event(&self, event: impl Event) -> xdr::ContractEvent {
        event.to_xdr(&self.env, &self.offers.address)
    }

    /// An id that no offer has.
    pub fn no_id(&self) -> BytesN<32> {
        BytesN::from_array(&self.env, &[7; 32])
    }
}
