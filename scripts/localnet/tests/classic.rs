//! Each classic operation: what it changes, which events it emits, and every way in which it fails.

mod bench;

use stellar_xdr::{OperationResultTr as Tr, *};
use tributary_localnet::classic::{self, contract_id, fee_event};

use bench::*;

const MAX: i64 = i64::MAX;

/// An issuer, and two who trust it without limit; `ann` has five.
fn issued() -> (Bench, Asset) {
    let mut bench = Bench::new(&["ann", "bob", "iss"]);
    let tft = asset(b"TFT\0", "iss");
    for name in ["ann", "bob"] {
        assert_eq!(bench.run(name, trust(&tft, MAX)), trusted(ChangeTrustResult::Success));
    }
    assert_eq!(bench.run("iss", pay_asset("ann", &tft, 5)), paid(PaymentResult::Success));
    (bench, tft)
}

fn trust(asset: &Asset, limit: i64) -> OperationBody {
    let Asset::CreditAlphanum4(asset) = asset.clone() else { unreachable!() };
    OperationBody::ChangeTrust(ChangeTrustOp {
        line: ChangeTrustAsset::CreditAlphanum4(asset),
        limit,
    })
}

fn create(name: &str, starting_balance: i64) -> OperationBody {
    OperationBody::CreateAccount(CreateAccountOp { destination: id(name), starting_balance })
}

fn set_flags(name: &str, asset: &Asset, clear_flags: u32, set_flags: u32) -> OperationBody {
    OperationBody::SetTrustLineFlags(SetTrustLineFlagsOp {
        trustor: id(name),
        asset: asset.clone(),
        clear_flags,
        set_flags,
    })
}

fn claw(name: &str, asset: &Asset, amount: i64) -> OperationBody {
    OperationBody::Clawback(ClawbackOp { asset: asset.clone(), from: muxed(name), amount })
}

fn created(result: CreateAccountResult) -> OperationResult {
    OperationResult::OpInner(Tr::CreateAccount(result))
}

fn paid(result: PaymentResult) -> OperationResult {
    OperationResult::OpInner(Tr::Payment(result))
}

fn trusted(result: ChangeTrustResult) -> OperationResult {
    OperationResult::OpInner(Tr::ChangeTrust(result))
}

fn set(result: SetOptionsResult) -> OperationResult {
    OperationResult::OpInner(Tr::SetOptions(result))
}

fn flagged(result: SetTrustLineFlagsResult) -> OperationResult {
    OperationResult::OpInner(Tr::SetTrustLineFlags(result))
}

fn clawed(result: ClawbackResult) -> OperationResult {
    OperationResult::OpInner(Tr::Clawback(result))
}

/// Why the operation is not even taken.
fn refused(bench: &Bench, name: &str, body: OperationBody) -> OperationResult {
    bench.refused_operation(&bench.sign(&bench.transaction(name, &[body]), &[name]))
}

fn number(amount: i64) -> ScVal {
    i128::from(amount).into()
}

fn address(name: &str) -> ScVal {
    ScVal::Address(ScAddress::Account(id(name)))
}

fn symbol(name: &str) -> ScVal {
    ScVal::Symbol(name.try_into().unwrap())
}

fn event(bench: &Bench, asset: &Asset, topics: Vec<ScVal>, data: ScVal) -> ContractEvent {
    ContractEvent {
        ext: ExtensionPoint::V0,
        contract_id: Some(contract_id(&bench.network_id, asset)),
        type_: ContractEventType::Contract,
        body: ContractEventBody::V0(ContractEventV0 { topics: topics.try_into().unwrap(), data }),
    }
}

fn named(asset: &Asset) -> ScVal {
    let name = match asset {
        Asset::Native => "native".to_string(),
        _ => format!("TFT:{}", id("iss")),
    };
    ScVal::String(ScString(name.as_str().try_into().unwrap()))
}

#[test]
fn account_is_created() {
    let mut bench = Bench::new(&["ann"]);
    let (result, events) = bench.run_with_events("ann", create("new", XLM));
    assert_eq!(result, created(CreateAccountResult::Success));
    let new = bench.account("new");
    assert_eq!((new.balance, new.seq_num.0, new.thresholds.0), (XLM, 1_000 << 32, [1, 0, 0, 0]));
    assert_eq!(bench.account("ann").balance, 999 * XLM - 100);
    let topics = vec![symbol("transfer"), address("ann"), address("new"), named(&Asset::Native)];
    assert_eq!(events, [event(&bench, &Asset::Native, topics, number(XLM))]);
}

