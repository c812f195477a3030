//! Which transactions may wait, and be applied, with which result otherwise.

mod bench;

use sha2::{Digest, Sha256};
use stellar_xdr::{TransactionResultResult as Code, *};
use tributary_localnet::frame::Frame;

use bench::*;

fn conditions(change: impl FnOnce(&mut PreconditionsV2)) -> Preconditions {
    let mut conditions = PreconditionsV2 {
        time_bounds: None,
        ledger_bounds: None,
        min_seq_num: None,
        min_seq_age: Duration(0),
        min_seq_ledger_gap: 0,
        extra_signers: Default::default(),
    };
    change(&mut conditions);
    Preconditions::V2(conditions)
}

#[test]
fn payment_is_applied_and_charged_once() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let mut tx = bench.transaction("ann", &[pay("bob", 5 * XLM)]);
    tx.fee = 1_000;
    let frame = bench.sign(&tx, &["ann"]);
    assert_eq!(bench.check(&frame), Ok(()));
    let (result, _) = bench.apply(&frame);
    let paid = OperationResult::OpInner(OperationResultTr::Payment(PaymentResult::Success));
    assert_eq!(result.result, Code::TxSuccess([paid].try_into().unwrap()));
    assert_eq!(result.fee_charged, 100, "the bid is an upper bound");
    assert_eq!(bench.account("ann").balance, 995 * XLM - 100);
    assert_eq!(bench.account("bob").balance, 1_005 * XLM);
    assert_eq!(bench.account("ann").seq_num.0, START + 1);

    assert_eq!(bench.refusal(&frame), Code::TxBadSeq, "replayed");
    let before = bench.account("bob");
    assert_eq!(bench.apply(&frame).0.result, Code::TxBadSeq);
    assert_eq!(bench.account("bob"), before);
}

#[test]
fn sequence_number_must_follow() {
    let bench = Bench::new(&["ann", "bob"]);
    for off in [-1, 0, 2, i64::MAX - START] {
        let mut tx = bench.transaction("ann", &[pay("bob", 1)]);
        tx.seq_num = SequenceNumber(START + off);
        assert_eq!(bench.refusal(&bench.sign(&tx, &["ann"])), Code::TxBadSeq, "{off}");
    }
}

#[test]
fn sequence_number_of_accounts_born_in_this_ledger_is_bad() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let born = i64::from(SEQUENCE) << 32;
    bench.edit("ann", |account| account.seq_num = SequenceNumber(born - 1));
    let frame = bench.sign(&bench.transaction("ann", &[pay("bob", 1)]), &["ann"]);
    assert_eq!(bench.refusal(&frame), Code::TxBadSeq);
}

#[test]
fn signature_of_another_is_bad() {
    let bench = Bench::new(&["ann", "bob"]);
    let tx = bench.transaction("ann", &[pay("bob", 1)]);
    assert_eq!(bench.refusal(&bench.sign(&tx, &[])), Code::TxBadAuth);
    assert_eq!(bench.refusal(&bench.sign(&tx, &["bob"])), Code::TxBadAuth);
    assert_eq!(bench.refusal(&bench.sign(&tx, &["ann", "bob"])), Code::TxBadAuthExtra);
    assert_eq!(bench.refusal(&bench.sign(&tx, &["ann", "ann"])), Code::TxBadAuthExtra);

    let hash = tx.hash([7; 32]).unwrap();
    let elsewhere = bench.decorate(&tx, vec![signature("ann", &hash)]);
    assert_eq!(bench.refusal(&elsewhere), Code::TxBadAuth, "signed for another network");
}

#[test]
fn signature_under_another_hint_is_bad() {
    let bench = Bench::new(&["ann", "bob"]);
    let tx = bench.transaction("ann", &[pay("bob", 1)]);
    let hash = tx.hash(bench.network_id.0).unwrap();
    let mut signed = signature("ann", &hash);
    signed.hint.0[0] ^= 1;
    assert_eq!(bench.refusal(&bench.decorate(&tx, vec![signed.clone()])), Code::TxBadAuth);
    signed.hint.0[0] ^= 1;
    signed.signature = Signature(vec![0; 63].try_into().unwrap());
    assert_eq!(bench.refusal(&bench.decorate(&tx, vec![signed])), Code::TxBadAuth);
}

#[test]
fn changed_transaction_is_not_signed_for() {
    let bench = Bench::new(&["ann", "bob", "eve"]);
    let tx = bench.transaction("ann", &[pay("bob", 1)]);
    let hash = tx.hash(bench.network_id.0).unwrap();
    let other = bench.transaction("ann", &[pay("eve", 1)]);
    let frame = bench.decorate(&other, vec![signature("ann", &hash)]);
    assert_eq!(bench.refusal(&frame), Code::TxBadAuth);
}

