//! The pools of a path in memory: what a swap along it would pay, and the one pool that they amount to.

use soroban_sdk::{Address, Env};
use tributary_common::{
    interfaces::pool::PoolError,
    math::{mul_div_floor, sqrt_product, BPS},
    pool::{Pool, Side, Terms},
    price::Fraction,
};

use crate::{
    call::open,
    path::{Path, MAX_HOPS},
};

/// Every pool of a path once, as a call in this ledger would find it.
pub struct Pools {
    pools: [Option<(Address, Terms, Pool)>; MAX_HOPS],
}

/// What a pool is to whoever comes from one side: an input x, fee included, buys
/// reserve_out × x ÷ (reserve_in + x).
#[derive(Clone, Copy, Debug)]
pub struct Curve {
    pub reserve_in: u128,
    pub reserve_out: u128,
}

impl Pools {
    pub fn new(env: &Env, path: &Path) -> Pools {
        let mut pools = [const { None::<(Address, Terms, Pool)> }; MAX_HOPS];
        for hop in path.hops() {
            // The first free place, unless the pool is there.
            let place = pools.iter_mut().find(|place| match place {
                Some((address, ..)) => *address == hop.pool,
                None => true,
            });
            if let Some(place @ None) = place {
                let (terms, pool) = open(env, &hop.pool);
                *place = Some((hop.pool.clone(), terms, pool));
            }
        }
        Pools { pools }
    }

    /// The pools along the path, each with the side that comes in.
    fn along<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = (usize, &'a Terms, Side)> + 'a {
        path.hops().filter_map(|hop| {
            let mut places = self.pools.iter().flatten().enumerate();
            let (place, (_, terms, _)) = places.find(|(_, (address, ..))| *address == hop.pool)?;
            Some((place, terms, terms.side(&hop.token_in).ok()?))
        })
    }

    /// What `amount` would buy along the path. A pool that comes again is as its first swap left it.
    pub fn quote(&self, env: &Env, path: &Path, amount: u128) -> Result<u128, PoolError> {
        let mut pools = [const { None::<Pool> }; MAX_HOPS];
        let mut amount = amount;
        for (place, terms, side) in self.along(path) {
            let (Some(pool), Some(Some((.., opened)))) =
                (pools.get_mut(place), self.pools.get(place))
            else {
                continue; // both have a place for every hop
            };
            let pool = pool.get_or_insert_with(|| opened.clone());
            pool.check_open(env.ledger().timestamp())?;
            amount = pool.swap_exact_in(terms, side, amount)?.amount_out;
        }
        Ok(amount)
    }

    /// The pools as one, without what opening prices withhold: the second curve of what the first pays is
    /// a curve again, with the reserves x₁x₂ ÷ (x₂ + y₁) and y₁y₂ ÷ (x₂ + y₁). Rounded down, so that it
    /// only guides plans.
    pub fn curve(&self, path: &Path) -> Option<Curve> {
        let mut whole: Option<Curve> = None;
        for (place, terms, side) in self.along(path) {
            let (.., pool) = self.pools.get(place)?.as_ref()?;
            let (own, reserve_out) = side.facing(pool.reserve_0, pool.reserve_1);
            let kept = BPS.checked_sub(terms.fee_bps.into())?;
            let reserve_in = mul_div_floor(own, BPS, kept)?;
            whole = Some(match whole {
                None => Curve { reserve_in, reserve_out },
                Some(first) => {
                    let between = reserve_in.checked_add(first.reserve_out)?;
                    Curve {
                        reserve_in: mul_div_floor(first.reserve_in, reserve_in, between)?,
                        reserve_out: mul_div_floor(first.reserve_out, reserve_out, between)?,
                    }
                }
            });
        }
        whole
    }

    /// What `amount` would buy along the path at the prices that the ledger opened with: no swap pays
    /// more.
    pub fn limit(&self, path: &Path, amount: u128) -> Option<u128> {
        let mut amount = amount;
        for (place, terms, side) in self.along(path) {
            let (.., pool) = self.pools.get(place)?.as_ref()?;
            let (opening_in, opening_out) = side.facing(pool.opening_0, pool.opening_1);
            let kept = BPS.checked_sub(terms.fee_bps.into())?;
            let net = mul_div_floor(amount, kept, BPS)?;
            amount = mul_div_floor(net, opening_out, opening_in)?;
        }
        Some(amount)
    }
}

impl Curve {
    /// How much can go in until the next unit costs more than `price` (of what comes out, in what goes
    /// in): y·x' = (x' + in)² ÷ price, so in = √(x' × y × price) − x'.
    pub fn until(&self, price: &Fraction) -> u128 {
        let [num, den] = [price.num, price.den].map(i128::unsigned_abs);
        match mul_div_floor(self.reserve_out, num, den) {
            Some(worth) => sqrt_product(self.reserve_in, worth).saturating_sub(self.reserve_in),
            None => u128::MAX,
        }
    }
}
