use tributary_common::interfaces::treasury::{Action, Books, Liquidity, Removal, TreasuryError};
use tributary_tests::env::{
    community::{Community, OPERATING, SOME},
    pool::ONE,
    sign::assert_refused,
};
use tributary_treasury::event::Absorbed;

#[test]
fn absorb_books_what_came_in_as_operating() {
    let community = Community::new();
    let (token, treasury) = (community.token.clone(), &community.treasury.address);
    community.protect(&token, 7 * ONE);
    community.give(&token, treasury, 5 * ONE);
    let books = Books { operating: OPERATING + 5 * ONE, protection: 7 * ONE, ..Books::default() };
    assert_eq!(community.absorb(&token), Ok(books.clone()));
    let absorbed = Absorbed { token: token.clone(), change: 5 * ONE };
    assert_eq!(community.told(), [community.event(absorbed)]);
    assert_eq!(community.books(&token), books);
    // A second time there is nothing.
    assert_eq!(community.absorb(&token), Ok(books));
    let absorbed = Absorbed { token, change: 0 };
    assert_eq!(community.told(), [community.event(absorbed)]);
}

#[test]
fn absorb_books_the_fees_that_pools_pay() {
    let community = Community::ready();
    community.swap(&community.tft, 10_000 * ONE);
    community.swap(&community.token, 10_000 * ONE);
    let before = community.books(&community.token);
    let (fee_0, fee_1) = community.pool.collect();
    assert!(fee_0 > 0 && fee_1 > 0);
    let (tft, token) =
        if community.tft < community.token { (fee_0, fee_1) } else { (fee_1, fee_0) };
    assert_eq!(community.absorb(&community.tft).map(|books| books.operating), Ok(tft));
    let books = community.absorb(&community.token);
    assert_eq!(books.map(|books| books.operating), Ok(before.operating + token));
}

#[test]
fn absorb_shares_the_loss_of_a_clawback_among_all_books() {
    let community = Community::ready();
    // All four books of TFT are filled.
    community.buyback(1_500 * ONE).expect("a buyback");
    community.give(&community.tft, &community.treasury.address, 1_000 * ONE);
    let before = community.absorb(&community.tft).expect("the books");
    assert!(before.stakers > 0 && before.liquidity > 0 && before.protection > 0);
    let (whole, balance) = community.sums(&community.tft);
    assert_eq!(whole, balance);
    let lost = whole / 3;
    community.claw_back(&community.tft, &community.treasury.address, lost);
    let after = community.absorb(&community.tft).expect("the books");
    let absorbed = Absorbed { token: community.tft.clone(), change: -lost };
    assert_eq!(community.told(), [community.event(absorbed)]);
    let left = whole - lost;
    let part = |book: i128| book * left / whole;
    assert_eq!(after.operating, part(before.operating));
    assert_eq!(after.liquidity, part(before.liquidity));
    assert_eq!(after.stakers, part(before.stakers));
    let others = after.operating + after.liquidity + after.stakers;
    assert_eq!(after.protection, left - others);
    assert!(after.protection * whole >= before.protection * left, "rounded up");
    assert_eq!(community.sums(&community.tft), (left, left));
}

#[test]
fn absorb_of_everything_clawed_back_leaves_empty_books() {
    let community = Community::new();
    community.protect(&community.token, 7);
    community.claw_back(&community.token, &community.treasury.address, OPERATING + 7);
    assert_eq!(community.absorb(&community.token), Ok(Books::default()));
    community.give(&community.token, &community.treasury.address, 3);
    let books = Books { operating: 3, ..Books::default() };
    assert_eq!(community.absorb(&community.token), Ok(books));
}

#[test]
fn absorb_takes_a_loss_before_anything_is_paid() {
    let community = Community::new();
    community.protect(&community.token, OPERATING);
    let id = community.propose(community.grant(&community.founder, OPERATING / 2 + 1));
    let id = id.expect("a proposal");
    community.days(3);
    // Half of both books is gone, though nobody has absorbed that.
    community.claw_back(&community.token, &community.treasury.address, OPERATING);
    assert_refused(&community.env, TreasuryError::InsufficientOperating, || community.execute(&id));
}

