//! Links to the places of a text: its headings and paragraphs, under names that stay where the text stays.

use std::collections::BTreeMap;

use super::path;

/// Gives each paragraph an id made of its text, and each heading and paragraph a link to itself.
pub(super) fn with_anchors(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 4);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut rest = html;
    // Text can hold no tag: what looks like one is one.
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        if let Some(inner) = rest.strip_prefix("<p>")
            && let Some(end) = inner.find("</p>")
        {
            let id = paragraph_id(&inner[..end], &mut seen);
            out.push_str(&format!("<p id=\"{id}\">{}{}</p>", &inner[..end], link(&id, "paragraph")));
            rest = &inner[end + 4..];
        } else if let Some((id, end)) = heading(rest) {
            out.push_str(&rest[..end]);
            out.push_str(&link(id, "section"));
            rest = &rest[end..];
        } else {
            out.push('<');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// The id of a heading that begins here, and where its text ends.
fn heading(html: &str) -> Option<(&str, usize)> {
    let level = html.strip_prefix("<h").and_then(|rest| rest.chars().next()).filter(|level| ('2'..='6').contains(level))?;
    let id = html[3..].strip_prefix(" id=\"")?.split('"').next()?;
    html.find(&format!("</h{level}>")).map(|end| (id, end))
}

fn paragraph_id(inner: &str, seen: &mut BTreeMap<String, usize>) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in inner.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag && c.is_alphanumeric() => text.push(c),
            _ => {}
        }
    }
    let id = format!("p-{}", &path::short(text.as_bytes())[..8]);
    let count = seen.entry(id.clone()).or_default();
    *count += 1;
    if *count == 1 { id } else { format!("{id}-{count}") }
}

fn link(id: &str, what: &str) -> String {
    format!("<a class=\"anchor\" href=\"#{id}\" aria-label=\"Link to this {what}\"></a>")
}

#[cfg(test)]
mod tests {
    use super::with_anchors;

    #[test]
    fn a_paragraph_keeps_its_name_wherever_it_stands() {
        let one = with_anchors("<h2 id=\"a\">A</h2>\n<p>The force.</p>\n<p>It left.</p>\n");
        let other = with_anchors("<p>New.</p>\n<p>The <b>force</b>.</p>\n<p>It left.</p>\n<p>It left.</p>\n");
        let id = |html: &str, text: &str| html[..html.find(text).unwrap()].rsplit("id=\"").next().unwrap()[..10].to_owned();
        assert_eq!(id(&one, "It left"), id(&other, "It left"));
        assert!(one.contains("<h2 id=\"a\">A<a class=\"anchor\" href=\"#a\""), "{one}");
        assert_eq!(other.matches("-2\">It left.").count(), 1, "{other}");
    }
}
