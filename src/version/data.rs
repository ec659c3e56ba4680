//! `data.json`: the records of a version, for those who compare it with another, or read it with a program.

use std::io::Write;

use anyhow::{Context, Result, bail};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::model::{BookFacts, CollectionSnapshot, Snapshot};

const FORMAT: u32 = 1;

impl Snapshot {
    /// The text of `data.json`: one line for each record.
    pub fn to_data_json(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        write!(out, "{{\n\"format\": {FORMAT},\n\"book\": ")?;
        serde_json::to_writer(&mut out, &self.book)?;
        out.extend_from_slice(b",\n\"collections\": {");
        for (index, (name, collection)) in self.collections.iter().enumerate() {
            out.extend_from_slice(if index > 0 { b",\n" } else { b"\n" });
            serde_json::to_writer(&mut out, name)?;
            out.extend_from_slice(b": {");
            for (key, value) in head(collection)? {
                out.push(b'\n');
                serde_json::to_writer(&mut out, &key)?;
                out.extend_from_slice(b": ");
                serde_json::to_writer(&mut out, &value)?;
                out.push(b',');
            }
            out.extend_from_slice(b"\n\"records\": {");
            for (index, (id, record)) in collection.records.iter().enumerate() {
                out.extend_from_slice(if index > 0 { b",\n" } else { b"\n" });
                serde_json::to_writer(&mut out, id)?;
                out.extend_from_slice(b": ");
                serde_json::to_writer(&mut out, record)?;
            }
            out.extend_from_slice(b"\n}}");
        }
        out.extend_from_slice(b"\n}\n}\n");
        Ok(out)
    }

    /// Reads `data.json`.
    pub fn from_data_json(bytes: &[u8]) -> Result<Snapshot> {
        #[derive(Deserialize)]
        struct FormatNumber {
            format: u32,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct DataFile {
            #[serde(rename = "format")]
            _format: u32,
            book: BookFacts,
            collections: IndexMap<String, CollectionSnapshot>,
        }
        let FormatNumber { format } = serde_json::from_slice(bytes).context("its records can't be read: it is damaged")?;
        if format != FORMAT {
            bail!("its records are of format {format}, and this brief reads format {FORMAT}");
        }
        let DataFile { book, collections, .. } = serde_json::from_slice(bytes).context("its records can't be read: it is damaged")?;
        Ok(Snapshot { book, collections })
    }
}

/// The settings of a collection.
fn head(collection: &CollectionSnapshot) -> Result<serde_json::Map<String, Json>> {
    let head = collection.without_records();
    match serde_json::to_value(head)? {
        Json::Object(mut fields) => {
            fields.shift_remove("records");
            Ok(fields)
        }
        _ => Ok(serde_json::Map::new()),
    }
}
