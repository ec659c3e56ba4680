//! Text that doesn't fit where it stands: found by reading where a PDF prints each piece of text.
//!
//! In: a PDF as typst writes it. Out: the pieces that run past the page's edge or over other text. Text that is turned
//! (a watermark) or too small to be seen (words for screen readers) is left out.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Encoding, Object, ObjectId};

use crate::document::{Misfit, MisfitKind};

/// How near the right edge text may come: a share of the left margin, and never less than this in points.
const MARGIN_SHARE: f64 = 0.4;
const LEAST_MARGIN: f64 = 10.0;

/// Text smaller than this, in points, isn't seen.
const SMALLEST: f64 = 1.0;

/// How far a letter reaches above and below its baseline, relative to the type size.
const ASCENT: f64 = 0.7;
const DESCENT: f64 = 0.2;

/// The most bytes that a page's content may take up when it is unpacked.
const LARGEST_PAGE: usize = 64 << 20;

/// A page, and where its text stands on it, in points.
#[derive(Debug, Clone, PartialEq)]
pub struct PageText {
    pub number: u32,
    pub width: f64,
    pub height: f64,
    pub runs: Vec<Run>,
}

/// Finds the text that doesn't fit, in the order of the pages.
pub fn misfits(pdf: &[u8]) -> Result<Vec<Misfit>> {
    let pages = page_layouts(pdf)?;
    let found = pages.iter().flat_map(|page| {
        let found = on_page(&page.runs, page.width, page.height).into_iter();
        found.map(|(text, kind)| Misfit { page: page.number, text, kind })
    });
    Ok(found.collect())
}

/// Where each page's text stands.
pub fn page_layouts(pdf: &[u8]) -> Result<Vec<PageText>> {
    let document = Document::load_mem(pdf)?;
    let mut fonts = Fonts::default();
    let mut pages = Vec::new();
    for (number, page) in document.get_pages() {
        let content = document.get_page_content_with_limit(page, LARGEST_PAGE)?;
        let operations = Content::decode(&content)?.operations;
        let names = fonts.of_page(&document, page)?;
        let runs = Reader::new(&fonts, &names).read(&operations);
        let (width, height) = page_size(&document, page).context("a page has no size")?;
        pages.push(PageText { number, width, height, runs });
    }
    Ok(pages)
}

/// A page's width and height, in points.
pub(super) fn page_size(document: &Document, page: ObjectId) -> Option<(f64, f64)> {
    let mut node = document.get_dictionary(page).ok()?;
    // `MediaBox` may be inherited from the page tree, which is never deep.
    for _ in 0..16 {
        if let Ok(found) = node.get(b"MediaBox") {
            let sides: Vec<f64> = document.dereference(found).ok()?.1.as_array().ok()?.iter().filter_map(number).collect();
            return if let [left, bottom, right, top] = sides[..] { Some((right - left, top - bottom)) } else { None };
        }
        node = document.dereference(node.get(b"Parent").ok()?).ok()?.1.as_dict().ok()?;
    }
    None
}

fn on_page(runs: &[Run], width: f64, height: f64) -> Vec<(String, MisfitKind)> {
    let left = runs.iter().map(|run| run.left).fold(width, f64::min).max(0.0);
    let right = width - (left * MARGIN_SHARE).max(LEAST_MARGIN);
    let mut found: Vec<(String, MisfitKind)> = Vec::new();
    let is_past = |run: &&Run| run.right > right || run.left < -1.0 || run.top() > height + 1.0 || run.bottom() < -1.0;
    found.extend(runs.iter().filter(is_past).map(|run| (run.text.clone(), MisfitKind::PastTheEdge)));

    let mut by_height: Vec<&Run> = runs.iter().collect();
    by_height.sort_by(|a, b| a.bottom().total_cmp(&b.bottom()));
    for (index, run) in by_height.iter().enumerate() {
        for other in by_height[index + 1..].iter().take_while(|other| other.bottom() < run.top()) {
            if run.covers(other) {
                let first = if run.left <= other.left { run } else { other };
                found.push((first.text.clone(), MisfitKind::OverOtherText));
            }
        }
    }
    let mut seen: Vec<(String, MisfitKind)> = Vec::new();
    for misfit in found {
        if !seen.iter().any(|(text, _)| *text == misfit.0) {
            seen.push(misfit);
        }
    }
    seen
}

/// Text that one operation prints, in one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub left: f64,
    pub right: f64,
    pub baseline: f64,
    pub size: f64,
    pub text: String,
}

impl Run {
    fn top(&self) -> f64 {
        self.baseline + ASCENT * self.size
    }

