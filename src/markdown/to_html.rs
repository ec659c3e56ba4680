//! A version's Markdown as HTML: comrak's, with ids that stay, notes kept apart, and links that lead into the page's
//! own surroundings. Raw HTML is shown as the text it is.

use std::collections::HashMap;
use std::fmt::{self, Write};

use comrak::html::{ChildRendering, Context, format_document_with_formatter, format_node_default};
use comrak::nodes::{AstNode, NodeValue};
use comrak::options::Plugins;
use comrak::{Anchorizer, Arena, Options, parse_document};

use super::parse::is_line_break;
use super::{Dialect, contents, fold, front_of, mark};
use crate::document::{Article, ArticleHeading, ArticleMark, ArticleNote, ArticleSection, note_numbers};

/// What the surrounding page provides.
pub struct Surroundings<'a> {
    /// Resolves a relative link; `None` if its target doesn't exist. Not called for links that begin with `#`.
    pub link: &'a dyn Fn(&str) -> Option<String>,
    /// HTML for the end of a heading whose section spans these lines of the file, the last one excluded.
    pub beside: &'a dyn Fn(usize, usize) -> String,
    /// HTML for an inline image, by its address as written, its alternative text, and a name that no
    /// other image of the page has.
    pub drawing: &'a dyn Fn(&str, &str, &str) -> Option<String>,
}

/// Extra data for the formatter, by the line and column of the node.
#[derive(Default)]
struct Marks {
    /// A heading's id, and HTML for its end.
    headings: HashMap<(usize, usize), (String, String)>,
    /// A table's caption as HTML.
    captions: HashMap<(usize, usize), String>,
    /// The marks written so far.
    written: Vec<ArticleMark>,
    /// An inline image, as HTML.
    drawings: HashMap<(usize, usize), String>,
}

/// Turns a version's Markdown file into an article.
pub fn to_html(text: &str, around: &Surroundings<'_>) -> Article {
    let mut options = Dialect::GITHUB.options();
    options.extension.front_matter_delimiter = Some("---".to_owned());
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    // No autolinks: links are always written as such.
    options.extension.autolink = false;
    options.parse.escaped_char_spans = false;
    options.render.escape = true;
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options);
    let mut article = Article { front: front_of(text), ..Article::default() };

    close_up(root);
    contents::detach_contents(root);
    let ids = ids(root);
    let mut marks = Marks { drawings: drawings(root, around), ..Marks::default() };
    links(root, around, &ids, &mut article.broken);
    headings(root, text.lines().count() + 1, &ids, around, &mut marks, &mut article);
    captions(root, &options, &mut marks);
    article.sections = sections(root, &ids);
    for definition in root.descendants().filter(|node| is_definition(node)).collect::<Vec<_>>() {
        let NodeValue::FootnoteDefinition(ref note) = definition.data().value else { continue };
        article.notes.push(ArticleNote { label: note.name.clone(), html: String::new() });
        // Taken out first, or comrak would put a link back behind it.
        let blocks: Vec<_> = definition.children().collect();
        blocks.iter().for_each(|child| child.detach());
        let html: String = blocks.into_iter().map(|child| format_apart(child, &options, &mut marks)).collect();
        if let Some(note) = article.notes.last_mut() {
            note.html = html.trim().to_owned();
        }
    }
    let (html, marks) = format(root, &options, marks);
    (article.html, article.marks) = (html, marks.written);
    article
}

fn place(node: &AstNode<'_>) -> (usize, usize) {
    let start = node.data().sourcepos.start;
    (start.line, start.column)
}

fn is_definition(node: &AstNode<'_>) -> bool {
    matches!(node.data().value, NodeValue::FootnoteDefinition(_))
}

/// The numbers of a note mark: `3-4` marks notes 3 and 4.
fn shown(label: &str) -> String {
    match note_numbers(label) {
        Some(numbers) => numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
        None => label.to_owned(),
    }
}

