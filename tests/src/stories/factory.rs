//! The factory's: founders, admins and the network's admin create, hand on, endorse and schedule, in and
//! out of bounds; founders take their bonds out. The registry is what a plain list of it would be;
//! computed addresses are deployed ones; a bond is in its region's staking, and none in the factory.

use proptest::{prelude::*, sample::select};
use soroban_sdk::{Address, BytesN, Error, InvokeError, Symbol};
use tributary_common::{
    address,
    interfaces::{
        factory::{FactoryError, PoolKey, RegionParams, ROOT},
        staking::{Place, StakingClient, StakingError},
    },
};
use tributary_factory::{BOND_SECONDS, DELAY_SECONDS};

use crate::{
    env::{hurried_env, pool::ONE, regions::Regions},
    ledger::suite::{BOND, MIN_BOND},
    story::Story,
};

const CODES: [&str; 6] = ["TFT", "ALPS", "JURA", "ABCDEFGHIJ12", "a", "TOOLONGFORACODE"];
const TIERS: [u32; 3] = [30, 5, 100];
const USERS: usize = 3;
/// TFT, an address that is no token, and regions' tokens.
const TOKENS: usize = 5;

/// A region as it must be.
struct Known {
    code: Symbol,
    admin: Address,
    founder: Address,
    proposed: Option<Address>,
    endorsed: bool,
    /// What of the founder's bond is staked, …
    bond: i128,
    /// … and until when it is locked.
    bond_until: u64,
    min_bond: i128,
    token: Address,
    pools: Vec<PoolKey>,
}

pub struct Game {
    regions: Regions,
    known: Vec<Known>,
    users: Vec<Address>,
    tokens: Vec<Address>,
    quotes: Vec<(Address, PoolKey)>,
    template: BytesN<32>,
    scheduled: Option<(BytesN<32>, u64)>,
    steps: usize,
    log: Vec<String>,
}

fn told<T: std::fmt::Debug, C: std::fmt::Debug, E>(
    result: Result<Result<T, C>, Result<E, InvokeError>>,
) -> Result<T, E> {
    match result {
        Ok(value) => Ok(value.expect("the declared type")),
        Err(Ok(error)) => Err(error),
        Err(Err(other)) => panic!("{other:?}"),
    }
}

#[derive(Clone, Debug)]
pub enum Step {
    CreateRegion {
        code: &'static str,
        founder: usize,
        admin: usize,
        token: usize,
        band_bps: u32,
        treasury_bps: u32,
        min_bond: i128,
        fourth_tier: bool,
    },
    CreatePool {
        code: &'static str,
        token: usize,
        fee_bps: u32,
        band_bps: u32,
    },
    ProposeAdmin {
        code: &'static str,
        heir: usize,
    },
    AcceptAdmin {
        code: &'static str,
    },
    Endorse {
        code: &'static str,
        endorsed: bool,
    },
    SetOraclePool {
        code: &'static str,
        token: usize,
        fee_bps: u32,
    },
    /// The founder of the region at this place of the list, or another, has the first position paid back.
    Unstake {
        region: usize,
        other: Option<usize>,
    },
    ScheduleTemplate,
    CancelTemplate,
    ApplyTemplate,
    Wait {
        seconds: u64,
    },
}

impl Story for Game {
    /// Where the turns begin, in which regions and keys are checked.
    type Setup = usize;
    type Step = Step;

    fn setup() -> impl Strategy<Value = usize> {
        0..1_000usize
    }

    fn steps() -> impl Strategy<Value = Step> {
        let code = || select(CODES.to_vec());
        let (user, token) = (|| 0..USERS, || 0..TOKENS);
        let create_region = (
            (code(), user(), user(), token()),
            select(vec![0, 0, 1_000, 999]),
            select(vec![0, 1_667, 3_333, 3_334]),
            select(vec![ONE, MIN_BOND, MIN_BOND, MIN_BOND, ONE - 1]),
            prop::bool::weighted(0.125),
        )
            .prop_map(
                |((code, founder, admin, token), band_bps, treasury_bps, min_bond, fourth_tier)| {
                    Step::CreateRegion {
                        code,
                        founder,
                        admin,
                        token,
                        band_bps,
                        treasury_bps,
                        min_bond,
                        fourth_tier,
                    }
                },
            );
        let create_pool =
            (code(), token(), select(vec![30, 5, 100, 31, 0]), select(vec![0, 0, 5_000, 5_001]))
                .prop_map(|(code, token, fee_bps, band_bps)| Step::CreatePool {
                    code,
                    token,
                    fee_bps,
                    band_bps,
                });
        let wait = select(vec![5, DELAY_SECONDS / 2, DELAY_SECONDS, BOND_SECONDS]);
        prop_oneof![
            6 => create_region,
            6 => create_pool,
            2 => (code(), user()).prop_map(|(code, heir)| Step::ProposeAdmin { code, heir }),
            2 => code().prop_map(|code| Step::AcceptAdmin { code }),
            2 => (code(), prop::bool::weighted(0.75))
                .prop_map(|(code, endorsed)| Step::Endorse { code, endorsed }),
            4 => (code(), token(), select(TIERS.to_vec()))
                .prop_map(|(code, token, fee_bps)| Step::SetOraclePool { code, token, fee_bps }),
            2 => (0..2 * CODES.len(), prop::option::weighted(0.25, user()))
                .prop_map(|(region, other)| Step::Unstake { region, other }),
            3 => Just(Step::ScheduleTemplate),
            1 => Just(Step::CancelTemplate),
            2 => Just(Step::ApplyTemplate),
            2 => wait.prop_map(|seconds| Step::Wait { seconds }),
        ]
    }