    fn bottom(&self) -> f64 {
        self.baseline - DESCENT * self.size
    }

    /// Whether two pieces of text overlap by more than kerned letters do.
    fn covers(&self, other: &Run) -> bool {
        let size = self.size.min(other.size);
        let across = self.right.min(other.right) - self.left.max(other.left);
        let up = self.top().min(other.top()) - self.bottom().max(other.bottom());
        across > (0.3 * size).max(2.0) && up > 0.35 * size
    }
}

/// Glyph widths in thousandths of the font's size, and how to read its text.
#[derive(Debug)]
struct Font<'a> {
    widths: BTreeMap<u16, f64>,
    default: f64,
    encoding: Option<Encoding<'a>>,
}

/// The fonts of a document, each read once.
#[derive(Debug, Default)]
struct Fonts<'a> {
    known: Vec<Font<'a>>,
    by_object: BTreeMap<ObjectId, usize>,
}

impl<'a> Fonts<'a> {
    /// The fonts that a page names, as indexes.
    fn of_page(&mut self, document: &'a Document, page: ObjectId) -> Result<BTreeMap<Vec<u8>, usize>> {
        let mut names = BTreeMap::new();
        let resources = document.get_page_fonts(page)?;
        for (name, font) in resources {
            // Typst refers to fonts by object id; for an inline dictionary, its address serves as the key.
            let id = descendant(document, font);
            let index = match id.and_then(|id| self.by_object.get(&id)) {
                Some(index) => *index,
                None => {
                    self.known.push(read_font(document, font));
                    if let Some(id) = id {
                        self.by_object.insert(id, self.known.len() - 1);
                    }
                    self.known.len() - 1
                }
            };
            names.insert(name, index);
        }
        Ok(names)
    }
}

fn descendant(document: &Document, font: &Dictionary) -> Option<ObjectId> {
    document.dereference(font.get(b"DescendantFonts").ok()?).ok()?.1.as_array().ok()?.first()?.as_reference().ok()
}

fn read_font<'a>(document: &'a Document, font: &'a Dictionary) -> Font<'a> {
    let encoding = font.get_font_encoding_with_limit(document, LARGEST_PAGE).ok();
    let mut read = Font { widths: BTreeMap::new(), default: 1000.0, encoding };
    let described = descendant(document, font).and_then(|id| document.get_dictionary(id).ok());
    let Some(described) = described else { return read };
    if let Some(default) = described.get(b"DW").ok().and_then(number) {
        read.default = default;
    }
    let widths = described.get(b"W").ok().and_then(|widths| document.dereference(widths).ok()).and_then(|(_, list)| list.as_array().ok());
    let mut rest = widths.map_or(&[][..], Vec::as_slice);
    // `first [width …]` or `first last width` (ISO 32000-1, 9.7.4.3).
    while let [first, second, after @ ..] = rest {
        let Some(from) = glyph(first) else { break };
        if let Ok(list) = second.as_array() {
            for (offset, width) in list.iter().enumerate() {
                if let (Ok(offset), Some(width)) = (u16::try_from(offset), number(width)) {
                    read.widths.insert(from.saturating_add(offset), width);
                }
            }
            rest = after;
        } else {
            let [width, after @ ..] = after else { break };
            if let (Some(to), Some(width)) = (glyph(second), number(width)) {
                read.widths.extend((from..=to).map(|glyph| (glyph, width)));
            }
            rest = after;
        }
    }
    read
}

fn number(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(number) => Some(*number as f64),
        Object::Real(number) => Some(f64::from(*number)),
        _ => None,
    }
}

fn glyph(object: &Object) -> Option<u16> {
    object.as_i64().ok().and_then(|number| u16::try_from(number).ok())
}

/// A transformation matrix, `[a b c d e f]` (ISO 32000-1, 8.3.3).
#[derive(Debug, Clone, Copy)]
struct Matrix([f64; 6]);

impl Matrix {
    const IDENTITY: Matrix = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    fn of(operands: &[Object]) -> Option<Matrix> {
        let numbers: Vec<f64> = operands.iter().filter_map(number).collect();
        Some(Matrix(numbers.try_into().ok()?))
    }

    /// This transformation followed by another.
    fn then(self, other: Matrix) -> Matrix {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, other.0);
        Matrix([a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l])
    }

    fn place(self, x: f64) -> (f64, f64) {
        let [a, b, _, _, e, f] = self.0;
        (a * x + e, b * x + f)
    }

    /// The vertical scale.
    fn scale(self) -> f64 {
        let [_, _, c, d, ..] = self.0;
        c.hypot(d)
    }
}

