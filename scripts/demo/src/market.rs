//! One large sale, a tenth of a pool's TFT, in five ways, each compared with what the pool alone would have
//! paid at that moment.

use stellar_xdr::ScVal;
use tributary_deploy::{val, Error};

use crate::{
    calls::{amount, amount_of, pair},
    text::tokens,
    world::{Contract, Person, World, HOUR, MINUTE, ONE},
};

/// What Sofia sells each time.
const SOLD: i128 = 10_000 * ONE;
const PARTS: i128 = 4;
/// What Bruno offers beside the pool, ALP, …
const OFFERED: i128 = 20_000 * ONE;
/// … at 101/400 TFT each: 1 % below the pool's price for Sofia.
const PRICE: (i128, i128) = (101, 400);
/// What he agrees to pay for all.
const AGREED: i128 = 39_800 * ONE;

struct Scene<'a> {
    world: &'a World,
    /// Sells TFT.
    sofia: Person,
    /// Wants TFT, and has ALP.
    bruno: Person,
    /// Brings the pool's price back where others moved it.
    bea: Person,
    /// TFT in the pool at first.
    depth: i128,
}

/// What a way of selling is called, and it: returns what it told Sofia that she gets.
type Way = (&'static str, fn(&Scene) -> Result<i128, Error>);

pub fn play(world: &World) -> Result<(), Error> {
    world.act("A large sale: a tenth of the TFT in a pool, sold in five ways");
    let [sofia, bruno, bea] = world.people([
        ("Sofia", [50_000, 0, 0]),
        ("Bruno", [1_000, 120_000, 0]),
        ("Bea", [5_000, 160_000, 10_000]),
    ])?;
    let (depth, _) = world.reserves(&world.alps)?;
    let scene = Scene { world, sofia, bruno, bea, depth };
    println!(
        "  Sofia sells {} TFT for ALP. Before each sale Bea brings the price back.\n",
        tokens(SOLD)
    );
    println!("  {:<32}{:>12}{:>13}{:>18}", "how", "ALP", "ALP per TFT", "than pool alone");
    let ways: [Way; 5] = [
        ("to the pool alone", alone),
        ("to the pool, in 4 parts", in_parts),
        ("pool and Bruno's offer", with_offer),
        ("her own offer, falling by time", auction),
        ("directly to Bruno, both sign", direct),
    ];
    for (how, sell) in ways {
        scene.restore()?;
        scene.compare(how, sell)?;
    }
    println!();
    world.note("an offer has the price that its maker named; the pool's follows from its depth");
    world.check_router()
}

impl Scene<'_> {
    fn compare(&self, how: &str, sell: fn(&Scene) -> Result<i128, Error>) -> Result<(), Error> {
        let (world, alp) = (self.world, &self.world.alps.token);
        let asked = vec![world.tft.val(), val::int(SOLD)];
        let pool = world.ask(&world.alps.pool, "quote_exact_in", asked)?;
        let (held, tft) = (self.held(alp)?, self.held(&world.tft)?);
        let told = sell(self)?;
        let (got, gave) = (self.held(alp)? - held, tft - self.held(&world.tft)?);
        world.claim(got == told && gave == SOLD, format!("{how}: {got} for {gave}, told {told}"));
        let better = 100.0 * (got as f64 / pool as f64 - 1.0);
        println!(
            "  {how:<32}{:>12}{:>13.4}{:>+17.2}%",
            tokens(got),
            got as f64 / gave as f64,
            better
        );
        let right = if how == "to the pool alone" { got == pool } else { got > pool };
        world.claim(right, format!("{how} paid {got}, the pool alone would have paid {pool}"));
        Ok(())
    }

    fn held(&self, token: &Contract) -> Result<i128, Error> {
        self.world.balance(token, self.sofia.val())
    }

    /// Bea buys the TFT that is too much in the pool.
    fn restore(&self) -> Result<(), Error> {
        let world = self.world;
        let (tft, _) = world.reserves(&world.alps)?;
        if tft <= self.depth {
            return Ok(());
        }
        let (token, me) = (world.alps.token.val(), self.bea.val());
        let bought = val::int(tft - self.depth);
        let asked = vec![token.clone(), bought.clone()];
        let most = val::int(world.ask(&world.alps.pool, "quote_exact_out", asked)?);
        let args = vec![me.clone(), token, most, bought, me, world.deadline()];
        world.call(&self.bea, &world.alps.pool, "swap_exact_out", args)?;
        Ok(())
    }

    fn sell(&self, raw: i128) -> Result<i128, Error> {
        self.world.sell(&self.sofia, &self.world.alps, true, raw)
    }

    /// Opens an offer; its id.
    fn make(
        &self,
        maker: &Person,
        [selling, buying]: [&Contract; 2],
        sold: i128,
        price: ScVal,
    ) -> Result<ScVal, Error> {
        let terms = val::map(&[
            ("buy_token", buying.val()),
            ("expires_at", ScVal::U64(self.world.now() + 24 * HOUR)),
            ("min_fill", val::int(ONE)),
            ("price", price),
            ("proceeds_to", maker.val()),
            ("sell_amount", val::int(sold)),
            ("sell_token", selling.val()),
            ("taker", ScVal::Void),
        ]);
        let args = vec![maker.val(), ScVal::U64(1), terms];
        self.world.call(maker, &self.world.offers, "make", args)
    }
}