#[test]
fn nobody_pays_with_anothers_account() {
    let mut bench = Bench::new(&["ann", "bob", "eve"]);
    let mut tx = bench.transaction("eve", &[pay("eve", 1)]);
    tx.operations = vec![op(Some("ann"), pay("eve", 9 * XLM))].try_into().unwrap();
    let alone = bench.sign(&tx, &["eve"]);
    assert_eq!(bench.refused_operation(&alone), OperationResult::OpBadAuth);
    let before = bench.account("ann");
    let (result, events) = bench.apply(&alone);
    assert_eq!(result.result, Code::TxFailed([OperationResult::OpBadAuth].try_into().unwrap()));
    assert_eq!((bench.account("ann"), events), (before, vec![]));
    assert_eq!(bench.account("eve").seq_num.0, START + 1, "used up");

    tx.seq_num = SequenceNumber(START + 2);
    let both = bench.sign(&tx, &["eve", "ann"]);
    assert_eq!(bench.check(&both), Ok(()));
    bench.apply(&both);
    assert_eq!(bench.account("ann").balance, 991 * XLM);
}

#[test]
fn operation_of_a_missing_account() {
    let bench = Bench::new(&["ann"]);
    let mut tx = bench.transaction("ann", &[pay("ann", 1)]);
    tx.operations = vec![op(Some("new"), pay("ann", 1))].try_into().unwrap();
    assert_eq!(bench.refused_operation(&bench.sign(&tx, &["ann"])), OperationResult::OpBadAuth);
    // One that may be created in the same transaction has to sign, and fails only when applied.
    let signed = bench.sign(&tx, &["ann", "new"]);
    assert_eq!(bench.check(&signed), Ok(()));
    let mut bench = bench;
    let (result, _) = bench.apply(&signed);
    let missing = OperationResult::OpNoAccount;
    assert_eq!(result.result, Code::TxFailed([missing].try_into().unwrap()));
}

#[test]
fn account_created_in_the_same_transaction_may_act() {
    let mut bench = Bench::new(&["ann"]);
    let mut tx = bench.transaction("ann", &[pay("ann", 1), pay("ann", 1)]);
    let create = OperationBody::CreateAccount(CreateAccountOp {
        destination: id("new"),
        starting_balance: 5 * XLM,
    });
    tx.operations = vec![op(None, create), op(Some("new"), pay("ann", XLM))].try_into().unwrap();
    let frame = bench.sign(&tx, &["ann", "new"]);
    assert_eq!(bench.check(&frame), Ok(()));
    assert!(matches!(bench.apply(&frame).0.result, Code::TxSuccess(_)));
    assert_eq!(bench.account("new").balance, 4 * XLM);
    assert_eq!(bench.account("new").seq_num.0, i64::from(SEQUENCE) << 32);
}

#[test]
fn fee_must_suffice() {
    let bench = Bench::new(&["ann", "bob"]);
    let mut tx = bench.transaction("ann", &[pay("bob", 1), pay("bob", 2)]);
    tx.fee = 199;
    let refused = bench.check(&bench.sign(&tx, &["ann"])).unwrap_err();
    assert_eq!((refused.result, refused.fee_charged), (Code::TxInsufficientFee, 200));
}

#[test]
fn fee_must_be_there_beside_the_reserve() {
    let mut bench = Bench::new(&["ann", "bob"]);
    bench.edit("ann", |account| account.balance = XLM + 99);
    let frame = bench.sign(&bench.transaction("ann", &[pay("bob", 1)]), &["ann"]);
    assert_eq!(bench.refusal(&frame), Code::TxInsufficientBalance);
    // Charged all the same where it is applied, and never more than there is.
    bench.edit("ann", |account| account.balance = 60);
    assert_eq!(bench.apply(&frame).0.fee_charged, 60);
    assert_eq!(bench.account("ann").balance, 0);
}

#[test]
fn account_must_exist() {
    let bench = Bench::new(&["bob"]);
    let frame = bench.sign(&bench.transaction("ann", &[pay("bob", 1)]), &["ann"]);
    assert_eq!(bench.refusal(&frame), Code::TxNoAccount);
}

#[test]
fn transaction_must_do_something() {
    let bench = Bench::new(&["ann"]);
    let mut tx = bench.transaction("ann", &[]);
    tx.fee = 100;
    assert_eq!(bench.refusal(&bench.sign(&tx, &["ann"])), Code::TxMissingOperation);
}