/// Removes the space before marks: the page's CSS adds its own.
fn close_up<'a>(root: &'a AstNode<'a>) {
    let before_mark =
        |node: &&'a AstNode<'a>| node.next_sibling().is_some_and(|next| matches!(next.data().value, NodeValue::FootnoteReference(_)));
    for node in root.descendants().filter(before_mark).collect::<Vec<_>>() {
        if let NodeValue::Text(text) = &mut node.data_mut().value
            && let Some(kept) = text.strip_suffix(mark::SPACE)
        {
            *text = kept.to_owned().into();
        }
    }
}

/// The ids of all headings, as code hosts make them, by their place.
fn ids<'a>(root: &'a AstNode<'a>) -> HashMap<(usize, usize), String> {
    let mut anchorizer = Anchorizer::new();
    let headings = root.descendants().filter(|node| matches!(node.data().value, NodeValue::Heading(_)));
    headings.map(|node| (place(node), anchorizer.anchorize(&heading_text(node)))).collect()
}

/// The places of headings by the ids that code hosts give them, and that links in the Markdown lead to: on a host, the
/// numbers of a heading's notes are part of its text.
fn host_ids<'a>(root: &'a AstNode<'a>) -> HashMap<String, (usize, usize)> {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut anchorizer = Anchorizer::new();
    let mut out = HashMap::new();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::FootnoteReference(note) => {
                let next = numbers.len() + 1;
                numbers.entry(note.name.clone()).or_insert(next);
            }
            NodeValue::Heading(_) => {
                let mut text = String::new();
                let mut seen = numbers.clone();
                let mut mark = |label: &str, out: &mut String| {
                    let next = seen.len() + 1;
                    out.push_str(&seen.entry(label.to_owned()).or_insert(next).to_string());
                };
                push_text(node, &mut text, &mut mark);
                out.insert(anchorizer.anchorize(text.trim()), place(node));
            }
            _ => {}
        }
    }
    out
}

/// A heading's words, without the marks of its notes.
fn heading_text<'a>(node: &'a AstNode<'a>) -> String {
    let mut out = String::new();
    push_text(node, &mut out, &mut |_, _| {});
    out.trim().to_owned()
}

/// `mark` writes a mark's text, by its label.
fn push_text<'a>(node: &'a AstNode<'a>, out: &mut String, mark: &mut dyn FnMut(&str, &mut String)) {
    match &node.data().value {
        NodeValue::Text(text) => out.push_str(text),
        NodeValue::Code(code) => out.push_str(&code.literal),
        NodeValue::HtmlInline(html) => out.push_str(html),
        NodeValue::HtmlBlock(html) => out.push_str(&html.literal),
        NodeValue::CodeBlock(code) => out.push_str(&code.literal),
        NodeValue::SoftBreak | NodeValue::LineBreak => out.push(' '),
        NodeValue::FootnoteReference(note) => return mark(&note.name, out),
        _ => {}
    }
    for child in node.children() {
        push_text(child, out, mark);
        if child.data().value.block() {
            out.push(' ');
        }
    }
}

/// Resolves links; those without a target are replaced by their text.
fn links<'a>(root: &'a AstNode<'a>, around: &Surroundings<'_>, ids: &HashMap<(usize, usize), String>, broken: &mut Vec<(usize, String)>) {
    let nodes: Vec<_> = root.descendants().collect();
    let host_ids = host_ids(root);
    for node in nodes {
        let line = node.data().sourcepos.start.line;
        let (url, is_link) = match &node.data().value {
            NodeValue::Link(link) => (link.url.clone(), true),
            NodeValue::Image(link) => (link.url.clone(), false),
            _ => continue,
        };
        let target = match url.strip_prefix('#') {
            Some(id) if ids.values().any(|known| known == id) => Some(url.clone()),
            Some(id) => host_ids.get(id).and_then(|place| ids.get(place)).map(|id| format!("#{id}")),
            None if has_scheme(&url) => is_safe(&url).then(|| url.clone()),
            None => (around.link)(&url),
        };
        match target {
            Some(target) => match &mut node.data_mut().value {
                NodeValue::Link(link) | NodeValue::Image(link) => link.url = target,
                _ => {}
            },
            None => {
                broken.push((line, url));
                if is_link {
                    for child in node.children().collect::<Vec<_>>() {
                        node.insert_before(child);
                    }
                    node.detach();
                }
            }
        }
    }
}

