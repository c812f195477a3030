//! Brings the network to what the plan asks for, or tells what that would take.

use std::collections::BTreeSet;

use crate::{
    chain::Chain,
    deployment::Deployment,
    error::Error,
    plan::{Network, Plan},
    send::Outcome,
    steps::{self, Action, Pending, Step},
    verify,
};

/// How often other transactions of the same account may come first.
const MOST_PASSED_OVER: u32 = 50;

/// A transaction that was applied.
#[derive(Clone, Debug)]
pub struct Progress {
    /// From 1.
    pub number: usize,
    pub of: usize,
    pub what: String,
    /// Hexadecimal.
    pub hash: String,
    pub ledger: u32,
    /// Stroops.
    pub fee: i64,
}

/// A transaction that would be sent.
#[derive(Clone, Debug)]
pub struct Foreseen {
    pub what: String,
    pub fee: Fee,
}

/// Stroops, the most that can be charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fee {
    /// As the node simulated it.
    Simulated(i64),
    /// It cannot be simulated before this step, numbered from 1.
    Estimated { most: i64, before: usize },
}

impl Fee {
    pub fn most(self) -> i64 {
        match self {
            Fee::Simulated(most) | Fee::Estimated { most, .. } => most,
        }
    }
}

/// Sends whatever is missing, one transaction after the other, and verifies everything at the end. What
/// there is already must be what was asked for, or nothing is sent. `progress` may stop it after any
/// transaction; the next call goes on there.
pub fn deploy(
    chain: &Chain,
    plan: &Plan,
    progress: &mut dyn FnMut(&Progress) -> Result<(), Error>,
) -> Result<Deployment, Error> {
    same_network(chain, plan)?;
    match (chain.account(&plan.deployer)?, plan.network) {
        (Some(_), _) => {}
        (None, Network::Local) => chain.friendbot(&plan.deployer)?,
        (None, _) => {
            return Err(Error::other(format!(
                "the deployer's account {} does not exist on this network: send it XLM (the dry run \
                 tells how much the fees are), and run again",
                plan.deployer
            )));
        }
    }
    verify::existing(chain, plan)?;
    let mut uploaded = BTreeSet::new();
    let mut pending = steps::pending(chain, plan, &mut uploaded)?;
    let (mut done, mut passed_over) = (0, 0);
    while let Some(step) = pending.steps.first().cloned() {
        let of = done + pending.steps.len();
        let result = run(chain, plan, &pending, &step);
        if let Ok(Some(Outcome { hash, ledger, fee_charged, .. })) = &result {
            done += 1;
            let (number, what) = (done, step.describe(plan));
            let (hash, ledger, fee) = (hash.clone(), *ledger, *fee_charged);
            progress(&Progress { number, of, what, hash, ledger, fee })?;
        }
        let now = steps::pending(chain, plan, &mut uploaded);
        pending = match (result, now) {
            (Ok(Some(_)), Ok(now)) if now.steps.contains(&step) => {
                let what = step.describe(plan);
                return Err(Error::Node(format!("it does not show what was applied: {what}")));
            }
            (Ok(Some(_)), now) => now?,
            // A transaction of an interrupted run was still on its way, or somebody else was faster.
            (Err(_), Ok(now)) if !now.steps.contains(&step) => {
                verify::existing(chain, plan)?;
                now
            }
            (Err(error), _) => return Err(error),
            (Ok(None), now) if passed_over < MOST_PASSED_OVER => {
                passed_over += 1;
                now?
            }
            (Ok(None), _) => return Err(Error::Rejected("txBAD_SEQ".into())),
        };
    }
    verify::verify(chain, plan)?.into_result()?;
    // A local network's has no secret, and may have a path that clients need.
    let local = plan.network == Network::Local;
    let rpc = if local { chain.url() } else { chain.shown_url() };
    Ok(Deployment::new(plan, rpc))
}

/// What `deploy` would send. Sends nothing.
pub fn dry_run(chain: &Chain, plan: &Plan) -> Result<Vec<Foreseen>, Error> {
    same_network(chain, plan)?;
    verify::existing(chain, plan)?;
    let pending = steps::pending(chain, plan, &mut BTreeSet::new())?.steps;
    let mut foreseen = vec![];
    for (place, step) in pending.iter().enumerate() {
        let before = pending.iter().take(place).rposition(|other| step.needs(other, plan));
        let inclusion = i64::from(chain.inclusion_fee);
        let fee = match (step.action(plan), before) {
            (Action::Classic(bodies), _) => Fee::Simulated(inclusion * bodies.len() as i64),
            (Action::Contract(_), Some(place)) => {
                Fee::Estimated { most: inclusion + step.estimate(plan), before: place + 1 }
            }
            (Action::Contract(function), None) => {
                let simulation = chain.simulate(&plan.deployer, function)?;
                Fee::Simulated(inclusion + simulation.data.resource_fee)
            }
        };
        foreseen.push(Foreseen { what: step.describe(plan), fee });
    }
    Ok(foreseen)
}

/// Nothing, if another transaction of the account came first: then it may be done, or other than it was.
fn run(
    chain: &Chain,
    plan: &Plan,
    pending: &Pending,
    step: &Step,
) -> Result<Option<Outcome>, Error> {
    let Some(key) = step.signer(plan) else {
        return Err(Error::other("an address alone can look, but not deploy: give the key"));
    };
    let sequence = pending.sequence(&key.account());
    match step.action(plan) {
        Action::Classic(bodies) => chain.classic_as(sequence, key, bodies),
        Action::Contract(function) => chain.submit_as(sequence, key, &[], &function),
    }
}

fn same_network(chain: &Chain, plan: &Plan) -> Result<(), Error> {
    match chain.passphrase() == plan.passphrase {
        true => Ok(()),
        false => Err(Error::other("the plan is for another network than the node's")),
    }
}