#[test]
fn bounds_of_time_and_ledger() {
    let bench = Bench::new(&["ann", "bob"]);
    let time = |min, max| {
        Preconditions::Time(TimeBounds { min_time: TimePoint(min), max_time: TimePoint(max) })
    };
    let ledger = |min_ledger, max_ledger| {
        conditions(|c| c.ledger_bounds = Some(LedgerBounds { min_ledger, max_ledger }))
    };
    let cases = [
        (time(TIME, TIME), Ok(())),
        (time(0, 0), Ok(())),
        (time(TIME + 1, 0), Err(Code::TxTooEarly)),
        (time(0, TIME - 1), Err(Code::TxTooLate)),
        (ledger(SEQUENCE, SEQUENCE + 1), Ok(())),
        (ledger(0, 0), Ok(())),
        (ledger(SEQUENCE + 1, 0), Err(Code::TxTooEarly)),
        (ledger(0, SEQUENCE), Err(Code::TxTooLate)),
    ];
    for (cond, expected) in cases {
        let tx = Transaction { cond, ..bench.transaction("ann", &[pay("bob", 1)]) };
        let result = bench.check(&bench.sign(&tx, &["ann"])).map_err(|result| result.result);
        assert_eq!(result, expected, "{:?}", tx.cond);
    }
}

#[test]
fn what_came_too_late_uses_no_sequence_number() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let bounds = TimeBounds { min_time: TimePoint(0), max_time: TimePoint(TIME) };
    let mut tx = bench.transaction("ann", &[pay("bob", 1)]);
    tx.cond = Preconditions::Time(bounds);
    let frame = bench.sign(&tx, &["ann"]);
    assert_eq!(bench.check(&frame), Ok(()));
    bench.time += 1;
    assert_eq!(bench.apply(&frame).0.result, Code::TxTooLate);
    assert_eq!(bench.account("ann").seq_num.0, START);
}

#[test]
fn sequence_number_may_be_relaxed_and_must_have_stood() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let first = bench.sign(&bench.transaction("ann", &[pay("bob", 1)]), &["ann"]);
    bench.apply(&first);
    let try_with = |seq: i64, cond: Preconditions| {
        let mut tx = bench.transaction("ann", &[pay("bob", 1)]);
        (tx.seq_num, tx.cond) = (SequenceNumber(START + seq), cond);
        bench.check(&bench.sign(&tx, &["ann"])).map_err(|result| result.result)
    };
    let least = |seq: i64| conditions(|c| c.min_seq_num = Some(SequenceNumber(START + seq)));
    assert_eq!(try_with(9, least(1)), Ok(()));
    assert_eq!(try_with(9, least(2)), Err(Code::TxBadSeq));
    assert_eq!(try_with(1, least(0)), Err(Code::TxBadSeq));
    // The number was used one ledger, and one second, ago.
    let gap = |gap| conditions(|c| c.min_seq_ledger_gap = gap);
    let age = |age| conditions(|c| c.min_seq_age = Duration(age));
    for cond in [gap(1), age(1)] {
        assert_eq!(try_with(2, cond), Ok(()));
    }
    for cond in [gap(2), age(2), gap(u32::MAX), age(u64::MAX)] {
        assert_eq!(try_with(2, cond), Err(Code::TxBadMinSeqAgeOrGap));
    }
}

#[test]
fn two_signers_and_thresholds() {
    let mut bench = Bench::new(&["ann", "bob"]);
    bench.edit("ann", |account| {
        account.thresholds = Thresholds([1, 1, 2, 3]);
        account.signers = vec![signer("cat", 1), signer("dan", 1)].try_into().unwrap();
        account.num_sub_entries = 2;
    });
    let check = |body: OperationBody, signers: &[&str]| {
        let frame = bench.sign(&bench.transaction("ann", &[body]), signers);
        bench.check(&frame).map_err(|result| result.result)
    };
    let failed = || Err(Code::TxFailed([OperationResult::OpBadAuth].try_into().unwrap()));
    assert_eq!(check(pay("bob", 1), &["ann"]), failed());
    assert_eq!(check(pay("bob", 1), &["ann", "cat"]), Ok(()));
    assert_eq!(check(pay("bob", 1), &["cat", "dan"]), Ok(()), "without the master key");
    assert_eq!(check(pay("bob", 1), &["cat", "cat"]), failed(), "nobody counts twice");
    assert_eq!(check(pay("bob", 1), &["ann", "cat", "dan"]), Err(Code::TxBadAuthExtra));
    assert_eq!(check(pay("bob", 1), &["ann", "eve"]), failed());
    let weight = options(|options| options.low_threshold = Some(2));
    assert_eq!(check(weight.clone(), &["ann", "cat"]), failed(), "high");
    assert_eq!(check(weight, &["ann", "cat", "dan"]), Ok(()));
    let domain = options(|options| options.home_domain = Some(Default::default()));
    assert_eq!(check(domain, &["ann", "cat"]), Ok(()), "medium");
    let new = options(|options| options.signer = Some(signer("eve", 1)));
    assert_eq!(check(new, &["ann", "cat"]), failed(), "high");
}

