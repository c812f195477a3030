use soroban_env_host::xdr::ScVal;
use tributary_tests::{network::val::*, network::*, wasm};
fn main() {
    let mut n = Network::default();
    let issuer = n.account("issuer");
    let alice = n.account("alice");
    let (a0, t0) = n.asset("TFT", &issuer);
    let (a1, t1) = n.asset("USDC", &issuer);
    for a in [&a0, &a1] {
        n.trust(&alice, a);
    }
    let (t0, t1) = if t0 < t1 { (t0, t1) } else { (t1, t0) };
    let big = 1_000_000_0000000i128;
    for t in [&t0, &t1] {
        n.call(&issuer, t, "mint", vec![account(&alice), int(big * 100)]).unwrap();
    }
    let (floor, _) = n.deploy(&issuer, &wasm::test_contract("floor"), "floor", vec![]).unwrap();
    for t in [&t0, &t1] {
        n.call(&issuer, t, "mint", vec![address(&floor), int(big)]).unwrap();
    }
    let d = std::env::args()
        .nth(1)
        .map(|p| std::fs::read(p).unwrap())
        .unwrap_or_else(|| wasm::contract("pool"));
    let (pool, _) = n
        .deploy(
            &issuer,
            &d,
            "pool",
            vec![
                address(&t0),
                address(&t1),
                ScVal::U32(30),
                ScVal::U32(1667),
                ScVal::U32(0),
                account(&issuer),
                account(&issuer),
                account(&issuer),
                text("Tributary TFT TFT/USDC 0.30%"),
                text("TFT-USDC-30"),
            ],
        )
        .unwrap();
    let r = n
        .call(
            &alice,
            &floor,
            "swap",
            vec![
                account(&alice),
                address(&t0),
                int(1000),
                address(&t1),
                int(1000),
                account(&alice),
            ],
        )
        .unwrap();
    println!("floor {:?}", r.cost);
    let f = r.cost.instructions as f64;
    let r = n
        .call(
            &alice,
            &floor,
            "swap",
            vec![
                account(&alice),
                address(&t0),
                int(1000),
                address(&t1),
                int(1000),
                account(&alice),
            ],
        )
        .unwrap();
    println!("floor {:?}", r.cost);
    let r = n
        .call(
            &alice,
            &pool,
            "deposit",
            vec![account(&alice), int(big), int(big * 2), int(0), account(&alice), NO_DEADLINE],
        )
        .unwrap();
    println!("first deposit {:?} {:.3}", r.cost, r.cost.instructions as f64 / f);
    let r = n
        .call(
            &alice,
            &pool,
            "deposit",
            vec![account(&alice), int(big), int(big * 2), int(0), account(&alice), NO_DEADLINE],
        )
        .unwrap();
    println!("deposit {:?} {:.3}", r.cost, r.cost.instructions as f64 / f);
    for i in 0..3 {
        n.close(if i == 1 { 0 } else { 20 });
        let r = n
            .call(
                &alice,
                &pool,
                "swap_exact_in",
                vec![
                    account(&alice),
                    address(&t0),
                    int(big / 1000),
                    int(0),
                    account(&alice),
                    NO_DEADLINE,
                ],
            )
            .unwrap();
        println!("swap_exact_in {:?} {:.3}", r.cost, r.cost.instructions as f64 / f);
    }
    let r = n
        .call(
            &alice,
            &pool,
            "swap_exact_out",
            vec![
                account(&alice),
                address(&t0),
                int(big / 1000),
                int(1000000),
                account(&alice),
                NO_DEADLINE,
            ],
        )
        .unwrap();
    println!("swap_exact_out {:?} {:.3}", r.cost, r.cost.instructions as f64 / f);
    let r = n
        .call(
            &alice,
            &pool,
            "withdraw",
            vec![account(&alice), int(big), int(0), int(0), account(&alice), NO_DEADLINE],
        )
        .unwrap();
    println!("withdraw {:?} {:.3}", r.cost, r.cost.instructions as f64 / f);
    let r = n.call(&alice, &pool, "state", vec![]).unwrap();
    println!("state {:?} {:.3}", r.cost, r.cost.instructions as f64 / f);

    for (f, a) in [
        ("total_supply", vec![]),
        ("twap", vec![address(&t0)]),
        ("quote_exact_in", vec![address(&t0), int(big / 1000)]),
        ("quote_exact_out", vec![address(&t0), int(big / 1000)]),
        ("balance", vec![address(&t0)]),
    ] {
        let r = n.call(&alice, &pool, f, a).unwrap();
        println!("{f} {:?} {:.3}", r.cost, r.cost.instructions as f64 / f64::from(1));
    }
}