#[test]
fn account_is_not_created() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let malformed = created(CreateAccountResult::Malformed);
    assert_eq!(refused(&bench, "ann", create("new", -1)), malformed);
    assert_eq!(refused(&bench, "ann", create("new", i64::MIN)), malformed);
    assert_eq!(refused(&bench, "ann", create("ann", XLM)), malformed);
    let exists = created(CreateAccountResult::AlreadyExist);
    assert_eq!(bench.run("ann", create("bob", XLM)), exists);
    let low = created(CreateAccountResult::LowReserve);
    assert_eq!(bench.run("ann", create("new", XLM - 1)), low);
    let short = created(CreateAccountResult::Underfunded);
    assert_eq!(bench.run("ann", create("new", 999 * XLM)), short);
    assert_eq!(bench.find("new"), None);
}

#[test]
fn reserve_is_not_spent() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let underfunded = paid(PaymentResult::Underfunded);
    let all = 999 * XLM - 100;
    assert_eq!(bench.run("ann", pay("bob", all + 1)), underfunded);
    assert_eq!(bench.run("ann", pay("bob", all - 100)), paid(PaymentResult::Success));
    let ann = bench.account("ann");
    assert_eq!((ann.balance, classic::available(&ann)), (XLM, 0));

    // Each entry of one's own raises it.
    let mut bench = Bench::new(&["ann", "bob", "iss"]);
    bench.run("ann", trust(&asset(b"TFT\0", "iss"), 1));
    bench.run("ann", options(|options| options.signer = Some(signer("cat", 1))));
    assert_eq!(classic::reserve(&bench.account("ann")), 2 * XLM);
    assert_eq!(bench.run("ann", pay("bob", 998 * XLM - 299)), underfunded);
    assert_eq!(bench.account("bob").balance, 1_000 * XLM);
}

#[test]
fn balances_do_not_overflow() {
    let (mut bench, tft) = issued();
    bench.edit("bob", |account| account.balance = MAX - 1);
    let full = paid(PaymentResult::LineFull);
    assert_eq!(bench.run("ann", pay("bob", 2)), full);
    assert_eq!(bench.account("bob").balance, MAX - 1);
    assert_eq!(bench.run("ann", pay("bob", 1)), paid(PaymentResult::Success));
    assert_eq!(bench.account("bob").balance, MAX);

    assert_eq!(bench.run("iss", pay_asset("ann", &tft, MAX)), full);
    assert_eq!(bench.line("ann", &tft).unwrap().balance, 5);
    assert_eq!(bench.run("iss", pay_asset("ann", &tft, MAX - 5)), paid(PaymentResult::Success));
    assert_eq!(bench.line("ann", &tft).unwrap().balance, MAX);
}

#[test]
fn payment_is_malformed() {
    let bench = Bench::new(&["ann", "bob"]);
    let malformed = paid(PaymentResult::Malformed);
    for amount in [0, -1, i64::MIN] {
        assert_eq!(refused(&bench, "ann", pay("bob", amount)), malformed);
    }
    for code in [b"\0\0\0\0", b"\0A\0\0", b"A\0B\0", b"A-\0\0", b"\xffAB\0"] {
        assert_eq!(refused(&bench, "ann", pay_asset("bob", &asset(code, "iss"), 1)), malformed);
    }
    let mut long =
        AlphaNum12 { asset_code: AssetCode12(*b"ABCD\0\0\0\0\0\0\0\0"), issuer: id("iss") };
    assert!(!classic::is_valid(&Asset::CreditAlphanum12(long.clone())), "four fit the short kind");
    long.asset_code.0[4] = b'E';
    assert!(classic::is_valid(&Asset::CreditAlphanum12(long)));
}

