//! The width of an image that stands alone: `![…](assets/map.svg){width=8cm}`, or `{width=60%}` of the column.

use std::collections::BTreeMap;

use crate::document::{Block, BlockKind, Inline, SIZED};

/// Images may be no wider than this, in centimetres.
const WIDEST: f64 = 60.0;

/// A paragraph of one image with attributes behind it, as the directive that says its width; a fault where they say something
/// else. Nothing where it is no such paragraph.
pub(super) fn sized(content: &mut Vec<Inline>, line: usize) -> Option<Result<BlockKind, String>> {
    let [Inline::Image { .. }, Inline::Text(text)] = &content[..] else { return None };
    let attributes = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim().to_owned();
    let width = attributes.strip_prefix("width=").map(|width| width.trim_matches('"'));
    let Some(width) = width.filter(|width| is_width(width)) else {
        let message = format!("an image can't have `{{{attributes}}}`: write a width such as `{{width=8cm}}` or `{{width=60%}}`");
        return Some(Err(message));
    };
    let attributes = BTreeMap::from([("width".to_owned(), width.to_owned())]);
    content.truncate(1);
    let blocks = vec![Block { kind: BlockKind::Paragraph(std::mem::take(content)), line }];
    Some(Ok(BlockKind::Directive { name: SIZED.to_owned(), attributes, blocks }))
}

/// Whether a text is a length in centimetres, millimetres, inches or points, or up to a hundred percent.
pub(super) fn is_width(text: &str) -> bool {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let Ok(number) = number.parse::<f64>() else { return false };
    let centimetres = match unit {
        "%" => return number > 0.0 && number <= 100.0,
        "cm" => number,
        "mm" => number / 10.0,
        "in" => number * 2.54,
        "pt" => number / 72.0 * 2.54,
        _ => return false,
    };
    centimetres > 0.0 && centimetres <= WIDEST
}

#[cfg(test)]
mod tests {
    use super::is_width;

    #[test]
    fn widths_are_lengths_or_shares_of_the_column() {
        assert!(["8cm", "80mm", "3.5in", "200pt", "60%", "100%"].iter().all(|width| is_width(width)));
        let wrong = ["", "8", "cm", "0cm", "-8cm", "101%", "8em", "1e9cm", "9999cm", "8 cm", ".cm", "8cm;x", "inf%", "NaNcm", "８cm"];
        assert!(wrong.iter().all(|width| !is_width(width)));
    }
}