    fn begin(first: &usize) -> Game {
        let regions = Regions::bare(hurried_env());
        let users: Vec<_> = (0..USERS).map(|_| regions.user(&[(&regions.tft, 3 * BOND)])).collect();
        let mut tokens = vec![regions.tft.clone(), users[0].clone()];
        (2..TOKENS).for_each(|_| tokens.push(regions.plain(7)));
        let root = Known {
            code: ROOT,
            admin: regions.admin.clone(),
            founder: regions.admin.clone(),
            proposed: None,
            endorsed: true,
            bond: 0,
            bond_until: 0,
            min_bond: MIN_BOND,
            token: regions.tft.clone(),
            pools: vec![],
        };
        let template = regions.factory.templates().get_unchecked(0).wasm_hash;
        regions.env.mock_all_auths();
        Game {
            regions,
            known: vec![root],
            users,
            tokens,
            quotes: vec![],
            template,
            scheduled: None,
            steps: *first,
            log: vec![],
        }
    }

    fn step(&mut self, step: &Step) {
        self.log.push(format!("{step:?}"));
        match step.clone() {
            Step::CreateRegion {
                code,
                founder,
                admin,
                token,
                band_bps,
                treasury_bps,
                min_bond,
                fourth_tier,
            } => {
                let mut params = RegionParams {
                    band_bps,
                    treasury_bps,
                    min_bond,
                    ..self.regions.params(&self.users[admin], &self.tokens[token])
                };
                if fourth_tier {
                    params.fee_tiers.push_back(30);
                }
                self.create_region(code, founder, token, params);
            }
            Step::CreatePool { code, token, fee_bps, band_bps } => {
                self.create_pool(code, token, fee_bps, band_bps);
            }
            Step::ProposeAdmin { code, heir } => self.propose_admin(code, heir),
            Step::AcceptAdmin { code } => self.accept_admin(code),
            Step::Endorse { code, endorsed } => self.endorse(code, endorsed),
            Step::SetOraclePool { code, token, fee_bps } => {
                self.set_oracle_pool(code, token, fee_bps);
            }
            Step::Unstake { region, other } => self.unstake(region % self.known.len(), other),
            Step::ScheduleTemplate => self.schedule_template(),
            Step::CancelTemplate => self.cancel_template(),
            Step::ApplyTemplate => self.apply_template(),
            Step::Wait { seconds } => {
                self.regions.wait(u32::try_from(seconds / 5).expect("few"), seconds);
            }
        }
        self.check();
    }

    /// Every bond is its founder's position 0.
    fn finish(&mut self) {
        for region in &self.known {
            let at = self.staking(region);
            self.check_bond(region, &at);
            if region.code != ROOT {
                let staking = StakingClient::new(&self.regions.env, &at);
                let position = staking.position(&region.founder, &0);
                let place = if region.bond > 0 { Place::Undelegated } else { Place::Unstaked };
                assert_eq!((position.place, position.amount), (place, region.bond));
                assert_eq!(position.lock_end, region.bond_until);
            }
        }
    }

    fn log(&self) -> &[String] {
        &self.log
    }
}

impl Game {
    fn find(&self, code: &Symbol) -> Option<usize> {
        self.known.iter().position(|known| known.code == *code)
    }

