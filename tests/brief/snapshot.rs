//! What people see, compared whole with `tests/cases/<room>/<name>.snap`; `INSTA_UPDATE=always` writes it.

/// Compares what a program said, and how it ended.
pub(crate) fn expect(room: &str, name: &str, said: &str, code: Option<i32>) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases").to_owned() + "/" + room);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let text = format!("{said}exit code {}", code.map_or_else(|| "none".to_owned(), |code| code.to_string()));
    settings.bind(|| insta::assert_snapshot!(name, text));
}
