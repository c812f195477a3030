//! Calls with the signatures that they need: for exactly these arguments, all the way down.

use soroban_sdk::{
    testutils::{AuthorizedFunction, AuthorizedInvocation, MockAuth, MockAuthInvoke},
    xdr::{LedgerKey, ScErrorType, ScVal},
    Address, Env, Error, IntoVal, InvokeError, Symbol, TryFromVal, Val, Vec,
};

/// A call, and beneath it the calls that its signer signs with it.
#[derive(Clone)]
pub struct Call {
    pub contract: Address,
    pub function: &'static str,
    pub args: Vec<Val>,
    pub beneath: std::vec::Vec<Call>,
}

impl Call {
    pub fn new(
        env: &Env,
        contract: &Address,
        function: &'static str,
        args: impl IntoVal<Env, Vec<Val>>,
    ) -> Call {
        Call { contract: contract.clone(), function, args: args.into_val(env), beneath: vec![] }
    }

    pub fn transfer(
        env: &Env,
        token: &Address,
        from: &Address,
        to: &Address,
        amount: i128,
    ) -> Call {
        Call::new(env, token, "transfer", (from, to, amount))
    }

    pub fn with(mut self, beneath: Call) -> Call {
        self.beneath.push(beneath);
        self
    }

    /// Makes the call with whatever signatures there are.
    pub fn invoke<T, E>(&self, env: &Env) -> Result<T, Result<E, InvokeError>>
    where
        T: TryFromVal<Env, Val>,
        E: TryFrom<Error>,
        E::Error: Into<InvokeError>,
    {
        let function = Symbol::new(env, self.function);
        match env.try_invoke_contract::<T, E>(&self.contract, &function, self.args.clone()) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(_)) => panic!("{function:?} returned another type"),
            Err(refusal) => Err(refusal),
        }
    }

    /// Makes the call with these signatures, and holds that no less was asked for.
    pub fn signed_by<T, E>(
        &self,
        env: &Env,
        signers: &[(&Address, &Call)],
    ) -> Result<T, Result<E, InvokeError>>
    where
        T: TryFromVal<Env, Val>,
        E: TryFrom<Error>,
        E::Error: Into<InvokeError>,
    {
        sign(env, signers);
        let result = self.invoke(env);
        if result.is_ok() {
            let asked = env.auths();
            assert_eq!(asked.len(), signers.len(), "{}: signatures asked for", self.function);
            for (signer, call) in signers {
                let signed = ((*signer).clone(), call.authorized(env));
                assert!(asked.contains(&signed), "{}: asked for {asked:#?}", self.function);
            }
        }
        env.set_auths(&[]);
        result
    }

    fn authorized(&self, env: &Env) -> AuthorizedInvocation {
        let function = Symbol::new(env, self.function);
        AuthorizedInvocation {
            function: AuthorizedFunction::Contract((
                self.contract.clone(),
                function,
                self.args.clone(),
            )),
            sub_invocations: self.beneath.iter().map(|call| call.authorized(env)).collect(),
        }
    }
}

/// Leaves signatures for the next call.
pub fn sign(env: &Env, signers: &[(&Address, &Call)]) {
    let calls: std::vec::Vec<_> = signers.iter().map(|(_, call)| *call).collect();
    with_mocks(&calls, &[], &mut |invokes| {
        let signatures: std::vec::Vec<_> = signers
            .iter()
            .zip(invokes)
            .map(|((address, _), invoke)| MockAuth { address, invoke })
            .collect();
        env.mock_auths(&signatures);
    });
}

/// Hands `then` the calls as the SDK takes them, which borrow what is beneath each. (What a test leaks
/// keeps its whole environment.)
fn with_mocks(calls: &[&Call], done: &[MockAuthInvoke], then: &mut dyn FnMut(&[MockAuthInvoke])) {
    let Some((first, rest)) = calls.split_first() else { return then(done) };
    let beneath: std::vec::Vec<_> = first.beneath.iter().collect();
    with_mocks(&beneath, &[], &mut |beneath| {
        let mut done = done.to_vec();
        done.push(MockAuthInvoke {
            contract: &first.contract,
            fn_name: first.function,
            args: first.args.clone(),
            sub_invokes: beneath,
        });
        with_mocks(rest, &done, then);
    });
}

/// Holds that `call` is refused with `error` and changes not one entry of the ledger.
pub fn assert_refused<T: std::fmt::Debug, E: Into<Error> + std::fmt::Debug>(
    env: &Env,
    error: impl Into<Error>,
    call: impl FnOnce() -> Result<T, Result<E, InvokeError>>,
) {
    let error = error.into();
    match unchanged(env, call) {
        Err(Ok(refused)) => assert_eq!(refused.into(), error),
        other => panic!("expected {error:?}, got {other:?}"),
    }
}

/// Holds that the host refuses `call` for want of a signature, and that nothing changes.
pub fn assert_unauthorized<T: std::fmt::Debug>(
    env: &Env,
    what: &str,
    call: impl FnOnce() -> Result<T, Result<Error, InvokeError>>,
) {
    match unchanged(env, call) {
        Err(Err(InvokeError::Abort)) => {}
        Err(Ok(error)) if !error.is_type(ScErrorType::Contract) => {}
        other => panic!("{what}: {other:?}"),
    }
}

/// Holds that `call` changes no entry and makes none, but for the instances of the contracts by which
/// the SDK plays signers.
fn unchanged<R>(env: &Env, call: impl FnOnce() -> R) -> R {
    let before = env.to_ledger_snapshot().ledger_entries;
    let result = call();
    let mut after = env.to_ledger_snapshot().ledger_entries;
    after.retain(|(key, _)| {
        let played = match key.as_ref() {
            LedgerKey::ContractData(data) => data.key == ScVal::LedgerKeyContractInstance,
            LedgerKey::ContractCode(_) => true,
            _ => false,
        };
        !played || before.iter().any(|(known, _)| known == key)
    });
    assert!(before == after, "a refused call changed something");
    result
}
