//! What can go wrong, said so that whoever reads it knows what to do next.

use std::fmt;

#[derive(Debug)]
pub enum Error {
    /// A contract refused the call.
    Contract {
        code: u32,
        /// What the contract's own specification calls it; empty if none of the called contracts does.
        name: String,
        /// What the specification says about it.
        remedy: String,
        /// The host's account of it.
        log: String,
    },
    /// The simulation failed, and no contract said why.
    Simulation(String),
    /// The node did not take the transaction: the result's name, as stellar-core has it.
    Rejected(String),
    /// The transaction was applied and failed. Its fee is paid.
    Failed { hash: String, result: String },
    /// The node does not answer, or not as a node does.
    Node(String),
    /// On the network something is not what was asked for.
    Differs(Vec<Difference>),
    /// Anything else, a sentence.
    Other(String),
}

/// Something on the network that is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub what: String,
    pub asked: String,
    pub found: String,
}

impl Error {
    pub fn other(text: impl Into<String>) -> Error {
        Error::Other(text.into())
    }

    /// The contract's error code, if a contract refused.
    pub fn code(&self) -> Option<u32> {
        match self {
            Error::Contract { code, .. } => Some(*code),
            _ => None,
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::Contract { code, name, remedy, log } => {
                let name = if name.is_empty() { "of no contract that was called" } else { name };
                write!(out, "a contract refused: error {code}, {name}")?;
                if !remedy.is_empty() {
                    write!(out, " ({remedy})")?;
                }
                match log.lines().next() {
                    Some(line) => write!(out, "\n  {line}"),
                    None => Ok(()),
                }
            }
            Error::Simulation(text) => write!(out, "the simulation failed: {}", text.trim_end()),
            Error::Rejected(result) => {
                write!(out, "the network does not take the transaction: {result}")?;
                match advice(result) {
                    "" => Ok(()),
                    advice => write!(out, ": {advice}"),
                }
            }
            Error::Failed { hash, result } => {
                write!(out, "the transaction {hash} was applied and failed: {result}")
            }
            Error::Node(text) => write!(out, "the node: {text}"),
            Error::Differs(differences) => {
                write!(out, "what is on the network is not what was asked for:")?;
                for Difference { what, asked, found } in differences {
                    write!(out, "\n  {what}\n    asked: {asked}\n    found: {found}")?;
                }
                Ok(())
            }
            Error::Other(text) => out.write_str(text),
        }
    }
}

impl From<stellar_rpc_client::Error> for Error {
    fn from(error: stellar_rpc_client::Error) -> Error {
        Error::Node(error.to_string())
    }
}

/// The name of a transaction's result as stellar-core writes it: `TxBadSeq` is txBAD_SEQ. What follows
/// the name, of a transaction whose operations failed, is kept.
pub fn result_name(debug: &str) -> String {
    let text = debug.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let Some(words) = name.strip_prefix("Tx") else { return text };
    let mut result = String::from("tx");
    for (place, letter) in words.char_indices() {
        if letter.is_ascii_uppercase() && place > 0 {
            result.push('_');
        }
        result.push(letter.to_ascii_uppercase());
    }
    result + rest
}

fn advice(result: &str) -> &'static str {
    match result {
        "txBAD_SEQ" => {
            "another transaction of the same account came first; let no other program use the key \
             meanwhile, and run again"
        }
        "txBAD_AUTH" | "txBAD_AUTH_EXTRA" => {
            "the account does not accept this one signature; the deployer's account needs a key of \
             its own with full weight"
        }
        "txINSUFFICIENT_BALANCE" => {
            "the account has too little XLM for the fee; send some, and run again"
        }
        "txINSUFFICIENT_FEE" => "the network is busy; run again with a higher --inclusion-fee",
        "txNO_ACCOUNT" => "the account does not exist on this network; send it XLM, and run again",
        "txSOROBAN_INVALID" => {
            "the declared resources do not fit; run again, which simulates again"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_the_names_of_stellar_core() {
        assert_eq!(result_name("TxBadSeq"), "txBAD_SEQ");
        assert_eq!(result_name("TxSorobanInvalid"), "txSOROBAN_INVALID");
        let failed =
            "TxFailed(\n    VecM(\n        [\n            OpNoAccount,\n        ],\n    ),\n)";
        assert_eq!(result_name(failed), "txFAILED( VecM( [ OpNoAccount, ], ), )");
        assert_eq!(result_name("no name"), "no name");
    }
}
