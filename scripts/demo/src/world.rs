//! The network that the story plays on: its contracts, its people, its clock, and what is noted on the way.

use std::cell::{Cell, RefCell};

use stellar_xdr::{ScAddress, ScVal};
use tributary_deploy::{val, Chain, Deployer, Error, Keypair, Network, Plan, Progress};
use tributary_localnet::rpc::{self, Pace, Running};

use crate::{
    clock::Clock,
    text::{short, xlm},
};

pub use tributary_deploy::plan::ONE;

pub const MINUTE: u64 = 60;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

pub struct Contract {
    pub name: &'static str,
    pub at: ScAddress,
}

impl Contract {
    pub fn val(&self) -> ScVal {
        val::address(&self.at)
    }
}

pub struct Region {
    pub code: String,
    /// Its token's.
    pub symbol: String,
    pub token: Contract,
    pub pool: Contract,
    pub treasury: Contract,
    pub staking: Contract,
    /// Of its first pool, as router and factory take it.
    pub key: ScVal,
}

pub struct Person {
    pub name: &'static str,
    pub key: Keypair,
}

impl Person {
    pub fn named(name: &'static str) -> Person {
        Person { name, key: Keypair::derived(Network::Local.passphrase(), name) }
    }

    pub fn val(&self) -> ScVal {
        val::address(&self.key.address())
    }
}

/// A transaction that was charged for.
struct Charged {
    act: usize,
    who: &'static str,
    call: String,
    fee: i64,
}

pub struct World {
    pub chain: Chain,
    pub plan: Plan,
    clock: Clock,
    /// Stops when it is dropped.
    _running: Running,
    pub tft: Contract,
    pub factory: Contract,
    pub router: Contract,
    pub offers: Contract,
    pub oracle: Contract,
    pub alps: Region,
    pub coast: Region,
    pub deployer: Person,
    /// The council of each region.
    pub nora: Person,
    /// The guardian of each region.
    pub gil: Person,
    /// A stranger, who does what anyone may do.
    pub kim: Person,
    began: u64,
    act: Cell<usize>,
    charged: RefCell<Vec<Charged>>,
    pub contradictions: RefCell<Vec<String>>,
}

impl World {
    /// A new network with the suite and two regions on it.
    pub fn start() -> Result<World, Error> {
        let network = Network::Local;
        let options = rpc::Options { port: 0, pace: Pace::OnDemand, ..rpc::Options::default() };
        let running = rpc::start(options).map_err(|error| Error::other(error.to_string()))?;
        let clock = Clock::start(&running.url)?;
        let chain = Chain::connect(&running.url, network.passphrase())?;
        let [nora, gil, kim] = ["Nora", "Gil", "Kim"].map(Person::named);
        let plan = crate::plan(|toml| {
            let office = |name: &str, who: &Person| {
                (format!("{name} = \"deployer\""), format!("{name} = \"{}\"", who.key.account()))
            };
            [office("council", &nora), office("guardian", &gil)]
                .iter()
                .fold(toml.to_string(), |toml, (from, to)| toml.replace(from, to))
        })?;
        let [alps, coast] = ["ALPS", "COAST"].map(|code| region(&plan, code));
        let contract = |name| Contract { name, at: plan.contract(name) };
        let deployer = match Deployer::local(network.passphrase()) {
            Deployer::Key(key) => Person { name: "deployer", key },
            Deployer::Address(_) => return Err(Error::other("a local deployer has a key")),
        };
        let world = World {
            tft: Contract { name: "TFT", at: plan.tft_contract() },
            factory: contract("factory"),
            router: contract("router"),
            offers: contract("offers"),
            oracle: contract("oracle"),
            alps: alps?,
            coast: coast?,
            deployer,
            nora,
            gil,
            kim,
            began: clock.now(),
            clock,
            act: Cell::new(0),
            charged: RefCell::default(),
            contradictions: RefCell::default(),
            chain,
            plan,
            _running: running,
        };
        world.deploy()?;
        Ok(world)
    }

