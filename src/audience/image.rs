//! Images without what is written into them and not shown: where and by whom a picture was taken, what an editor noted in
//! a drawing. An image can bear no marking, so whoever gets it must get nothing but the picture.
//!
//! Only known parts of the picture are kept. A file that can't be parsed is left unchanged; it can't be typeset either.

/// The image without its metadata; `None` if it has none to remove.
pub(super) fn picture(path: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())?;
    let picture = match extension.as_str() {
        "png" => png(bytes)?,
        "jpg" | "jpeg" => jpeg(bytes)?,
        "gif" => gif(bytes)?,
        "webp" => webp(bytes)?,
        "svg" => svg(bytes)?,
        _ => return None,
    };
    (picture != bytes).then_some(picture)
}

/// The `count` bytes from `at` on; none if the slice is shorter.
fn piece(bytes: &[u8], at: usize, count: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(count)?)
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The chunks that a decoder may leave out, and that still say how the picture looks.
const PNG_LOOKS: [&[u8; 4]; 15] =
    [b"cHRM", b"cICP", b"cLLI", b"mDCV", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD", b"hIST", b"tRNS", b"pHYs", b"acTL", b"fcTL", b"fdAT"];

fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut at = PNG.len();
    let mut kept = bytes.strip_prefix(PNG).map(|_| PNG.to_vec())?;
    while let Some(head) = piece(bytes, at, 8) {
        let length = u32::from_be_bytes(head[..4].try_into().ok()?) as usize;
        let kind: &[u8; 4] = head[4..].try_into().ok()?;
        let chunk = piece(bytes, at, length.checked_add(12)?)?;
        // A capital first letter marks a critical chunk: the image can't be decoded without it.
        if kind[0].is_ascii_uppercase() || PNG_LOOKS.contains(&kind) {
            kept.extend_from_slice(chunk);
        }
        at += chunk.len();
        if kind == b"IEND" {
            return Some(kept);
        }
    }
    None
}

fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    const BEGIN: [u8; 2] = [0xff, 0xd8];
    const END: [u8; 2] = [0xff, 0xd9];
    let mut kept = bytes.strip_prefix(&BEGIN).map(|_| BEGIN.to_vec())?;
    let mut at = 2;
    loop {
        while bytes.get(at) == Some(&0xff) && bytes.get(at + 1) == Some(&0xff) {
            at += 1;
        }
        let &[0xff, marker] = piece(bytes, at, 2)? else { return None };
        if [0xff, marker] == END {
            kept.extend_from_slice(&END);
            return Some(kept);
        }
        let length = usize::from(u16::from_be_bytes(piece(bytes, at + 2, 2)?.try_into().ok()?));
        let segment = piece(bytes, at, length + 2)?;
        let said = segment.get(4..)?;
        let is_kept = match marker {
            0xe0 => said.starts_with(b"JFIF\0"),
            0xe2 => said.starts_with(b"ICC_PROFILE\0"),
            0xee => said.starts_with(b"Adobe"),
            0xe1..=0xef | 0xfe => false,
            _ => true,
        };
        if is_kept {
            kept.extend_from_slice(segment);
        } else if let Some(turned) = said.strip_prefix(b"Exif\0\0").filter(|_| marker == 0xe1).and_then(orientation) {
            kept.extend_from_slice(&turned_only(turned));
        }
        at += segment.len();
        if marker == 0xda {
            // The picture itself, up to the next marker.
            let begin = at;
            while let Some(pair) = piece(bytes, at, 2) {
                if pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7) {
                    break;
                }
                at += 1;
            }
            kept.extend_from_slice(bytes.get(begin..at)?);
        }
    }
}

/// How a picture is turned, where its Exif data says so.
fn orientation(tiff: &[u8]) -> Option<u8> {
    let is_little = match tiff.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let number = |at: usize, count: usize| -> Option<usize> {
        let digits = piece(tiff, at, count)?;
        let join = |all: usize, byte: &u8| all << 8 | usize::from(*byte);
        Some(if is_little { digits.iter().rev().fold(0, join) } else { digits.iter().fold(0, join) })
    };
    let directory = number(4, 4)?;
    let entries = (0..number(directory, 2)?).map(|index| directory + 2 + 12 * index);
    let mut turned = entries.filter(|entry| number(*entry, 2) == Some(0x0112)).filter_map(|entry| number(entry + 8, 2));
    turned.next().and_then(|turned| u8::try_from(turned).ok()).filter(|turned| (2..=8).contains(turned))
}

