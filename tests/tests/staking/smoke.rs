use tributary_tests::{
    pool::ONE,
    stakes::{Stakes, DAY, WEEK, YEAR},
};

#[test]
fn smoke() {
    let s = Stakes::new();
    let v = s.validator(1_000);
    let a = s.stake(1_000 * ONE, 4 * YEAR);
    let b = s.delegated(1_000 * ONE, 0, &v);
    s.notify(7_000 * ONE).unwrap();
    s.pass(WEEK);
    println!("{:?}", s.staking.state());
    println!("{:?}\n{:?}\n{:?}", s.position(&a), s.position(&b), s.at(&v));
    println!("{:?}", s.own::<i128>("claim", &a));
    println!("{:?}", s.own::<i128>("claim", &b));
    println!("cost {:?}", s.env.cost_estimate().resources());
    println!("{:?}", s.own::<u64>("undelegate", &b));
    println!("slashed {:?}", s.slash(&v, 1_000));
    println!("cost {:?}", s.env.cost_estimate().resources());
    s.pass(21 * DAY);
    println!("{:?}", s.own::<i128>("unstake", &b));
    println!("cost {:?}", s.env.cost_estimate().resources());
    println!("{:?} spare {}", s.staking.state(), s.spare());
    println!("{:?}", s.at(&v));
    println!("{:?}", s.treasury.books(&s.tft));
}
