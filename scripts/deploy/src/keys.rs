//! Keys: from a file or the environment, and for local networks derived. No function prints one, and
//! none returns one as text.

use std::{fmt, fs, hint, path::Path};

use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};
use stellar_strkey::ed25519::PrivateKey;
use stellar_xdr::{AccountId, PublicKey, ScAddress, SignatureHint, Uint256};

use crate::error::Error;

/// Where a key is looked for when no file is named.
pub const VARIABLE: &str = "TRIBUTARY_KEY";

/// Whether a secret key stands somewhere in a text, which then must not be shown.
pub fn in_text(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| PrivateKey::from_string(word).is_ok())
}

/// Signs for an account. The secret is overwritten in memory when it is dropped.
pub struct Keypair(SigningKey);

impl Keypair {
    pub fn from_seed(seed: [u8; 32]) -> Keypair {
        Keypair(SigningKey::from_bytes(&seed))
    }

    /// From a secret key as wallets show it, S….
    pub fn from_secret(secret: &str) -> Result<Keypair, Error> {
        match PrivateKey::from_string(secret.trim()) {
            Ok(key) => Ok(Keypair::from_seed(key.0)),
            // Not the decoder's own text: it must never come to quote what it read.
            Err(_) => {
                Err(Error::other("this is no secret key: one begins with S and has 56 characters"))
            }
        }
    }

    /// From a file with one line, the secret key, that nobody but its owner can read.
    pub fn from_file(path: &Path) -> Result<Keypair, Error> {
        let shown = path.display();
        private(path)?;
        let mut text = fs::read(path).map_err(|error| Error::other(format!("{shown}: {error}")))?;
        let key = match std::str::from_utf8(&text) {
            Ok(secret) => Keypair::from_secret(secret),
            Err(_) => Err(Error::other("not a text file")),
        };
        text.fill(0);
        hint::black_box(&text);
        key.map_err(|error| Error::other(format!("{shown}: {error}")))
    }

    /// The key that follows from the texts: whoever knows them has it. For local networks only.
    pub fn derived(passphrase: &str, name: &str) -> Keypair {
        Keypair::from_seed(Sha256::digest(format!("{passphrase}{name}")).into())
    }

    /// Another key that whoever has this one can compute, and nobody else.
    pub fn child(&self, name: &str) -> Keypair {
        let seed = Sha256::new().chain_update(name).chain_update(self.0.as_bytes()).finalize();
        Keypair::from_seed(seed.into())
    }

    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    pub fn account(&self) -> AccountId {
        AccountId(PublicKey::PublicKeyTypeEd25519(Uint256(self.public())))
    }

    pub fn address(&self) -> ScAddress {
        ScAddress::Account(self.account())
    }

    pub fn sign(&self, hash: &[u8; 32]) -> [u8; 64] {
        self.0.sign(hash).to_bytes()
    }

    /// What tells a validator which key to try.
    pub fn hint(&self) -> SignatureHint {
        let [.., a, b, c, d] = self.public();
        SignatureHint([a, b, c, d])
    }
}

impl fmt::Debug for Keypair {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "the key of {}", self.account())
    }
}

#[cfg(unix)]
fn private(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let shown = path.display();
    let file = fs::metadata(path).map_err(|error| Error::other(format!("{shown}: {error}")))?;
    let mode = file.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Error::other(format!(
            "{shown} can be read by others (mode {mode:04o}): a key that others could have read is \
             no secret. Run `chmod 600 {shown}`; if others use this machine, make a new key"
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<(), Error> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(seed: [u8; 32]) -> String {
        PrivateKey(seed).as_unredacted().to_string().to_string()
    }

    #[test]
    fn a_secret_is_read_and_never_shown() {
        let text = secret([7; 32]);
        let key = Keypair::from_secret(&format!("{text}\n")).expect("a key");
        assert_eq!(key.public(), Keypair::from_seed([7; 32]).public());
        assert!(!format!("{key:?}").contains(&text));
        let spoilt = text.replacen('S', "G", 1);
        let error = Keypair::from_secret(&spoilt).expect_err("not a secret key").to_string();
        assert!(!error.contains(&spoilt), "{error}");
    }

    #[test]
    fn derived_keys_differ_by_network_and_by_name() {
        let keys = [("a", "deployer"), ("b", "deployer"), ("a", "issuer")]
            .map(|(passphrase, name)| Keypair::derived(passphrase, name));
        let children = [keys[0].child("issuer"), keys[1].child("issuer")];
        let publics: std::collections::BTreeSet<_> =
            keys.iter().chain(&children).map(Keypair::public).collect();
        assert_eq!(publics.len(), 5);
    }
}