/// An Exif segment that says how a picture is turned, and nothing else.
fn turned_only(turned: u8) -> Vec<u8> {
    let mut segment = vec![0xff, 0xe1, 0, 34];
    segment.extend_from_slice(b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
    segment.extend_from_slice(&[turned, 0, 0, 0, 0, 0, 0]);
    segment
}

fn gif(bytes: &[u8]) -> Option<Vec<u8>> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let blocks = |mut at: usize| loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    };
    let mut at = 13 + table(*bytes.get(10)?);
    let mut kept = bytes.get(..at)?.to_vec();
    loop {
        let begin = at;
        match *bytes.get(at)? {
            0x3b => {
                kept.push(0x3b);
                return Some(kept);
            }
            0x2c => {
                at += 10 + table(*bytes.get(at + 9)?);
                at = blocks(at + 1)?;
                kept.extend_from_slice(bytes.get(begin..at)?);
            }
            0x21 => {
                let label = *bytes.get(at + 1)?;
                let is_loop = label == 0xff && piece(bytes, at + 3, 11) == Some(b"NETSCAPE2.0");
                at = blocks(at + 2)?;
                if label == 0xf9 || is_loop {
                    kept.extend_from_slice(bytes.get(begin..at)?);
                }
            }
            _ => return None,
        }
    }
}

fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    const KEPT: [&[u8; 4]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
    /// The flags of `VP8X` that say that there is Exif data, and XMP.
    const NOTED: u8 = 0x08 | 0x04;
    if !bytes.starts_with(b"RIFF") || piece(bytes, 8, 4)? != b"WEBP" {
        return None;
    }
    let mut chunks = Vec::new();
    let mut at = 12;
    while let Some(head) = piece(bytes, at, 8) {
        let kind: &[u8; 4] = head[..4].try_into().ok()?;
        let length = u32::from_le_bytes(head[4..].try_into().ok()?) as usize;
        let mut chunk = piece(bytes, at, length.checked_add(8)?)?.to_vec();
        at += chunk.len() + length % 2;
        if !KEPT.contains(&kind) {
            continue;
        }
        if let (b"VP8X", Some(flags)) = (kind, chunk.get_mut(8)) {
            *flags &= !NOTED;
        }
        chunks.extend_from_slice(&chunk);
        chunks.extend(std::iter::repeat_n(0, length % 2));
    }
    let size = u32::try_from(chunks.len() + 4).ok()?;
    Some([b"RIFF".as_slice(), &size.to_le_bytes(), b"WEBP", &chunks].concat())
}

const SVG: &str = "http://www.w3.org/2000/svg";
const SHOWN: [&str; 3] = [SVG, "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"];

