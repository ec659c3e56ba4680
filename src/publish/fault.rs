//! What an object store says when something fails, in a line that names operation and object and no secret.

use std::error::Error as _;

use anyhow::anyhow;
use object_store::Error;

/// `can't write `s3://…`: access denied (…)`, with what to look at.
pub(super) fn fault(operation: &str, object: &str, error: &Error, attempts: usize) -> anyhow::Error {
    let causes = causes(error);
    let what = match error {
        Error::PermissionDenied { .. } => "access denied; the credentials in the environment don't allow it",
        Error::Unauthenticated { .. } => "the credentials in the environment are missing, wrong or expired",
        _ if causes.contains("NoSuchBucket") || causes.contains("ContainerNotFound") => "there is no such bucket",
        Error::NotFound { .. } => "it is not there",
        Error::AlreadyExists { .. } | Error::Precondition { .. } => "somebody else has written it meanwhile",
        Error::NotImplemented { .. } | Error::NotSupported { .. } => "the store can't do this",
        _ if ["AuthorizationHeaderMalformed", "PermanentRedirect", "configured region", "301 Moved"]
            .iter()
            .any(|sign| causes.contains(sign)) =>
        {
            "the bucket is in another region; set AWS_REGION to the bucket's own"
        }
        _ if ["dns error", "tcp connect", "error trying to connect", "client error (Connect)"].iter().any(|sign| causes.contains(sign)) => {
            "there is no way to the store; see to the network, and to the endpoint in the environment"
        }
        _ if ["timed out", "408 request timeout"].iter().any(|sign| causes.to_lowercase().contains(sign)) => {
            "the store did not answer in time"
        }
        _ if ["503", "SlowDown", "500 Internal", "502", "504"].iter().any(|sign| causes.contains(sign)) => {
            "the store is overloaded or out of order"
        }
        _ => "the store or the way to it failed",
    };
    let asked = if attempts > 1 { format!(" (tried {attempts} times)") } else { String::new() };
    anyhow!("{causes}").context(format!("can't {operation} `{object}`: {what}{asked}"))
}

/// The error and its causes in one bounded line, without the queries of addresses, which may be signed.
fn causes(error: &Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        source = cause.source();
    }
    shorten(&redact(&parts.join(": ")))
}

/// Takes the queries of addresses out, and what a store repeats of a signature.
pub(super) fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, word) in text.split_whitespace().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let start = word.find("://").map_or(word.len(), |at| at + 3);
        match word.get(start..).and_then(|rest| rest.find('?')) {
            Some(query) => {
                out.push_str(word.get(..start + query).unwrap_or_default());
                out.push_str("?…");
            }
            None => out.push_str(word),
        }
    }
    answer(&out).unwrap_or(out)
}

/// A store's answer without its mark-up and without what it repeats of the request: `NoSuchKey: There is none`.
fn answer(text: &str) -> Option<String> {
    let (before, xml) = text.split_once('<')?;
    let part = |tag: &str| Some(xml.split_once(&format!("<{tag}>"))?.1.split_once(&format!("</{tag}>"))?.0.to_owned());
    let answer: Vec<String> = [part("Code"), part("Message")].into_iter().flatten().collect();
    Some(format!("{before}{}", if answer.is_empty() { "(a page of mark-up)".to_owned() } else { answer.join(": ") }))
}

fn shorten(text: &str) -> String {
    const MOST: usize = 600;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).collect::<String>() + "…" }
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn no_query_and_no_signature_is_shown() {
        let text = "Error performing PUT https://a.blob.example/c/x?sig=SECRET&se=1 in 2s <Error><Code>Bad</Code><StringToSign>SECRET\nx</StringToSign><Message>Wrong</Message></Error>";
        let shown = redact(text);
        assert!(
            !shown.contains("SECRET") && shown.contains("https://a.blob.example/c/x?…") && shown.ends_with("in 2s Bad: Wrong"),
            "{shown}"
        );
    }
}
