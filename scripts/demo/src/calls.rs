//! What people do: they get accounts, ask, sign and send. And the values in between.

use std::thread;

use stellar_xdr::{
    Asset, ChangeTrustAsset, ChangeTrustOp, MuxedAccount, OperationBody, PaymentOp, ScVal, Uint256,
};
use tributary_deploy::{chain, plan::ONE, val, Error, Keypair};

use crate::world::{Contract, Person, Region, World};

impl World {
    /// Accounts by friendbot, with trustlines to all three tokens and what is named of them, in whole
    /// tokens: TFT, ALP, SHELL.
    pub fn fund(&self, people: &[(&Person, [i64; 3])]) -> Result<(), Error> {
        let assets = self.plan.assets();
        let trust: Vec<_> = assets.iter().map(|asset| trustline(asset)).collect();
        let chain = &self.chain;
        let lines = thread::scope(|scope| {
            let all: Vec<_> = people
                .iter()
                .map(|(person, _)| {
                    let (key, trust) = (&person.key, trust.clone());
                    scope.spawn(move || {
                        chain.friendbot(&key.account())?;
                        chain.classic(key, trust)
                    })
                })
                .collect();
            all.into_iter().map(|one| one.join().expect("it does not panic")).collect::<Vec<_>>()
        });
        for ((person, _), line) in people.iter().zip(lines) {
            self.charge(person.name, "trustlines", line?.fee_charged);
        }
        let pays = people.iter().flat_map(|(person, amounts)| {
            let of_each = assets.iter().zip(amounts).filter(|(_, amount)| **amount > 0);
            of_each.map(|(asset, amount)| payment(asset, &person.key, amount * ONE as i64))
        });
        let issuer = self.plan.issuer.as_ref().expect("a local network's");
        for pays in pays.collect::<Vec<_>>().chunks(100) {
            self.chain.classic(issuer, pays.to_vec())?;
        }
        Ok(())
    }

    /// New people with these tokens.
    pub fn people<const N: usize>(
        &self,
        people: [(&'static str, [i64; 3]); N],
    ) -> Result<[Person; N], Error> {
        let new = people.map(|(name, _)| Person::named(name));
        let with: Vec<_> =
            new.iter().zip(people).map(|(person, (_, amounts))| (person, amounts)).collect();
        self.fund(&with)?;
        Ok(new)
    }

    /// Simulated, signed, sent and applied; what it returned.
    pub fn call(
        &self,
        who: &Person,
        contract: &Contract,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<ScVal, Error> {
        self.call_signed(who, &[], contract, function, args)
    }

    /// `others` sign what the contract asks of them, each for herself.
    pub fn call_signed(
        &self,
        who: &Person,
        others: &[&Person],
        contract: &Contract,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<ScVal, Error> {
        let keys: Vec<_> = others.iter().map(|other| &other.key).collect();
        let done = self.chain.invoke_signed(&who.key, &keys, &contract.at, function, args)?;
        self.charge(who.name, &format!("{}.{function}", contract.name), done.fee_charged);
        Ok(done.value)
    }

    pub fn view(
        &self,
        contract: &Contract,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<ScVal, Error> {
        self.chain.view(&contract.at, function, args)
    }

    /// What a call would return, as a wallet finds out before it asks for a signature.
    pub fn foresee(
        &self,
        who: &Person,
        contract: &Contract,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<ScVal, Error> {
        let call = chain::call(&contract.at, function, args);
        Ok(self.chain.simulate(&who.key.account(), call)?.value)
    }

    /// A view that answers with an amount.
    pub fn ask(
        &self,
        contract: &Contract,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<i128, Error> {
        amount(&self.view(contract, function, args)?)
    }

    pub fn balance(&self, token: &Contract, owner: ScVal) -> Result<i128, Error> {
        self.ask(token, "balance", vec![owner])
    }

    /// Sells TFT to a region's pool, or its token; the quote must be the execution.
    pub fn sell(&self, who: &Person, region: &Region, tft: bool, raw: i128) -> Result<i128, Error> {
        let (from, to) = if tft { (&self.tft, &region.token) } else { (&region.token, &self.tft) };
        let (me, raw) = (who.val(), val::int(raw));
        let quote = self.ask(&region.pool, "quote_exact_in", vec![from.val(), raw.clone()])?;
        let before = self.balance(to, who.val())?;
        let args = vec![me.clone(), from.val(), raw, val::int(quote), me, self.deadline()];
        let told = amount(&self.call(who, &region.pool, "swap_exact_in", args)?)?;
        let got = self.balance(to, who.val())? - before;
        let right = got == quote && told == quote;
        self.claim(right, format!("{} was quoted {quote}, told {told}, got {got}", who.name));
        Ok(got)
    }

    /// (TFT, the other token) in a region's pool.
    pub fn reserves(&self, region: &Region) -> Result<(i128, i128), Error> {
        let state = self.view(&region.pool, "state", vec![])?;
        self.both(region, &state, "reserve_")
    }

    /// Two fields of a pool's state, of which it has one for each token: (TFT's, the other's).
    pub fn both(&self, region: &Region, state: &ScVal, name: &str) -> Result<(i128, i128), Error> {
        let [of_0, of_1] = ["0", "1"].map(|side| amount_of(state, &format!("{name}{side}")));
        Ok(self.in_order(region, of_0?, of_1?))
    }

    /// Swaps the two where the pool has TFT second: from the pool's order to (TFT, token), or back.
    pub fn in_order<T>(&self, region: &Region, first: T, second: T) -> (T, T) {
        if self.tft.at < region.token.at {
            (first, second)
        } else {
            (second, first)
        }
    }

    /// The router forwards everything.
    pub fn check_router(&self) -> Result<(), Error> {
        for token in [&self.tft, &self.alps.token, &self.coast.token] {
            let kept = self.balance(token, self.router.val())?;
            self.claim(kept == 0, format!("the router keeps {kept} raw units of {}", token.name));
        }
        Ok(())
    }
}

pub fn trustline(asset: &Asset) -> OperationBody {
    let line = match asset.clone() {
        Asset::Native => ChangeTrustAsset::Native,
        Asset::CreditAlphanum4(asset) => ChangeTrustAsset::CreditAlphanum4(asset),
        Asset::CreditAlphanum12(asset) => ChangeTrustAsset::CreditAlphanum12(asset),
    };
    OperationBody::ChangeTrust(ChangeTrustOp { line, limit: i64::MAX })
}

pub fn payment(asset: &Asset, to: &Keypair, amount: i64) -> OperationBody {
    let destination = MuxedAccount::Ed25519(Uint256(to.public()));
    OperationBody::Payment(PaymentOp { destination, asset: asset.clone(), amount })
}

pub fn amount(value: &ScVal) -> Result<i128, Error> {
    val::integer(value).ok_or_else(|| Error::other(format!("not an amount: {}", val::show(value))))
}

/// Of a struct.
pub fn amount_of(value: &ScVal, field: &str) -> Result<i128, Error> {
    amount(&val::field(value, field))
}

/// One of several amounts that a call returned.
pub fn item(value: &ScVal, place: usize) -> Result<i128, Error> {
    match value {
        ScVal::Vec(Some(items)) => items.get(place).map_or_else(|| amount(&ScVal::Void), amount),
        other => amount(other),
    }
}

pub fn pair(value: &ScVal) -> Result<(i128, i128), Error> {
    Ok((item(value, 0)?, item(value, 1)?))
}
