//! Links to headings and records, `[…](#intro)`: to a heading of the same text, to a record's heading or its own document,
//! or to any other heading of the document. Where they lead is known when all of it is resolved.

use std::collections::{BTreeMap, HashMap, HashSet};

use comrak::Anchorizer;

use super::captions::is_numbered;
use super::resolver::{Heading, Link, Resolver};
use super::text::folded;
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::document::{Block, BlockKind, Inline, Target, anchor_of, plain_text, walk};
use crate::render::anchors::HeadedRecord;

/// Placeholder for a heading's anchor and a link's target until they are known: a character that neither contains.
const PENDING: char = '\u{fdd0}';

impl Resolver<'_> {
    /// Registers a heading; returns the placeholder of its anchor.
    pub(super) fn note_heading(&mut self, content: &[Inline], id: Option<String>, record: Option<HeadedRecord>) -> String {
        let heading = Heading { scope: self.links.scope, text: plain_text(content), id, record };
        self.links.headings.push(heading);
        format!("{PENDING}{}", self.links.headings.len() - 1)
    }

    /// Registers a link to `#id`; returns the placeholder of its target.
    pub(super) fn note_link(&mut self, id: &str) -> Target {
        self.note(id, false)
    }

    /// Registers a reference, a link whose text is the name of its target.
    pub(super) fn note_reference(&mut self, id: &str) -> Target {
        self.note(id, true)
    }

    /// The names that something refers to by a number.
    pub(super) fn references(&self) -> HashSet<&str> {
        self.links.links.iter().filter(|link| link.is_reference).map(|link| link.id.as_str()).collect()
    }

    /// The names that authors gave to headings.
    pub(super) fn names_of_headings(&self) -> HashSet<String> {
        self.links.headings.iter().filter_map(|heading| heading.id.clone()).collect()
    }

    fn note(&mut self, id: &str, is_reference: bool) -> Target {
        let field = self.expanding.current().map(|origin| origin.record.0.clone());
        let collection = field.or_else(|| self.planned.record.as_ref().map(|(collection, _)| collection.clone()));
        let link = Link { scope: self.links.scope, id: id.to_owned(), line: self.line, collection, is_reference };
        self.links.links.push(link);
        Target::Anchor(format!("{PENDING}{}", self.links.links.len() - 1))
    }

    /// Resolves each link to its heading or document; one without a target is replaced by its text.
    pub(super) fn lead_links(&mut self, blocks: &mut [Block]) {
        let places = Places::of(&self.links.headings);
        let mut linked = vec![false; self.links.headings.len()];
        let mut targets = Vec::with_capacity(self.links.links.len());
        for link in std::mem::take(&mut self.links.links) {
            let found = self.lead(&link, &places);
            match &found {
                Ok(Lead::Heading(index)) => linked[*index] = true,
                Ok(Lead::Caption(_) | Lead::Document(_)) => {}
                Err(diagnostic) => {
                    let blamed = self.origins.blame(link.line, (**diagnostic).clone());
                    self.diagnostics.push(blamed);
                }
            }
            let name = found.as_ref().ok().filter(|_| link.is_reference).map(|lead| match lead {
                Lead::Heading(index) => self.links.headings[*index].text.trim().to_owned(),
                Lead::Caption(label) => label.clone(),
                Lead::Document(id) => self.anchors.title(id).unwrap_or(id).to_owned(),
            });
            targets.push(found.ok().map(|lead| (lead, name)));
        }
        let anchors = anchors(&self.links.headings, &places, &linked);
        let own = self.planned.id.clone();
        walk::change_lists(blocks, &mut |blocks| {
            for block in blocks {
                if let BlockKind::Heading { anchor, .. } = &mut block.kind
                    && let Some(index) = anchor.as_deref().and_then(pending)
                {
                    *anchor = anchors.get(index).cloned().flatten();
                }
            }
        });
        walk::change(blocks, &mut |inlines| {
            for at in (0..inlines.len()).rev() {
                let Inline::Link { target: Target::Anchor(name), content, .. } = &mut inlines[at] else { continue };
                let Some(index) = pending(name) else { continue };
                let found = targets.get(index).and_then(Option::as_ref);
                let lead = match found.map(|(lead, _)| lead) {
                    Some(Lead::Heading(heading)) => anchors[*heading].clone().map(Target::Anchor),
                    Some(Lead::Caption(label)) => Some(Target::Anchor(anchor_of(label))),
                    Some(Lead::Document(id)) if *id == own => None,
                    Some(Lead::Document(id)) => Some(Target::Document(id.clone())),
                    None => None,
                };
                let name = found.and_then(|(_, name)| name.clone());
                let content = name.map_or_else(|| std::mem::take(content), |name| vec![Inline::Text(folded(&name))]);
                match (lead, &mut inlines[at]) {
                    (Some(lead), Inline::Link { target, content: kept, .. }) => (*target, *kept) = (lead, content),
                    _ => drop(inlines.splice(at..=at, content)),
                }
            }
        });
    }

    fn lead(&self, link: &Link, places: &Places<'_>) -> Result<Lead, Box<Diagnostic>> {
        let id = link.id.as_str();
        if let Some(label) = self.captions.get(id) {
            return match is_numbered(label) || !link.is_reference || self.lacks_captions {
                true => Ok(Lead::Caption(label.clone())),
                false => Err(Box::new(
                    Diagnostic::error(
                        Code::UnknownLabel,
                        Place::Book,
                        format!("`{id}` names a {}, and those of this document aren't numbered", label.to_lowercase()),
                    )
                    .help("take `numbered: false` out of the template's front matter"),
                )),
            };
        }
        if link.is_reference && self.anchors.title(id).is_some() {
            return Ok(Lead::Document(id.to_owned()));
        }
        let heading = |index: Option<&usize>| index.map(|index| Lead::Heading(*index));
        let own = || heading(places.ids.get(&(link.scope, id))).or_else(|| heading(places.slugs.get(&(link.scope, id.to_owned()))));
        if let Some(lead) = if link.scope > 0 { own() } else { heading(places.ids.get(&(0, id))) } {
            return Ok(lead);
        }
        // A record by its id, or by its collection and id; of several, that of the link's own collection.
        let whole = id.split_once('/').and_then(|name| Some((name.0, *places.records.get(&name)?)));
        let here = places.by_id.get(id).into_iter().flatten().copied().chain(whole);
        let here: Vec<(&str, Lead)> = here.map(|(collection, index)| (collection, Lead::Heading(index))).collect();
        if let Some(lead) = self.one_of(link, here)? {
            return Ok(lead);
        }
        if let Some(lead) = heading(places.all_ids.get(id)).or_else(|| heading(places.all_slugs.get(id))) {
            return Ok(lead);
        }
        let elsewhere: Vec<(&str, Lead)> = self
            .pass
            .book
            .collections
            .keys()
            .filter_map(|collection| {
                let record = id.strip_prefix(collection.as_str()).and_then(|rest| rest.strip_prefix('/')).unwrap_or(id);
                Some((collection.as_str(), Lead::Document(self.anchors.document(collection, record)?.to_owned())))
            })
            .collect();
        if let Some(lead) = self.one_of(link, elsewhere)? {
            return Ok(lead);
        }
        // Suggestions compare with every name, so this is charged.
        let looks = self.pass.charge(places.ids.len() + places.records.len() + places.all_slugs.len()).is_ok();
        let known = places.ids.keys().map(|(_, id)| *id).chain(places.records.keys().map(|(_, id)| *id));
        let known = known.chain(places.all_slugs.keys().map(String::as_str)).chain(self.captions.keys().map(String::as_str));
        let known = known.take(if looks { usize::MAX } else { 0 });
        if link.is_reference {
            let help = did_you_mean(id, known.chain(self.anchors.titled()));
            return Err(Box::new(
                Diagnostic::error(Code::UnknownLabel, Place::Book, format!("`ref(\"{id}\")` names no table, figure, heading, record or document"))
                    .maybe_help(help)
                    .help("a name follows `#` in `:::table #name` or `## Heading { #name }`, or in `id=` of a figure; or the id of a record or document"),
            ));
        }
        Err(Box::new(
            Diagnostic::warning(Code::DanglingLink, Place::Book, format!("the link to `#{id}` leads nowhere, so its text is no link"))
                .maybe_help(did_you_mean(id, known))
                .help("`#…` names a heading of this document, or a record that has a heading in it or a document of its own"),
        ))
    }

    fn one_of(&self, link: &Link, found: Vec<(&str, Lead)>) -> Result<Option<Lead>, Box<Diagnostic>> {
        let own = found.iter().position(|(collection, _)| Some(*collection) == link.collection.as_deref());
        let mut found = found;
        match (own, found.len()) {
            (_, 0) => Ok(None),
            (Some(own), _) => Ok(Some(found.swap_remove(own).1)),
            (None, 1) => Ok(found.pop().map(|(_, lead)| lead)),
            (None, _) => {
                let names: Vec<String> = found.iter().map(|(collection, _)| format!("`#{collection}/{}`", link.id)).collect();
                Err(Box::new(
                    Diagnostic::warning(
                        Code::DanglingLink,
                        Place::Book,
                        format!("the link to `#{}` could lead to several records, so its text is no link", link.id),
                    )
                    .help(format!("write one of {}", names.join(", "))),
                ))
            }
        }
    }
}

