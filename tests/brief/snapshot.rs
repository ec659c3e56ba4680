//! What people see, compared whole with `tests/cases/<module>/<name>.snap`; `cargo expect` writes it.

/// Compares what a program said, and how it ended.
pub(crate) fn expect(module: &str, name: &str, said: &str, code: Option<i32>) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(crate::cases::folder(module));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let text = format!("{said}exit code {}", code.map_or_else(|| "none".to_owned(), |code| code.to_string()));
    settings.bind(|| insta::assert_snapshot!(name, text));
}
