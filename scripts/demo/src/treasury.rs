//! A region's treasury: fees that arrive, what is protected, proposals that are public for days, and buybacks
//! by anyone.

use stellar_xdr::ScVal;
use tributary_deploy::{val, Error};

use crate::{
    calls::{amount, amount_of},
    text::{show, tokens},
    world::{Contract, Person, World, DAY, HOUR, ONE},
};

const GRANT: i128 = 2_000 * ONE;
const INCOME: i128 = 48_000 * ONE;
/// Of the operating book, what buybacks may sell a day, basis points.
const BUDGET_BPS: u32 = 1_000;
const BUYBACKS: usize = 3;

/// Of a token, raw units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Books {
    operating: i128,
    protection: i128,
    liquidity: i128,
    stakers: i128,
}

impl Books {
    fn sum(self) -> i128 {
        self.operating + self.protection + self.liquidity + self.stakers
    }
}

pub fn play(world: &World) -> Result<(), Error> {
    world.act("A treasury: Nora is the council, Gil the guardian, Kim is anyone");
    let heidi = Person::named("Heidi");
    income(world, &heidi)?;
    propose(world)?;
    buy_back(world)?;
    for token in [&world.tft, &world.alps.token] {
        let (booked, held) =
            (books(world, token)?.sum(), world.balance(token, world.alps.treasury.val())?);
        world.claim(booked == held, format!("the treasury booked {booked} and holds {held}"));
    }
    Ok(())
}

/// What trades of the last act paid, what a citizen protects, and what the region earns.
fn income(world: &World, heidi: &Person) -> Result<(), Error> {
    let (alps, kim) = (&world.alps, &world.kim);
    let state = world.view(&alps.pool, "state", vec![])?;
    let (tft, alp) = world.both(alps, &state, "owed_")?;
    world.call(kim, &alps.pool, "collect", vec![])?;
    for (token, owed) in [(&world.tft, tft), (&alps.token, alp)] {
        world.call(kim, &alps.treasury, "absorb", vec![token.val()])?;
        let books = books(world, token)?;
        world.claim(books.operating == owed && books.sum() == owed, format!("{owed}: {books:?}"));
    }
    world.tell(
        kim,
        format!(
            "collects the treasury's part of the fees: {}, {}",
            show(tft, "TFT"),
            show(alp, "ALP")
        ),
    );

    let args = vec![heidi.val(), alps.token.val(), val::int(1_000 * ONE)];
    world.call(heidi, &alps.treasury, "protect", args)?;
    let budget = world.view(&alps.treasury, "budget", vec![alps.token.val()])?;
    let free = amount_of(&budget, "releasable")?;
    world.tell(heidi, "gives 1 000 ALP to be protected");
    world.note(format!("the council can release {} of it in 30 days", show(free, "ALP")));
    world.claim(free == 25 * ONE, format!("{free} of what was protected can be released"));

    let args = vec![heidi.val(), alps.treasury.val(), val::int(INCOME)];
    world.call(heidi, &alps.token, "transfer", args)?;
    world.call(kim, &alps.treasury, "absorb", vec![alps.token.val()])?;
    world.tell(heidi, format!("pays the region {} for its services", show(INCOME, "ALP")));
    let books = books(world, &alps.token)?;
    world.claim(books.operating == alp + INCOME, format!("after the income: {books:?}"));
    Ok(())
}

/// A policy, a payment, and one that is stopped.
fn propose(world: &World) -> Result<(), Error> {
    let (alps, nora, gil, kim) = (&world.alps, &world.nora, &world.gil, &world.kim);
    let jean = Person::named("Jean");
    world.call(kim, &alps.treasury, "observe", vec![alps.pool.val()])?;
    let propose = |nonce, action| {
        world.call(nora, &alps.treasury, "propose", vec![ScVal::U64(nonce), action])
    };
    let grant = |to: &Person, raw: i128| {
        let fields = [("amount", val::int(raw)), ("to", to.val()), ("token", alps.token.val())];
        val::list(vec![val::symbol("Grant"), val::map(&fields)])
    };
    let execute = |id: &ScVal| world.call(kim, &alps.treasury, "execute", vec![id.clone()]);
    let policy = propose(1, policy(&alps.pool))?;
    world.tell(nora, "proposes that buybacks use the pool, a tenth of the book a day at most");
    let paid = propose(2, grant(&jean, GRANT))?;
    world.tell(nora, format!("proposes to pay Jean {}", show(GRANT, "ALP")));
    let stopped = propose(3, grant(nora, 40_000 * ONE))?;
    world.tell(nora, "proposes to pay herself 40 000 ALP");
    world.call(gil, &alps.treasury, "veto", vec![stopped.clone()])?;
    world.tell(gil, "vetoes that");
    world.refused("executing at once", execute(&paid), (512, "DelayNotOver"))?;

    world.pass(3 * DAY)?;
    let before = world.balance(&alps.token, jean.val())?;
    execute(&paid)?;
    let got = world.balance(&alps.token, jean.val())? - before;
    world.tell(kim, format!("executes the payment to Jean, who has {}", show(got, "ALP")));
    world.claim(got == GRANT, format!("Jean was granted {GRANT} and got {got}"));
    world.refused("executing what Gil vetoed", execute(&stopped), (516, "ProposalVetoed"))?;
    world.pass(4 * DAY)?;
    execute(&policy)?;
    world.tell(kim, "executes the policy, seven days after it was proposed");
    Ok(())
}

