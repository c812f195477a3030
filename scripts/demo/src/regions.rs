//! Two regions: one pays the other in its own token, and somebody provides with a single token.

use stellar_xdr::ScVal;
use tributary_deploy::{val, Error};

use crate::{
    calls::{amount, amount_of, pair},
    text::{show, tokens},
    world::{Person, World, MINUTE, ONE},
};

pub fn play(world: &World) -> Result<(), Error> {
    world.act("Regions pay each other");
    let [heidi, jean, dora] = world.people([
        ("Heidi", [0, 60_000, 0]),
        ("Jean", [0, 0, 5_000]),
        ("Dora", [1_000, 0, 0]),
    ])?;
    world.fund(&[(&world.nora, [2_000, 0, 0]), (&world.gil, [0; 3]), (&world.kim, [0; 3])])?;
    pay(world, &heidi, &jean)?;
    provide(world, &dora)?;
    price(world)?;
    world.check_router()
}

/// Heidi of ALPS is asked for 500 SHELL, and pays in ALP.
fn pay(world: &World, heidi: &Person, jean: &Person) -> Result<(), Error> {
    let (alps, coast) = (&world.alps, &world.coast);
    let price = 500 * ONE;
    let path = val::list(vec![alps.key.clone(), coast.key.clone()]);
    let asked = vec![alps.token.val(), val::int(price), path.clone()];
    let quote = world.ask(&world.router, "quote_exact_out", asked)?;
    let before = world.balance(&alps.token, heidi.val())?;
    let had = world.balance(&coast.token, jean.val())?;
    // As a wallet does: at most a hundredth more than quoted.
    let most = val::int(quote * 101 / 100);
    let args = vec![
        heidi.val(),
        alps.token.val(),
        most,
        val::int(price),
        path,
        jean.val(),
        world.deadline(),
    ];
    let told = amount(&world.call(heidi, &world.router, "swap_exact_out", args)?)?;
    let paid = before - world.balance(&alps.token, heidi.val())?;
    let received = world.balance(&coast.token, jean.val())? - had;
    world.tell(heidi, format!("pays Jean {} with {}", show(received, "SHELL"), show(paid, "ALP")));
    world.note("one call: ALP buys TFT in ALPS, that TFT buys SHELL in COAST, and Jean has it");
    world.note(format!("quoted {}, charged {}", tokens(quote), tokens(paid)));
    world.claim(
        (paid, told) == (quote, quote),
        format!("Heidi paid {paid}, was told {told}, quoted {quote}"),
    );
    // Over several pools roundings may leave a few units more.
    let right = (price..price + 10).contains(&received);
    world.claim(right, format!("Jean received {received} of {price}"));
    Ok(())
}

/// In with TFT alone, out with TFT alone.
fn provide(world: &World, dora: &Person) -> Result<(), Error> {
    let (coast, put) = (&world.coast, 1_000 * ONE);
    let with = |raw: i128| vec![coast.key.clone(), world.tft.val(), val::int(raw)];
    let limited = |raw: i128, least: i128| {
        let args = with(raw).into_iter().chain([val::int(least), world.deadline()]);
        [dora.val()].into_iter().chain(args).collect()
    };
    let quote = pair(&world.view(&world.router, "quote_deposit_one", with(put))?)?;
    let args = limited(put, quote.0);
    let kept = pair(&world.call(dora, &world.router, "deposit_one", args)?)?;
    let (shares, rest) = kept;
    world.tell(
        dora,
        format!(
            "enters the pool of COAST with {}, gets {} shares",
            show(put, "TFT"),
            tokens(shares)
        ),
    );
    let held = world.balance(&coast.pool, dora.val())?;
    world.claim(kept == quote && held == shares, format!("{kept:?}, {held}, quoted {quote:?}"));
    world.claim(rest < 10, format!("deposit_one left {rest} raw units of TFT over"));

    world.pass(2 * MINUTE)?;
    let quote = world.ask(&world.router, "quote_withdraw_one", with(shares))?;
    let before = world.balance(&world.tft, dora.val())?;
    world.call(dora, &world.router, "withdraw_one", limited(shares, quote))?;
    let paid = world.balance(&world.tft, dora.val())? - before;
    world.tell(dora, format!("leaves two minutes later with {}", show(paid, "TFT")));
    world.note("two halves were swapped at 0.3 % each: staying is what pays");
    world.claim(paid == quote, format!("withdraw_one paid {paid}, quoted {quote}"));
    world.claim(paid < put, "in and out with one token made money");
    let shell = world.balance(&coast.token, dora.val())?;
    world.claim(shell == 0, format!("Dora was left with {shell} raw units of SHELL"));
    Ok(())
}

/// An endorsed region's token has a price.
fn price(world: &World) -> Result<(), Error> {
    let (alps, admin) = (&world.alps, &world.deployer);
    let named = vec![alps.token.val(), alps.key.clone()];
    world.call(admin, &world.factory, "set_oracle_pool", named)?;
    world.pass(30 * MINUTE)?;
    let asset = val::list(vec![val::symbol("Stellar"), alps.token.val()]);
    let told = world.view(&world.oracle, "lastprice", vec![asset])?;
    if told == ScVal::Void {
        world.claim(false, "the oracle has no price of ALP");
        return Ok(());
    }
    let price = amount_of(&told, "price")? as f64 / 1e14;
    let (tft, alp) = world.reserves(alps)?;
    let spot = tft as f64 / alp as f64;
    world.tell(
        admin,
        format!("lets the oracle quote ALP: {price:.4} TFT, the mean of half an hour"),
    );
    world.claim((price / spot - 1.0).abs() < 0.02, format!("ALP at {price}, spot {spot}"));
    Ok(())
}
