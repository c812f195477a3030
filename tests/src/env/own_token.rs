//! A region's own token of the release wasm, and people who sign for exactly what they do.

use soroban_sdk::{
    testutils::{Address as _, Events as _},
    xdr, Address, Env, Event, IntoVal, String, Val, Vec,
};
use tributary_common::interfaces::{
    factory::{Region, RegionParams, RegionToken},
    token::{NewToken, RegionTokenClient},
};

use crate::{
    env::{
        empty_env,
        pool::ONE,
        regions::{Refusal, Regions},
        sign::Call,
        wait,
    },
    ledger::{suite::BOND, LEDGER_SECONDS},
    wasm::contract,
};

/// Of `new_token`: 100 000 000, …
pub const CAP: i128 = 100_000_000 * ONE;
/// … of which as many at once as may be.
pub const GENESIS: i128 = CAP / 10;

/// "Alpine" with the symbol ALP.
pub fn new_token(env: &Env) -> NewToken {
    let [name, symbol] = ["Alpine", "ALP"].map(|text| String::from_str(env, text));
    NewToken { name, symbol, cap: CAP, genesis: GENESIS }
}

/// The token for a treasury that is nobody's contract: whoever plays it signs.
pub struct OwnToken {
    pub env: Env,
    pub token: RegionTokenClient<'static>,
    pub treasury: Address,
}

impl Default for OwnToken {
    fn default() -> OwnToken {
        OwnToken::new(CAP, GENESIS)
    }
}

impl OwnToken {
    pub fn new(cap: i128, genesis: i128) -> OwnToken {
        OwnToken::on(empty_env(), cap, genesis)
    }

    pub fn on(env: Env, cap: i128, genesis: i128) -> OwnToken {
        let treasury = Address::generate(&env);
        let new = NewToken { cap, genesis, ..new_token(&env) };
        let token = env.register(contract("token").as_slice(), (treasury.clone(), new));
        OwnToken { token: RegionTokenClient::new(&env, &token), env, treasury }
    }

    /// Somebody to whom the treasury gave this much.
    pub fn user(&self, amount: i128) -> Address {
        let user = Address::generate(&self.env);
        if amount > 0 {
            self.transfer(&self.treasury, &user, amount).expect("the treasury has it");
        }
        user
    }

    /// Closes this many ledgers.
    pub fn close(&self, ledgers: u32) {
        wait(&self.env, ledgers, LEDGER_SECONDS * u64::from(ledgers));
    }

    pub fn ledger(&self) -> u32 {
        self.env.ledger().sequence()
    }

    /// A call of the token.
    pub fn call(&self, function: &'static str, args: impl IntoVal<Env, Vec<Val>>) -> Call {
        Call::new(&self.env, &self.token.address, function, args)
    }

    /// Makes `call` with the signature of `who` for exactly that.
    pub fn signed(&self, who: &Address, call: &Call) -> Result<(), Refusal> {
        call.signed_by(&self.env, &[(who, call)])
    }

    pub fn mint(&self, amount: i128) -> Result<(), Refusal> {
        self.signed(&self.treasury, &self.call("mint", (amount,)))
    }

    pub fn transfer(&self, from: &Address, to: &Address, amount: i128) -> Result<(), Refusal> {
        self.signed(from, &self.call("transfer", (from, to, amount)))
    }

    pub fn approve(
        &self,
        from: &Address,
        spender: &Address,
        amount: i128,
        until: u32,
    ) -> Result<(), Refusal> {
        self.signed(from, &self.call("approve", (from, spender, amount, until)))
    }

    pub fn transfer_from(
        &self,
        spender: &Address,
        from: &Address,
        to: &Address,
        amount: i128,
    ) -> Result<(), Refusal> {
        self.signed(spender, &self.call("transfer_from", (spender, from, to, amount)))
    }

    pub fn burn(&self, from: &Address, amount: i128) -> Result<(), Refusal> {
        self.signed(from, &self.call("burn", (from, amount)))
    }

    pub fn burn_from(
        &self,
        spender: &Address,
        from: &Address,
        amount: i128,
    ) -> Result<(), Refusal> {
        self.signed(spender, &self.call("burn_from", (spender, from, amount)))
    }

    /// (minted, supply), and what each of them has.
    pub fn books(&self, owners: &[&Address]) -> (i128, i128, std::vec::Vec<i128>) {
        let balances = owners.iter().map(|owner| self.token.balance(owner)).collect();
        (self.token.config().minted, self.token.total_supply(), balances)
    }

    /// The token's events of the last call.
    pub fn events(&self) -> std::vec::Vec<xdr::ContractEvent> {
        self.env.events().all().filter_by_contract(&self.token.address).events().to_vec()
    }

    pub fn event(&self, event: impl Event) -> xdr::ContractEvent {
        event.to_xdr(&self.env, &self.token.address)
    }
}

impl Regions {
    /// Valid parameters of a region with a token of its own.
    pub fn own_params(&self, founder: &Address, new: NewToken) -> RegionParams {
        RegionParams { token: RegionToken::New(new), ..self.params(founder, &self.tft) }
    }

    /// A region with this token of its own, and its founder.
    pub fn own_region(
        &self,
        code: &str,
        new: NewToken,
    ) -> (Address, Region, RegionTokenClient<'static>) {
        let founder = self.user(&[(&self.tft, BOND)]);
        let params = self.own_params(&founder, new);
        let region = self.create_region_with(&founder, code, params).expect("a region");
        let token = RegionTokenClient::new(&self.env, &region.token);
        (founder, region, token)
    }

    /// Out of the genesis of a region's own token, as grants would have it.
    pub fn grant(&self, region: &Region, to: &Address, amount: i128) {
        self.env.mock_all_auths();
        RegionTokenClient::new(&self.env, &region.token).transfer(&region.treasury, to, &amount);
        self.env.set_auths(&[]);
    }
}
