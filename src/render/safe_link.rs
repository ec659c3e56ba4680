//! Which addresses a document may link to.

/// Whether a document may hold a link to this address.
pub(crate) fn is_safe_link(address: &str) -> bool {
    let scheme = address.find([':', '/', '?', '#']).filter(|at| address[*at..].starts_with(':')).map(|at| &address[..at]);
    match scheme {
        Some(scheme) => ["http", "https", "mailto"].iter().any(|safe| scheme.eq_ignore_ascii_case(safe)),
        None => !address.starts_with("//") && !address.contains(char::is_control),
    }
}
