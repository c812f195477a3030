//! Whose signatures a transaction bears, and what they weigh.

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use stellar_xdr::{
    AccountEntry, AccountId, DecoratedSignature, Hash, PublicKey, Signer, SignerKey,
    SignerKeyEd25519SignedPayload, Uint256,
};

use super::Level;

/// Remembers which signatures were of use.
pub struct Signatures<'a> {
    hash: &'a Hash,
    signatures: &'a [DecoratedSignature],
    used: Vec<bool>,
}

impl<'a> Signatures<'a> {
    /// Signatures of what has this hash.
    pub fn new(hash: &'a Hash, signatures: &'a [DecoratedSignature]) -> Signatures<'a> {
        Signatures { hash, signatures, used: vec![false; signatures.len()] }
    }

    pub fn all_used(&self) -> bool {
        self.used.iter().all(|&used| used)
    }

    /// Whether the account's signers have signed with the weight that it demands at this level.
    pub fn weigh_account(&mut self, account: &AccountEntry, level: Level) -> bool {
        let mut signers = account.signers.to_vec();
        let master = account.thresholds.0[0];
        if master != 0 {
            signers.push(Signer { key: key(&account.account_id), weight: master.into() });
        }
        self.weigh(signers, level.needed(account))
    }

    /// Of an account that does not exist yet.
    pub fn weigh_key(&mut self, account: &AccountId) -> bool {
        self.weigh(vec![Signer { key: key(account), weight: 1 }], 0)
    }

    pub fn all_signed(&mut self, keys: &[SignerKey]) -> bool {
        let signers = keys.iter().map(|key| Signer { key: key.clone(), weight: 1 });
        keys.is_empty() || self.weigh(signers.collect(), keys.len() as u32)
    }

    /// Even if no weight is needed, somebody must have signed. Each signature counts for one signer, and
    /// none is looked at any more once there is enough weight.
    fn weigh(&mut self, signers: Vec<Signer>, needed: u32) -> bool {
        let mut weight = 0;
        for signer in &signers {
            if matches!(&signer.key, SignerKey::PreAuthTx(hash) if hash.0 == self.hash.0) {
                weight += effective(signer);
                if weight >= needed {
                    return true;
                }
            }
        }
        let kinds: [fn(&SignerKey) -> bool; 3] = [
            |key| matches!(key, SignerKey::HashX(_)),
            |key| matches!(key, SignerKey::Ed25519(_)),
            |key| matches!(key, SignerKey::Ed25519SignedPayload(_)),
        ];
        for is_kind in kinds {
            let mut signers: Vec<_> = signers.iter().filter(|s| is_kind(&s.key)).collect();
            for (signature, used) in self.signatures.iter().zip(&mut self.used) {
                let signer = signers.iter().position(|s| is_by(signature, &s.key, self.hash));
                let Some(place) = signer else { continue };
                *used = true;
                weight += effective(signers.remove(place));
                if weight >= needed {
                    return true;
                }
            }
        }
        false
    }
}

fn effective(signer: &Signer) -> u32 {
    signer.weight.min(u8::MAX.into())
}

fn key(account: &AccountId) -> SignerKey {
    let PublicKey::PublicKeyTypeEd25519(key) = &account.0;
    SignerKey::Ed25519(key.clone())
}

fn is_by(signature: &DecoratedSignature, signer: &SignerKey, hash: &Hash) -> bool {
    let bytes = signature.signature.as_slice();
    let hint = signature.hint.0;
    match signer {
        SignerKey::PreAuthTx(_) => false,
        SignerKey::HashX(expected) => {
            hint == last_four(&expected.0) && Sha256::digest(bytes)[..] == expected.0
        }
        SignerKey::Ed25519(key) => hint == last_four(&key.0) && verify(key, &hash.0, bytes),
        SignerKey::Ed25519SignedPayload(SignerKeyEd25519SignedPayload { ed25519, payload }) => {
            let [key, payload_hint] = [last_four(&ed25519.0), last_four(payload)];
            hint == std::array::from_fn(|i| key[i] ^ payload_hint[i])
                && verify(ed25519, payload, bytes)
        }
    }
}

/// The hint by which a key is found. What is shorter than four bytes is filled up with zeros.
fn last_four(bytes: &[u8]) -> [u8; 4] {
    let end = &bytes[bytes.len().saturating_sub(4)..];
    std::array::from_fn(|i| end.get(i).copied().unwrap_or(0))
}

fn verify(key: &Uint256, message: &[u8], signature: &[u8]) -> bool {
    let Ok(signature) = Signature::from_slice(signature) else { return false };
    VerifyingKey::from_bytes(&key.0).is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}
