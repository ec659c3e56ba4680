//! A drawing as a part of a web page: with a name for those who can't see it, and ids that no other drawing of the page has.

use std::fmt::Write;

use roxmltree::{Document, Node};

use crate::text::escape_html;

/// The elements and attributes that drawings are made of. A file with any other is none of brief's own, and could bring
/// scripts and addresses into the page.
const ELEMENTS: [&str; 7] = ["svg", "defs", "pattern", "line", "rect", "path", "text"];
const ATTRIBUTES: [&str; 23] = [
    "d",
    "fill",
    "font-family",
    "font-size",
    "font-style",
    "height",
    "id",
    "lengthAdjust",
    "patternTransform",
    "patternUnits",
    "stroke",
    "stroke-dasharray",
    "stroke-width",
    "text-anchor",
    "textLength",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];

/// Elements in elements: a line in a pattern in the definitions of a drawing.
const DEEPEST: usize = 4;

/// The drawing as HTML, or nothing where it isn't one that brief drew. `name` is put before its ids.
pub fn inline(drawing: &str, alternative: &str, name: &str) -> Option<String> {
    let document = Document::parse(drawing).ok()?;
    let mut out = String::with_capacity(drawing.len());
    write_element(document.root_element(), DEEPEST, alternative, name, &mut out)?;
    Some(out)
}

fn write_element(element: Node<'_, '_>, levels: usize, alternative: &str, name: &str, out: &mut String) -> Option<()> {
    let tag = element.tag_name().name();
    if levels == 0 || !ELEMENTS.contains(&tag) || (tag == "svg") != element.parent()?.is_root() {
        return None;
    }
    let _ = write!(out, "<{tag}");
    if tag == "svg" {
        let _ = write!(out, " class=\"drawing\" role=\"img\" aria-label=\"{}\"", escape_html(alternative));
    }
    for attribute in element.attributes() {
        let (key, value) = (attribute.name(), attribute.value());
        if !ATTRIBUTES.contains(&key) || attribute.namespace().is_some() {
            return None;
        }
        let value = match (key, value.strip_prefix("url(")) {
            ("id", _) => format!("{name}-{value}"),
            (_, Some(target)) => format!("url(#{name}-{}", target.strip_prefix('#')?),
            _ => value.to_owned(),
        };
        let _ = write!(out, " {key}=\"{}\"", escape_html(&value));
    }
    out.push('>');
    for child in element.children() {
        if child.is_element() {
            write_element(child, levels - 1, alternative, name, out)?;
        } else if let Some(text) = child.text().filter(|_| child.is_text() && tag == "text") {
            out.push_str(&escape_html(text.trim()));
        }
    }
    let _ = write!(out, "</{tag}>");
    Some(())
}

#[cfg(test)]
mod tests {
    use super::inline;

    #[test]
    fn a_drawing_keeps_its_ids_apart_and_has_a_name() {
        let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4pt\"><defs><pattern id=\"hatch\"/></defs><rect fill=\"url(#hatch)\"/><text x=\"1\">\na &lt; b\n</text></svg>";
        let html = inline(drawing, "Troops \"here\"", "d2").unwrap_or_default();
        assert_eq!(
            html,
            "<svg class=\"drawing\" role=\"img\" aria-label=\"Troops &quot;here&quot;\" width=\"4pt\"><defs><pattern id=\"d2-hatch\"></pattern></defs><rect fill=\"url(#d2-hatch)\"></rect><text x=\"1\">a &lt; b</text></svg>"
        );
    }

    #[test]
    fn what_is_no_drawing_of_brief_s_is_not_put_into_a_page() {
        for drawing in [
            "<svg><script>alert(1)</script></svg>",
            "<svg onload=\"alert(1)\"/>",
            "<svg><a href=\"javascript:x\"/></svg>",
            "<svg xmlns:x=\"http://www.w3.org/1999/xlink\"><rect x:href=\"#a\"/></svg>",
            "<svg><rect fill=\"url(https://example.org)\"/></svg>",
            "<svg><style>@import</style></svg>",
            "<svg><svg/></svg>",
            "<svg><defs><defs><defs><defs/></defs></defs></defs></svg>",
            "<html/>",
            "no XML",
            "",
        ] {
            assert_eq!(inline(drawing, "", "d"), None, "{drawing}");
        }
    }
}