#[test]
fn master_key_without_weight_is_worth_nothing() {
    let mut bench = Bench::new(&["ann", "bob"]);
    bench.edit("ann", |account| account.thresholds = Thresholds([0, 0, 0, 0]));
    let tx = bench.transaction("ann", &[pay("bob", 1)]);
    assert_eq!(bench.refusal(&bench.sign(&tx, &["ann"])), Code::TxBadAuth);
    assert_eq!(bench.refusal(&bench.sign(&tx, &[])), Code::TxBadAuth, "locked for ever");
}

#[test]
fn transaction_signed_for_by_its_hash() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let tx = bench.transaction("ann", &[pay("bob", 1)]);
    let hash = tx.hash(bench.network_id.0).unwrap();
    bench.edit("ann", |account| {
        let key = SignerKey::PreAuthTx(Uint256(hash));
        account.signers = vec![Signer { key, weight: 1 }].try_into().unwrap();
        account.num_sub_entries = 1;
    });
    let frame = bench.sign(&tx, &[]);
    assert_eq!(bench.check(&frame), Ok(()));
    assert!(matches!(bench.apply(&frame).0.result, Code::TxSuccess(_)));
    let account = bench.account("ann");
    assert_eq!((account.signers.len(), account.num_sub_entries), (0, 0), "served once");
    let other = bench.sign(&bench.transaction("ann", &[pay("bob", 1)]), &[]);
    assert_eq!(bench.refusal(&other), Code::TxBadAuth);
}

#[test]
fn signers_by_preimage_and_by_signed_payload() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let secret = b"sesame".to_vec();
    let digest: [u8; 32] = Sha256::digest(&secret).into();
    let payload = b"abc".to_vec();
    let signed = SignerKeyEd25519SignedPayload {
        ed25519: public("cat"),
        payload: payload.clone().try_into().unwrap(),
    };
    bench.edit("ann", |account| {
        account.thresholds = Thresholds([0, 2, 2, 2]);
        let keys = [SignerKey::HashX(Uint256(digest)), SignerKey::Ed25519SignedPayload(signed)];
        let signers = keys.map(|key| Signer { key, weight: 1 });
        account.signers = signers.to_vec().try_into().unwrap();
        account.num_sub_entries = 2;
    });
    let tx = bench.transaction("ann", &[pay("bob", 1)]);
    let preimage = DecoratedSignature {
        hint: SignatureHint(digest[28..].try_into().unwrap()),
        signature: Signature(secret.try_into().unwrap()),
    };
    let mut by_payload = signature("cat", &payload);
    for (byte, of_payload) in by_payload.hint.0.iter_mut().zip(b"abc\0") {
        *byte ^= of_payload;
    }
    let both = bench.decorate(&tx, vec![by_payload.clone(), preimage.clone()]);
    assert_eq!(bench.check(&both), Ok(()));
    assert_eq!(bench.refusal(&bench.decorate(&tx, vec![preimage])), Code::TxBadAuth);
    assert_eq!(bench.refusal(&bench.decorate(&tx, vec![by_payload])), Code::TxBadAuth);
}

#[test]
fn extra_signers_must_sign() {
    let bench = Bench::new(&["ann", "bob"]);
    let mut tx = bench.transaction("ann", &[pay("bob", 1)]);
    let cat = SignerKey::Ed25519(public("cat"));
    tx.cond = conditions(|c| c.extra_signers = vec![cat.clone()].try_into().unwrap());
    assert_eq!(bench.refusal(&bench.sign(&tx, &["ann"])), Code::TxBadAuth);
    assert_eq!(bench.check(&bench.sign(&tx, &["ann", "cat"])), Ok(()));
    tx.cond = conditions(|c| c.extra_signers = vec![cat.clone(), cat].try_into().unwrap());
    assert_eq!(bench.refusal(&bench.sign(&tx, &["ann", "cat"])), Code::TxMalformed);
}