    fn create_region(&mut self, name: &str, founder: usize, token: usize, params: RegionParams) {
        let code = self.regions.code(name);
        let (founder, token) = (self.users[founder].clone(), self.tokens[token].clone());
        let valid = name.len() >= 2 && name.len() <= 12;
        let expected = if !valid {
            Err(FactoryError::InvalidCode)
        } else if self.find(&code).is_some() {
            Err(FactoryError::DuplicateCode)
        } else if params.fee_tiers.len() > 3 {
            Err(FactoryError::InvalidFeeTiers)
        } else if params.treasury_bps > 3_333 {
            Err(FactoryError::InvalidTreasuryShare)
        } else if params.band_bps == 999 {
            Err(FactoryError::InvalidBand)
        } else if params.min_bond < ONE {
            Err(FactoryError::InvalidMinBond)
        } else if token == self.regions.tft {
            Err(FactoryError::SameToken)
        } else if token == self.tokens[1] {
            Err(FactoryError::InvalidToken)
        } else {
            Ok(())
        };
        if self.regions.balance(&self.regions.tft, &founder) < BOND {
            return;
        }
        let made = told(self.regions.factory.try_create_region(&founder, &code, &params));
        assert_eq!(made.as_ref().map(|_| ()).map_err(|error| *error), expected);
        if made.is_ok() {
            let key = PoolKey { code: code.clone(), token: token.clone(), fee_bps: 30 };
            self.known.push(Known {
                code,
                admin: params.admin,
                founder,
                proposed: None,
                endorsed: false,
                bond: BOND,
                bond_until: self.regions.now() + BOND_SECONDS,
                min_bond: params.min_bond,
                token,
                pools: vec![key],
            });
        }
    }

    fn create_pool(&mut self, name: &str, token: usize, fee_bps: u32, band_bps: u32) {
        let (code, token) = (self.regions.code(name), self.tokens[token].clone());
        let key = PoolKey { code: code.clone(), token: token.clone(), fee_bps };
        let region = self.find(&code);
        let expected = match region {
            None => Err(FactoryError::UnknownRegion),
            Some(_) if token == self.regions.tft => Err(FactoryError::SameToken),
            Some(_) if !TIERS.contains(&fee_bps) => Err(FactoryError::FeeNotAllowed),
            Some(_) if band_bps == 5_001 => Err(FactoryError::InvalidBand),
            Some(region) if self.known[region].pools.contains(&key) => {
                Err(FactoryError::DuplicatePool)
            }
            Some(_) if token == self.tokens[1] => Err(FactoryError::InvalidToken),
            Some(_) => Ok(()),
        };
        let made = told(self.regions.factory.try_create_pool(&code, &token, &fee_bps, &band_bps));
        assert_eq!(made.as_ref().map(|_| ()).map_err(|error| *error), expected);
        if made.is_ok() {
            self.known[region.expect("known")].pools.push(key);
        }
    }

    fn propose_admin(&mut self, name: &str, heir: usize) {
        let (code, heir) = (self.regions.code(name), self.users[heir].clone());
        let proposed = told(self.regions.factory.try_propose_admin(&code, &heir));
        let region = self.find(&code);
        assert_eq!(proposed, region.map(|_| ()).ok_or(FactoryError::UnknownRegion));
        if let Some(region) = region {
            self.known[region].proposed = Some(heir);
        }
    }

    fn accept_admin(&mut self, name: &str) {
        let code = self.regions.code(name);
        let accepted = told(self.regions.factory.try_accept_admin(&code));
        let Some(region) = self.find(&code) else {
            return assert_eq!(accepted, Err(FactoryError::UnknownRegion));
        };
        match self.known[region].proposed.take() {
            None => assert_eq!(accepted, Err(FactoryError::NoProposal)),
            Some(heir) => {
                assert_eq!(accepted, Ok(()));
                self.known[region].admin = heir;
            }
        }
    }

    fn endorse(&mut self, name: &str, endorsed: bool) {
        let code = self.regions.code(name);
        let done = told(self.regions.factory.try_endorse(&code, &endorsed));
        let Some(region) = self.find(&code) else {
            return assert_eq!(done, Err(FactoryError::UnknownRegion));
        };
        assert_eq!(done, Ok(()));
        self.known[region].endorsed = endorsed;
        if !endorsed {
            self.quotes.retain(|(_, key)| key.code != code);
        }
    }

    fn set_oracle_pool(&mut self, name: &str, token: usize, fee_bps: u32) {
        let (code, token) = (self.regions.code(name), self.tokens[token].clone());
        let key = PoolKey { code: code.clone(), token: token.clone(), fee_bps };
        let expected = match self.find(&code).map(|region| &self.known[region]) {
            None => Err(FactoryError::UnknownRegion),
            Some(region) if !region.endorsed => Err(FactoryError::NotEndorsed),
            Some(region) if !region.pools.contains(&key) => Err(FactoryError::UnknownPool),
            Some(_) => Ok(()),
        };
        assert_eq!(told(self.regions.factory.try_set_oracle_pool(&token, &key)), expected);
        if expected.is_ok() {
            self.quotes.retain(|(quoted, _)| *quoted != token);
            self.quotes.push((token, key));
        }
    }

