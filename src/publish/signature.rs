//! Signatures of published ledgers: ed25519, in the format of minisign, whose program can make the keys and check them too.
//!
//! A ledger names the digest of each version's manifest, and a manifest that of each file: who signs the ledger, signs all.

use anyhow::{Result, anyhow, bail};
use base64::Engine as _;
use minisign::{PublicKey, SecretKey, SecretKeyBox, SignatureBox};

/// The key that signs.
pub struct SigningKey(SecretKey);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey")
    }
}

/// The key that a signature is verified with.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifyingKey(PublicKey);

impl SigningKey {
    /// The key of a minisign secret key file, as its text; `password` where it is encrypted.
    pub fn parse(text: &str, password: Option<&str>) -> Result<SigningKey> {
        const WRONG: &str = "the signing key is no secret key of minisign (`minisign -G` makes one)";
        // A variable may hold the key's line alone.
        let line = text.trim().lines().map(str::trim).rfind(|line| !line.is_empty() && !line.starts_with("untrusted comment:"));
        let line = line.ok_or_else(|| anyhow!(WRONG))?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(line).map_err(|_| anyhow!(WRONG))?;
        let is_encrypted = match bytes.get(..4) {
            Some(b"Ed\0\0") => false,
            Some(b"EdSc") => true,
            _ => bail!(WRONG),
        };
        if !is_encrypted {
            // The minisign program leaves the checksum of such a key empty, which the crate takes for damage.
            let key = SigningKey(SecretKey::from_bytes(&bytes).map_err(|_| anyhow!(WRONG))?);
            let signature = key.sign(b"whole", "whole")?;
            return match key.verifying()?.verify(b"whole", signature.as_bytes()) {
                Ok(_) => Ok(key),
                Err(_) => bail!("the signing key is damaged: its halves don't belong together"),
            };
        }
        let Some(password) = password else {
            bail!(
                "the signing key is encrypted, or no secret key of minisign: set BRIEF_SIGN_PASSWORD, or make a key without one (`minisign -G -W`)"
            );
        };
        let whole = SecretKeyBox::from_string(&format!("untrusted comment: key\n{line}")).map_err(|_| anyhow!(WRONG))?;
        let key = whole.into_secret_key(Some(password.to_owned()));
        key.map(SigningKey).map_err(|_| anyhow!("the signing key can't be opened: the password is wrong, or the key is damaged"))
    }

    /// The signature of bytes as the text of a `.minisig` file. `comment` is signed too.
    pub fn sign(&self, bytes: &[u8], comment: &str) -> Result<String> {
        let signed = minisign::sign(None, &self.0, bytes, Some(comment), Some("signature of a ledger published by brief"));
        Ok(signed.map_err(|error| anyhow!("can't sign: {error}"))?.into_string())
    }

    /// The key that its signatures are verified with.
    pub fn verifying(&self) -> Result<VerifyingKey> {
        PublicKey::from_secret_key(&self.0).map(VerifyingKey).map_err(|error| anyhow!("can't use the signing key: {error}"))
    }
}

impl VerifyingKey {
    /// A public key of minisign: its one line `RW…`, or the text of its file.
    pub fn parse(text: &str) -> Result<VerifyingKey> {
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty() && !line.starts_with("untrusted comment:"));
        let key = line.and_then(|line| PublicKey::from_base64(line).ok());
        key.map(VerifyingKey)
            .ok_or_else(|| anyhow!("it is no public key of minisign: one is a line that starts with RW, or a file with that line"))
    }

    /// The key in one line.
    pub fn to_text(&self) -> String {
        self.0.to_base64()
    }

    /// The comment that was signed together with these bytes, if this key signed them.
    pub fn verify(&self, bytes: &[u8], signature: &[u8]) -> Result<String> {
        let text = std::str::from_utf8(signature).map_err(|_| anyhow!("its signature can't be read"))?;
        let signature = SignatureBox::from_string(text).map_err(|_| anyhow!("its signature can't be read"))?;
        if signature.keynum() != self.0.keynum() {
            bail!("it was signed with another key");
        }
        minisign::verify(&self.0, &signature, std::io::Cursor::new(bytes), true, false, false)
            .map_err(|_| anyhow!("its signature is of something else"))?;
        signature.trusted_comment().map_err(|_| anyhow!("its signature has no signed comment"))
    }
}

#[cfg(test)]
mod tests {
    use minisign::KeyPair;

    use super::{SigningKey, VerifyingKey};

    #[test]
    fn what_was_signed_is_known_and_nothing_else() {
        let pair = KeyPair::generate_unencrypted_keypair().unwrap();
        let secret = pair.sk.to_box(None).unwrap().into_string();
        let key = SigningKey::parse(&secret, None).unwrap();
        let signature = key.sign(b"a ledger", "newest v3").unwrap();
        let public = VerifyingKey::parse(&pair.pk.to_box().unwrap().into_string()).unwrap();
        assert_eq!(public, VerifyingKey::parse(&public.to_text()).unwrap());
        assert_eq!(public, key.verifying().unwrap());
        assert_eq!(public.verify(b"a ledger", signature.as_bytes()).unwrap(), "newest v3");
        assert!(public.verify(b"a forged ledger", signature.as_bytes()).is_err());
        assert!(public.verify(b"a ledger", signature.replace("newest v3", "newest v9").as_bytes()).is_err());
        assert!(public.verify(b"a ledger", b"\xff").is_err() && public.verify(b"a ledger", b"").is_err());
        let other = VerifyingKey(KeyPair::generate_unencrypted_keypair().unwrap().pk);
        assert!(other.verify(b"a ledger", signature.as_bytes()).unwrap_err().to_string().contains("another key"));
        // The key's line alone, as a variable holds it.
        assert!(SigningKey::parse(secret.lines().nth(1).unwrap(), None).is_ok());
        for wrong in ["", "RW", "untrusted comment: x\nnothing"] {
            assert!(SigningKey::parse(wrong, None).is_err() && VerifyingKey::parse(wrong).is_err(), "{wrong}");
        }
    }
}