/// Kim has the treasury sell ALP for TFT, as much as the rule allows.
fn buy_back(world: &World) -> Result<(), Error> {
    let (alps, kim) = (&world.alps, &world.kim);
    let buy = |raw: i128| {
        let args = vec![alps.token.val(), val::int(raw), alps.pool.val()];
        world.call(kim, &alps.treasury, "buyback", args)
    };
    // The price must have held for a day, and be fresh.
    world.pass(25 * HOUR)?;
    world.call(kim, &alps.pool, "sync", vec![])?;
    let before = (books(world, &alps.token)?, books(world, &world.tft)?);
    let held = world.balance(&world.tft, alps.treasury.val())?;
    let (mut sold, mut bought) = (0, 0);
    for round in 0..BUYBACKS {
        let budget = world.view(&alps.treasury, "budget", vec![alps.token.val()])?;
        let most = amount_of(&budget, "available")?;
        let got = amount(&buy(most)?)?;
        (sold, bought) = (sold + most, bought + got);
        world.tell(
            kim,
            format!("has the treasury sell {} for {}", show(most, "ALP"), show(got, "TFT")),
        );
        if round == 0 {
            world.refused("another at once", buy(most), (550, "TooSoon"))?;
        }
        world.pass(HOUR)?;
        world.call(kim, &alps.pool, "sync", vec![])?;
    }
    let after = (books(world, &alps.token)?, books(world, &world.tft)?);
    let kept = world.balance(&world.tft, alps.treasury.val())? - held;
    let (burned, tft) = (bought - kept, after.1);
    world.note(format!(
        "of {} {} are burned, as much protected, as much for liquidity, for stakers",
        show(bought, "TFT"),
        tokens(burned)
    ));
    let spent = before.0.operating - after.0.operating;
    world.claim(spent == sold, format!("the book gave {spent}, sold were {sold}"));
    // Each part is rounded down in each buyback, and what is protected takes the rest.
    let quarter = |raw: i128| (raw - bought / 4).abs() <= 3 * BUYBACKS as i128;
    let was = before.1;
    let parts = [
        burned,
        tft.protection - was.protection,
        tft.liquidity - was.liquidity,
        tft.stakers - was.stakers,
    ];
    world.claim(parts.into_iter().all(quarter), format!("{bought} was divided in {parts:?}"));
    let booked = tft.sum() - before.1.sum();
    world.claim(booked == kept, format!("{kept} were kept, {booked} are booked"));
    let (reserve, alp) = world.reserves(alps)?;
    let price = (sold as f64 / bought as f64) / (alp as f64 / reserve as f64);
    // The pool's fee, and the policy's premium.
    world.claim(price < 1.014, format!("paid {price} times the pool's price"));
    Ok(())
}

fn policy(pool: &Contract) -> ScVal {
    let named = val::map(&[
        ("min_tft", val::int(10_000 * ONE)),
        ("min_token", val::int(10_000 * ONE)),
        ("pool", pool.val()),
    ]);
    let quarter = ScVal::U32(2_500);
    let policy = val::map(&[
        ("budget_bps", ScVal::U32(BUDGET_BPS)),
        ("burn_bps", quarter.clone()),
        ("liquidity_bps", quarter.clone()),
        ("outflow_bps", ScVal::U32(250)),
        ("pools", val::list(vec![named])),
        ("premium_bps", ScVal::U32(100)),
        ("protect_bps", quarter.clone()),
        ("stakers_bps", quarter),
    ]);
    val::list(vec![val::symbol("SetPolicy"), policy])
}

fn books(world: &World, token: &Contract) -> Result<Books, Error> {
    let books = world.view(&world.alps.treasury, "books", vec![token.val()])?;
    let of = |name: &str| amount_of(&books, name);
    Ok(Books {
        operating: of("operating")?,
        protection: of("protection")?,
        liquidity: of("liquidity")?,
        stakers: of("stakers")?,
    })
}
