//! What a template printed, until `resolve` puts it into the document.

use std::sync::Arc;

use super::claim::ClaimObject;
use crate::document::StampField;
use crate::document::chart::Chart;
use crate::model;

/// Something that was printed, and that `resolve` puts into the document.
#[derive(Debug, Clone)]
pub(crate) enum Printed {
    Text(String),
    Claim(Arc<ClaimObject>),
    Record {
        collection: String,
        id: String,
        name: String,
    },
    Markdown {
        text: String,
        origin: Origin,
    },
    Stamp(StampField),
    /// A mark for sources, without a claim.
    Cite(Vec<model::Citation>),
    /// A figure, with the values that it shows.
    Figure(Arc<FigureData>),
    Notes,
    Sources,
}

/// A chart and what it shows, in words.
#[derive(Debug, Clone)]
pub(crate) struct FigureData {
    pub(crate) chart: Chart,
    pub(crate) title: String,
    /// Each row's label and value.
    pub(crate) values: Vec<(String, FigureValue)>,
}

/// A value that a figure shows.
#[derive(Debug, Clone)]
pub(crate) enum FigureValue {
    Claim(ClaimObject),
    Text(String),
}

impl FigureValue {
    pub(crate) fn of(value: &minijinja::Value, printed: &str) -> FigureValue {
        match value.downcast_object_ref::<ClaimObject>() {
            Some(claim) => FigureValue::Claim(claim.clone()),
            None => FigureValue::Text(printed.to_owned()),
        }
    }
}

/// Which value of which record this is, for messages and the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Collection and id.
    pub(crate) record: (String, String),
    /// JSON pointer below the record.
    pub(crate) path: String,
}

impl Origin {
    /// `precedents/kfor/troops`, as messages and the list of claims name it.
    pub(crate) fn name(&self) -> String {
        let (collection, id) = &self.record;
        format!("{collection}/{id}{}", self.path)
    }
}
