//! `missing-asset`: an image can't be found among the book's assets, or isn't one.

use super::RenderedDocument;
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::{ASSETS, CONTENT, VERSION_ASSETS};

pub(super) fn check(document: &RenderedDocument<'_>, found: &mut Vec<Diagnostic>) {
    document.each_image(&mut |image| found.extend(fault(document, image.path).map(|fault| document.at(image.line, fault))));
}

/// What is wrong with the image at a path of a document.
fn fault(rendered: &RenderedDocument<'_>, path: &str) -> Option<Diagnostic> {
    let missing = |message: String| Diagnostic::error(Code::MissingAsset, Place::Book, message);
    if rendered.document.charts.contains_key(path) {
        let file = format!("{CONTENT}/{path}");
        let message = format!("`{path}` is where a figure of this document is drawn, and there is a file of that name");
        return rendered.tree.get(&file).map(|_| missing(message).help(format!("rename `{file}`")));
    }
    let name = path.strip_prefix(VERSION_ASSETS).and_then(|rest| rest.strip_prefix('/'));
    let Some(name) = name.filter(|name| !name.split('/').any(|part| matches!(part, "" | "." | ".."))) else {
        let help = format!("put the file into `{ASSETS}/` and name it `{VERSION_ASSETS}/…`");
        return Some(missing(format!("image `{path}` is not below `{VERSION_ASSETS}/`")).help(help));
    };
    let file = format!("{ASSETS}/{name}");
    let Some(bytes) = rendered.tree.get(&file) else {
        let known = rendered.tree.below(ASSETS).map(|(path, _)| &path[ASSETS.len() + 1..]);
        let message = format!("image `{path}` doesn't exist: there is no `{file}`");
        return Some(missing(message).maybe_help(did_you_mean(name, known)));
    };
    let why = image_fault(name, bytes)?;
    Some(missing(format!("image `{path}` can't be shown: {why}")).via("the image", Place::File(file)))
}

/// Why a file is no image that a document can show.
fn image_fault(name: &str, bytes: &[u8]) -> Option<String> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    let fits = match extension.as_str() {
        "png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "jpg" | "jpeg" => bytes.starts_with(&[0xff, 0xd8, 0xff]),
        "gif" => bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
        "webp" => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
        "svg" => return svg_fault(bytes),
        _ => return Some("it is none of .png, .jpg, .gif, .webp and .svg".to_owned()),
    };
    (!fits).then(|| format!("its content is not what `.{extension}` says"))
}

/// An SVG must be one, and show nothing but itself.
fn svg_fault(bytes: &[u8]) -> Option<String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Some("it is not UTF-8".to_owned()) };
    if !text.contains("<svg") {
        return Some("its content is not what `.svg` says".to_owned());
    }
    if text.contains("<!ENTITY") {
        return Some("it declares entities".to_owned());
    }
    let loaded =
        after(text, "href").filter_map(|rest| rest.trim_start().strip_prefix('=')).chain(after(text, "url(")).chain(after(text, "@import"));
    for value in loaded {
        let value = value.trim_start().trim_start_matches(['"', '\'']).trim_start();
        let value = value.strip_prefix("&quot;").unwrap_or(value);
        if !value.starts_with('#') && !value.starts_with("data:") && !value.is_empty() {
            let shown: String =
                value.trim_start_matches("url(").chars().take_while(|c| !matches!(c, '"' | '\'' | '>' | ')' | ';')).take(60).collect();
            return Some(format!("it loads `{shown}`, and a document may show only what is in it"));
        }
    }
    text.contains("<?xml-stylesheet").then(|| "it loads a style sheet, and a document may show only what is in it".to_owned())
}

/// What follows each occurrence of a word.
fn after<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(word).map(move |(at, _)| &text[at + word.len()..])
}

#[cfg(test)]
mod tests {
    use super::image_fault;

    #[test]
    fn an_image_is_what_its_name_says() {
        assert_eq!(image_fault("a.png", b"\x89PNG\r\n\x1a\nrest"), None);
        assert!(image_fault("a.png", b"<svg/>").is_some());
        assert!(image_fault("a.txt", b"").is_some());
    }

    #[test]
    fn an_svg_loads_nothing() {
        assert_eq!(image_fault("a.svg", b"<svg><use href=\"#a\"/></svg>"), None);
        let fault = image_fault("a.svg", b"<svg><image xlink:href='file:///etc/passwd'/></svg>");
        assert_eq!(fault.as_deref(), Some("it loads `file:///etc/passwd`, and a document may show only what is in it"));
    }
}