#[test]
fn credit_moves_between_trustlines() {
    let (mut bench, tft) = issued();
    let (result, events) = bench.run_with_events("ann", pay_asset("bob", &tft, 2));
    assert_eq!(result, paid(PaymentResult::Success));
    let balance = |bench: &Bench, name| bench.line(name, &tft).unwrap().balance;
    assert_eq!((balance(&bench, "ann"), balance(&bench, "bob")), (3, 2));
    let topics = vec![symbol("transfer"), address("ann"), address("bob"), named(&tft)];
    assert_eq!(events, [event(&bench, &tft, topics, number(2))]);

    let (_, events) = bench.run_with_events("iss", pay_asset("bob", &tft, 4));
    let topics = vec![symbol("mint"), address("bob"), named(&tft)];
    assert_eq!(events, [event(&bench, &tft, topics, number(4))]);
    let (_, events) = bench.run_with_events("bob", pay_asset("iss", &tft, 6));
    let topics = vec![symbol("burn"), address("bob"), named(&tft)];
    assert_eq!(events, [event(&bench, &tft, topics, number(6))]);
    assert_eq!((balance(&bench, "ann"), balance(&bench, "bob")), (3, 0));
}

#[test]
fn credit_does_not_move() {
    let (mut bench, tft) = issued();
    assert_eq!(bench.run("ann", pay("new", 1)), paid(PaymentResult::NoDestination));
    assert_eq!(bench.run("ann", pay_asset("new", &tft, 1)), paid(PaymentResult::NoDestination));
    assert_eq!(bench.run("ann", pay_asset("bob", &tft, 6)), paid(PaymentResult::Underfunded));
    let other = asset(b"OTH\0", "iss");
    assert_eq!(bench.run("iss", pay_asset("bob", &other, 1)), paid(PaymentResult::NoTrust));
    bench.run("bob", trust(&other, 3));
    assert_eq!(bench.run("ann", pay_asset("bob", &other, 1)), paid(PaymentResult::SrcNoTrust));
    assert_eq!(bench.run("iss", pay_asset("bob", &other, 4)), paid(PaymentResult::LineFull));
    assert_eq!(bench.run("iss", pay_asset("bob", &other, 3)), paid(PaymentResult::Success));
    assert_eq!(bench.line("ann", &tft).unwrap().balance, 5);
    assert_eq!(bench.line("bob", &tft).unwrap().balance, 0);
}

#[test]
fn payment_to_oneself_moves_nothing() {
    let (mut bench, tft) = issued();
    let (result, events) = bench.run_with_events("ann", pay("ann", MAX));
    assert_eq!((result, events.len()), (paid(PaymentResult::Success), 1));
    assert_eq!(bench.run("ann", pay_asset("ann", &tft, 5)), paid(PaymentResult::Success));
    // What arrives first is there to be sent, if the trustline can hold both.
    assert_eq!(bench.run("ann", pay_asset("ann", &tft, 6)), paid(PaymentResult::Success));
    bench.run("ann", trust(&tft, 7));
    assert_eq!(bench.run("ann", pay_asset("ann", &tft, 3)), paid(PaymentResult::LineFull));
    assert_eq!(bench.line("ann", &tft).unwrap().balance, 5);
}

#[test]
fn event_names_whom_an_exchange_credits() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let mut data = |memo: Memo, to: MuxedAccount| {
        let body =
            OperationBody::Payment(PaymentOp { destination: to, asset: Asset::Native, amount: 9 });
        let tx = Transaction { memo, ..bench.transaction("ann", &[body]) };
        let frame = bench.sign(&tx, &["ann"]);
        let (_, events) = bench.apply(&frame);
        let ContractEventBody::V0(event) = &events[0].body;
        assert_eq!(event.topics[2], address("bob"), "without its number");
        event.data.clone()
    };
    let credited = |id: ScVal| {
        let amount = ScMapEntry { key: symbol("amount"), val: number(9) };
        let id = ScMapEntry { key: symbol("to_muxed_id"), val: id };
        ScVal::Map(Some(ScMap([amount, id].try_into().unwrap())))
    };
    let numbered =
        MuxedAccount::MuxedEd25519(MuxedAccountMed25519 { id: 77, ed25519: public("bob") });
    assert_eq!(data(Memo::None, muxed("bob")), number(9));
    assert_eq!(data(Memo::Id(5), muxed("bob")), credited(ScVal::U64(5)));
    assert_eq!(data(Memo::Id(5), numbered), credited(ScVal::U64(77)));
    let text = ScVal::String(ScString("hi".try_into().unwrap()));
    assert_eq!(data(Memo::Text("hi".try_into().unwrap()), muxed("bob")), credited(text));
    let bytes = ScVal::Bytes(ScBytes([3; 32].try_into().unwrap()));
    assert_eq!(data(Memo::Return(Hash([3; 32])), muxed("bob")), credited(bytes));
}

