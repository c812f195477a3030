//! Random stories of the whole suite, in which everything that simulation accepts is sent.

use std::collections::BTreeMap;

use tributary_tests::{
    stories::sends::Game,
    story::{sample, tell_one_in, STEPS},
};

#[test]
fn what_was_simulated_applies_unless_others_made_it_impossible() {
    tell_one_in::<Game>(4, "sends");
}

/// What the stories are for does happen in them.
#[test]
fn stories_reach_what_is_sent() {
    let (mut outcomes, mut applied) = (BTreeMap::new(), BTreeMap::new());
    sample::<Game>(24, STEPS, |game| {
        for (all, some) in [(&mut outcomes, &game.outcomes), (&mut applied, &game.applied)] {
            for (name, times) in some {
                *all.entry(*name).or_insert(0) += times;
            }
        }
    });
    for outcome in ["applied", "refused in simulation", "made impossible", "restored in parts"] {
        assert!(outcomes.contains_key(outcome), "never: {outcome}; {outcomes:#?}");
    }
    assert!(outcomes["applied"] > 500, "{outcomes:#?}");
    assert!(applied.len() > 28, "{applied:#?}");
}
