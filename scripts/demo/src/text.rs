//! Amounts and addresses, short enough to read.

use stellar_xdr::ScAddress;
use tributary_deploy::plan::ONE;

/// Whole tokens, of raw units: of less than ten thousand with two decimals.
pub fn tokens(raw: i128) -> String {
    let decimals = if raw.abs() < 10_000 * ONE { 2 } else { 0 };
    let text = format!("{:.decimals$}", raw as f64 / ONE as f64);
    match text.split_once('.') {
        None | Some((_, "00")) => grouped(text.trim_end_matches(".00")),
        Some((whole, part)) => format!("{}.{}", grouped(whole), part.trim_end_matches('0')),
    }
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// With the token's symbol.
pub fn show(raw: i128, symbol: &str) -> String {
    format!("{} {symbol}", tokens(raw))
}

/// XLM, of stroops.
pub fn xlm(stroops: i64) -> String {
    format!("{:.7}", stroops as f64 / ONE as f64)
}

/// The ends of an address.
pub fn short(address: &ScAddress) -> String {
    let text = address.to_string();
    let (head, tail) = (&text[..4], &text[text.len() - 4..]);
    format!("{head}…{tail}")
}
