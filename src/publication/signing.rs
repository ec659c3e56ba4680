//! Signatures of a published ledger: sent before it under a name made of its digest, so that the ledger at the destination
//! always has its signature; and a second time beside it, where `minisign` looks.

use anyhow::{Result, bail};

use super::PublishOptions;
use super::objects::text_object;
use super::remote::{RemoteState, first};
use crate::layout::{LEDGER, SIGNATURES};
use crate::publish::{Destination, Lifetime, Object, VerifyingKey};
use crate::version::{Digest, Ledger};

const SIGNATURE: &str = "versions.json.minisig";
/// The largest signature that is read, in bytes.
const LIMIT: u64 = 16 * 1024;

/// The objects that a signed publication consists of besides the others.
#[derive(Default)]
pub(super) struct Signing {
    /// Sent before the ledger.
    pub(super) before: Vec<Object>,
    /// Sent after the ledger.
    pub(super) after: Vec<Object>,
    /// Signatures of older ledgers.
    pub(super) removals: Vec<String>,
    /// A consequence for readers.
    pub(super) note: Option<String>,
}

impl Signing {
    /// Signs the ledger with the key of the options. Without one, a destination that is signed is refused.
    pub(super) fn new(
        options: &PublishOptions,
        remote: &RemoteState,
        destination: &Destination,
        ledger: &Ledger,
        text: &str,
    ) -> Result<Signing> {
        let now = remote.ledger_found.as_ref().map(|found| own_key(&found.bytes));
        let Some(key) = &options.sign else {
            let is_other = remote.ledger_found.as_ref().is_none_or(|found| found.bytes != text.as_bytes());
            if remote.marker.is_some() && remote.listed.contains_key(SIGNATURE) && is_other {
                bail!(
                    "`{}` is signed, and readers may refuse what is not: publish with `--sign`, or delete `{}` to stop signing it",
                    destination.address.shown,
                    destination.address.object(SIGNATURE)
                );
            }
            return Ok(Signing::default());
        };
        let own = own_key(text.as_bytes());
        let stands = match remote.listed.contains_key(&own) && remote.listed.contains_key(SIGNATURE) {
            true => signed(destination, text.as_bytes(), &key.verifying()?, options.audience.as_deref()).is_ok(),
            false => false,
        };
        if stands {
            return Ok(Signing::default());
        }
        let was_signed = remote.ledger_found.as_ref().filter(|_| remote.marker.is_some() && remote.listed.contains_key(SIGNATURE));
        let note = match was_signed {
            Some(found) => signed(destination, &found.bytes, &key.verifying()?, options.audience.as_deref()).err().map(|_| {
                format!(
                    "`{}` was not signed with this key before: who expects the other one will refuse what is published now, so tell readers the new key",
                    destination.address.object(LEDGER)
                )
            }),
            None => None,
        };
        let newest = ledger.newest().map_or(0, |entry| entry.number);
        let comment = format!(
            "brief ledger audience={} newest=v{newest} first={}",
            options.audience.as_deref().unwrap_or("-"),
            first(ledger).unwrap_or_default()
        );
        let signature = key.sign(text.as_bytes(), &comment)?.into_bytes();
        let others = remote.listed.keys().filter(|key| is_signature(key) && **key != own && Some(*key) != now.as_ref());
        Ok(Signing {
            before: vec![text_object(&own, signature.clone(), Lifetime::Short)],
            after: vec![text_object(SIGNATURE, signature, Lifetime::Short)],
            removals: others.cloned().collect(),
            note,
        })
    }
}

/// Fails where the ledger that a place handed out was not signed with a key; gives the comment that was signed with it.
pub(super) fn signed(destination: &Destination, ledger: &[u8], key: &VerifyingKey, audience: Option<&str>) -> Result<String> {
    let shown = destination.address.object(LEDGER);
    let mut why = None;
    for name in [own_key(ledger), SIGNATURE.to_owned()] {
        let Some(found) = destination.read(&name, LIMIT)? else { continue };
        match key.verify(ledger, &found.bytes) {
            Ok(comment) => {
                let wanted = format!("audience={}", audience.unwrap_or("-"));
                if !comment.split(' ').any(|word| word == wanted) {
                    bail!("the history in `{shown}` is refused: it was signed for another audience (`{comment}`)");
                }
                return Ok(comment);
            }
            Err(error) => why = why.or(Some(error)),
        }
    }
    match why {
        Some(error) => bail!("the history in `{shown}` is refused: {error}"),
        None => bail!("the history in `{shown}` is refused: it is not signed, and a key is expected"),
    }
}

/// Whether a key is that of a ledger's own signature.
fn is_signature(key: &str) -> bool {
    key.split_once('/').is_some_and(|(folder, name)| folder == SIGNATURES && name.ends_with(".minisig"))
}

/// The key of the signature of this ledger.
fn own_key(ledger: &[u8]) -> String {
    format!("{SIGNATURES}/{}.minisig", Digest::of(ledger))
}
