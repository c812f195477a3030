//! Sandwiches, wash trading and just-in-time liquidity, by somebody who owns any part of
//! the shares.

use soroban_sdk::Address;
use tributary_common::interfaces::pool::PoolError;
use tributary_tests::env::sign::assert_refused;
use tributary_tests::{
    env::pool::{Setup, World, ONE},
    model::{approximate, big, Account, Plain},
};

/// A pool of which `attacker` owns `percent` of the shares, and a victim about to trade.
struct Scene {
    world: World,
    attacker: Address,
    victim: Address,
    account: Account,
}

impl Scene {
    fn new(percent: i128) -> Scene {
        let world = World::default();
        let others = world.user(100_000 * ONE, 400_000 * ONE);
        let attacker = world.user(1_000_000 * ONE, 1_000_000 * ONE);
        let victim = world.user(10_000 * ONE, 10_000 * ONE);
        let part = |whole: i128, percent: i128| whole * percent / 100;
        let (a, b) = (100_000 * ONE, 400_000 * ONE);
        let rest = 100 - percent;
        world.deposit(&others, part(a, rest), part(b, rest)).unwrap();
        world.deposit(&attacker, part(a, percent), part(b, percent)).unwrap();
        world.close(12);
        let state = world.state();
        let account = Account::new([state.opening_0, state.opening_1], state.opening_supply);
        Scene { world, attacker, victim, account }
    }

    /// The attacker sells; returns what she got.
    fn attack(&mut self, side: usize, amount: i128) -> i128 {
        let token = [&self.world.token_0, &self.world.token_1][side];
        let out = self.world.swap_exact_in(&self.attacker, token, amount).unwrap();
        let amounts = if side == 0 { [-amount, out] } else { [out, -amount] };
        self.account.receive(amounts);
        out
    }

    fn leave(&mut self) {
        let shares = self.world.pool.balance(&self.attacker);
        let (out_0, out_1) = self.world.withdraw(&self.attacker, shares).unwrap();
        self.account.receive([out_0, out_1]);
        self.account.burn(shares);
    }
}

#[test]
fn a_sandwich_in_one_ledger_never_pays() {
    for percent in [1, 10, 50, 90, 95] {
        for size in [100, 5_000, 50_000] {
            for leave in [false, true] {
                let mut scene = Scene::new(percent);
                let bought = scene.attack(0, size * ONE);
                let victim = scene.victim.clone();
                scene.world.swap_exact_in(&victim, &scene.world.token_0, 5_000 * ONE).unwrap();
                scene.attack(1, bought);
                if leave {
                    scene.leave();
                }
                assert!(!scene.account.has_gained(), "{percent} % {size} {leave}");
            }
        }
    }
}

#[test]
fn leaving_after_the_victim_in_the_same_ledger_never_pays() {
    for percent in [1, 50, 95] {
        let mut scene = Scene::new(percent);
        let victim = scene.victim.clone();
        scene.world.swap_exact_in(&victim, &scene.world.token_0, 10_000 * ONE).unwrap();
        scene.leave();
        assert!(!scene.account.has_gained(), "{percent} %");
    }
}

#[test]
fn wash_trading_never_pays() {
    for percent in [1, 50, 95] {
        let mut scene = Scene::new(percent);
        for round in 0..6 {
            scene.attack(round % 2, 1_000 * ONE);
        }
        scene.leave();
        assert!(!scene.account.has_gained(), "{percent} %");
    }
}

#[test]
fn liquidity_added_around_one_trade_cannot_leave_for_a_minute() {
    let scene = Scene::new(50);
    let world = &scene.world;
    let jit = world.user(400_000 * ONE, 400_000 * ONE);
    let (_, _, shares) = world.deposit(&jit, 100_000 * ONE, 400_000 * ONE).unwrap();
    world.swap_exact_in(&scene.victim, &world.token_0, 10_000 * ONE).unwrap();
    let leave = || world.withdraw(&jit, shares);
    assert_refused(&world.env, PoolError::SharesHeld, leave);
    world.close(11);
    let leave = || world.withdraw(&jit, shares);
    assert_refused(&world.env, PoolError::SharesHeld, leave);
    world.close(1);
    world.withdraw(&jit, shares).unwrap();
}

#[test]
fn the_victim_of_a_trade_against_hers_gets_the_price_she_saw() {
    // Somebody else moves the price in her favour first: she gets the opening price at the least
    // of what the curve would have given her alone.
    let mut scene = Scene::new(10);
    let alone = scene.world.pool.quote_exact_in(&scene.world.token_0, &(1_000 * ONE));
    scene.attack(1, 10_000 * ONE);
    let out = scene.world.swap_exact_in(&scene.victim, &scene.world.token_0, 1_000 * ONE).unwrap();
    assert!(out >= alone);
}

/// Stated openly: across two ledgers a sandwich works as in any constant-product pool, because the
/// second ledger opens at the price that the first one left. What it gives is what a plain pool
/// gives, to the unit.
#[test]
fn a_sandwich_across_two_ledgers_pays_what_it_pays_in_any_pool() {
    let scene = Scene::new(1);
    let world = &scene.world;
    let Setup { fee_bps, treasury_bps, .. } = world.setup;
    let state = world.state();
    let mut plain = Plain {
        reserves: [big(state.reserve_0), big(state.reserve_1)],
        supply: big(state.total_supply),
        fee_bps,
        treasury_bps,
    };
    let (front, trade) = (10_000 * ONE, 9_000 * ONE);
    let bought = world.swap_exact_in(&scene.attacker, &world.token_0, front).unwrap();
    world.swap_exact_in(&scene.victim, &world.token_0, trade).unwrap();
    world.close(1);
    let back = world.swap_exact_in(&scene.attacker, &world.token_1, bought).unwrap();

    assert_eq!(big(bought), plain.exact_in(0, &big(front)));
    plain.exact_in(0, &big(trade));
    assert_eq!(big(back), plain.exact_in(1, &big(bought)));
    let profit = approximate(&big(back - front)) / approximate(&big(front));
    assert!(profit > 0.1, "as in any pool: {profit}");
}

#[test]
fn a_donation_before_the_record_does_not_reach_the_oracle() {
    let scene = Scene::new(50);
    let world = &scene.world;
    world.close(400);
    let before = world.pool.twap(&world.token_0).unwrap();
    world.give(&world.token_0, &world.pool.address, 50_000 * ONE);
    world.pool.sync();
    world.deposit(&scene.victim, 100 * ONE, 400 * ONE).unwrap();
    let after = world.pool.twap(&world.token_0).unwrap();
    assert_eq!(before.0, after.0);
}