#[test]
fn old_form_is_the_same_transaction() {
    let bench = Bench::new(&["ann", "bob"]);
    let frame = bench.sign(&bench.transaction("ann", &[pay("bob", 1)]), &["ann"]);
    let tx = frame.transaction();
    let old = TransactionV0 {
        source_account_ed25519: public("ann"),
        fee: tx.fee,
        seq_num: tx.seq_num.clone(),
        time_bounds: None,
        memo: tx.memo.clone(),
        operations: tx.operations.clone(),
        ext: TransactionV0Ext::V0,
    };
    let signatures = frame.signatures().to_vec().try_into().unwrap();
    let envelope = TransactionEnvelope::TxV0(TransactionV0Envelope { tx: old, signatures });
    let converted = Frame::new(envelope, &bench.network_id);
    assert_eq!((&converted.envelope, &converted.hash), (&frame.envelope, &frame.hash));
    assert_eq!(bench.check(&converted), Ok(()));
}

#[test]
fn another_pays_the_fee() {
    let mut bench = Bench::new(&["ann", "bob", "pat"]);
    let mut tx = bench.transaction("ann", &[pay("bob", 5)]);
    tx.fee = 0;
    let inner = bench.sign(&tx, &["ann"]);
    assert_eq!(bench.refusal(&inner), Code::TxInsufficientFee);
    let bump = bench.bump(&inner, "pat", 1_000, &["pat"]);
    assert_eq!(bench.check(&bump), Ok(()));
    assert_ne!(bump.hash, bump.inner_hash);
    assert_eq!(bump.inner_hash, inner.hash);

    let (result, _) = bench.apply(&bump);
    assert_eq!(result.fee_charged, 200, "one operation more");
    let Code::TxFeeBumpInnerSuccess(pair) = result.result else { panic!("{result:?}") };
    assert_eq!((pair.transaction_hash, pair.result.fee_charged), (inner.hash.clone(), 0));
    assert_eq!(bench.account("ann").balance, 1_000 * XLM - 5);
    assert_eq!(bench.account("pat").balance, 1_000 * XLM - 200);
    assert_eq!(bench.account("ann").seq_num.0, START + 1);
    assert_eq!(bench.account("pat").seq_num.0, START);

    let again = bench.check(&bump).unwrap_err();
    let Code::TxFeeBumpInnerFailed(pair) = again.result else { panic!("{again:?}") };
    assert_eq!(pair.result.result, InnerTransactionResultResult::TxBadSeq);
    assert_eq!(pair.transaction_hash, inner.hash);
}

#[test]
fn fee_bump_must_be_paid_and_signed_for() {
    let mut bench = Bench::new(&["ann", "bob", "pat"]);
    let mut tx = bench.transaction("ann", &[pay("bob", 5)]);
    tx.fee = 301;
    let inner = bench.sign(&tx, &["ann"]);
    let check = |bench: &Bench, payer: &str, fee: i64, signers: &[&str]| {
        let result = bench.check(&bench.bump(&inner, payer, fee, signers));
        result.map_err(|result| (result.result, result.fee_charged))
    };
    assert_eq!(check(&bench, "pat", 602, &["pat"]), Ok(()));
    assert_eq!(check(&bench, "pat", 199, &["pat"]), Err((Code::TxInsufficientFee, 200)));
    assert_eq!(check(&bench, "pat", 601, &["pat"]), Err((Code::TxInsufficientFee, 602)));
    assert_eq!(check(&bench, "pat", -1, &["pat"]), Err((Code::TxMalformed, 0)));
    assert_eq!(check(&bench, "pat", i64::MIN, &["pat"]), Err((Code::TxMalformed, 0)));
    assert_eq!(check(&bench, "new", 602, &["new"]), Err((Code::TxNoAccount, 200)));
    assert_eq!(check(&bench, "pat", 602, &["ann"]), Err((Code::TxBadAuth, 200)));
    assert_eq!(check(&bench, "pat", 602, &[]), Err((Code::TxBadAuth, 200)));
    assert_eq!(check(&bench, "pat", 602, &["pat", "ann"]), Err((Code::TxBadAuthExtra, 200)));
    let all = Err((Code::TxInsufficientBalance, 200));
    assert_eq!(check(&bench, "pat", i64::MAX, &["pat"]), all);
    bench.edit("pat", |account| account.balance = XLM + 601);
    assert_eq!(check(&bench, "pat", 602, &["pat"]), all);
}

