//! Brings the network to what the plan asks for, or tells what that would take.

use std::collections::BTreeSet;

use crate::{
    chain::Chain,
    deployment::Deployment,
    error::Error,
    plan::{Network, Plan},
    send::Outcome,
    steps::{self, Action, Step},
    verify,
};

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
    let local = plan.network == Network::Local;
    if local && chain.account(&plan.deployer)?.is_none() {
        chain.friendbot(&plan.deployer)?;
    }
    verify::existing(chain, plan)?;
    let mut uploaded = BTreeSet::new();
    let mut pending = steps::pending(chain, plan, &mut uploaded)?;
    let mut done = 0;
    while let Some(step) = pending.first().cloned() {
        let of = done + pending.len();
        let result = run(chain, plan, &step);
        pending = match (steps::pending(chain, plan, &mut uploaded), &result) {
            (Ok(pending), _) => pending,
            (Err(_), Err(_)) => return result.map(|_| unreachable!("it is an error")),
            (Err(error), Ok(_)) => return Err(error),
        };
        match result {
            Ok(_) if pending.contains(&step) => {
                let what = step.describe(plan);
                return Err(Error::Node(format!("does not show what was applied: {what}")));
            }
            Ok(Outcome { hash, ledger, fee_charged, .. }) => {
                done += 1;
                let (number, what, fee) = (done, step.describe(plan), fee_charged);
                progress(&Progress { number, of, what, hash, ledger, fee })?;
            }
            Err(error) if pending.contains(&step) => return Err(error),
            // A transaction of an interrupted run was still on its way, or somebody else was faster.
            Err(_) => verify::existing(chain, plan)?,
        }
    }
    verify::verify(chain, plan)?.into_result()?;
    Ok(Deployment::new(plan, chain.url()))
}

/// What `deploy` would send. Sends nothing.
pub fn dry_run(chain: &Chain, plan: &Plan) -> Result<Vec<Foreseen>, Error> {
    same_network(chain, plan)?;
    verify::existing(chain, plan)?;
    let pending = steps::pending(chain, plan, &mut BTreeSet::new())?;
    let mut foreseen = vec![];
    for (place, step) in pending.iter().enumerate() {
        let before = pending.iter().take(place).rposition(|other| step.needs(other, plan));
        let inclusion = i64::from(chain.inclusion_fee);
        let fee = match (step.action(plan), before) {
            (Action::Classic(bodies), _) => Fee::Simulated(inclusion * bodies.len() as i64),
            (Action::Contract(_), Some(place)) => {
                Fee::Estimated { most: inclusion + step.estimate(), before: place + 2 }
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

fn run(chain: &Chain, plan: &Plan, step: &Step) -> Result<Outcome, Error> {
    let Some(key) = step.signer(plan) else {
        return Err(Error::other("an address alone can look, but not deploy: give the key"));
    };
    match step.action(plan) {
        Action::Classic(bodies) => chain.classic(key, bodies),
        Action::Contract(function) => chain.submit(key, &[], function),
    }
}

fn same_network(chain: &Chain, plan: &Plan) -> Result<(), Error> {
    match chain.passphrase() == plan.passphrase {
        true => Ok(()),
        false => Err(Error::other("the plan is for another network than the node's")),
    }
}
