//! What every Tributary contract shares. Nothing here is a contract of its own.
#![no_std]

use soroban_sdk::{
    auth::{ContractContext, InvokerContractAuthEntry, SubContractInvocation},
    symbol_short, Address, Env, IntoVal, Symbol, TryFromVal, Val, Vec,
};

pub mod address;
pub mod interfaces;
pub mod math;
pub mod offer;
pub mod pool;
pub mod price;
pub mod shares;
pub mod ttl;

/// Calls a function that takes nothing. A client would do the same, but imports one more host function,
/// and every call of the importing contract pays for each.
pub fn ask<T: TryFromVal<Env, Val>>(env: &Env, contract: &Address, function: Symbol) -> T {
    env.invoke_contract(contract, &function, Vec::from_array(env, []))
}

/// `Err(error)` unless `condition` holds.
#[inline(always)]
pub fn ensure<E>(condition: bool, error: E) -> Result<(), E> {
    if condition {
        Ok(())
    } else {
        Err(error)
    }
}

/// Lets the next call of this contract transfer exactly `pulls` (token, amount) from it to `to`.
pub fn allow<const N: usize>(env: &Env, pulls: [(&Address, i128); N], to: &Address) {
    let entries = pulls.map(|(token, amount)| {
        InvokerContractAuthEntry::Contract(SubContractInvocation {
            context: ContractContext {
                contract: token.clone(),
                fn_name: symbol_short!("transfer"),
                args: (env.current_contract_address(), to.clone(), amount).into_val(env),
            },
            sub_invocations: Vec::from_array(env, []),
        })
    });
    env.authorize_as_current_contract(Vec::from_array(env, entries));
}
