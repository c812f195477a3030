//! The interface of a region's own token: SEP-41, and what its treasury and wallets call beside it.

use soroban_sdk::{
    contractclient, contracterror, contracttype, Address, Env, MuxedAddress, String,
};

use crate::{ensure, shares};

/// What a founder decides about a region's own token, for ever.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// 1 to 32 printable ASCII characters.
    pub name: String,
    /// 1 to 12 of A–Z, a–z and 0–9.
    pub symbol: String,
    /// The most that is ever minted, raw units of 10⁻⁷.
    pub cap: i128,
    /// What the treasury begins with: up to a tenth of the cap.
    pub genesis: i128,
}

const MAX_NAME: usize = 32;
const MAX_SYMBOL: usize = 12;
/// The treasury begins with at most the cap divided by this.
const MOST_GENESIS: i128 = 10;

impl NewToken {
    pub fn check(&self) -> Result<(), TokenError> {
        ensure(self.cap > 0, TokenError::InvalidCap)?;
        let most = self.cap.checked_div(MOST_GENESIS).unwrap_or_default();
        ensure((0..=most).contains(&self.genesis), TokenError::InvalidGenesis)?;
        let printable = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
        ensure(consists::<MAX_NAME>(&self.name, printable), TokenError::InvalidName)?;
        let plain = consists::<MAX_SYMBOL>(&self.symbol, u8::is_ascii_alphanumeric);
        ensure(plain, TokenError::InvalidSymbol)
    }
}

/// Whether `text` is 1 to `MAX` bytes, each of which is `allowed`.
fn consists<const MAX: usize>(text: &String, allowed: impl Fn(&u8) -> bool) -> bool {
    let mut buffer = [0; MAX];
    let length = usize::try_from(text.len()).unwrap_or(usize::MAX);
    let Some(bytes) = buffer.get_mut(..length) else { return false };
    text.copy_into_slice(bytes);
    !bytes.is_empty() && bytes.iter().all(allowed)
}

/// What was fixed when the token was made, and what became of it.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenConfig {
    /// Who alone mints, and to whom.
    pub treasury: Address,
    /// The most that is ever minted, raw units.
    pub cap: i128,
    /// Of that, what has been. What is burned does not come back.
    pub minted: i128,
}

/// Every way a token can refuse. A refused call changes nothing.
#[contracterror]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Negative, or zero where zero means nothing.
    InvalidAmount = 1,
    /// The owner has less.
    InsufficientBalance = 2,
    /// Smaller than the amount, or expired.
    InsufficientAllowance = 4,
    /// Before the current ledger.
    InvalidExpiration = 5,
    /// More than an `i128` holds.
    Overflow = 6,

    /// Not positive.
    InvalidCap = 700,
    /// Negative, or above a tenth of the cap.
    InvalidGenesis = 701,
    /// Not 1 to 32 printable ASCII characters.
    InvalidName = 702,
    /// Not 1 to 12 of A–Z, a–z and 0–9.
    InvalidSymbol = 703,
    /// With this, more than the cap would have been minted.
    CapExceeded = 704,
}

impl From<shares::Error> for TokenError {
    fn from(error: shares::Error) -> TokenError {
        match error {
            shares::Error::InvalidAmount => TokenError::InvalidAmount,
            // Nothing of this token is ever held.
            shares::Error::InsufficientBalance | shares::Error::SharesHeld => {
                TokenError::InsufficientBalance
            }
            shares::Error::InsufficientAllowance => TokenError::InsufficientAllowance,
            shares::Error::InvalidExpiration => TokenError::InvalidExpiration,
            shares::Error::Overflow => TokenError::Overflow,
        }
    }
}

#[contractclient(name = "RegionTokenClient")]
pub trait TokenInterface {
    fn mint(env: Env, amount: i128) -> Result<(), TokenError>;

    fn config(env: Env) -> TokenConfig;

    fn balance(env: Env, id: Address) -> i128;

    fn total_supply(env: Env) -> i128;

    fn transfer(env: Env, from: Address, to: MuxedAddress, amount: i128) -> Result<(), TokenError>;

    fn allowance(env: Env, from: Address, spender: Address) -> i128;

    fn approve(
        env: Env,
        from: Address,
        spender: Address,
        amount: i128,
        live_until_ledger: u32,
    ) -> Result<(), TokenError>;

    fn transfer_from(
        env: Env,
        spender: Address,
        from: Address,
        to: Address,
        amount: i128,
    ) -> Result<(), TokenError>;

    fn burn(env: Env, from: Address, amount: i128) -> Result<(), TokenError>;

    fn burn_from(env: Env, spender: Address, from: Address, amount: i128)
        -> Result<(), TokenError>;

    fn decimals(env: Env) -> u32;

    fn name(env: Env) -> String;

    fn symbol(env: Env) -> String;
}
