//! A region's staking: different locks, a validator with delegators, a week of rewards, and a slash.

use stellar_xdr::ScVal;
use tributary_deploy::{val, Error};

use crate::{
    calls::{amount, amount_of},
    text::{show, tokens},
    world::{Person, World, DAY, ONE},
};

const FOUR_YEARS: u64 = 4 * 365 * DAY;
/// What everyone stakes; the founder's bond is as much.
const STAKE: i128 = 1_000 * ONE;
/// What is earned in the week.
const INCOME: i128 = 700 * ONE;
/// Vera's.
const COMMISSION_BPS: i128 = 1_000;
const SLASH_BPS: i128 = 1_000;

/// Somebody with one position, the days of its lock, and whether it is with the validator.
struct Staker<'a> {
    person: &'a Person,
    lock_days: u64,
    delegates: bool,
}

struct Story<'a> {
    world: &'a World,
    /// The founder first, then Ann, Ben, Vera, Cleo, Dan.
    stakers: Vec<Staker<'a>>,
}

pub fn play(world: &World) -> Result<(), Error> {
    world.act("Stakers: each stakes 1 000 TFT, as the founder did by its bond");
    let with = [1_000, 0, 0];
    let [ann, ben, vera, cleo, dan] = world.people([
        ("Ann", with),
        ("Ben", with),
        ("Vera", with),
        ("Cleo", with),
        ("Dan", with),
    ])?;
    let stakers = [
        (&world.deployer, 365, false),
        (&ann, 4 * 365, false),
        (&ben, 0, false),
        (&vera, 0, true),
        (&cleo, 365, true),
        (&dan, 0, true),
    ];
    let stakers =
        stakers.map(|(person, lock_days, delegates)| Staker { person, lock_days, delegates });
    let story = Story { world, stakers: stakers.into() };
    story.stake()?;
    story.earn()?;
    story.slash()?;
    story.leave()
}

