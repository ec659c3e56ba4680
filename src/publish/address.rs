//! Where something is published: what people type, taken apart, and never a secret in it.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::layout::LEDGER;

/// A destination or source as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// For messages; a folder's path, or the address without a slash at its end.
    pub shown: String,
    pub scheme: Scheme,
}

/// What kind of place it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    Folder(PathBuf),
    S3 {
        bucket: String,
        prefix: String,
    },
    Google {
        bucket: String,
        prefix: String,
    },
    Azure {
        container: String,
        prefix: String,
    },
    /// Pages on the web, which can only be read.
    Web(String),
}

impl Address {
    /// Takes an address apart.
    pub fn parse(text: &str) -> Result<Address> {
        if text.is_empty() {
            bail!("the destination is empty: name a folder, or an address such as s3://bucket/prefix");
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Address { shown: text.to_owned(), scheme: Scheme::Folder(PathBuf::from(text)) });
        };
        // Whoever copies the ledger's own address means the place that it is in.
        let place = |text| str::strip_suffix(text, LEDGER).and_then(|place| place.strip_suffix('/'));
        let (text, rest) = (place(text).unwrap_or(text), place(rest).unwrap_or(rest));
        // Not shown: it may hold what should not be on a command line at all.
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if host.contains('@') || rest.contains(['?', '#']) {
            bail!(
                "the {scheme} address holds more than a place (a name before `@`, or a `?`): credentials are read from the environment alone"
            );
        }
        if rest.chars().any(|c| c.is_control() || c.is_whitespace()) && scheme != "file" {
            bail!("the {scheme} address holds a space or a control character");
        }
        let shown = text.trim_end_matches('/').to_owned();
        let prefix = path.trim_matches('/').to_owned();
        let bucket = || -> Result<String> {
            if host.is_empty() {
                bail!("`{text}` names no bucket: write it like {scheme}://bucket/prefix");
            }
            Ok(host.to_owned())
        };
        let scheme = match scheme {
            "file" => {
                if !host.is_empty() && host != "localhost" {
                    bail!("`{text}` names another machine: a folder is written like file:///srv/briefing");
                }
                Scheme::Folder(PathBuf::from(format!("/{path}")))
            }
            "s3" => Scheme::S3 { bucket: bucket()?, prefix },
            "gs" => Scheme::Google { bucket: bucket()?, prefix },
            "az" => Scheme::Azure { container: bucket()?, prefix },
            "http" | "https" => {
                bucket()?;
                Scheme::Web(shown.clone())
            }
            other => bail!("`{other}://` is not known: a destination is a folder, or starts with file://, s3://, gs:// or az://"),
        };
        Ok(Address { shown, scheme })
    }

    /// How an object there is called in messages.
    pub fn object(&self, key: &str) -> String {
        format!("{}/{key}", self.shown.trim_end_matches('/'))
    }

    /// The folder, where it is one.
    pub fn folder(&self) -> Option<&std::path::Path> {
        match &self.scheme {
            Scheme::Folder(folder) => Some(folder),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ledger_s_own_address_means_its_place() {
        for place in ["https://example.org/book", "https://example.org", "s3://bucket/some/prefix", "s3://bucket"] {
            assert_eq!(Address::parse(&format!("{place}/versions.json")).unwrap(), Address::parse(place).unwrap());
        }
        // Of a folder, the file is told apart when it is looked at.
        assert_eq!(Address::parse("copy/versions.json").unwrap().shown, "copy/versions.json");
    }
}