#[test]
fn fee_bump_does_not_replace_the_inner_signature() {
    let bench = Bench::new(&["ann", "bob", "pat"]);
    let inner = bench.sign(&bench.transaction("ann", &[pay("pat", 5)]), &["pat"]);
    let refused = bench.refusal(&bench.bump(&inner, "pat", 1_000, &["pat"]));
    let Code::TxFeeBumpInnerFailed(pair) = refused else { panic!("{refused:?}") };
    assert_eq!(pair.result.result, InnerTransactionResultResult::TxBadAuth);
}

#[test]
fn operations_that_are_not_here_are_refused_by_name() {
    let bench = Bench::new(&["ann", "bob"]);
    let merge = OperationBody::AccountMerge(muxed("bob"));
    let frame = bench.sign(&bench.transaction("ann", &[pay("bob", 1), merge]), &["ann"]);
    let Code::TxFailed(results) = bench.refusal(&frame) else { panic!() };
    assert_eq!(results.len(), 2);
    assert_eq!(results[1], OperationResult::OpNotSupported);
}

/// The upload of `size` bytes, with a footprint and a fee that suffice.
fn upload(bench: &Bench, size: usize) -> Transaction {
    let wasm = vec![0; size];
    let hash = Hash(Sha256::digest(&wasm).into());
    let function = HostFunction::UploadContractWasm(wasm.try_into().unwrap());
    let body = OperationBody::InvokeHostFunction(InvokeHostFunctionOp {
        host_function: function,
        auth: Default::default(),
    });
    let key = LedgerKey::ContractCode(LedgerKeyContractCode { hash });
    let data = SorobanTransactionData {
        ext: SorobanTransactionDataExt::V0,
        resources: SorobanResources {
            footprint: LedgerFootprint {
                read_only: Default::default(),
                read_write: vec![key].try_into().unwrap(),
            },
            instructions: 1_000_000,
            disk_read_bytes: 0,
            write_bytes: 10_000,
        },
        resource_fee: XLM,
    };
    Transaction {
        fee: XLM as u32 + 100,
        ext: TransactionExt::V1(data),
        ..bench.transaction("ann", &[body])
    }
}

fn with_data(tx: &Transaction, change: impl FnOnce(&mut SorobanTransactionData)) -> Transaction {
    let mut tx = tx.clone();
    let TransactionExt::V1(data) = &mut tx.ext else { unreachable!() };
    change(data);
    tx
}

#[test]
fn resources_must_be_within_limits_and_paid_for() {
    let bench = Bench::new(&["ann", "bob"]);
    let tx = upload(&bench, 1_000);
    let code = |tx: &Transaction| bench.check(&bench.sign(tx, &["ann"])).map_err(|r| r.result);
    assert_eq!(code(&tx), Ok(()));
    let invalid = |change: fn(&mut SorobanTransactionData)| {
        assert_eq!(code(&with_data(&tx, change)), Err(Code::TxSorobanInvalid));
    };
    invalid(|data| data.resources.instructions = 400_000_001);
    invalid(|data| data.resources.disk_read_bytes = 200_001);
    invalid(|data| data.resources.write_bytes = 132_097);
    invalid(|data| data.resource_fee = 5_000);
    invalid(|data| data.resource_fee = XLM + 101);
    invalid(|data| {
        data.resources.footprint.read_only = data.resources.footprint.read_write.clone()
    });
    invalid(|data| {
        let key = data.resources.footprint.read_write[0].clone();
        data.resources.footprint.read_write = vec![key.clone(), key].try_into().unwrap();
    });
    // Kinds of keys that contracts cannot reach, and one too many of those that they can.
    invalid(|data| {
        let key = LedgerKey::Ttl(LedgerKeyTtl { key_hash: Hash([1; 32]) });
        data.resources.footprint.read_only = vec![key].try_into().unwrap();
    });
    invalid(|data| {
        let own = line_key("ann", &asset(b"TFT\0", "ann"));
        data.resources.footprint.read_only = vec![own].try_into().unwrap();
    });
    invalid(|data| {
        let key = |i: u8| LedgerKey::ContractCode(LedgerKeyContractCode { hash: Hash([i; 32]) });
        data.resources.footprint.read_write =
            (0..=200).map(key).collect::<Vec<_>>().try_into().unwrap();
    });
    invalid(|data| {
        let keys = (0..=200u8).map(|i| {
            let key = PublicKey::PublicKeyTypeEd25519(Uint256([i; 32]));
            LedgerKey::Account(LedgerKeyAccount { account_id: AccountId(key) })
        });
        data.resources.footprint.read_only = keys.collect::<Vec<_>>().try_into().unwrap();
    });
    invalid(|data| {
        let key = LedgerKey::ContractData(LedgerKeyContractData {
            contract: ScAddress::Contract(ContractId(Hash([1; 32]))),
            key: ScVal::Bytes(ScBytes(vec![0; 250].try_into().unwrap())),
            durability: ContractDataDurability::Persistent,
        });
        data.resources.footprint.read_only = vec![key].try_into().unwrap();
    });
    let archived = |places: &[u32]| {
        let archived_soroban_entries = places.to_vec().try_into().unwrap();
        let ext = SorobanTransactionDataExt::V1(SorobanResourcesExtV0 { archived_soroban_entries });
        code(&with_data(&tx, |data| data.ext = ext))
    };
    assert_eq!(archived(&[0]), Ok(()));
    assert_eq!(archived(&[1]), Err(Code::TxSorobanInvalid));
    assert_eq!(archived(&[0, 0]), Err(Code::TxSorobanInvalid));
    // Not even a fee that nobody can name.
    for fee in [-1, i64::MIN, (1 << 50) + 1] {
        let tx = with_data(&tx, |data| data.resource_fee = fee);
        assert_eq!(code(&tx), Err(Code::TxMalformed));
    }
    let without = Transaction { ext: TransactionExt::V0, ..tx.clone() };
    assert_eq!(code(&without), Err(Code::TxMalformed));
    let short = Transaction { fee: tx.fee - 1, ..tx.clone() };
    assert_eq!(code(&short), Err(Code::TxInsufficientFee));
}

