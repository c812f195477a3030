//! Accounts, whose balances are trustlines: makers and takers who cannot be paid, and issuers.

use soroban_env_host::xdr::{AccountId, ScVal};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        suite::{field, fixed, integer, Sale, Suite},
        val::{account, address, int, NO_DEADLINE},
    },
};

struct Scene {
    suite: Suite,
    maker: AccountId,
    taker: AccountId,
    sale: Sale,
}

fn scene() -> Scene {
    let mut suite = Suite::new();
    let other = suite.asset("AAA");
    let [maker, taker] = ["maker", "taker"].map(|name| suite.person(name, 1_000 * ONE));
    let sale = Sale {
        selling: suite.tft.clone(),
        amount: 100 * ONE,
        buying: other,
        price: fixed(2, 1),
        min_fill: ONE,
        expires_at: suite.network.info.timestamp + 1_000,
        proceeds_to: account(&maker),
    };
    Scene { suite, maker, taker, sale }
}

impl Scene {
    fn fill(&mut self, id: &ScVal, to: &AccountId) -> Result<i128, String> {
        let offers = self.suite.offers.clone();
        let me = account(&self.taker);
        let args = vec![me, id.clone(), int(ONE), int(2 * ONE), account(to), NO_DEADLINE];
        let filled = self.suite.call(&self.taker.clone(), &offers, "fill", args);
        filled.map(|applied| integer(&applied.value)).map_err(|error| error.to_string())
    }

    fn remaining(&self, id: &ScVal) -> i128 {
        let offer = self.suite.view(&self.suite.offers, "offer", vec![id.clone()]).expect("offer");
        integer(&field(&offer, "remaining"))
    }

    fn cancel(&mut self, id: &ScVal) -> Result<i128, String> {
        let (maker, offers) = (self.maker.clone(), self.suite.offers.clone());
        let done = self.suite.call(&maker, &offers, "cancel", vec![id.clone()]);
        done.map(|applied| integer(&applied.value)).map_err(|error| error.to_string())
    }

    fn tft(&self, who: &AccountId) -> i128 {
        self.suite.balance(&self.suite.tft, account(who))
    }
}

#[test]
fn proceeds_to_somebody_without_a_trustline_keep_the_offer_from_being_filled() {
    let mut scene = scene();
    let stranger = scene.suite.network.account("stranger");
    let (maker, sale) =
        (scene.maker.clone(), Sale { proceeds_to: account(&stranger), ..scene.sale.clone() });
    let id = scene.suite.make(&maker, 1, &sale).expect("an offer");
    let taker = scene.taker.clone();
    assert!(scene.fill(&id, &taker).is_err());
    assert_eq!(scene.remaining(&id), 100 * ONE);
    // She trusts the asset: it can.
    let asset = scene.suite.assets[1].0.clone();
    scene.suite.network.trust(&stranger, &asset);
    assert_eq!(scene.fill(&id, &taker), Ok(2 * ONE));
    assert_eq!(scene.cancel(&id), Ok(99 * ONE));
}

#[test]
fn a_recipient_without_a_trustline_is_no_recipient() {
    let mut scene = scene();
    let maker = scene.maker.clone();
    let id = scene.suite.make(&maker, 1, &scene.sale.clone()).expect("an offer");
    let stranger = scene.suite.network.account("stranger");
    assert!(scene.fill(&id, &stranger).is_err());
    assert_eq!(scene.remaining(&id), 100 * ONE);
}

#[test]
fn a_maker_who_lost_her_trustline_keeps_her_escrow() {
    let mut scene = scene();
    let maker = scene.maker.clone();
    let id = scene.suite.make(&maker, 1, &scene.sale.clone()).expect("an offer");
    // Sold out and closed.
    let asset = scene.suite.assets[0].0.clone();
    scene.suite.network.distrust(&maker, &asset);
    assert!(scene.cancel(&id).is_err());
    assert_eq!(scene.remaining(&id), 100 * ONE);
    let taker = scene.taker.clone();
    assert_eq!(scene.fill(&id, &taker), Ok(2 * ONE));
    scene.suite.network.info.timestamp += 1_001;
    let offers = scene.suite.offers.clone();
    assert!(scene.suite.call(&taker, &offers, "reclaim", vec![id.clone()]).is_err());
    scene.suite.network.trust(&maker, &asset);
    let paid = scene.suite.call(&taker, &offers, "reclaim", vec![id]).expect("reclaimed").value;
    assert_eq!(integer(&paid), 99 * ONE);
    assert_eq!(scene.tft(&maker), 99 * ONE);
}

#[test]
fn an_issuer_can_make_and_takes_back_by_burning() {
    let mut scene = scene();
    let issuer = scene.suite.issuer.clone();
    // The proceeds are her own asset too: they are burned.
    let sale = Sale { proceeds_to: account(&issuer), ..scene.sale.clone() };
    let id = scene.suite.make(&issuer, 1, &sale).expect("an offer");
    let taker = scene.taker.clone();
    let before = scene.tft(&taker);
    assert_eq!(scene.fill(&id, &taker), Ok(2 * ONE));
    assert_eq!(scene.tft(&taker) - before, ONE - ONE / 500);
    let offers = scene.suite.offers.clone();
    let paid = scene.suite.call(&issuer, &offers, "cancel", vec![id]).expect("cancelled").value;
    assert_eq!(integer(&paid), 99 * ONE);
    let left = scene.suite.balance(&scene.suite.tft, address(&offers));
    assert_eq!(left, ONE / 500);
}

#[test]
fn a_frozen_maker_is_paid_once_she_is_free() {
    let mut scene = scene();
    let maker = scene.maker.clone();
    let id = scene.suite.make(&maker, 1, &scene.sale.clone()).expect("an offer");
    let (issuer, tft) = (scene.suite.issuer.clone(), scene.suite.tft.clone());
    scene.suite.network.allow_freezing(&issuer);
    let freeze = |scene: &mut Scene, free| {
        let args = vec![account(&scene.maker), ScVal::Bool(free)];
        scene.suite.call(&issuer, &tft, "set_authorized", args).expect("set_authorized");
    };
    freeze(&mut scene, false);
    assert!(scene.cancel(&id).is_err());
    let taker = scene.taker.clone();
    assert_eq!(scene.fill(&id, &taker), Ok(2 * ONE));
    freeze(&mut scene, true);
    assert_eq!(scene.cancel(&id), Ok(99 * ONE));
}
