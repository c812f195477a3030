//! `getFeeStats`: what was paid lately for a place in a ledger.

use serde_json::{json, Value};
use stellar_xdr::{SorobanTransactionMetaExt, TransactionMeta};

use super::shared::Shared;
use crate::{
    frame::Frame,
    node::{Closed, Transacted},
};

const SOROBAN_LEDGERS: usize = 50;
const CLASSIC_LEDGERS: usize = 10;

pub fn stats(shared: &Shared) -> Value {
    let chain = shared.chain();
    let newest = || chain.node.closed.values().rev();
    json!({
        "sorobanInclusionFee": distribution(newest().take(SOROBAN_LEDGERS), soroban),
        "inclusionFee": distribution(newest().take(CLASSIC_LEDGERS), classic),
        "latestLedger": chain.range().latest,
    })
}

fn soroban(transacted: &Transacted) -> Option<i64> {
    let TransactionMeta::V4(meta) = &transacted.meta else { return None };
    let SorobanTransactionMetaExt::V1(fees) = &meta.soroban_meta.as_ref()?.ext else {
        return None;
    };
    let resources = fees
        .total_non_refundable_resource_fee_charged
        .saturating_add(fees.total_refundable_resource_fee_charged);
    Some(transacted.result.fee_charged.saturating_sub(resources))
}

/// By operation.
fn classic(transacted: &Transacted) -> Option<i64> {
    let frame = Frame::new(transacted.envelope.clone(), &Default::default());
    let operations = i64::try_from(frame.operations().len()).ok()?;
    if frame.is_soroban() {
        return None;
    }
    transacted.result.fee_charged.checked_div(operations)
}

/// All zero when there was no transaction.
fn distribution<'a>(
    ledgers: impl Iterator<Item = &'a Closed>,
    fee: impl Fn(&Transacted) -> Option<i64>,
) -> Value {
    let mut count = 0_u32;
    let transacted = ledgers.inspect(|_| count += 1).flat_map(|closed| &closed.transactions);
    let mut fees: Vec<i64> = transacted.filter_map(fee).collect();
    fees.sort_unstable();
    let ledgers = if fees.is_empty() { 0 } else { count };
    let rank = |percent: usize| fee_at(&fees, percent);
    json!({
        "max": rank(100),
        "min": fees.first().unwrap_or(&0).to_string(),
        "mode": mode(&fees).to_string(),
        "p10": rank(10), "p20": rank(20), "p30": rank(30), "p40": rank(40), "p50": rank(50),
        "p60": rank(60), "p70": rank(70), "p80": rank(80), "p90": rank(90), "p95": rank(95),
        "p99": rank(99),
        "transactionCount": fees.len().to_string(),
        "ledgerCount": ledgers,
    })
}

/// By nearest rank.
fn fee_at(sorted: &[i64], percent: usize) -> String {
    let rank = (percent * sorted.len()).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).unwrap_or(&0).to_string()
}

/// The most frequent; the smallest of them.
fn mode(sorted: &[i64]) -> i64 {
    let runs = sorted.chunk_by(|one, other| one == other);
    let longest = runs.rev().max_by_key(|run| run.len());
    longest.and_then(|run| run.first()).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_and_mode() {
        let fees = [1, 1, 2, 3, 3, 9];
        let ranks: Vec<_> = [10, 50, 51, 90, 99, 100].map(|p| fee_at(&fees, p)).into();
        assert_eq!(ranks, ["1", "2", "3", "9", "9", "9"]);
        assert_eq!(mode(&fees), 1);
        assert_eq!(mode(&[1, 2, 2]), 2);
        assert_eq!((fee_at(&[], 50), mode(&[])), ("0".into(), 0));
    }
}
