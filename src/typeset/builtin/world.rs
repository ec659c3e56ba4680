//! What a document can see: the plain files below one folder, the fonts, and a fixed date.

use std::fs;
use std::path::{Path, PathBuf};

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration, IntoValue};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::datetime::Time;
use typst_kit::diagnostics::DiagnosticWorld;
use typst_kit::files::{FileLoader, FileStore};
use typst_kit::fonts::{self, FontStore};

use super::arguments::Arguments;

/// A world of the files below a root.
pub(super) struct RootWorld {
    library: LazyHash<Library>,
    fonts: FontStore,
    files: FileStore<RootFiles>,
    main: FileId,
    now: Time,
}

impl RootWorld {
    pub(super) fn new(arguments: &Arguments) -> Result<RootWorld, String> {
        let canonical = |path: &Path| path.canonicalize().map_err(|error| format!("can't read `{}` ({error})", path.display()));
        let root = canonical(&arguments.root)?;
        let input = canonical(&arguments.input)?;
        let path = VirtualPath::virtualize(&root, &input).map_err(|_| "source file must be contained in project root".to_owned())?;
        let inputs: Dict = arguments.inputs.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into_value())).collect();
        let mut fonts = FontStore::new();
        fonts.extend(fonts::embedded());
        for folder in &arguments.font_paths {
            scan(folder, &mut fonts);
        }
        Ok(RootWorld {
            library: LazyHash::new(
                Library::builder().with_inputs(inputs).with_features(arguments.features.iter().copied().collect()).build(),
            ),
            fonts,
            files: FileStore::new(RootFiles { root }),
            main: RootedPath::new(VirtualRoot::Project, path).intern(),
            now: Time::fixed_timestamp(arguments.timestamp).map_err(|_| "creation timestamp out of range".to_owned())?,
        })
    }
}

/// Adds the fonts in a folder, ordered by name.
fn scan(folder: &Path, store: &mut FontStore) {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    for file in files {
        if file.is_dir() {
            scan(&file, store);
        } else if super::super::fonts::is_font(&file)
            && let Ok(bytes) = fs::read(&file)
        {
            store.extend(Font::iter(Bytes::new(bytes)).map(|font| {
                let info = font.info().clone();
                (font, info)
            }));
        }
    }
}

impl World for RootWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.files.source(id)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.file(id)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, offset: Option<Duration>) -> Option<Datetime> {
        self.now.today(offset)
    }
}

impl DiagnosticWorld for RootWorld {
    fn name(&self, id: FileId) -> String {
        id.vpath().get_without_slash().to_owned()
    }
}

/// Loads regular files that are below the root when links have been followed.
struct RootFiles {
    root: PathBuf,
}

impl FileLoader for RootFiles {
    fn load(&self, id: FileId) -> FileResult<Bytes> {
        if !matches!(id.root(), VirtualRoot::Project) {
            return Err(FileError::Other(Some("packages are not available here".into())));
        }
        let path = id.vpath().realize(&self.root)?;
        let failed = |error| FileError::from_io(error, &path);
        let real = path.canonicalize().map_err(failed)?;
        if !real.starts_with(&self.root) {
            return Err(FileError::AccessDenied);
        }
        let kind = fs::metadata(&real).map_err(failed)?.file_type();
        if kind.is_dir() {
            return Err(FileError::IsDirectory);
        }
        if !kind.is_file() {
            return Err(FileError::Other(Some("not a regular file".into())));
        }
        fs::read(&real).map(Bytes::new).map_err(failed)
    }
}
