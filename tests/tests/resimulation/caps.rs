//! Calls at the caps of every list that they take or that a contract keeps, also after 200 days in which nothing was
//! called.

use std::collections::BTreeMap;

use soroban_env_host::xdr::{AccountId, ScAddress, ScMap, ScVal};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        camp::Camp,
        resimulation::Call,
        send::{assert_as_expected, IDLE_LEDGERS},
        suite::{fixed, list, map, new_token_params, path_val, policy, symbol, Key, Sale, Suite},
        val::{account, address, int, NO_DEADLINE},
        vault::DAY,
        Network,
    },
};

/// Regions named in one `keep_alive`, pools of a policy.
const EIGHT: usize = 8;
/// Offers in one `fill_many` or `swap_with_offers`.
const TEN: u64 = 10;
/// Tokens that the oracle quotes.
const QUOTES: usize = 64;
/// Slashes of one validator in 90 days: each is public for 7 days.
const SLASHES: u32 = 13;

/// Calls at their caps, by name.
type Calls = Vec<(&'static str, Call)>;

fn call(who: &AccountId, contract: &ScAddress, function: &'static str, args: Vec<ScVal>) -> Call {
    Call { who: who.clone(), contract: contract.clone(), function, args }
}

/// Codes of the greatest length.
fn code(letter: u8) -> String {
    char::from(letter).to_string().repeat(12)
}

/// A region with its own token and four fees.
fn params(founder: &AccountId, number: usize) -> ScVal {
    let name = format!("OWNTOKENS{number:03}");
    let params = new_token_params(founder, founder, &name, 1_000_000 * ONE, 100_000 * ONE);
    let ScVal::Map(Some(ScMap(fields))) = params else { panic!("a struct") };
    let mut fields = fields.to_vec();
    for field in &mut fields {
        if field.key == symbol("fee_tiers") {
            field.val = list(&[30, 5, 100, 10].map(ScVal::U32));
        }
    }
    ScVal::Map(Some(ScMap(fields.try_into().expect("as many"))))
}

/// Eight regions with a filled pool each, which are a policy's; eight with a token of their own; ten offers.
fn routes_and_regions() -> (Network, Calls) {
    let mut suite = Suite::new();
    let letters = b'A'..b'A' + EIGHT as u8;
    let tokens: Vec<_> = letters.clone().map(|letter| suite.asset(&code(letter)[..4])).collect();
    let who = suite.person("founder", 1_000_000_000 * ONE);
    let me = account(&who);
    let mut keys = vec![];
    for (letter, token) in letters.zip(&tokens) {
        suite.create_region(&who, &code(letter), token).expect("a region");
        keys.push(Key(code(letter), token.clone(), 30));
    }
    let cheap = Key(keys[1].0.clone(), tokens[1].clone(), 5);
    suite.create_pool(&who, &cheap, 0).expect("a pool");
    for key in keys.iter().chain([&cheap]) {
        suite.deposit(&who, key, 100_000 * ONE, 200_000 * ONE).expect("a deposit");
    }
    let factory = suite.factory.clone();
    let mut own = vec![];
    for number in 0..EIGHT {
        let code = code(b'Q' + number as u8);
        let args = vec![me.clone(), symbol(&code), params(&who, number)];
        suite.call(&who, &factory, "create_region", args).expect("a region");
        let token = suite.of_region("token", &code);
        own.push(Key(code, token, 30));
    }
    let treasury = suite.of_region("treasury", &keys[0].0);
    let named: Vec<_> = keys.iter().map(|key| (suite.pool(key), ONE, ONE)).collect();
    suite.network.close(800);
    for (pool, ..) in &named {
        suite.call(&who, &treasury, "observe", vec![address(pool)]).expect("observed");
    }
    let propose = |nonce| vec![ScVal::U64(nonce), policy(&named, 100)];
    let proposed = suite.call(&who, &treasury, "propose", propose(0)).expect("proposed").value;
    suite.network.close((7 * DAY / 5) as u32 + 1);
    let sale = Sale {
        selling: tokens[2].clone(),
        amount: 1_000 * ONE,
        buying: tokens[0].clone(),
        price: fixed(1, 2),
        min_fill: 1,
        expires_at: suite.network.info.timestamp + 300 * DAY,
        proceeds_to: me.clone(),
    };
    let offers: Vec<_> =
        (0..TEN).map(|nonce| suite.make(&who, nonce, &sale).expect("an offer")).collect();
    suite.network.close(1);

    // A for C; B goes in and out again.
    let path = [keys[0].clone(), keys[1].clone(), cheap, keys[2].clone()];
    let (token_in, path) = (address(&tokens[0]), path_val(&path));
    let with =
        |args: &[ScVal]| [std::slice::from_ref(&me), args, &[me.clone(), NO_DEADLINE]].concat();
    let exact_in = with(&[token_in.clone(), int(10 * ONE), path.clone(), int(0)]);
    let exact_out = with(&[token_in.clone(), int(1_000 * ONE), int(ONE), path.clone()]);
    let caps: Vec<_> = offers.iter().map(|id| list(&[id.clone(), int(10 * ONE)])).collect();
    let with_offers = with(&[token_in.clone(), int(200 * ONE), list(&caps), path, int(0)]);
    let fill = |id: &ScVal| map(&[("amount", int(ONE)), ("id", id.clone())]);
    let fills: Vec<_> = offers.iter().map(fill).collect();
    let many = with(&[list(&fills), token_in, int(100 * ONE), int(0)]);
    let pools = |keys: &[Key]| {
        let pools: Vec<_> = keys.iter().map(|key| address(&suite.pool(key))).collect();
        vec![list(&pools)]
    };
    let region = vec![me.clone(), symbol(&code(b'Z')), params(&who, 999)];
    let pool = vec![symbol(&own[0].0), address(&own[0].1), ScVal::U32(10), ScVal::U32(0)];
    let (router, market) = (&suite.router, &suite.offers);
    let calls = vec![
        ("router: swap_exact_in, 4 pools", call(&who, router, "swap_exact_in", exact_in)),
        ("router: swap_exact_out, 4 pools", call(&who, router, "swap_exact_out", exact_out)),
        (
            "router: swap_with_offers, 10 offers, 4 pools",
            call(&who, router, "swap_with_offers", with_offers),
        ),
        ("offers: fill_many, 10 offers", call(&who, market, "fill_many", many)),
        ("factory: keep_alive, 8 pools", call(&who, &factory, "keep_alive", pools(&keys))),
        (
            "factory: keep_alive, 8 pools of own tokens",
            call(&who, &factory, "keep_alive", pools(&own)),
        ),
        ("factory: create_region, own token", call(&who, &factory, "create_region", region)),
        ("factory: create_pool, fourth fee", call(&who, &factory, "create_pool", pool)),
        ("treasury: propose, policy of 8 pools", call(&who, &treasury, "propose", propose(1))),
        ("treasury: execute, policy of 8 pools", call(&who, &treasury, "execute", vec![proposed])),
    ];
    (suite.network, calls)
}

/// All tokens but one have an oracle pool.
fn quotes() -> (Network, Calls) {
    let mut suite = Suite::new();
    let (admin, factory) = (suite.admin.clone(), suite.factory.clone());
    let root = vec![symbol("TFT"), ScVal::Bool(true)];
    suite.call(&admin, &factory, "endorse", root).expect("endorsed");
    let mut set = vec![];
    for number in 0..QUOTES {
        let token = suite.asset(&format!("Q{number:03}"));
        let key = Key("TFT".into(), token, 30);
        suite.create_pool(&admin, &key, 0).expect("a pool");
        set.push(vec![address(&key.1), key.val()]);
    }
    let last = set.pop().expect("one of them");
    for args in set {
        suite.call(&admin, &factory, "set_oracle_pool", args).expect("set");
    }
    suite.network.close(1);
    let last = call(&admin, &factory, "set_oracle_pool", last);
    (suite.network, vec![("factory: set_oracle_pool, 64 tokens", last)])
}

/// As many slashes as there can be: the last one is pending, and may be executed.
fn slashes() -> (Network, Calls) {
    let mut camp = Camp::new();
    let council = camp.council.clone();
    let pool = address(&camp.suite.pool(&Key("ALPS".into(), camp.suite.assets[1].1.clone(), 30)));
    let factory = &camp.suite.factory;
    let alive = vec![list(&[address(factory), pool])];
    let alive = call(&council, factory, "keep_alive", alive);
    for number in 1..=SLASHES {
        camp.call(&council, "propose_slash", camp.slashing(1));
        camp.days(7);
        let sent = camp.suite.network.prepare_and_send(&council, &alive.invocation());
        assert_eq!(sent, Ok(None), "keep_alive");
        if number < SLASHES {
            camp.call(&council, "execute_slash", vec![ScVal::U32(number)]);
        }
    }
    let last = call(&council, &camp.staking, "execute_slash", vec![ScVal::U32(SLASHES)]);
    (camp.suite.network, vec![("staking: execute_slash, 13 slashes", last)])
}

#[test]
fn calls_at_the_caps_apply() {
    let (mut refused, mut impossible) = (BTreeMap::new(), vec![]);
    for (network, calls) in [routes_and_regions(), quotes(), slashes()] {
        for (name, call) in calls {
            let (mut now, mut idle) = (network.clone(), network.clone());
            let sent = now.prepare_and_send(&call.who, &call.invocation());
            assert_eq!(sent, Ok(None), "{name}");
            idle.close(IDLE_LEDGERS);
            match idle.prepare_and_send(&call.who, &call.invocation()) {
                Ok(None) => {}
                Ok(Some(refusal)) => drop(refused.insert(name.to_string(), refusal)),
                Err(_) => impossible.push(name),
            }
        }
    }
    // What was proposed lapses.
    assert_eq!(
        impossible,
        ["treasury: execute, policy of 8 pools", "staking: execute_slash, 13 slashes"]
    );
    assert_as_expected("at the caps, after 200 days", refused);
}