/// A drawing without comments, metadata, and what belongs to other namespaces, which is an editor's own.
fn svg(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let drawing = roxmltree::Document::parse_with_options(text, options).ok()?;
    let root = drawing.root_element();
    let mut dropped = Vec::new();
    for node in root.descendants() {
        let is_foreign = node.is_element() && node.tag_name().namespace().is_some_and(|namespace| namespace != SVG);
        if node.is_comment() || node.is_pi() || is_foreign || node.tag_name().name() == "metadata" {
            dropped.push(node.range());
            continue;
        }
        let is_noted = |attribute: &roxmltree::Attribute<'_, '_>| {
            attribute.namespace().is_some_and(|namespace| !SHOWN.contains(&namespace)) || attribute.name().starts_with("data-")
        };
        dropped.extend(node.attributes().filter(is_noted).map(|attribute| attribute.range()));
    }
    let mut picture = Vec::with_capacity(bytes.len());
    // Anything before or after the root element is not part of the drawing.
    let mut at = root.range().start;
    for range in dropped.into_iter().chain(std::iter::once(root.range().end..root.range().end)) {
        if range.start >= at {
            picture.extend_from_slice(bytes.get(at..range.start)?);
        }
        at = at.max(range.end);
    }
    Some(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(bytes: &[u8], word: &[u8]) -> bool {
        bytes.windows(word.len()).any(|window| window == word)
    }

    fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes(), kind, data, &[0; 4]].concat()
    }

    #[test]
    fn a_png_loses_its_notes() {
        let image =
            |notes: &[Vec<u8>]| [PNG, &chunk(b"IHDR", b"head"), &notes.concat(), &chunk(b"IDAT", b"data"), &chunk(b"IEND", b"")].concat();
        let notes = [chunk(b"tEXt", b"Author\0zq"), chunk(b"eXIf", b"zq"), chunk(b"prVt", b"zq")];
        assert_eq!(picture("a.png", &[image(&notes), b"zq".to_vec()].concat()), Some(image(&[])));
        assert_eq!(picture("a.png", &image(&[chunk(b"pHYs", b"looks")])), None);
        assert_eq!(picture("a.png", b"\x89PNG\r\n\x1a\n\0\0\xff\xff"), None);
    }

    #[test]
    fn a_jpeg_loses_its_notes_and_stays_turned() {
        let segment = |marker: u8, data: &[u8]| [&[0xff, marker][..], &(data.len() as u16 + 2).to_be_bytes(), data].concat();
        let exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0zq";
        let scan = segment(0xda, b"scan");
        let rest = [scan, b"\x01\xff\x00\x02\xff\xd9".to_vec()].concat();
        let begin = [&[0xff, 0xd8][..], &segment(0xe0, b"JFIF\0")].concat();
        let image = [begin.clone(), segment(0xe1, exif), segment(0xed, b"zq"), segment(0xfe, b"zq"), rest.clone(), b"zq".to_vec()].concat();
        let shown = picture("a.JPG", &image).expect("it had notes");
        assert!(!has(&shown, b"zq"));
        assert_eq!(shown, [begin, turned_only(6), rest].concat());
        assert_eq!(orientation(&turned_only(6)[10..]), Some(6));
        assert_eq!(picture("a.jpg", &shown), None);
    }

    #[test]
    fn a_gif_and_a_webp_lose_their_notes() {
        let gif =
            |notes: &[u8]| [b"GIF89a\x01\0\x01\0\0\0\0".as_slice(), notes, b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b"].concat();
        assert_eq!(picture("a.gif", &gif(b"\x21\xfe\x02zq\0")), Some(gif(b"")));
        assert_eq!(picture("a.gif", &gif(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")), None);
        let chunk = |kind: &[u8], data: &[u8]| [kind, &(data.len() as u32).to_le_bytes(), data].concat();
        let webp = |chunks: &[u8]| [b"RIFF".as_slice(), &(chunks.len() as u32 + 4).to_le_bytes(), b"WEBP", chunks].concat();
        let noted = [chunk(b"VP8X", &[0x1c, 0]), chunk(b"VP8 ", b"data"), chunk(b"EXIF", b"zq"), chunk(b"XMP ", b"zq")].concat();
        let plain = [chunk(b"VP8X", &[0x10, 0]), chunk(b"VP8 ", b"data")].concat();
        assert_eq!(picture("a.webp", &webp(&noted)), Some(webp(&plain)));
    }

    #[test]
    fn a_drawing_loses_its_notes() {
        let noted = "<?xml version=\"1.0\"?><!-- zq --><svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:i=\"http://example.org/editor\" \
                     i:file=\"zq\"><!-- zq --><metadata>zq</metadata><i:view>zq<rect/></i:view><g data-note=\"zq\"><path d=\"M0\"/></g></svg><!-- zq -->";
        let shown = String::from_utf8(picture("a.svg", noted.as_bytes()).expect("it had notes")).expect("it is text");
        assert!(!shown.contains("zq"), "{shown}");
        assert!(shown.starts_with("<svg ") && shown.ends_with("<path d=\"M0\"/></g></svg>"), "{shown}");
        assert!(roxmltree::Document::parse(&shown).is_ok(), "{shown}");
    }
}