fn alone(scene: &Scene) -> Result<i128, Error> {
    scene.sell(SOLD)
}

/// Others trade in between, so that each part finds the price as it was.
fn in_parts(scene: &Scene) -> Result<i128, Error> {
    let mut all = 0;
    for _ in 0..PARTS {
        scene.restore()?;
        all += scene.sell(SOLD / PARTS)?;
        scene.world.pass(HOUR)?;
    }
    Ok(all)
}

/// How much of the offer is worth filling, the router finds out. Sofia signs what it may take at most.
fn with_offer(scene: &Scene) -> Result<i128, Error> {
    let world = scene.world;
    let (num, den) = PRICE;
    let price = val::map(&[("den", val::int(den)), ("num", val::int(num))]);
    let price = val::list(vec![val::symbol("Fixed"), price]);
    let id = scene.make(&scene.bruno, [&world.alps.token, &world.tft], OFFERED, price)?;
    let most = val::list(vec![id.clone(), val::int(OFFERED * num / den)]);
    let args = |least: i128| {
        let path = val::list(vec![world.alps.key.clone()]);
        let (me, offers) = (scene.sofia.val(), val::list(vec![most.clone()]));
        let [sold, least] = [SOLD, least].map(val::int);
        vec![me.clone(), world.tft.val(), sold, offers, path, least, me, world.deadline()]
    };
    let foreseen =
        amount(&world.foresee(&scene.sofia, &world.router, "swap_with_offers", args(0))?)?;
    let done = world.call(&scene.sofia, &world.router, "swap_with_offers", args(foreseen))?;
    let left = amount_of(&world.view(&world.offers, "offer", vec![id])?, "remaining")?;
    world.claim(left == 0, format!("{left} raw units of Bruno's offer were not worth filling"));
    amount(&done)
}

/// From 3 % above the pool's price to 3 % below within an hour: whoever finds it good first takes it.
fn auction(scene: &Scene) -> Result<i128, Error> {
    let world = scene.world;
    let now = world.now();
    let price = val::map(&[
        ("den", val::int(100)),
        ("end", val::int(388)),
        ("since", ScVal::U64(now)),
        ("start", val::int(412)),
        ("until", ScVal::U64(now + HOUR)),
    ]);
    let price = val::list(vec![val::symbol("Dutch"), price]);
    let id = scene.make(&scene.sofia, [&world.tft, &world.alps.token], SOLD, price)?;
    let (tft, alp) = world.reserves(&world.alps)?;
    let wanted = alp as f64 / tft as f64 * 0.995;
    loop {
        world.pass(5 * MINUTE)?;
        let asked = vec![id.clone(), val::int(SOLD), ScVal::U64(world.now())];
        let (most, _) = pair(&world.view(&world.offers, "quote", asked)?)?;
        if most as f64 <= wanted * SOLD as f64 {
            let me = scene.bruno.val();
            let [all, most] = [SOLD, most].map(val::int);
            let args = vec![me.clone(), id, all, most, me, world.deadline()];
            return amount(&world.call(&scene.bruno, &world.offers, "fill", args)?);
        }
    }
}

/// Agreed on beforehand. Bruno signs his side alone; Sofia sends both.
fn direct(scene: &Scene) -> Result<i128, Error> {
    let world = scene.world;
    let leg = |token: &Contract, raw: i128| {
        val::map(&[("amount", val::int(raw)), ("token", token.val())])
    };
    let (give, take) = (leg(&world.tft, SOLD), leg(&world.alps.token, AGREED));
    let args = vec![scene.sofia.val(), scene.bruno.val(), give, take, world.deadline()];
    world.call_signed(&scene.sofia, &[&scene.bruno], &world.offers, "swap_direct", args)?;
    Ok(AGREED)
}
