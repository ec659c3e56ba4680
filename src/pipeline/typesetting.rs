//! Typesetting one document, with typst's faults brought back to where they come from.

use anyhow::Result;

use super::content::Prepared;
use super::finish::Press;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::TypstSource;
use crate::layout::{THEME, asset_file};
use crate::model::Date;
use crate::typeset::{Engine, Failure, Job, Pdf};

/// Typesets a document; what is wrong with its content or theme comes back as diagnostics.
pub(super) fn typeset(
    press: &Press<'_>,
    prepared: &Prepared,
    source: &TypstSource,
    date: Date,
    engine: &Engine,
) -> Result<Result<Pdf, Vec<Diagnostic>>> {
    let images = prepared.document.image_paths();
    let assets = images.iter().filter_map(|path| Some((path.clone(), prepared.image(path, press.tree)?))).collect();
    let made = engine.typeset(&Job {
        source,
        theme: press.theme(),
        assets,
        fonts: &press.fonts,
        timestamp: date.unix(),
        standards: &press.book.settings.pdf.standards,
        timeout: press.timeout,
        keep_temporary: press.keep_temporary,
    })?;
    Ok(made.map_err(|failure| faults(prepared, &failure)))
}

fn faults(prepared: &Prepared, failure: &Failure) -> Vec<Diagnostic> {
    failure
        .faults
        .iter()
        .map(|fault| {
            let message = format!("document `{}` can't be typeset: {}", prepared.planned.id, fault.message);
            let at = |code, place| Diagnostic::error(code, place, &message);
            let mut diagnostic = match (fault.theme_line, &fault.asset) {
                (Some(line), _) => at(Code::Theme, Place::line(THEME, line)),
                (None, Some((image, line))) => at(Code::Typesetting, Place::line(asset_file(image), *line)),
                (None, None) => prepared.origins.blame(fault.rendered_line.unwrap_or(0), at(Code::Typesetting, Place::Book)),
            };
            diagnostic.help.clone_from(&fault.hints);
            if let Some(folder) = &failure.kept {
                diagnostic.help.push(format!("what typst was given is in `{}`", folder.display()));
            }
            if let (None, Some((collection, id))) = (&diagnostic.record, &prepared.planned.record) {
                diagnostic = diagnostic.record(format!("{collection}/{id}"));
            }
            diagnostic
        })
        .collect()
}