impl Story<'_> {
    fn stake(&self) -> Result<(), Error> {
        let vera = self.of("Vera");
        for Staker { person, lock_days, delegates } in self.stakers.iter().skip(1) {
            let args = vec![person.val(), val::int(STAKE), ScVal::U64(lock_days * DAY)];
            self.call(person, "stake", args)?;
            let locked = match lock_days {
                0 => "without a lock".to_string(),
                days => format!("locked for {days} days"),
            };
            if person.name == "Vera" {
                let commission = ScVal::U32(COMMISSION_BPS as u32);
                let args = vec![person.val(), ScVal::U32(0), commission, hash()];
                self.call(person, "register_validator", args)?;
                self.world.tell(
                    person,
                    "stakes, without a lock, and registers as a validator: commission 10 %",
                );
            } else if *delegates {
                let args = vec![person.val(), ScVal::U32(0), vera.val()];
                self.call(person, "delegate", args)?;
                self.world.tell(person, format!("stakes, {locked}, and delegates to Vera"));
            } else {
                self.world.tell(person, format!("stakes, {locked}"));
            }
        }
        Ok(())
    }

    /// A week, and who earned what.
    fn earn(&self) -> Result<(), Error> {
        let (world, nora, kim) = (self.world, &self.world.nora, &self.world.kim);
        let bought = amount(&world.call(kim, &world.alps.treasury, "notify_stakers", vec![])?)?;
        world.tell(kim, format!("has the treasury pay the stakers their {}", show(bought, "TFT")));
        let rest = INCOME - bought;
        self.call(nora, "notify", vec![nora.val(), val::int(rest)])?;
        world.tell(nora, format!("adds {}: it is earned in a week, by weight", show(rest, "TFT")));
        world.pass(7 * DAY)?;
        let early = self.call(self.of("Cleo"), "unstake", position(self.of("Cleo")));
        world.refused("Cleo's leaving before her lock is over", early, (605, "Locked"))?;
        println!("\n  {:<12}{:>12}  {:<14}{:>8}{:>14}", "", "lock", "with", "weight", "earned");
        let all: i128 = self.stakers.iter().map(weight).sum();
        let (mut earned, mut commission) = (0, 0);
        for staker in &self.stakers {
            let Staker { person, lock_days, delegates } = staker;
            let part = INCOME * weight(staker) / all;
            let kept = if *delegates { 10_000 - COMMISSION_BPS } else { 10_000 };
            let expected = part * kept / 10_000;
            commission += part - expected;
            let claimable = amount_of(&self.position(person)?, "claimable")?;
            let multiple = weight(staker) as f64 / (STAKE as f64 * FOUR_YEARS as f64);
            println!(
                "  {:<12}{lock_days:>7} days  {:<14}{multiple:>8.2}{:>10} TFT",
                person.name,
                if *delegates { "Vera" } else { "no validator" },
                tokens(claimable),
            );
            earned += claimable;
            let right = (claimable - expected).abs() <= 2;
            world.claim(right, format!("{} earned {claimable}, not {expected}", person.name));
        }
        let vera = world.view(&world.alps.staking, "validator", vec![self.of("Vera").val()])?;
        let taken = amount_of(&vera, "claimable")?;
        println!("  {:<12}{:>36}{:>10} TFT\n", "Vera", "commission", tokens(taken));
        let right = (taken - commission).abs() <= 4;
        world.claim(right, format!("commission {taken}, not {commission}"));
        let left = INCOME - earned - taken;
        world.claim((0..8).contains(&left), format!("{left} of {INCOME} were not shared out"));

        let ann = self.of("Ann");
        let before = world.balance(&world.tft, ann.val())?;
        let told = amount(&self.call(ann, "claim", position(ann))?)?;
        let paid = world.balance(&world.tft, ann.val())? - before;
        world.tell(ann, format!("claims her {}", show(paid, "TFT")));
        world.claim(paid == told, format!("Ann claimed {told} and got {paid}"));
        Ok(())
    }

    /// Public for seven days. Who leaves meanwhile is slashed all the same.
    fn slash(&self) -> Result<(), Error> {
        let (world, kim) = (self.world, &self.world.kim);
        let [vera, dan, ben] = ["Vera", "Dan", "Ben"].map(|name| self.of(name));
        let args = vec![vera.val(), ScVal::U32(SLASH_BPS as u32), hash()];
        let slash = self.call(&world.nora, "propose_slash", args)?;
        world.tell(&world.nora, "proposes to slash Vera by 10 %: she failed the region");
        self.call(dan, "undelegate", position(dan))?;
        world.tell(dan, "begins to leave Vera, which takes 28 days");
        let late = self.call(ben, "delegate", vec![ben.val(), ScVal::U32(0), vera.val()]);
        world.refused("Ben's delegating to Vera now", late, (619, "SlashPending"))?;
        let early = self.call(kim, "execute_slash", vec![slash.clone()]);
        world.refused("executing at once", early, (623, "NoticeNotOver"))?;

        world.pass(7 * DAY)?;
        let before = (self.protection()?, self.held()?);
        self.call(kim, "execute_slash", vec![slash])?;
        let (protection, taken) = (self.protection()? - before.0, before.1 - self.held()?);
        world.tell(kim, "executes the slash, seven days later");
        world.note(format!(
            "of {} half is burned, half is protected in the treasury",
            show(taken, "TFT")
        ));
        let lost = 3 * STAKE * SLASH_BPS / 10_000;
        let right = taken == lost && protection == lost / 2;
        world.claim(right, format!("{taken} of {lost} were taken, {protection} protected"));
        for Staker { person, delegates, .. } in &self.stakers {
            let left = amount_of(&self.position(person)?, "amount")?;
            let expected = if *delegates { STAKE - lost / 3 } else { STAKE };
            let name = person.name;
            world.claim(left == expected, format!("{name} has {left} after the slash"));
        }
        world.note("Vera, Cleo and Dan have 900 TFT each; Ann and Ben were not with her: 1 000");
        Ok(())
    }

    fn leave(&self) -> Result<(), Error> {
        let (world, dan) = (self.world, self.of("Dan"));
        world.pass(21 * DAY)?;
        let before = world.balance(&world.tft, dan.val())?;
        self.call(dan, "unstake", position(dan))?;
        let paid = world.balance(&world.tft, dan.val())? - before;
        world.tell(dan, format!("leaves with {}, 28 days after he said so", show(paid, "TFT")));
        let left = STAKE - STAKE * SLASH_BPS / 10_000;
        world.claim(paid == left, format!("Dan left with {paid} of {left}"));
        let state = world.view(&world.alps.staking, "state", vec![])?;
        let owed = amount_of(&state, "staked")? + amount_of(&state, "rewards")?;
        let held = self.held()?;
        world.claim(owed == held, format!("staking owes {owed} and holds {held}"));
        Ok(())
    }

    fn call(&self, who: &Person, function: &str, args: Vec<ScVal>) -> Result<ScVal, Error> {
        self.world.call(who, &self.world.alps.staking, function, args)
    }

    fn of(&self, name: &str) -> &Person {
        let staker = self.stakers.iter().find(|staker| staker.person.name == name);
        staker.expect("one of the stakers").person
    }

    fn position(&self, owner: &Person) -> Result<ScVal, Error> {
        self.world.view(&self.world.alps.staking, "position", position(owner))
    }

    fn held(&self) -> Result<i128, Error> {
        self.world.balance(&self.world.tft, self.world.alps.staking.val())
    }

    /// TFT in the treasury's protected book.
    fn protection(&self) -> Result<i128, Error> {
        let (treasury, token) = (&self.world.alps.treasury, self.world.tft.val());
        amount_of(&self.world.view(treasury, "books", vec![token])?, "protection")
    }
}

/// Everybody's first.
fn position(owner: &Person) -> Vec<ScVal> {
    vec![owner.val(), ScVal::U32(0)]
}

fn weight(staker: &Staker) -> i128 {
    let seconds = i128::from(FOUR_YEARS + 3 * staker.lock_days * DAY);
    STAKE * seconds * if staker.delegates { 2 } else { 1 }
}

/// Stands for the hash of what is published.
fn hash() -> ScVal {
    val::bytes(&[7; 32])
}