    fn deploy(&self) -> Result<(), Error> {
        println!("A local network at {}: {}", self.chain.url(), self.chain.passphrase());
        println!("Its ledgers close ten times a second, and days are skipped.");
        println!("\nThe deployer puts the suite and two regions on it\n");
        let (mut sent, mut fees) = (0, 0);
        tributary_deploy::deploy(&self.chain, &self.plan, &mut |step: &Progress| {
            (sent, fees) = (step.number, fees + step.fee);
            if ["create region", "first deposit"].iter().any(|what| step.what.starts_with(what)) {
                println!("  {}", step.what);
            }
            let call = step.what.split([':', ',']).next().unwrap_or_default();
            self.charge("deployer", call, step.fee);
            Ok(())
        })?;
        println!(
            "  {sent} transactions for {:.0} XLM, most of it the rent of the code; all is verified",
            fees as f64 / 1e7
        );
        for region in [&self.alps, &self.coast] {
            let Region { code, symbol, pool, treasury, staking, .. } = region;
            println!(
                "  {code:<6} token {symbol:<6} pool {}  treasury {}  staking {}",
                short(&pool.at),
                short(&treasury.at),
                short(&staking.at)
            );
        }
        Ok(())
    }

    /// Begins the next act.
    pub fn act(&self, title: &str) {
        self.act.set(self.act.get() + 1);
        println!("\n{}. {title}\n", self.act.get());
    }

    /// What somebody did.
    pub fn tell(&self, who: &Person, does: impl AsRef<str>) {
        println!("{}{:<9}{}", self.day(), who.name, does.as_ref());
    }

    /// What came of it.
    pub fn note(&self, text: impl AsRef<str>) {
        println!("{:>21}{}", "", text.as_ref());
    }

    fn day(&self) -> String {
        format!("  day {:<6}", (self.now() - self.began) / DAY)
    }

    pub fn claim(&self, holds: bool, contradiction: impl Into<String>) {
        if !holds {
            self.contradictions.borrow_mut().push(contradiction.into());
        }
    }

    /// A contract must refuse this, by this error: code, name.
    pub fn refused<T>(
        &self,
        what: &str,
        result: Result<T, Error>,
        (code, name): (u32, &str),
    ) -> Result<(), Error> {
        match result {
            Err(error) if error.code() == Some(code) => {
                self.note(format!("{what} is refused: {name} ({code})"));
            }
            Err(error @ Error::Contract { .. }) => {
                self.claim(false, format!("{what}: not {name} ({code}), but {error}"));
            }
            Err(other) => return Err(other),
            Ok(_) => self.claim(false, format!("{what} is not refused")),
        }
        Ok(())
    }

    /// Unix seconds of the last ledger.
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: u64) -> Result<(), Error> {
        self.clock.pass(seconds)
    }

    /// As a wallet sets it: ten minutes ahead.
    pub fn deadline(&self) -> ScVal {
        ScVal::U64(self.now() + 10 * MINUTE)
    }

    /// Notes what a transaction cost.
    pub fn charge(&self, who: &'static str, call: &str, fee: i64) {
        let (act, call) = (self.act.get(), call.to_string());
        self.charged.borrow_mut().push(Charged { act, who, call, fee });
    }

    /// Each call once, with what it was charged the first time.
    pub fn print_fees(&self) {
        println!("\nWhat the network charged: the first of each call\n");
        println!("  {:<4}{:<10}{:<46}{:>14}", "act", "who", "call", "fee in XLM");
        let charged = self.charged.borrow();
        for (place, Charged { act, who, call, fee }) in charged.iter().enumerate() {
            let same = |other: &Charged| other.call == *call;
            if !charged.iter().take(place).any(same) {
                println!("  {act:<4}{who:<10}{call:<46}{:>14}", xlm(*fee));
            }
        }
        let all: i64 = charged.iter().map(|charged| charged.fee).sum();
        println!("\n  {} transactions, {} XLM in all", charged.len(), xlm(all));
    }
}

fn region(plan: &Plan, code: &str) -> Result<Region, Error> {
    let found = plan.regions.iter().find(|region| region.code == code);
    let region = found.ok_or_else(|| Error::other(format!("region.toml has no {code}")))?;
    let asset = region.token_asset().map(tributary_deploy::address::show_asset).unwrap_or_default();
    let (symbol, _) = asset.split_once(':').unwrap_or_default();
    let places = plan.places(region);
    let key = val::map(&[
        ("code", val::symbol(code)),
        ("fee_bps", ScVal::U32(region.params.first_fee())),
        ("token", val::address(&places.token)),
    ]);
    Ok(Region {
        code: code.into(),
        symbol: symbol.into(),
        token: Contract { name: "token", at: places.token },
        pool: Contract { name: "pool", at: places.pool },
        treasury: Contract { name: "treasury", at: places.treasury },
        staking: Contract { name: "staking", at: places.staking },
        key,
    })
}
