//! Collapsible sections: `<details>` with a summary, the only HTML that brief writes.

use crate::document::{Block, BlockKind, FIGURE_DATA};

const OPEN: &str = "<details>\n<summary>";
const SUMMARY_END: &str = "</summary>\n";

/// The end tag.
pub(super) const CLOSE: &str = "</details>\n";

/// The start tag and the summary, which is escaped.
pub(super) fn open(summary: &str) -> String {
    let words = summary.split_whitespace().collect::<Vec<_>>().join(" ");
    let escaped = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("{OPEN}{}{SUMMARY_END}", if escaped.is_empty() { "…" } else { &escaped })
}

/// The summary of the collapsible section that an HTML block begins, as text.
pub(super) fn summary(html: &str) -> Option<String> {
    let escaped = html.strip_prefix(OPEN)?.trim_end_matches('\n').strip_suffix(SUMMARY_END.trim_end())?;
    let is_text = !escaped.contains(['<', '>', '\n']);
    is_text.then(|| escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

/// Whether an HTML block ends a collapsible section.
pub(super) fn is_close(html: &str) -> bool {
    html.trim_end() == CLOSE.trim_end()
}

/// Turns collapsible sections back into figure data.
pub(super) fn unfold(blocks: &mut Vec<Block>) {
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    let mut rest = std::mem::take(blocks).into_iter();
    while let Some(block) = rest.next() {
        let summary = if let BlockKind::Html(html) = &block.kind { summary(html) } else { None };
        let is_end = |block: &Block| matches!(&block.kind, BlockKind::Html(html) if is_close(html));
        match summary.filter(|_| rest.as_slice().iter().any(is_end)) {
            Some(summary) => {
                let inner: Vec<Block> = rest.by_ref().take_while(|block| !is_end(block)).collect();
                let attributes = [("summary".to_owned(), summary)].into();
                let kind = BlockKind::Directive { name: FIGURE_DATA.to_owned(), attributes, blocks: inner };
                out.push(Block { kind, line: block.line });
            }
            None => out.push(block),
        }
    }
    *blocks = out;
}