/// The inline images.
fn drawings<'a>(root: &'a AstNode<'a>, around: &Surroundings<'_>) -> HashMap<(usize, usize), String> {
    let mut out = HashMap::new();
    for node in root.descendants() {
        let NodeValue::Image(ref image) = node.data().value else { continue };
        let mut alternative = String::new();
        push_text(node, &mut alternative, &mut |_, _| {});
        if let Some(html) = (around.drawing)(&image.url, alternative.trim(), &format!("drawing-{}", out.len() + 1)) {
            out.insert(place(node), html);
        }
    }
    out
}

fn has_scheme(url: &str) -> bool {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    url.starts_with("//")
        || scheme.is_some_and(|scheme| !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)))
}

fn is_safe(url: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Removes the title, and collects the other headings.
fn headings<'a>(
    root: &'a AstNode<'a>,
    end: usize,
    ids: &HashMap<(usize, usize), String>,
    around: &Surroundings<'_>,
    marks: &mut Marks,
    article: &mut Article,
) {
    let all: Vec<_> = root.descendants().filter(|node| matches!(node.data().value, NodeValue::Heading(_))).collect();
    let lines: Vec<usize> = all.iter().map(|node| node.data().sourcepos.start.line).collect();
    for (index, node) in all.iter().enumerate() {
        let NodeValue::Heading(ref heading) = node.data().value else { continue };
        let (level, text) = (heading.level, heading_text(node));
        if index == 0 && level == 1 {
            article.title = text;
            continue;
        }
        let id = ids.get(&place(node)).cloned().unwrap_or_default();
        let beside = (around.beside)(lines[index], lines.get(index + 1).copied().unwrap_or(end));
        marks.headings.insert(place(node), (id.clone(), beside));
        article.headings.push(ArticleHeading { level, id, text, line: lines[index] });
    }
    if let Some(title) = all.first().filter(|_| !article.title.is_empty()) {
        title.detach();
    }
}

/// Removes caption paragraphs, and keeps the captions for their tables.
fn captions<'a>(root: &'a AstNode<'a>, options: &Options<'_>, marks: &mut Marks) {
    let tables: Vec<_> = root.descendants().filter(|node| matches!(node.data().value, NodeValue::Table(_))).collect();
    for table in tables {
        let Some(before) = table.previous_sibling().filter(|node| matches!(node.data().value, NodeValue::Paragraph)) else { continue };
        let Some(first) = before.first_child() else { continue };
        // The current form, and that of earlier versions.
        let is_caption = match (&first.data().value, first.next_sibling().map(|next| next.data().value.clone())) {
            (NodeValue::Strong, Some(NodeValue::Text(text))) => text.starts_with('\u{a0}'),
            (NodeValue::Text(text), _) => text.starts_with("Table: "),
            _ => false,
        };
        if !is_caption {
            continue;
        }
        if let NodeValue::Text(text) = &mut first.data_mut().value {
            *text = text.strip_prefix("Table: ").unwrap_or_default().to_owned().into();
        }
        let html = format_apart(before, options, marks);
        let html = html.trim().trim_start_matches("<p>").trim_end_matches("</p>").to_owned();
        before.detach();
        marks.captions.insert(place(table), html);
    }
}

fn sections<'a>(root: &'a AstNode<'a>, ids: &HashMap<(usize, usize), String>) -> Vec<ArticleSection> {
    let mut sections = vec![ArticleSection { id: String::new(), heading: String::new(), text: String::new() }];
    for block in root.children() {
        if matches!(block.data().value, NodeValue::Heading(_)) {
            let id = ids.get(&place(block)).cloned().unwrap_or_default();
            sections.push(ArticleSection { id, heading: heading_text(block), text: String::new() });
        } else if let (false, Some(section)) = (matches!(block.data().value, NodeValue::FrontMatter(_)), sections.last_mut()) {
            push_text(block, &mut section.text, &mut |_, _| {});
            section.text.push(' ');
        }
    }
    sections
}