#[test]
fn exactly_the_least_resource_fee_is_enough() {
    let bench = Bench::new(&["ann"]);
    let tx = upload(&bench, 1_000);
    let enough = |fee: i64| {
        let tx = with_data(&tx, |data| data.resource_fee = fee);
        bench.check(&bench.sign(&tx, &["ann"])).is_ok()
    };
    let size = i64::from(bench.sign(&tx, &["ann"]).size());
    let kilobytes = |bytes: i64, fee: i64| (bytes * fee + 1_023) / 1_024;
    let least = 1_000_000 * 7 / 10_000
        + 2_500
        + kilobytes(10_000, 875)
        + kilobytes(size + 300, 4_059)
        + kilobytes(size, 406);
    assert!(enough(least) && !enough(least - 1));
}

#[test]
fn contracts_take_one_operation_without_memo_or_muxed_sender() {
    let bench = Bench::new(&["ann", "bob"]);
    let tx = upload(&bench, 1_000);
    let code = |tx: &Transaction| bench.check(&bench.sign(tx, &["ann"])).map_err(|r| r.result);
    let mut two = tx.clone();
    two.operations = vec![tx.operations[0].clone(), op(None, pay("bob", 1))].try_into().unwrap();
    assert_eq!(code(&two), Err(Code::TxMalformed));
    let memo = Transaction { memo: Memo::Id(7), ..tx.clone() };
    assert_eq!(code(&memo), Err(Code::TxSorobanInvalid));
    let id = MuxedAccount::MuxedEd25519(MuxedAccountMed25519 { id: 1, ed25519: public("ann") });
    let muxed = Transaction { source_account: id, ..tx.clone() };
    assert_eq!(code(&muxed), Err(Code::TxSorobanInvalid));
    let classic = Transaction { ext: tx.ext, ..bench.transaction("ann", &[pay("bob", 1)]) };
    assert_eq!(code(&classic), Err(Code::TxMalformed), "resources, but no contract");
}

#[test]
fn fee_bump_pays_for_resources_that_the_inner_fee_does_not_cover() {
    let bench = Bench::new(&["ann", "pat"]);
    let tx = Transaction { fee: 0, ..upload(&bench, 1_000) };
    let inner = bench.sign(&tx, &["ann"]);
    assert_eq!(bench.refusal(&inner), Code::TxSorobanInvalid);
    assert_eq!(bench.check(&bench.bump(&inner, "pat", XLM + 200, &["pat"])), Ok(()));
    let short = bench.bump(&inner, "pat", XLM + 199, &["pat"]);
    assert_eq!(bench.refusal(&short), Code::TxInsufficientFee);
}

#[test]
fn wasm_must_not_be_too_large() {
    let mut bench = Bench::new(&["ann"]);
    bench.settings.max_contract_size = 999;
    let frame = bench.sign(&upload(&bench, 1_000), &["ann"]);
    let malformed = OperationResultTr::InvokeHostFunction(InvokeHostFunctionResult::Malformed);
    assert_eq!(bench.refused_operation(&frame), OperationResult::OpInner(malformed));
}

