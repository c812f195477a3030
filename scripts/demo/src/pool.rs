//! A day in a pool: somebody provides, others trade there and back, and she leaves with her part of the fees.

use tributary_deploy::{val, Error};

use crate::{
    calls::{amount_of, item, pair},
    text::{show, tokens},
    world::{Person, World, HOUR, ONE},
};

/// Trades there and back, an hour apart.
const TRADES: i128 = 12;

/// What the pool says of itself: TFT, the other token, what it owes of each to its treasury, shares.
#[derive(Clone, Copy)]
struct Books {
    reserves: (i128, i128),
    owed: (i128, i128),
    supply: i128,
}

impl Books {
    /// What `shares` are worth.
    fn part(&self, shares: i128) -> (i128, i128) {
        let (tft, shell) = self.reserves;
        (tft * shares / self.supply, shell * shares / self.supply)
    }

    /// √(TFT × token) for each million shares: trades only raise it.
    fn per_share(&self) -> i128 {
        (self.reserves.0 * self.reserves.1).isqrt() * 1_000_000 / self.supply
    }
}

pub fn play(world: &World) -> Result<(), Error> {
    world.act("A day in the pool of COAST: 0.3 % of each trade, a fifth of it to the treasury");
    let [ana] = world.people([("Ana", [10_000, 0, 25_000])])?;
    let bea = Person::named("Bea");
    let (coast, me) = (&world.coast, ana.val());
    let (of_0, of_1) = world.in_order(coast, 10_000 * ONE, 25_000 * ONE);
    let args = [of_0, of_1, 1].map(val::int);
    let args = [me.clone()].into_iter().chain(args).chain([me.clone(), world.deadline()]);
    let kept = world.call(&ana, &coast.pool, "deposit", args.collect())?;
    let put = pair(&kept)?;
    let put = world.in_order(coast, put.0, put.1);
    let shares = item(&kept, 2)?;
    let leave = |least: (i128, i128)| {
        let (of_0, of_1) = world.in_order(coast, least.0, least.1);
        let args = [shares, of_0, of_1].map(val::int);
        let args = [me.clone()].into_iter().chain(args).chain([me.clone(), world.deadline()]);
        world.call(&ana, &coast.pool, "withdraw", args.collect())
    };
    let early = leave((0, 0));
    world.tell(
        &ana,
        format!("deposits {} and {}, and keeps the rest", show(put.0, "TFT"), show(put.1, "SHELL")),
    );
    world.refused("leaving within 60 seconds", early, (3, "SharesHeld"))?;
    let held = world.balance(&coast.pool, me.clone())?;
    world.claim(held == shares, format!("Ana was told {shares} shares and holds {held}"));
    world.pass(HOUR)?;

    let first = check(world)?;
    let mut traded = 0;
    for round in 0..TRADES / 2 {
        let there = (1_000 + 250 * round) * ONE;
        let back = world.sell(&bea, coast, true, there)?;
        world.pass(HOUR)?;
        traded += there + world.sell(&bea, coast, false, back)?;
        world.pass(HOUR)?;
    }
    world.tell(&bea, format!("trades {TRADES} times, there and back: {}", show(traded, "TFT")));
    let last = check(world)?;
    let (then, now) = (first.per_share(), last.per_share());
    world.claim(now > then, format!("a share was worth {then} and is worth {now}"));
    world.note(format!(
        "a share is worth {:.3} % more; the treasury is owed {} and {}",
        100.0 * (now as f64 / then as f64 - 1.0),
        show(last.owed.0, "TFT"),
        show(last.owed.1, "SHELL")
    ));

    let part = last.part(shares);
    let out = pair(&leave(part)?)?;
    let out = world.in_order(coast, out.0, out.1);
    world.tell(&ana, format!("leaves with {} and {}", show(out.0, "TFT"), show(out.1, "SHELL")));
    world.claim(out == part, format!("Ana left with {out:?} of {part:?}"));
    let price = last.reserves.0 as f64 / last.reserves.1 as f64;
    let gain = (out.0 - put.0) as f64 + (out.1 - put.1) as f64 * price;
    world.note(format!(
        "she earned {} in a day: her part of the fees on {}",
        show(gain as i128, "TFT"),
        tokens(traded)
    ));
    world.claim(gain > 0.0, format!("Ana lost {gain} raw units of TFT where the price came back"));
    check(world).map(|_| ())
}

/// The pool holds exactly what it says.
fn check(world: &World) -> Result<Books, Error> {
    let coast = &world.coast;
    let state = world.view(&coast.pool, "state", vec![])?;
    let reserves = world.both(coast, &state, "reserve_")?;
    let owed = world.both(coast, &state, "owed_")?;
    let supply = amount_of(&state, "total_supply")?;
    for (token, booked) in [(&world.tft, reserves.0 + owed.0), (&coast.token, reserves.1 + owed.1)]
    {
        let held = world.balance(token, coast.pool.val())?;
        world.claim(held == booked, format!("the pool holds {held} and owes {booked}"));
    }
    Ok(Books { reserves, owed, supply })
}