/// Whatever pays or books something begins with books that bear the loss.
#[test]
fn every_call_takes_a_loss_before_it_books_or_pays() {
    let half = |community: &Community, token: &soroban_sdk::Address| {
        let before = community.books(token);
        let (whole, _) = community.sums(token);
        community.claw_back(token, &community.treasury.address, whole / 2);
        before
    };
    let near =
        |book: i128, expected: i128| assert!((book - expected).abs() <= 3, "{book}, {expected}");

    // `protect`: only what is there belongs to the others.
    let community = Community::ready();
    community.protect(&community.token, OPERATING);
    let before = half(&community, &community.token);
    community.protect(&community.token, ONE);
    let after = community.books(&community.token);
    near(after.operating, before.operating / 2);
    near(after.protection, before.protection / 2 + ONE);

    // `buyback`: what is bought bears nothing of what was lost before, and the budget is of what is left.
    let community = Community::ready();
    community.buyback(SOME).expect("a buyback");
    let (before, sold) = (half(&community, &community.tft), half(&community, &community.token));
    let hourly = sold.operating / 2 / 2_400;
    community.wait(720, 3_600);
    community.pool.sync();
    assert_refused(&community.env, TreasuryError::OverBudget, || community.buyback(hourly + 1));
    let bought = community.buyback(hourly).expect("a buyback");
    let after = community.books(&community.tft);
    near(after.stakers, before.stakers / 2 + bought / 4);
    near(after.protection, before.protection / 2 + bought / 4);
    near(community.books(&community.token).operating, sold.operating / 2 - hourly);

    // `notify_stakers`: their half, and nothing of the others'.
    let community = Community::ready();
    let staking = crate::stakers::staking(&community);
    community.buyback(SOME).expect("a buyback");
    let before = half(&community, &community.tft);
    let staked = community.balance(&community.tft, &staking);
    community.unsigned::<i128>(&community.to_treasury("notify_stakers", ())).expect("paid");
    near(community.balance(&community.tft, &staking) - staked, before.stakers / 2);
    near(community.books(&community.tft).liquidity, before.liquidity / 2);

    // `Release`: a part of what is left.
    let community = Community::new();
    community.protect(&community.token, OPERATING);
    let id = community.propose(community.release(OPERATING / 40)).expect("a proposal");
    let all = community.propose(community.release(OPERATING / 80)).expect("a proposal");
    community.days(3);
    half(&community, &community.token);
    assert_refused(&community.env, TreasuryError::OutflowExceeded, || community.execute(&id));
    community.execute(&all).expect("a fortieth of the half");
    near(community.books(&community.token).protection, OPERATING / 2 - OPERATING / 80);

    // `RemoveLiquidity`: what comes is no other book's loss.
    let community = Community::ready();
    community.give(&community.tft, &community.treasury.address, 1_000 * ONE);
    let pool = community.pool.address.clone();
    let (tft, token, min_tft, min_token) = (500 * ONE, 1_010 * ONE, 0, 0);
    let liquidity = Liquidity { pool: pool.clone(), tft, token, min_tft, min_token };
    community.carry(Action::AddLiquidity(liquidity), 3).expect("added");
    community.protect(&community.tft, 500 * ONE);
    let shares = community.pool.balance(&community.treasury.address);
    let removal = Removal { pool, shares, min_tft, min_token };
    let id = community.propose(Action::RemoveLiquidity(removal)).expect("a proposal");
    community.days(3);
    let before = half(&community, &community.tft);
    community.execute(&id).expect("removed");
    let after = community.books(&community.tft);
    near(after.operating, before.operating / 2);
    assert!((after.protection - before.protection / 2 - 500 * ONE).abs() < ONE);
}

#[test]
fn absorb_refuses_a_balance_below_zero() {
    let community = Community::new();
    let token = community.plain(7);
    community.give(&token, &community.treasury.address, 5 * ONE);
    let books = community.absorb(&token).expect("absorbed");
    let lie = soroban_sdk::IntoVal::into_val(&(-6 * ONE), &community.env);
    community.mischief(&token, "Lie", &[lie]);
    assert_refused(&community.env, TreasuryError::Overflow, || community.absorb(&token));
    assert_eq!(community.books(&token), books);
}

#[test]
fn absorb_holds_all_that_a_token_can() {
    let community = Community::new();
    let token = community.plain(0);
    community.give(&token, &community.treasury.address, i128::MAX);
    let books = Books { operating: i128::MAX, ..Books::default() };
    assert_eq!(community.absorb(&token), Ok(books));
    tributary_tests::env::set_balance(&community.env, &token, &community.treasury.address, 1);
    let books = Books { operating: 1, ..Books::default() };
    assert_eq!(community.absorb(&token), Ok(books));
}
