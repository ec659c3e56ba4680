//! A theme's code without its comments.

/// A theme's code without comments and blank lines. What only looks like a comment, in a string or a URL, is kept.
pub fn theme_code(theme: &str) -> String {
    let mut code = String::with_capacity(theme.len());
    let mut depth = 0_usize;
    for line in theme.lines() {
        let begin = code.len();
        let mut is_text = false;
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let before = code[begin..].chars().next_back();
            let taken = match c {
                '/' if rest.starts_with("/*") && !is_text => {
                    depth += 1;
                    2
                }
                '*' if rest.starts_with("*/") && depth > 0 => {
                    depth -= 1;
                    2
                }
                _ if depth > 0 => c.len_utf8(),
                '/' if rest.starts_with("//") && !is_text && before != Some(':') => break,
                '\\' => {
                    let escaped = rest[1..].chars().next().map_or(0, char::len_utf8);
                    code.push_str(&rest[..1 + escaped]);
                    1 + escaped
                }
                _ => {
                    is_text ^= c == '"';
                    code.push(c);
                    c.len_utf8()
                }
            };
            rest = &rest[taken..];
        }
        code.truncate(begin + code[begin..].trim_end().len());
        if code.len() > begin {
            code.push('\n');
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::theme_code;

    #[test]
    fn comments_are_left_out_and_nothing_else() {
        let theme = "// zq\n#let a = \"// kept\" // zq\n\n/* zq /* zq */\nzq */#let b = 1 /* zq */ + 2\n#link(\"https://a.org\")\nsee https://b.org\n";
        let code = "#let a = \"// kept\"\n#let b = 1  + 2\n#link(\"https://a.org\")\nsee https://b.org\n";
        assert_eq!(theme_code(theme), code);
        assert_eq!(theme_code("#let q = \"\\\" // kept\"\n"), "#let q = \"\\\" // kept\"\n");
        assert_eq!(theme_code(code), code, "a second time there is nothing to leave out");
    }
}
