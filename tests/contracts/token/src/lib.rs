//! A plain SEP-41 token for tests, which on request lies, steals, traps or calls back.
#![no_std]

use soroban_sdk::{
    contract, contractimpl, contracttype, Address, Env, MuxedAddress, String, Symbol, Val, Vec,
};

#[contracttype]
#[derive(Clone)]
pub enum Key {
    Decimals,
    Mischief,
    Symbol,
    TrappingBalance,
    Balance(Address),
}

/// What the token does beside what SEP-41 says.
#[contracttype]
#[derive(Clone)]
pub enum Mischief {
    None,
    /// A transfer delivers this many basis points less than it takes.
    Fee(u32),
    /// Every balance is reported this much too high (or too low).
    Lie(i128),
    /// Transfers trap.
    Trap,
    /// A transfer calls this function first.
    Call(Address, Symbol, Vec<Val>),
    /// As `Call`, but goes on when the call fails.
    TryCall(Address, Symbol, Vec<Val>),
}

#[contract]
pub struct Token;

#[contractimpl]
impl Token {
    pub fn __constructor(env: Env, decimals: u32) {
        env.storage().instance().set(&Key::Decimals, &decimals);
        env.storage().instance().set(&Key::Mischief, &Mischief::None);
    }

    pub fn set_mischief(env: Env, mischief: Mischief) {
        env.storage().instance().set(&Key::Mischief, &mischief);
    }

    /// Whatever an issuer may do: mint, claw back, rebase.
    pub fn set_balance(env: Env, owner: Address, amount: i128) {
        env.storage().persistent().set(&Key::Balance(owner), &amount);
    }

    /// 99: asking for them traps from now on.
    pub fn set_decimals(env: Env, decimals: u32) {
        env.storage().instance().set(&Key::Decimals, &decimals);
    }

    pub fn set_symbol(env: Env, symbol: String) {
        env.storage().instance().set(&Key::Symbol, &symbol);
    }

    /// From now on asking for a balance traps, or no longer.
    pub fn set_trapping_balance(env: Env, trapping: bool) {
        env.storage().instance().set(&Key::TrappingBalance, &trapping);
    }

    pub fn balance(env: Env, id: Address) -> i128 {
        assert!(!env.storage().instance().get(&Key::TrappingBalance).unwrap_or(false), "trap");
        let lie = match mischief(&env) {
            Mischief::Lie(lie) => lie,
            _ => 0,
        };
        stored(&env, &id) + lie
    }

    pub fn transfer(env: Env, from: Address, to: MuxedAddress, amount: i128) {
        from.require_auth();
        let mut delivered = amount;
        match mischief(&env) {
            Mischief::Fee(bps) => delivered -= amount * i128::from(bps) / 10_000,
            Mischief::Trap => panic!("trap"),
            Mischief::Call(contract, function, args) => {
                env.invoke_contract::<Val>(&contract, &function, args);
            }
            Mischief::TryCall(contract, function, args) => {
                let _ =
                    env.try_invoke_contract::<Val, soroban_sdk::Error>(&contract, &function, args);
            }
            _ => {}
        }
        let (from, to) = (from, to.address());
        let rest = stored(&env, &from) - amount;
        assert!(amount >= 0 && rest >= 0, "balance too low");
        Self::set_balance(env.clone(), from, rest);
        let sum = stored(&env, &to) + delivered;
        Self::set_balance(env, to, sum);
    }

    pub fn decimals(env: Env) -> u32 {
        let decimals = env.storage().instance().get(&Key::Decimals).unwrap();
        assert!(decimals != 99, "trap");
        decimals
    }

    pub fn name(env: Env) -> String {
        String::from_str(&env, "Test token")
    }

    pub fn symbol(env: Env) -> String {
        let symbol = env.storage().instance().get(&Key::Symbol);
        symbol.unwrap_or_else(|| String::from_str(&env, "TEST"))
    }
}

fn stored(env: &Env, owner: &Address) -> i128 {
    env.storage().persistent().get(&Key::Balance(owner.clone())).unwrap_or(0)
}

fn mischief(env: &Env) -> Mischief {
    env.storage().instance().get(&Key::Mischief).unwrap()
}
