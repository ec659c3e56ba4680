//! The pages of a PDF: how many, and what they say.

use anyhow::Result;
use lopdf::Document;

/// How many pages a PDF has.
pub fn page_count(pdf: &[u8]) -> Result<u32> {
    Ok(u32::try_from(Document::load_mem(pdf)?.get_pages().len())?)
}

/// The text of each page of a PDF, in the order in which it was set.
pub fn page_texts(pdf: &[u8]) -> Result<Vec<String>> {
    let document = Document::load_mem(pdf)?;
    document.get_pages().keys().map(|number| Ok(document.extract_text(&[*number])?)).collect()
}
