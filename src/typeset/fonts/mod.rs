//! The fonts there are: typst's embedded ones and the book's own, and which characters they have.

mod coverage;
mod embedded;

use std::io;
use std::path::Path;
use std::sync::OnceLock;

use coverage::{Coverage, Face};

use crate::temporary::{self, Temporary};

/// A book's own fonts, beside those that typst carries.
#[derive(Debug)]
pub struct Fonts {
    files: Vec<(String, Vec<u8>)>,
    coverage: Coverage,
    /// Where typst finds them, written when it is first asked for.
    folder: OnceLock<Result<Temporary, (io::ErrorKind, String)>>,
}

impl Fonts {
    /// Takes a book's files below `fonts/`, by path; what is no font is left out.
    pub fn new(files: Vec<(String, Vec<u8>)>) -> Fonts {
        let files: Vec<_> = files.into_iter().filter(|(path, _)| is_font(Path::new(path))).collect();
        let (mut faces, mut hollow) = (embedded::faces(), embedded::hollow());
        for (has, lacks) in files.iter().flat_map(|(_, bytes)| read(bytes)) {
            faces.push(has);
            hollow.push(lacks);
        }
        Fonts { coverage: Coverage::new(faces, hollow), files, folder: OnceLock::new() }
    }

    /// Finds the characters of a text that no font has, each with its place in bytes.
    pub fn coverage(&self) -> impl Fn(&str) -> Vec<(usize, char)> + Sync + '_ {
        |text| self.coverage.missing(text)
    }

    /// The folder that holds the book's own fonts as plain files, if it has any.
    pub(super) fn folder(&self) -> io::Result<Option<&Path>> {
        if self.files.is_empty() {
            return Ok(None);
        }
        let written = self.folder.get_or_init(|| self.write().map_err(|error| (error.kind(), error.to_string())));
        written.as_ref().map(|folder| Some(folder.path())).map_err(|(kind, message)| io::Error::new(*kind, message.clone()))
    }

    fn write(&self) -> io::Result<Temporary> {
        let folder = Temporary::new()?;
        for (index, (path, bytes)) in self.files.iter().enumerate() {
            let extension = Path::new(path).extension().unwrap_or_default().to_string_lossy().to_lowercase();
            temporary::write(&folder.path().join(format!("{index:05}.{extension}")), bytes)?;
        }
        Ok(folder)
    }
}

/// What is wrong with a file below `fonts/`, if typst would read it as a font and can't.
pub fn font_fault(path: &str, bytes: &[u8]) -> Option<&'static str> {
    (is_font(Path::new(path)) && read(bytes).is_empty()).then_some("it is no font, or a damaged one")
}

/// Whether typst would read a file as a font.
pub(super) fn is_font(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["ttf", "ttc", "otf", "otc"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// The fonts in a file: the characters of each, and those that it lists without a glyph.
fn read(bytes: &[u8]) -> Vec<(Face, Face)> {
    let count = ttf_parser::fonts_in_collection(bytes).unwrap_or(1);
    let face = |index| ttf_parser::Face::parse(bytes, index).ok();
    (0..count).filter_map(face).map(|face| listed(&face)).collect()
}

fn listed(face: &ttf_parser::Face<'_>) -> (Face, Face) {
    let (mut has, mut lacks) = (Vec::new(), Vec::new());
    for subtable in face.tables().cmap.into_iter().flat_map(|cmap| cmap.subtables).filter(|subtable| subtable.is_unicode()) {
        subtable.codepoints(|c| {
            let glyph = char::from_u32(c).and_then(|c| face.glyph_index(c));
            if glyph.is_some_and(|glyph| glyph.0 != 0) { has.push(c) } else { lacks.push(c) }
        });
    }
    (sorted(has), sorted(lacks))
}

fn sorted(mut codepoints: Vec<u32>) -> Face {
    codepoints.sort_unstable();
    codepoints.dedup();
    Face::new(codepoints)
}
