//! Under construction.
pub struct Loaded { pub book: Option<crate::model::Book>, pub diagnostics: Vec<crate::diagnostic::Diagnostic> }
pub fn load(_t: &crate::tree::Tree) -> Loaded { todo!() }
pub fn locate(_t: &crate::tree::Tree, _d: &mut Vec<crate::diagnostic::Diagnostic>) {}
pub fn book_schema() -> serde_json::Value { todo!() }
pub fn editor_schema(_b: &crate::model::Book, _c: &str) -> anyhow::Result<serde_json::Value> { todo!() }
pub fn skeleton(_c: &crate::model::Collection, _i: &str) -> String { todo!() }