#[test]
fn trustline_comes_and_goes() {
    let (mut bench, tft) = issued();
    let line = bench.line("ann", &tft).unwrap();
    assert_eq!((line.limit, line.flags), (MAX, TrustLineFlags::AuthorizedFlag as u32));
    assert_eq!(bench.account("ann").num_sub_entries, 1);
    assert_eq!(bench.run("ann", trust(&tft, 4)), trusted(ChangeTrustResult::InvalidLimit));
    assert_eq!(bench.run("ann", trust(&tft, 0)), trusted(ChangeTrustResult::InvalidLimit));
    assert_eq!(bench.run("ann", trust(&tft, 5)), trusted(ChangeTrustResult::Success));
    assert_eq!(bench.line("ann", &tft).unwrap().limit, 5);
    bench.run("ann", pay_asset("iss", &tft, 5));
    assert_eq!(bench.run("ann", trust(&tft, 0)), trusted(ChangeTrustResult::Success));
    assert_eq!(bench.line("ann", &tft), None);
    assert_eq!(bench.account("ann").num_sub_entries, 0);
}

#[test]
fn trustline_does_not_come() {
    let mut bench = Bench::new(&["ann", "iss"]);
    let tft = asset(b"TFT\0", "iss");
    let malformed = trusted(ChangeTrustResult::Malformed);
    assert_eq!(refused(&bench, "ann", trust(&tft, -1)), malformed);
    assert_eq!(refused(&bench, "iss", trust(&tft, 1)), malformed);
    assert_eq!(refused(&bench, "ann", trust(&asset(b"T T\0", "iss"), 1)), malformed);
    let native = ChangeTrustOp { line: ChangeTrustAsset::Native, limit: 1 };
    assert_eq!(refused(&bench, "ann", OperationBody::ChangeTrust(native)), malformed);
    let pool = LiquidityPoolParameters::LiquidityPoolConstantProduct(
        LiquidityPoolConstantProductParameters {
            asset_a: Asset::Native,
            asset_b: tft.clone(),
            fee: 30,
        },
    );
    let pool = ChangeTrustOp { line: ChangeTrustAsset::PoolShare(pool), limit: 1 };
    let pool = refused(&bench, "ann", OperationBody::ChangeTrust(pool));
    assert_eq!(pool, OperationResult::OpNotSupported);

    assert_eq!(bench.run("ann", trust(&tft, 0)), trusted(ChangeTrustResult::InvalidLimit));
    let nobody = trust(&asset(b"TFT\0", "gone"), 1);
    assert_eq!(bench.run("ann", nobody), trusted(ChangeTrustResult::NoIssuer));
    bench.edit("ann", |account| account.balance = XLM + XLM / 2 + 99);
    assert_eq!(bench.run("ann", trust(&tft, 1)), trusted(ChangeTrustResult::LowReserve));
    bench.edit("ann", |account| account.balance = XLM + XLM / 2 + 100);
    assert_eq!(bench.run("ann", trust(&tft, 1)), trusted(ChangeTrustResult::Success));
    bench.edit("ann", |account| {
        account.num_sub_entries = 1_000;
        account.balance = MAX;
    });
    let many = bench.run("ann", trust(&asset(b"OTH\0", "iss"), 1));
    assert_eq!(many, OperationResult::OpTooManySubentries);
}

