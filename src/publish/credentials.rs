//! Whether the environment holds credentials for a store, found out before anything is sent.
//!
//! Without this, the stores' client would ask the address 169.254.169.254 for the credentials of a machine: a wait of
//! minutes where there is none, and a request that nobody asked for.

use anyhow::{Result, bail};

use super::address::{Address, Scheme};

/// Fails in plain words where a bucket is named and the environment holds nothing to open it with.
pub(super) fn required(address: &Address, variables: &[(String, String)]) -> Result<()> {
    let is_set = |name: &str| variables.iter().any(|(other, value)| other == name && !value.is_empty());
    let all = |names: &[&str]| names.iter().all(|name| is_set(name));
    let is_true = |name: &str| variables.iter().any(|(other, value)| other == name && value.eq_ignore_ascii_case("true"));
    let (ways, main, else_): (bool, &[&str], &str) = match &address.scheme {
        Scheme::S3 { .. } => (
            all(&["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"])
                || is_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
                || all(&["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"])
                || is_set("AWS_METADATA_ENDPOINT")
                || is_true("AWS_SKIP_SIGNATURE"),
            &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
            "profiles in `~/.aws` are not read; on a machine that has a role, set AWS_METADATA_ENDPOINT=http://169.254.169.254",
        ),
        Scheme::Google { .. } => (
            ["GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_PATH", "GOOGLE_SERVICE_ACCOUNT_KEY", "GOOGLE_APPLICATION_CREDENTIALS"]
                .iter()
                .chain(&["GCE_METADATA_HOST", "GCE_METADATA_ROOT"])
                .any(|name| is_set(name))
                || is_true("GOOGLE_SKIP_SIGNATURE"),
            &["GOOGLE_SERVICE_ACCOUNT"],
            "or set GOOGLE_APPLICATION_CREDENTIALS; on a machine that has a role, set GCE_METADATA_HOST=metadata.google.internal",
        ),
        Scheme::Azure { .. } => (
            [
                "AZURE_STORAGE_ACCOUNT_KEY",
                "AZURE_STORAGE_ACCESS_KEY",
                "AZURE_STORAGE_MASTER_KEY",
                "AZURE_STORAGE_SAS_TOKEN",
                "AZURE_STORAGE_SAS_KEY",
                "AZURE_STORAGE_TOKEN",
                "AZURE_STORAGE_CLIENT_SECRET",
                "AZURE_CLIENT_SECRET",
                "AZURE_FEDERATED_TOKEN_FILE",
                "AZURE_MSI_ENDPOINT",
                "AZURE_IDENTITY_ENDPOINT",
                "AZURE_CREDENTIAL_TYPE",
            ]
            .iter()
            .any(|name| is_set(name))
                || ["AZURE_USE_AZURE_CLI", "AZURE_SKIP_SIGNATURE", "AZURE_STORAGE_USE_EMULATOR"].iter().any(|name| is_true(name)),
            &["AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_KEY"],
            "or set AZURE_STORAGE_SAS_TOKEN; on a machine that has an identity, set AZURE_CREDENTIAL_TYPE=managed_identity",
        ),
        Scheme::Folder(_) | Scheme::Web(_) => return Ok(()),
    };
    if ways || all(main) {
        return Ok(());
    }
    let missing: Vec<&str> = main.iter().copied().filter(|name| !is_set(name)).collect();
    bail!("there are no credentials for `{}` in the environment: set {} ({else_})", address.shown, missing.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::required;
    use crate::publish::Address;

    #[test]
    fn missing_credentials_are_said_in_those_words() {
        for (address, variable) in
            [("s3://b/x", "AWS_ACCESS_KEY_ID"), ("gs://b/x", "GOOGLE_SERVICE_ACCOUNT"), ("az://c/x", "AZURE_STORAGE_ACCOUNT_KEY")]
        {
            let said = required(&Address::parse(address).unwrap(), &[]).unwrap_err().to_string();
            assert!(said.starts_with(&format!("there are no credentials for `{address}`")) && said.contains(variable), "{said}");
        }
        let half = [("AWS_ACCESS_KEY_ID".to_owned(), "x".to_owned())];
        let said = required(&Address::parse("s3://b").unwrap(), &half).unwrap_err().to_string();
        assert!(said.contains("set AWS_SECRET_ACCESS_KEY ("), "{said}");
        for name in ["AWS_METADATA_ENDPOINT", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            required(&Address::parse("s3://b").unwrap(), &[(name.to_owned(), "http://x".to_owned())]).unwrap();
        }
        required(&Address::parse("https://example.org/x").unwrap(), &[]).unwrap();
    }
}
