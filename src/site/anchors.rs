//! Links to the places of a text: its headings and paragraphs, under names that stay where the text stays.

use std::collections::BTreeMap;

use super::path;
use super::words::Language;
use crate::text::escape_html;

/// Gives each paragraph an id made of its text, and each heading and paragraph a link to itself.
pub(super) fn with_anchors(html: &str, language: &Language) -> String {
    let link = |id: &str, what: &str| link(id, &escape_html(language.say(what)));
    let mut out = String::with_capacity(html.len() + html.len() / 4);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut rest = html;
    // Text is escaped, so whatever looks like a tag is one.
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        if let Some(inner) = rest.strip_prefix("<p>")
            && let Some(end) = inner.find("</p>")
        {
            let id = paragraph_id(&inner[..end], &mut seen);
            out.push_str(&format!("<p id=\"{id}\">{}{}</p>", &inner[..end], link(&id, "Link to this paragraph")));
            rest = &inner[end + 4..];
        } else if let Some(inner) = rest.strip_prefix("<li>")
            && let Some(end) = item_end(inner).filter(|end| !inner[..*end].trim().is_empty())
        {
            let text = inner[..end].trim_end();
            let id = paragraph_id(text, &mut seen);
            out.push_str(&format!("<li id=\"{id}\">{text}{}", link(&id, "Link to this item")));
            rest = &inner[text.len()..];
        } else if let Some((id, end)) = heading(rest) {
            out.push_str(&rest[..end]);
            out.push_str(&link(id, "Link to this section"));
            rest = &rest[end..];
        } else {
            out.push('<');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// Completes the marks of notes in a text: the ids by which claims are linked to (`ids`, by the marks' numbers), the note
/// that each mark opens, and names in the page's language.
pub(super) fn with_claims(html: &str, ids: &BTreeMap<usize, String>, opened: &[usize], language: &Language) -> String {
    const MARK: &str = "<sup class=\"mark\">[<button type=\"button\" popovertarget=\"mark-";
    let mut parts = html.split(MARK);
    let mut out = parts.next().unwrap_or_default().to_owned();
    let name = format!("aria-label=\"{} ", escape_html(language.say("Note")));
    for part in parts {
        let (digits, rest) = part.split_once('"').unwrap_or((part, ""));
        let number: usize = digits.parse().unwrap_or_default();
        match ids.get(&number) {
            Some(id) => out.push_str(&MARK.replacen("<sup", &format!("<sup id=\"{id}\""), 1)),
            None => out.push_str(MARK),
        }
        let note = number.checked_sub(1).and_then(|index| opened.get(index)).unwrap_or(&number);
        let rest = rest.replacen("aria-label=\"Note ", &name, 1);
        out.push_str(&format!("{note}\"{rest}"));
    }
    out
}

/// Where the text of a list item ends that isn't wrapped in a paragraph.
fn item_end(inner: &str) -> Option<usize> {
    ["</li>", "<ul>", "<ol", "<p>", "<pre", "<blockquote", "<div", "<table", "<h"].iter().filter_map(|tag| inner.find(tag)).min()
}

/// The id of the heading that begins here, and where its text ends.
fn heading(html: &str) -> Option<(&str, usize)> {
    let level = html.strip_prefix("<h").and_then(|rest| rest.chars().next()).filter(|level| ('2'..='6').contains(level))?;
    let id = html[3..].strip_prefix(" id=\"")?.split('"').next()?;
    html.find(&format!("</h{level}>")).map(|end| (id, end))
}

/// Made of a paragraph's letters alone: marks have numbers that change with what stands before them.
fn paragraph_id(inner: &str, seen: &mut BTreeMap<String, usize>) -> String {
    let mut text = String::new();
    let mut rest = inner;
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '<' if rest.starts_with("<sup") => rest.find("</sup>").map(|at| at + "</sup>".len()),
            '<' => rest.find('>').map(|at| at + 1),
            '&' => rest.find(';').map(|at| at + 1),
            _ => None,
        };
        if end.is_none() && c.is_alphanumeric() {
            text.push(c);
        }
        rest = &rest[end.unwrap_or(c.len_utf8())..];
    }
    let id = format!("p-{}", &path::short(text.as_bytes())[..8]);
    let count = seen.entry(id.clone()).or_default();
    *count += 1;
    if *count == 1 { id } else { format!("{id}-{count}") }
}

fn link(id: &str, label: &str) -> String {
    format!("<a class=\"anchor\" href=\"#{id}\" aria-label=\"{label}\"></a>")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{with_anchors, with_claims};

    #[test]
    fn a_paragraph_keeps_its_name_wherever_it_stands() {
        let one = with_anchors("<h2 id=\"a\">A</h2>\n<p>The force.</p>\n<p>It left.</p>\n", &"en".into());
        let other = with_anchors("<p>New.</p>\n<p>The <b>force</b>.</p>\n<p>It left.</p>\n<p>It left.</p>\n", &"en".into());
        let id = |html: &str, text: &str| html[..html.find(text).unwrap()].rsplit("id=\"").next().unwrap()[..10].to_owned();
        assert_eq!(id(&one, "It left"), id(&other, "It left"));
        assert!(one.contains("<h2 id=\"a\">A<a class=\"anchor\" href=\"#a\""), "{one}");
        assert_eq!(other.matches("-2\">It left.").count(), 1, "{other}");
    }

    #[test]
    fn items_of_lists_have_links() {
        let html =
            with_anchors("<ul>\n<li>One <b>b</b>\n<ul>\n<li>Inner</li>\n</ul>\n</li>\n<li>\n<p>Loose.</p>\n</li>\n</ul>\n", &"en".into());
        assert_eq!(html.matches("class=\"anchor\"").count(), 3, "{html}");
        assert_eq!(html.matches("<li id=\"p-").count(), 2, "{html}");
        assert!(html.contains("<li>\n<p id=\"p-"), "{html}");
    }

    #[test]
    fn claims_have_their_ids_on_their_marks() {
        let mark = |number: u32| format!("<sup class=\"mark\">[<button type=\"button\" popovertarget=\"mark-{number}\">");
        let html = with_claims(&format!("a{} b{}", mark(1), mark(2)), &BTreeMap::from([(2, "c-x".to_owned())]), &[1, 1], &"en".into());
        assert!(html.starts_with("a<sup class=\"mark\">[") && html.contains("b<sup id=\"c-x\" class=\"mark\">["), "{html}");
        assert_eq!(html.matches("popovertarget=\"mark-1\"").count(), 2, "marks that say the same open one note: {html}");
    }

    #[test]
    fn the_number_of_a_mark_is_no_part_of_a_paragraph() {
        let mark = |number: u32| format!("<p>It left{}.</p>", format_args!("&#8239;<sup class=\"mark\">[<button>{number}</button>]</sup>"));
        let id = |html: String| with_anchors(&html, &"en".into())[7..17].to_owned();
        assert_eq!(id(mark(3)), id(mark(12)));
        assert_eq!(id(mark(3)), id("<p>It left.</p>".to_owned()));
        assert_ne!(id(mark(3)), id("<p>It stayed.</p>".to_owned()));
    }
}
