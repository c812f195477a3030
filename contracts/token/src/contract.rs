//! The entry points. What their documentation says goes into the wasm for whoever calls them, so it
//! is short; docs/token.md says it at length, with the errors of each.

use soroban_sdk::{contract, contractimpl, contractmeta, Address, Env, MuxedAddress, String};
use soroban_token_sdk::{metadata::TokenMetadata, TokenUtils};
use tributary_common::{
    ensure,
    interfaces::token::{NewToken, TokenConfig, TokenError, TokenInterface},
    shares, ttl,
};

use crate::storage::{self, State};

const DECIMALS: u32 = 7;

contractmeta!(key = "binver", val = env!("CARGO_PKG_VERSION"));
contractmeta!(key = "source", val = "Tributary: contracts/token");
contractmeta!(key = "sep", val = "41,47");

#[contract]
pub struct TokenContract;

#[contractimpl]
impl TokenContract {
    /// Makes a token and mints its genesis amount to `treasury`. All but the supply is fixed for ever.
    pub fn __constructor(env: Env, treasury: Address, token: NewToken) -> Result<(), TokenError> {
        token.check()?;
        let NewToken { name, symbol, cap, genesis } = token;
        let metadata = TokenMetadata { decimal: DECIMALS, name, symbol };
        TokenUtils::new(&env).metadata().set_metadata(&metadata);
        let state = State { treasury, cap, minted: genesis, supply: genesis };
        storage::set_state(&env, &state);
        if genesis > 0 {
            shares::mint(&env, &state.treasury, genesis, 0)?;
        }
        Ok(())
    }
}

#[contractimpl]
impl TokenInterface for TokenContract {
    /// Creates `amount` for the treasury, as long as all that was ever minted stays within the cap.
    ///
    /// Signed by the treasury, which does it only by a proposal that was public for its delay.
    fn mint(env: Env, amount: i128) -> Result<(), TokenError> {
        let mut state = storage::state(&env);
        state.treasury.require_auth();
        ensure(amount > 0, TokenError::InvalidAmount)?;
        let minted = state.minted.checked_add(amount).filter(|minted| *minted <= state.cap);
        state.minted = minted.ok_or(TokenError::CapExceeded)?;
        state.supply = state.supply.saturating_add(amount); // at most what was minted
        storage::set_state(&env, &state);
        ttl::extend_instance(&env);
        Ok(shares::mint(&env, &state.treasury, amount, 0)?)
    }

    /// Treasury, cap, and what of the cap has been minted.
    fn config(env: Env) -> TokenConfig {
        storage::view(storage::state(&env))
    }

    /// SEP-41. What `id` has.
    fn balance(env: Env, id: Address) -> i128 {
        shares::balance(&env, &id).amount
    }

    /// What was minted and not burned.
    fn total_supply(env: Env) -> i128 {
        storage::state(&env).supply
    }

    /// SEP-41. Signed by `from`.
    fn transfer(env: Env, from: Address, to: MuxedAddress, amount: i128) -> Result<(), TokenError> {
        from.require_auth();
        Ok(shares::transfer(&env, &from, &to, amount)?)
    }

    /// SEP-41. What `spender` may still move of `from`'s; 0 once expired.
    fn allowance(env: Env, from: Address, spender: Address) -> i128 {
        shares::allowance(&env, &from, &spender)
    }

    /// SEP-41. Sets what `spender` may move until `live_until_ledger`; 0 revokes. Signed by `from`.
    fn approve(
        env: Env,
        from: Address,
        spender: Address,
        amount: i128,
        live_until_ledger: u32,
    ) -> Result<(), TokenError> {
        from.require_auth();
        Ok(shares::approve(&env, &from, &spender, amount, live_until_ledger)?)
    }

    /// SEP-41. As `transfer`, within an allowance. Signed by `spender`.
    fn transfer_from(
        env: Env,
        spender: Address,
        from: Address,
        to: Address,
        amount: i128,
    ) -> Result<(), TokenError> {
        spender.require_auth();
        shares::spend_allowance(&env, &from, &spender, amount)?;
        Ok(shares::transfer(&env, &from, &to.into(), amount)?)
    }

    /// SEP-41. Destroys for ever: it makes no room under the cap. Signed by `from`.
    fn burn(env: Env, from: Address, amount: i128) -> Result<(), TokenError> {
        from.require_auth();
        burn(&env, &from, amount)
    }

    /// SEP-41. As `burn`, within an allowance. Signed by `spender`.
    fn burn_from(
        env: Env,
        spender: Address,
        from: Address,
        amount: i128,
    ) -> Result<(), TokenError> {
        spender.require_auth();
        shares::spend_allowance(&env, &from, &spender, amount)?;
        burn(&env, &from, amount)
    }

    /// SEP-41. 7.
    fn decimals(_env: Env) -> u32 {
        DECIMALS
    }

    /// SEP-41. The founder's choice; what identifies a token is the factory's registry.
    fn name(env: Env) -> String {
        TokenUtils::new(&env).metadata().get_metadata().name
    }

    /// SEP-41. The founder's choice; what identifies a token is the factory's registry.
    fn symbol(env: Env) -> String {
        TokenUtils::new(&env).metadata().get_metadata().symbol
    }
}

fn burn(env: &Env, owner: &Address, amount: i128) -> Result<(), TokenError> {
    shares::burn(env, owner, amount)?;
    let mut state = storage::state(env);
    state.supply = state.supply.saturating_sub(amount); // of which this was a part
    storage::set_state(env, &state);
    ttl::extend_instance(env);
    Ok(())
}
