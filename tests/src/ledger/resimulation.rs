//! What was simulated applies some ledgers later, whatever others did in between: the same keys, the same written
//! bytes, instructions inside the simulator's margin, and on the local network as it was simulated there.

use soroban_env_host::{
    xdr::{AccountId, HostFunction, ScAddress, ScVal},
    HostError,
};

use crate::ledger::{
    camp::Camp, invocation, scene::Scene, suite::Suite, vault::Vault, Applied, Network, Simulation,
    MARGIN_INSTRUCTIONS, MARGIN_PERCENT,
};

/// A fixture around a network. It is prepared once; a clone is cheap.
pub trait World: Clone {
    fn network(&mut self) -> &mut Network;
}

impl World for Scene {
    fn network(&mut self) -> &mut Network {
        &mut self.network
    }
}

impl World for Suite {
    fn network(&mut self) -> &mut Network {
        &mut self.network
    }
}

impl World for Vault {
    fn network(&mut self) -> &mut Network {
        &mut self.suite.network
    }
}

impl World for Camp {
    fn network(&mut self) -> &mut Network {
        &mut self.suite.network
    }
}

/// Who calls what, with what.
#[derive(Clone)]
pub struct Call {
    pub who: AccountId,
    pub contract: ScAddress,
    pub function: &'static str,
    pub args: Vec<ScVal>,
}

impl Call {
    pub fn simulate(&self, network: &Network) -> Simulation {
        let Call { who, contract, function, args } = self;
        let simulated = network.simulate(who, contract, function, args.clone());
        simulated.unwrap_or_else(|error| panic!("{function}: {error:?}"))
    }

    pub fn invocation(&self) -> HostFunction {
        invocation(&self.contract, self.function, self.args.clone())
    }
}

/// Ledgers within which what was simulated is sent: a day, far beyond the time bounds that SDKs set. Later on, rent
/// may have fallen due that was not when the call was simulated.
const SENT_WITHIN: u32 = 17_280;

/// Simulates `call`, lets others act, closes `later` ledgers and applies it, in `world`. The error is the contract's.
pub fn try_later<W: World>(
    name: &str,
    world: &mut W,
    call: &Call,
    others: impl FnOnce(&mut W),
    later: u32,
) -> Result<(Simulation, Applied), HostError> {
    let network = world.network();
    let began = network.info.sequence_number;
    let mut simulated = call.simulate(network);
    network.sign(&mut simulated);
    let prepared = network.prepare(&call.who, call.invocation());
    let prepared = prepared.unwrap_or_else(|error| panic!("{name}: {error}"));

    others(world);
    let network = world.network();
    network.close(later);

    let soon = network.info.sequence_number - began <= SENT_WITHIN;
    let sent = soon.then(|| network.clone().send(&prepared));
    // Fails on a key that the simulation did not find.
    let applied = match network.apply(&call.who, &simulated) {
        Ok(applied) => applied,
        Err(error) => {
            assert!(!matches!(sent, Some(Ok(_))), "{name}: sent, it applies in spite of {error:?}");
            return Err(error);
        }
    };
    if let Some(Err(refusal)) = sent {
        panic!("{name}: simulated, but refused when sent: {refusal}");
    }
    let declared = u64::from(simulated.resources.instructions);
    let margin = MARGIN_INSTRUCTIONS.max(declared * MARGIN_PERCENT / 100);
    let needed = applied.cost.instructions;
    assert!(needed <= declared + margin, "{name}: {needed} of {declared} instructions");
    assert!(applied.write_bytes <= simulated.resources.write_bytes, "{name}: written bytes");
    Ok((simulated, applied))
}

/// As `try_later`, of what others cannot make impossible, nor shorter: returns what was simulated.
pub fn applies_later<W: World>(
    name: &str,
    world: &mut W,
    call: &Call,
    others: impl FnOnce(&mut W),
    later: u32,
) -> Simulation {
    let applied = try_later(name, world, call, others, later);
    let (simulated, applied) = applied.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(applied.write_bytes, simulated.resources.write_bytes, "{name}: written bytes");
    simulated
}