    fn unstake(&mut self, place: usize, other: Option<usize>) {
        let region = &mut self.known[place];
        let who = other.map_or(region.founder.clone(), |other| self.users[other].clone());
        let staking = self.regions.factory.region(&region.code).staking;
        let staking = StakingClient::new(&self.regions.env, &staking);
        let taken = told(staking.try_unstake(&who, &0));
        let expected = if region.code == ROOT || who != region.founder {
            Err(StakingError::UnknownPosition)
        } else if self.regions.now() < region.bond_until {
            Err(StakingError::Locked)
        } else if region.bond == 0 {
            Err(StakingError::NothingStaked)
        } else {
            Ok(std::mem::take(&mut region.bond))
        };
        assert_eq!(taken, expected);
    }

    /// The same code again, so that pools can still be made.
    fn schedule_template(&mut self) {
        let at = self.regions.now() + DELAY_SECONDS;
        let (factory, pool) = (&self.regions.factory, self.regions.code("pool"));
        assert_eq!(told(factory.try_schedule_template(&pool, &self.template)), Ok(at));
        self.scheduled = Some((self.template.clone(), at));
    }

    fn cancel_template(&mut self) {
        let (factory, pool) = (&self.regions.factory, self.regions.code("pool"));
        let expected = self.scheduled.take().map(|_| ()).ok_or(FactoryError::NothingScheduled);
        assert_eq!(told(factory.try_cancel_template(&pool)), expected);
    }

    fn apply_template(&mut self) {
        let (factory, pool) = (&self.regions.factory, self.regions.code("pool"));
        let expected = match &self.scheduled {
            None => Err(FactoryError::NothingScheduled),
            Some((_, at)) if self.regions.now() < *at => Err(FactoryError::DelayNotOver),
            Some(_) => Ok(()),
        };
        assert_eq!(told(factory.try_apply_template(&pool)), expected);
        if expected.is_ok() {
            self.scheduled = None;
        }
    }

    /// Where a region's staking must be.
    fn staking(&self, region: &Known) -> Address {
        let (env, factory) = (&self.regions.env, &self.regions.factory.address);
        address::of_region(env, factory, address::STAKING, &region.code, &self.regions.tft)
    }

    /// A region's staking is where it must be, and has the bond, until that is taken out, and nothing else.
    fn check_bond(&self, region: &Known, at: &Address) {
        assert_eq!((at, at.exists()), (&self.staking(region), true));
        let state = StakingClient::new(&self.regions.env, at).state();
        assert_eq!((state.staked, state.min_bond), (region.bond, region.min_bond));
        assert_eq!(self.regions.balance(&self.regions.tft, at), region.bond);
    }

    fn check(&mut self) {
        let factory = &self.regions.factory;
        let tft = &self.regions.tft;
        assert_eq!(self.regions.balance(tft, &factory.address), 0);
        assert_eq!(factory.last_region(), self.known[self.known.len() - 1].code);

        // One region and one key after the other, for every one costs calls.
        self.steps += 1;
        let place = self.steps % self.known.len();
        let region = &self.known[place];
        let told = factory.region(&region.code);
        assert_eq!((&told.founder, &told.admin), (&region.founder, &region.admin));
        assert_eq!((told.endorsed, &told.token), (region.endorsed, &region.token));
        self.check_bond(region, &told.staking);
        let before = place.checked_sub(1).map(|before| self.known[before].code.clone());
        assert_eq!(told.previous, before);
        match region.pools.last() {
            Some(key) => assert_eq!(told.last_pool, *key),
            None => assert_eq!(told.last_pool.fee_bps, 0),
        }

        // Of whatever key: deployed if and only if the list has it.
        let turn = self.steps / self.known.len();
        let token = self.tokens[turn % TOKENS].clone();
        let fee_bps = [30, 0, 5, 30, 31, 100][turn / TOKENS % 6];
        let key = PoolKey { code: region.code.clone(), token: token.clone(), fee_bps };
        let computed = address::pool(&self.regions.env, &factory.address, &key);
        let listed = region.pools.contains(&key);
        assert_eq!(factory.is_pool(&computed), listed);
        assert_eq!(computed.exists(), listed);
        match factory.try_pool(&key.code, &token, &fee_bps) {
            Ok(info) => assert_eq!(info.expect("a record").address, computed),
            Err(error) => {
                assert_eq!(error.map(Error::from), Ok(FactoryError::UnknownPool.into()));
                assert!(!listed);
            }
        }
        assert_eq!(factory.oracle_tokens().len() as usize, self.quotes.len());
        if let Some((token, key)) = self.quotes.last() {
            let computed = address::pool(&self.regions.env, &factory.address, key);
            assert_eq!(factory.oracle_pool(token), Some(computed));
        }
    }
}
