//! The layout of a book's folder, of a version's folder and of YAML files. Each name is defined here, and only here.
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
pub use collection::{CollectionPart, RECORD_ENDINGS, collection_files, collection_part, collection_path, has_body, is_id, record_file};
pub use file_name::{case_folded, name_fault, safe_path};
pub use output::{
    CHANGES, CLAIMS, DATA, DRAFT, FETCHED_HISTORY, LATEST, LEDGER, MANIFEST, OUTPUT, SIGNATURES, SINCE, SITE, SITE_HISTORY, VERSION_ASSETS,
    asset_file, image_name, is_reserved, is_version_name, link_between, since_file, version_file, version_folder, version_list,
    version_number, version_of_file,
};
pub use pointer::{InvalidPointer, Pointer, Segment};