#[test]
fn issuer_freezes_and_frees() {
    let mut bench = Bench::new(&["ann", "bob", "iss"]);
    let tft = asset(b"TFT\0", "iss");
    let asks = AccountFlags::RequiredFlag as u32 | AccountFlags::RevocableFlag as u32;
    bench.run("iss", options(|options| options.set_flags = Some(asks)));
    bench.run("ann", trust(&tft, MAX));
    bench.run("bob", trust(&tft, MAX));
    assert_eq!(bench.run("iss", pay_asset("ann", &tft, 5)), paid(PaymentResult::NotAuthorized));
    let (result, events) = bench.run_with_events("iss", set_flags("ann", &tft, 0, 1));
    assert_eq!(result, flagged(SetTrustLineFlagsResult::Success));
    let topics = vec![symbol("set_authorized"), address("ann"), named(&tft)];
    assert_eq!(events, [event(&bench, &tft, topics.clone(), ScVal::Bool(true))]);
    assert_eq!(bench.run("iss", pay_asset("ann", &tft, 5)), paid(PaymentResult::Success));
    assert_eq!(bench.run("ann", pay_asset("bob", &tft, 1)), paid(PaymentResult::NotAuthorized));

    let (_, events) = bench.run_with_events("iss", set_flags("ann", &tft, 1, 2));
    assert_eq!(events, [event(&bench, &tft, topics, ScVal::Bool(false))]);
    bench.run("iss", set_flags("bob", &tft, 0, 1));
    assert_eq!(bench.run("ann", pay_asset("bob", &tft, 1)), paid(PaymentResult::SrcNotAuthorized));
    let invalid = flagged(SetTrustLineFlagsResult::InvalidState);
    assert_eq!(bench.run("iss", set_flags("ann", &tft, 0, 1)), invalid);
    assert_eq!(bench.line("ann", &tft).unwrap().flags, 2);
}

#[test]
fn issuer_cannot_freeze() {
    let (mut bench, tft) = issued();
    let malformed = flagged(SetTrustLineFlagsResult::Malformed);
    let cases = [
        ("ann", set_flags("bob", &tft, 1, 0)),
        ("iss", set_flags("iss", &tft, 1, 0)),
        ("iss", set_flags("ann", &Asset::Native, 1, 0)),
        ("iss", set_flags("ann", &tft, 1, 1)),
        ("iss", set_flags("ann", &tft, 0, 3)),
        ("iss", set_flags("ann", &tft, 0, 4)),
        ("iss", set_flags("ann", &tft, 8, 0)),
        ("iss", set_flags("ann", &tft, u32::MAX, 0)),
    ];
    for (name, body) in cases {
        assert_eq!(refused(&bench, name, body), malformed);
    }
    let cant = flagged(SetTrustLineFlagsResult::CantRevoke);
    assert_eq!(bench.run("iss", set_flags("ann", &tft, 1, 0)), cant, "never said that it may");
    let none = flagged(SetTrustLineFlagsResult::NoTrustLine);
    assert_eq!(bench.run("iss", set_flags("new", &tft, 0, 1)), none);
    assert_eq!(bench.line("ann", &tft).unwrap().flags, 1);
}

#[test]
fn issuer_claws_back() {
    let mut bench = Bench::new(&["ann", "iss"]);
    let tft = asset(b"TFT\0", "iss");
    let may = AccountFlags::ClawbackEnabledFlag as u32 | AccountFlags::RevocableFlag as u32;
    bench.run("iss", options(|options| options.set_flags = Some(may)));
    bench.run("ann", trust(&tft, MAX));
    bench.run("iss", pay_asset("ann", &tft, 5));
    assert_eq!(bench.run("iss", claw("ann", &tft, 6)), clawed(ClawbackResult::Underfunded));
    let (result, events) = bench.run_with_events("iss", claw("ann", &tft, 2));
    assert_eq!(result, clawed(ClawbackResult::Success));
    let topics = vec![symbol("clawback"), address("ann"), named(&tft)];
    assert_eq!(events, [event(&bench, &tft, topics, number(2))]);
    assert_eq!(bench.line("ann", &tft).unwrap().balance, 3);

    // Frozen or not.
    bench.run("iss", set_flags("ann", &tft, 1, 0));
    assert_eq!(bench.run("iss", claw("ann", &tft, 3)), clawed(ClawbackResult::Success));
    // The issuer may give the power up, but not take it later.
    bench.run("iss", set_flags("ann", &tft, 4, 1));
    bench.run("iss", pay_asset("ann", &tft, 5));
    let not = clawed(ClawbackResult::NotClawbackEnabled);
    assert_eq!(bench.run("iss", claw("ann", &tft, 5)), not);
    assert_eq!(bench.line("ann", &tft).unwrap().balance, 5);
}