/// Where a link leads.
enum Lead {
    Heading(usize),
    /// A table or figure, by its label.
    Caption(String),
    Document(String),
}

fn pending(name: &str) -> Option<usize> {
    name.strip_prefix(PENDING)?.parse().ok()
}

/// Headings by the names that links use; the first if several share a name.
#[derive(Default)]
struct Places<'a> {
    ids: BTreeMap<(usize, &'a str), usize>,
    all_ids: HashMap<&'a str, usize>,
    records: BTreeMap<(&'a str, &'a str), usize>,
    /// The collections that have a record of an id, and its heading.
    by_id: HashMap<&'a str, Vec<(&'a str, usize)>>,
    /// As code hosts name headings, counted in each text by itself, and in the document.
    slugs: HashMap<(usize, String), usize>,
    all_slugs: BTreeMap<String, usize>,
}

impl Places<'_> {
    fn of(headings: &[Heading]) -> Places<'_> {
        let mut places = Places::default();
        let mut document = Anchorizer::new();
        let mut texts: HashMap<usize, Anchorizer> = HashMap::new();
        for (index, heading) in headings.iter().enumerate() {
            if let Some(id) = &heading.id {
                places.ids.entry((heading.scope, id)).or_insert(index);
            }
            if let Some(HeadedRecord { collection, id, is_alone }) = &heading.record {
                let place = places.records.entry((collection, id)).or_insert(index);
                let is_better = |record: &HeadedRecord| *is_alone && !record.is_alone;
                if headings[*place].record.as_ref().is_some_and(is_better) {
                    *place = index;
                }
            }
            let text = heading.text.trim();
            places.all_slugs.entry(document.anchorize(text)).or_insert(index);
            let slug = texts.entry(heading.scope).or_default().anchorize(text);
            places.slugs.entry((heading.scope, slug)).or_insert(index);
        }
        for ((_, id), index) in &places.ids {
            places.all_ids.entry(id).or_insert(*index);
        }
        for ((collection, id), index) in &places.records {
            places.by_id.entry(id).or_default().push((collection, *index));
        }
        places
    }
}

/// The headings' anchors: unique, and only for headings that are linked to.
fn anchors(headings: &[Heading], places: &Places<'_>, linked: &[bool]) -> Vec<Option<String>> {
    let mut taken = std::collections::BTreeSet::new();
    let own = |index: usize, heading: &Heading| match &heading.record {
        Some(HeadedRecord { collection, id, .. }) if places.records.get(&(collection.as_str(), id.as_str())) == Some(&index) => {
            Some(format!("{collection}/{id}"))
        }
        _ => heading.id.clone(),
    };
    headings
        .iter()
        .enumerate()
        .map(|(index, heading)| match own(index, heading) {
            Some(name) if taken.insert(name.clone()) => Some(name),
            // Contains a space, so that it can't clash with an author's id.
            _ if linked[index] => Some(format!("heading {index}")),
            _ => None,
        })
        .collect()
}