/// Formats content outside the main text; its marks share the numbering.
fn format_apart<'a>(node: &'a AstNode<'a>, options: &Options<'_>, marks: &mut Marks) -> String {
    let (html, apart) = format(node, options, Marks { written: std::mem::take(&mut marks.written), ..Marks::default() });
    marks.written = apart.written;
    html
}

fn format<'a>(node: &'a AstNode<'a>, options: &Options<'_>, marks: Marks) -> (String, Marks) {
    let mut out = String::new();
    match format_document_with_formatter(node, options, &mut out, &Plugins::default(), formatter, marks) {
        Ok(marks) => (out, marks),
        // Writing to a string doesn't fail.
        Err(fmt::Error) => (out, Marks::default()),
    }
}

fn formatter<'a>(context: &mut Context<'_, '_, Marks>, node: &'a AstNode<'a>, entering: bool) -> Result<ChildRendering, fmt::Error> {
    match &node.data().value {
        NodeValue::Heading(heading) => {
            let Some((id, beside)) = context.user.headings.get(&place(node)).cloned() else {
                return format_node_default(context, node, entering);
            };
            let level = heading.level;
            if entering {
                context.cr()?;
                write!(context, "<h{level} id=\"{}\">", escaped(&id))?;
            } else {
                writeln!(context, "{beside}</h{level}>")?;
            }
        }
        NodeValue::FootnoteDefinition(_) => return Ok(ChildRendering::Skip),
        NodeValue::Image(_) if context.user.drawings.contains_key(&place(node)) => {
            if let Some(html) = context.user.drawings.get(&place(node)).filter(|_| entering).cloned() {
                context.write_str(&html)?;
            }
            return Ok(ChildRendering::Skip);
        }
        NodeValue::FootnoteReference(note) => {
            if entering {
                let shown = escaped(&shown(&note.name));
                let in_link = node.ancestors().any(|above| matches!(above.data().value, NodeValue::Link(_)));
                if in_link {
                    write!(context, "&#8239;<sup>[{shown}]</sup>")?;
                } else {
                    context.user.written.push(ArticleMark { label: note.name.clone(), line: node.data().sourcepos.start.line });
                    let number = context.user.written.len();
                    write!(
                        context,
                        "&#8239;<sup class=\"mark\">[<button type=\"button\" popovertarget=\"mark-{number}\" aria-label=\"Note {shown}\">{shown}</button>]</sup>"
                    )?;
                }
            }
        }
        NodeValue::HtmlInline(html)
            if is_line_break(html) && node.ancestors().any(|above| matches!(above.data().value, NodeValue::TableCell)) =>
        {
            if entering {
                context.write_str("<br>")?;
            }
        }
        NodeValue::HtmlBlock(html) => {
            if entering {
                context.cr()?;
                match fold::summary(&html.literal) {
                    Some(summary) => writeln!(context, "<details>\n<summary>{}</summary>", escaped(&summary))?,
                    None if fold::is_close(&html.literal) => writeln!(context, "</details>")?,
                    None => writeln!(context, "<pre><code>{}</code></pre>", escaped(&html.literal))?,
                }
            }
        }
        NodeValue::Table(_) => {
            if entering {
                context.cr()?;
                context.write_str("<div class=\"table\" role=\"group\" tabindex=\"0\">")?;
            }
            let rendering = format_node_default(context, node, entering)?;
            if entering {
                if let Some(caption) = context.user.captions.remove(&place(node)) {
                    write!(context, "<caption>{caption}</caption>")?;
                }
            } else {
                context.write_str("</div>\n")?;
            }
            return Ok(rendering);
        }
        _ => return format_node_default(context, node, entering),
    }
    Ok(ChildRendering::HTML)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let _ = comrak::html::escape(&mut out, text);
    out
}