/// Reads the operations of one page.
struct Reader<'a> {
    fonts: &'a Fonts<'a>,
    names: &'a BTreeMap<Vec<u8>, usize>,
    space: Matrix,
    saved: Vec<Matrix>,
    text: Matrix,
    font: Option<(usize, f64)>,
}

impl<'a> Reader<'a> {
    fn new(fonts: &'a Fonts<'a>, names: &'a BTreeMap<Vec<u8>, usize>) -> Reader<'a> {
        Reader { fonts, names, space: Matrix::IDENTITY, saved: Vec::new(), text: Matrix::IDENTITY, font: None }
    }

    fn read(mut self, operations: &[Operation]) -> Vec<Run> {
        let mut runs = Vec::new();
        for operation in operations {
            let operands = &operation.operands;
            match operation.operator.as_str() {
                "q" => self.saved.push(self.space),
                "Q" => self.space = self.saved.pop().unwrap_or(Matrix::IDENTITY),
                "cm" => self.space = Matrix::of(operands).map_or(self.space, |matrix| matrix.then(self.space)),
                "BT" => self.text = Matrix::IDENTITY,
                "Tm" => self.text = Matrix::of(operands).unwrap_or(Matrix::IDENTITY),
                "Td" => {
                    if let [Some(x), Some(y)] = [operands.first().and_then(number), operands.get(1).and_then(number)] {
                        self.text = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(self.text);
                    }
                }
                "Tf" => {
                    let index = operands.first().and_then(|name| name.as_name().ok()).and_then(|name| self.names.get(name));
                    self.font = index.copied().zip(operands.get(1).and_then(number));
                }
                "Tj" => runs.extend(self.show(operands)),
                "TJ" => runs.extend(operands.first().and_then(|list| list.as_array().ok()).and_then(|list| self.show(list))),
                _ => {}
            }
        }
        runs
    }

    /// The text that an operation prints; none if it is rotated, empty or too small to be seen.
    fn show(&mut self, pieces: &[Object]) -> Option<Run> {
        let (index, size) = self.font?;
        let font = &self.fonts.known[index];
        let mut advance = 0.0;
        // Trim white space: only visible glyphs count.
        let (mut text, mut bounds) = (String::new(), None::<(f64, f64)>);
        for piece in pieces {
            let Object::String(bytes, _) = piece else {
                advance -= number(piece).unwrap_or_default() / 1000.0 * size;
                continue;
            };
            for code in bytes.chunks_exact(2) {
                let width = font.widths.get(&u16::from_be_bytes([code[0], code[1]])).copied().unwrap_or(font.default) / 1000.0 * size;
                let shown = font.encoding.as_ref().and_then(|encoding| Document::decode_text(encoding, code).ok()).unwrap_or_default();
                if !shown.chars().all(char::is_whitespace) || shown.is_empty() {
                    bounds = Some((bounds.map_or(advance, |(start, _)| start), advance + width));
                }
                text.push_str(&shown);
                advance += width;
            }
        }
        let all = self.text.then(self.space);
        self.text = Matrix([1.0, 0.0, 0.0, 1.0, advance, 0.0]).then(self.text);
        let (start, end) = bounds?;
        let ((left, baseline), (right, end_height)) = (all.place(start), all.place(end));
        let size = all.scale() * size;
        let is_level = (baseline - end_height).abs() < 0.01 * (right - left).abs().max(1.0) && right > left;
        (is_level && size >= SMALLEST).then(|| Run { left, right, baseline, size, text: text.trim().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::{MisfitKind, Run, on_page};

    fn run(left: f64, right: f64, baseline: f64, text: &str) -> Run {
        Run { left, right, baseline, size: 10.0, text: text.to_owned() }
    }

    #[test]
    fn text_past_the_edge_and_over_other_text_is_found() {
        let margin = run(50.0, 200.0, 700.0, "a line that fits");
        let wide = run(50.0, 590.0, 600.0, "a line that doesn't");
        let cell = run(50.0, 130.0, 500.0, "a cell too narrow");
        let next = run(120.0, 180.0, 500.0, "the next cell");
        let found = on_page(&[margin.clone(), wide, cell, next], 595.0, 842.0);
        let expected = [("a line that doesn't", MisfitKind::PastTheEdge), ("a cell too narrow", MisfitKind::OverOtherText)];
        assert_eq!(found, expected.map(|(text, kind)| (text.to_owned(), kind)));
        // Adjacent lines, a superscript after its word, and kerned letters.
        let fits = [margin, run(50.0, 200.0, 688.0, "next line"), run(200.0, 204.0, 704.0, "3"), run(203.5, 260.0, 700.0, "on")];
        assert_eq!(on_page(&fits, 595.0, 842.0), []);
    }
}
