//! The tenant key and everything derived from it: proofs the database can check, and the passwords of its login roles.
//!
//! HMAC is written out here because the database needs its two padded key blocks, which no crate hands over; the published test
//! vectors stand at the end.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use sha2::{Digest, Sha256};

use crate::StoreError;

const BLOCK: usize = 64;
const SCRAM_ROUNDS: usize = 4096;
const SHORTEST_KEY: usize = 16;

/// HMAC-SHA256 (RFC 2104) under one key.
#[derive(Clone)]
pub(crate) struct Hmac {
    pub inner_pad: [u8; BLOCK],
    pub outer_pad: [u8; BLOCK],
}

impl fmt::Debug for Hmac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hmac(secret)")
    }
}

impl Hmac {
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0u8; BLOCK];
        if key.len() > BLOCK {
            block[..32].copy_from_slice(&Sha256::digest(key));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        Self { inner_pad: block.map(|b| b ^ 0x36), outer_pad: block.map(|b| b ^ 0x5c) }
    }

    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        let inner = Sha256::new().chain_update(self.inner_pad).chain_update(message).finalize();
        Sha256::new().chain_update(self.outer_pad).chain_update(inner).finalize().into()
    }
}

/// The installation's secret. Each use has a key of its own derived from it, so that the database never holds the secret itself.
#[derive(Clone, Debug)]
pub(crate) struct TenantKey(Hmac);

impl TenantKey {
    pub fn new(secret: &[u8]) -> Result<Self, StoreError> {
        if secret.len() < SHORTEST_KEY {
            let problem = format!("must have at least {SHORTEST_KEY} bytes, has {}", secret.len());
            return Err(StoreError::Config { field: "tenant_key", problem });
        }
        Ok(Self(Hmac::new(secret)))
    }

    /// The key of tenant proofs: this process signs with it, the database checks with it.
    pub fn proof(&self) -> Hmac {
        Hmac::new(&self.0.mac(b"tandem tenant proof 1"))
    }

    pub fn role_password(&self, role: &str) -> String {
        hex(&self.0.mac(format!("tandem role password 1 {role}").as_bytes()))
    }

    /// The role's password as Postgres stores it (RFC 5803), so that the password itself never stands in a statement or a log.
    pub fn role_verifier(&self, role: &str) -> String {
        let salt = &self.0.mac(format!("tandem role salt 1 {role}").as_bytes())[..16];
        scram_verifier(self.role_password(role).as_bytes(), salt)
    }
}

/// `SCRAM-SHA-256$rounds:salt$StoredKey:ServerKey`.
fn scram_verifier(password: &[u8], salt: &[u8]) -> String {
    let hmac = Hmac::new(password);
    let mut round = hmac.mac(&[salt, &[0, 0, 0, 1]].concat());
    let mut salted = round;
    for _ in 1..SCRAM_ROUNDS {
        round = hmac.mac(&round);
        salted.iter_mut().zip(round).for_each(|(s, r)| *s ^= r);
    }
    let salted = Hmac::new(&salted);
    let stored_key = Sha256::digest(salted.mac(b"Client Key"));
    let server_key = salted.mac(b"Server Key");
    format!("SCRAM-SHA-256${SCRAM_ROUNDS}:{}${}:{}", BASE64.encode(salt), BASE64.encode(stored_key), BASE64.encode(server_key))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_gives_the_values_of_rfc_4231() {
        let short = Hmac::new(b"Jefe").mac(b"what do ya want for nothing?");
        assert_eq!(hex(&short), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let long = Hmac::new(&[0xaa; 131]).mac(b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hex(&long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    #[test]
    fn scram_verifier_gives_the_keys_of_rfc_7677() {
        // The exchange printed there: user "user", password "pencil"; its server signature follows from ServerKey.
        let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").expect("base64");
        let verifier = scram_verifier(b"pencil", &salt);
        let server_key = BASE64.decode(verifier.rsplit(':').next().expect("a key")).expect("base64");
        let auth_message = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
                            r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
                            c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let signature = Hmac::new(&server_key).mac(auth_message.as_bytes());
        assert_eq!(BASE64.encode(signature), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    #[test]
    fn a_short_tenant_key_is_refused() {
        assert!(TenantKey::new(b"too short").is_err());
    }
}
