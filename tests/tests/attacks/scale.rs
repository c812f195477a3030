//! Row 4: nothing that users can create makes another user's call dearer.

use tributary_tests::{
    network::{
        val::{account, int},
        Cost,
    },
    pool::ONE,
    scene::Scene,
};

/// What a swap and a transfer cost in a pool with this many holders of shares.
fn costs(holders: usize) -> [Cost; 2] {
    let mut scene = Scene::new();
    let (user, other, token) = (scene.user.clone(), scene.other.clone(), scene.token_0.clone());
    for holder in 0..holders {
        let holder = scene.network.account(&format!("holder {holder}"));
        let transfer = vec![account(&user), account(&holder), int(1)];
        scene.call(&user, "transfer", transfer).unwrap();
    }
    scene.network.close(1);
    let swap = scene.swap(&user, &token, ONE).unwrap().cost;
    let transfer = vec![account(&user), account(&other), int(ONE)];
    [swap, scene.call(&user, "transfer", transfer).unwrap().cost]
}

#[test]
fn row_4_a_thousand_holders_cost_what_ten_cost() {
    let (few, many) = (costs(10), costs(1_000));
    for (few, many) in few.iter().zip(&many) {
        assert_eq!((few.reads, few.writes), (many.reads, many.writes));
        assert_eq!((few.write_bytes, few.event_bytes), (many.write_bytes, many.event_bytes));
        let difference = few.instructions.abs_diff(many.instructions);
        assert!(difference * 100 <= few.instructions, "{few:?} {many:?}");
    }
}
