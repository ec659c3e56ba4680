//! Where things are: in a book's folder, in a version's folder, and in a YAML file. Each name is said here, and only here.
//!
//! Names and paths alone: nothing is read or written here, and nothing is known of what files hold. Every module may use this
//! one; it uses none.

mod address;
mod book;
mod collection;
mod file_name;
mod output;
mod pointer;

pub use address::{to_address, to_path};
pub use book::{
    ASSETS, CONTENT, FOLDERS, FONTS, Role, SCHEMAS, SETTINGS, TEMPLATES, THEME, below_content, role, schema_collection, schema_file,
    yaml_stem,
};
pub use collection::{CollectionPart, RECORD_ENDINGS, collection_files, collection_part, collection_path, is_id, record_file};
pub use file_name::{case_folded, name_fault, safe_path};
pub use output::{
    CHANGES, CLAIMS, DATA, DRAFT, LATEST, LEDGER, MANIFEST, OUTPUT, SINCE, SITE, VERSION_ASSETS, asset_file, image_name, is_reserved,
    is_version_name, link_between, version_folder, version_number,
};
pub use pointer::{InvalidPointer, Pointer, Segment};