#[test]
fn issuer_cannot_claw_back() {
    let (mut bench, tft) = issued();
    let malformed = clawed(ClawbackResult::Malformed);
    let cases = [
        ("bob", claw("ann", &tft, 1)),
        ("iss", claw("iss", &tft, 1)),
        ("iss", claw("ann", &tft, 0)),
        ("iss", claw("ann", &tft, i64::MIN)),
        ("iss", claw("ann", &Asset::Native, 1)),
    ];
    for (name, body) in cases {
        assert_eq!(refused(&bench, name, body), malformed);
    }
    assert_eq!(bench.run("iss", claw("new", &tft, 1)), clawed(ClawbackResult::NoTrust));
    let not = clawed(ClawbackResult::NotClawbackEnabled);
    assert_eq!(bench.run("iss", claw("ann", &tft, 1)), not);
}

#[test]
fn options_are_set() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let body = options(|options| {
        options.inflation_dest = Some(id("bob"));
        options.set_flags = Some(AccountFlags::RevocableFlag as u32);
        options.master_weight = Some(5);
        options.low_threshold = Some(1);
        options.med_threshold = Some(2);
        options.high_threshold = Some(3);
        options.home_domain = Some("example.org".try_into().map(String32).unwrap());
        options.signer = Some(signer("cat", 255));
    });
    assert_eq!(bench.run("ann", body), set(SetOptionsResult::Success));
    let ann = bench.account("ann");
    assert_eq!(ann.inflation_dest, Some(id("bob")));
    assert_eq!((ann.flags, ann.thresholds.0), (2, [5, 1, 2, 3]));
    assert_eq!((ann.signers.to_vec(), ann.num_sub_entries), (vec![signer("cat", 255)], 1));
    assert_eq!(ann.home_domain.to_string(), "example.org");

    let body = options(|options| options.clear_flags = Some(2));
    assert_eq!(bench.run("ann", body), set(SetOptionsResult::Success));
    assert_eq!(bench.account("ann").flags, 0);
}

#[test]
fn options_are_malformed() {
    let bench = Bench::new(&["ann"]);
    let check = |change: &dyn Fn(&mut SetOptionsOp), expected| {
        assert_eq!(refused(&bench, "ann", options(|options| change(options))), set(expected));
    };
    check(&|o| o.set_flags = Some(16), SetOptionsResult::UnknownFlag);
    check(&|o| o.clear_flags = Some(u32::MAX), SetOptionsResult::UnknownFlag);
    check(&|o| (o.set_flags, o.clear_flags) = (Some(3), Some(2)), SetOptionsResult::BadFlags);
    check(&|o| o.master_weight = Some(256), SetOptionsResult::ThresholdOutOfRange);
    check(&|o| o.low_threshold = Some(256), SetOptionsResult::ThresholdOutOfRange);
    check(&|o| o.med_threshold = Some(256), SetOptionsResult::ThresholdOutOfRange);
    check(&|o| o.high_threshold = Some(u32::MAX), SetOptionsResult::ThresholdOutOfRange);
    check(&|o| o.signer = Some(signer("ann", 1)), SetOptionsResult::BadSigner);
    check(&|o| o.signer = Some(signer("cat", 256)), SetOptionsResult::BadSigner);
    let empty =
        SignerKeyEd25519SignedPayload { ed25519: public("cat"), payload: BytesM::default() };
    let empty = Signer { key: SignerKey::Ed25519SignedPayload(empty), weight: 1 };
    check(&|o| o.signer = Some(empty.clone()), SetOptionsResult::BadSigner);
    for domain in ["tab\there", "\u{7f}", "é"] {
        let domain = String32(domain.try_into().unwrap());
        check(&|o| o.home_domain = Some(domain.clone()), SetOptionsResult::InvalidHomeDomain);
    }
}

#[test]
fn options_are_not_set() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let body = options(|options| options.inflation_dest = Some(id("new")));
    assert_eq!(bench.run("ann", body), set(SetOptionsResult::InvalidInflation));
    let clawback = AccountFlags::ClawbackEnabledFlag as u32;
    let body = options(|options| options.set_flags = Some(clawback));
    assert_eq!(bench.run("ann", body), set(SetOptionsResult::AuthRevocableRequired));
    let immutable = AccountFlags::ImmutableFlag as u32;
    bench.run("ann", options(|options| options.set_flags = Some(immutable)));
    for body in [
        options(|options| options.set_flags = Some(1)),
        options(|options| options.clear_flags = Some(immutable)),
    ] {
        assert_eq!(bench.run("ann", body), set(SetOptionsResult::CantChange));
    }
    assert_eq!(bench.account("ann").flags, immutable);
}

