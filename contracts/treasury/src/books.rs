//! What the treasury holds of a token. Whatever spends begins with books that agree with the balance, so
//! that nothing is paid from another book's share of a loss.

use soroban_sdk::{token::TokenClient, Address, Env};
use tributary_common::{
    ensure,
    interfaces::treasury::{Books, TreasuryError},
    math::mul_div_floor,
};

use crate::storage;

fn sum(books: &Books) -> Option<i128> {
    books
        .operating
        .checked_add(books.protection)?
        .checked_add(books.liquidity)?
        .checked_add(books.stakers)
}

/// The books brought to the balance, and the difference: what came in is operating; what an issuer took
/// back is missing in all books pro rata, the roundings being the protected book's gain.
#[inline(never)]
pub fn settled(env: &Env, token: &Address) -> Result<(Books, i128), TreasuryError> {
    let balance = TokenClient::new(env, token).balance(&env.current_contract_address());
    let mut books = storage::books(env, token);
    let booked = sum(&books).ok_or(TreasuryError::Overflow)?;
    ensure(balance >= 0, TreasuryError::Overflow)?;
    let change = balance.checked_sub(booked).ok_or(TreasuryError::Overflow)?;
    if change >= 0 {
        books.operating = plus(books.operating, change)?;
        return Ok((books, change));
    }
    let part = |of: i128| {
        let part = mul_div_floor(of.unsigned_abs(), balance.unsigned_abs(), booked.unsigned_abs());
        // Less than what it is a part of.
        part.map(u128::cast_signed).ok_or(TreasuryError::Overflow)
    };
    let operating = part(books.operating)?;
    let liquidity = part(books.liquidity)?;
    let stakers = part(books.stakers)?;
    let others = operating.saturating_add(liquidity).saturating_add(stakers);
    books = Books { operating, protection: balance.saturating_sub(others), liquidity, stakers };
    Ok((books, change))
}

pub fn plus(book: i128, amount: i128) -> Result<i128, TreasuryError> {
    book.checked_add(amount).ok_or(TreasuryError::Overflow)
}

/// `book` less `amount`, if it has that much.
pub fn less(book: i128, amount: i128) -> Option<i128> {
    book.checked_sub(amount).filter(|rest| *rest >= 0)
}

/// Takes `amount` out of the operating book of a token, whose books then are stored.
#[inline(never)]
pub fn spend(env: &Env, token: &Address, amount: i128) -> Result<(), TreasuryError> {
    let (mut books, _) = settled(env, token)?;
    let rest = less(books.operating, amount);
    books.operating = rest.ok_or(TreasuryError::InsufficientOperating)?;
    storage::set_books(env, token, &books);
    Ok(())
}