#[test]
fn footprints_that_cannot_be_extended_or_restored() {
    let bench = Bench::new(&["ann"]);
    let tx = upload(&bench, 10);
    let replaced = |body: OperationBody, read_only: bool| {
        let mut tx = with_data(&tx, |data| {
            let footprint = &mut data.resources.footprint;
            if read_only {
                std::mem::swap(&mut footprint.read_only, &mut footprint.read_write);
            }
        });
        tx.operations = vec![op(None, body)].try_into().unwrap();
        let frame = bench.sign(&tx, &["ann"]);
        bench.check(&frame).is_err().then(|| bench.refused_operation(&frame))
    };
    let extend = |extend_to| {
        let ext = ExtensionPoint::V0;
        OperationBody::ExtendFootprintTtl(ExtendFootprintTtlOp { ext, extend_to })
    };
    let restore =
        || OperationBody::RestoreFootprint(RestoreFootprintOp { ext: ExtensionPoint::V0 });
    let bad_extend = Some(OperationResult::OpInner(OperationResultTr::ExtendFootprintTtl(
        ExtendFootprintTtlResult::Malformed,
    )));
    let bad_restore = Some(OperationResult::OpInner(OperationResultTr::RestoreFootprint(
        RestoreFootprintResult::Malformed,
    )));
    assert_eq!(replaced(extend(3_110_399), true), None);
    assert_eq!(replaced(extend(3_110_400), true), bad_extend);
    assert_eq!(replaced(extend(1_000), false), bad_extend);
    assert_eq!(replaced(restore(), false), None);
    assert_eq!(replaced(restore(), true), bad_restore);
}

/// Bytes of valid transactions are changed here and there; what still decodes is signed for anew.
#[test]
fn whatever_decodes_has_a_result_and_no_stroop_is_made() {
    let mut bench = Bench::new(&["ann", "bob", "iss"]);
    let tft = asset(b"TFT\0", "iss");
    let line = ChangeTrustAsset::CreditAlphanum4(AlphaNum4 {
        asset_code: AssetCode4(*b"TFT\0"),
        issuer: id("iss"),
    });
    let trust = OperationBody::ChangeTrust(ChangeTrustOp { line, limit: 1_000 });
    assert!(matches!(bench.run("ann", trust.clone()), OperationResult::OpInner(_)));
    bench.run("iss", pay_asset("ann", &tft, 500));
    let create = CreateAccountOp { destination: id("new"), starting_balance: 2 * XLM };
    let everything = options(|options| {
        options.set_flags = Some(10);
        options.med_threshold = Some(1);
        options.home_domain = Some(String32("here".try_into().unwrap()));
        options.signer = Some(signer("cat", 1));
    });
    let seeds = [
        bench.transaction("ann", &[pay("bob", XLM), OperationBody::CreateAccount(create)]),
        bench.transaction("ann", &[trust, pay_asset("bob", &tft, 5), pay_asset("iss", &tft, 1)]),
        bench.transaction("ann", &[everything]),
        upload(&bench, 100),
        Transaction {
            cond: conditions(|c| c.min_seq_num = Some(SequenceNumber(1))),
            ..bench.transaction("ann", &[pay("bob", XLM)])
        },
    ];
    let coins = |bench: &Bench| {
        let balances = bench.entries.values().map(|stored| match &stored.entry.data {
            LedgerEntryData::Account(account) => account.balance,
            _ => 0,
        });
        balances.inspect(|balance| assert!(*balance >= 0)).sum::<i64>()
    };
    let mut random = 42_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as usize % below
    };
    let (entries, before) = (bench.entries.clone(), coins(&bench));
    let (mut taken, mut applied) = (0, 0);
    for round in 0..250 {
        let mut bytes = seeds[round % seeds.len()].to_xdr(Limits::none()).unwrap();
        for _ in 0..=next(3) {
            let place = next(bytes.len());
            bytes[place] = [0, 1, 0x7f, 0x80, 0xff, next(256) as u8][next(6)];
        }
        let Ok(tx) = Transaction::from_xdr(&bytes, Limits::none()) else { continue };
        let frame = bench.sign(&tx, &["ann"]);
        taken += usize::from(bench.check(&frame).is_ok());
        bench.check(&bench.bump(&frame, "bob", 1_000_000, &["bob"])).ok();
        let (result, _) = bench.apply(&frame);
        applied += usize::from(matches!(result.result, Code::TxSuccess(_)));
        assert_eq!(coins(&bench), before - result.fee_charged);
        bench.entries.clone_from(&entries);
    }
    assert!(taken > 5 && applied > 5, "{taken} taken, {applied} applied");
}