#[test]
fn signers_come_sorted_and_go() {
    let mut bench = Bench::new(&["ann"]);
    let add = |name: &str, weight| options(|o| o.signer = Some(signer(name, weight)));
    for name in ["x", "y", "z"] {
        assert_eq!(bench.run("ann", add(name, 1)), set(SetOptionsResult::Success));
    }
    bench.run("ann", add("y", 7));
    let ann = bench.account("ann");
    assert!(ann.signers.windows(2).all(|pair| pair[0].key < pair[1].key));
    assert!(ann.signers.contains(&signer("y", 7)));
    assert_eq!((ann.signers.len(), ann.num_sub_entries), (3, 3));
    bench.run("ann", add("y", 0));
    bench.run("ann", add("nobody", 0));
    let ann = bench.account("ann");
    assert_eq!((ann.signers.len(), ann.num_sub_entries), (2, 2));
    let AccountEntryExt::V1(v1) = &ann.ext else { panic!("{ann:?}") };
    let AccountEntryExtensionV1Ext::V2(v2) = &v1.ext else { panic!("{ann:?}") };
    assert_eq!(v2.signer_sponsoring_i_ds.len(), 2);

    bench.edit("ann", |account| account.balance = 2 * XLM + XLM / 2 + 99);
    assert_eq!(bench.run("ann", add("w", 1)), set(SetOptionsResult::LowReserve));
    bench.edit("ann", |account| account.balance = 1_000 * XLM);
    for i in 2..20 {
        assert_eq!(bench.run("ann", add(&i.to_string(), 1)), set(SetOptionsResult::Success));
    }
    assert_eq!(bench.run("ann", add("w", 1)), set(SetOptionsResult::TooManySigners));
    bench.run("ann", add("x", 0));
    bench.edit("ann", |account| account.num_sub_entries = 1_000);
    assert_eq!(bench.run("ann", add("w", 1)), OperationResult::OpTooManySubentries);
}

#[test]
fn failed_operation_undoes_those_before_it() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let tx = bench.transaction("ann", &[pay("bob", 5), pay("new", 5)]);
    let (result, events) = bench.apply(&bench.sign(&tx, &["ann"]));
    let TransactionResultResult::TxFailed(results) = result.result else { panic!("{result:?}") };
    let expected = [paid(PaymentResult::Success), paid(PaymentResult::NoDestination)];
    assert_eq!((results.to_vec(), events), (expected.to_vec(), vec![]));
    assert_eq!(bench.account("bob").balance, 1_000 * XLM);
    assert_eq!(bench.account("ann").balance, 1_000 * XLM - 200);
}

#[test]
fn account_that_gave_its_keys_away_stays_locked() {
    let mut bench = Bench::new(&["ann", "bob"]);
    let body = options(|options| options.master_weight = Some(0));
    assert_eq!(bench.run("ann", body), set(SetOptionsResult::Success));
    let frame = bench.sign(&bench.transaction("ann", &[pay("bob", 1)]), &["ann"]);
    assert_eq!(bench.refusal(&frame), TransactionResultResult::TxBadAuth);
}

#[test]
fn contracts_of_assets_have_their_well_known_addresses() {
    // The native asset's contract on the public network.
    let network =
        tributary_localnet::node::network_id("Public Global Stellar Network ; September 2015");
    let expected = "CAS3J7GYLGXMF6TDJBBYYSE3HQ6BBSMLNUQ34T6TZMYMW2EVH34XOWMA";
    assert_eq!(contract_id(&network, &Asset::Native).to_string(), expected);
}

#[test]
fn fee_is_an_event_of_the_native_asset() {
    let bench = Bench::new(&[]);
    let topics = vec![symbol("fee"), address("ann")];
    let expected = event(&bench, &Asset::Native, topics, number(-7));
    assert_eq!(fee_event(&bench.network_id, &id("ann"), -7), expected);
}
