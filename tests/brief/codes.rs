//! Each code can be found by its name: its rule or the file that reports it, and its cases.

use std::fs;
use std::path::{Path, PathBuf};

use brief::check::RULES;
use brief::diagnostic::Code;

use super::cases::cases;
use super::faults::CASES;

/// The files that report the codes that no rule of `check` finds: the first is the one to look into.
const REPORTED_IN: [(Code, &[&str]); 44] = [
    (Code::FileUnreadable, &["tree/folder.rs", "assembly/rendering.rs"]),
    (Code::UnresolvedConflict, &["load/conflict.rs"]),
    (Code::YamlSyntax, &["load/yaml/fault.rs", "load/yaml/text.rs", "load/outline/faults.rs", "load/front_matter.rs"]),
    (Code::YamlLimit, &["load/yaml/source.rs"]),
    (Code::DuplicateKey, &["load/outline/faults.rs", "load/yaml/fault.rs", "load/front_matter.rs"]),
    (Code::CommentInValue, &["load/comment.rs"]),
    (Code::ForbiddenCharacter, &["load/yaml/text.rs", "load/outline/faults.rs"]),
    (Code::NotAMapping, &["load/entries.rs", "load/front_matter.rs"]),
    (Code::BookMissing, &["load/settings.rs"]),
    (Code::BookSettings, &["load/settings.rs", "load/handling.rs", "load/collections.rs", "load/mod.rs"]),
    (Code::InvalidId, &["load/records.rs", "load/entries.rs", "load/collections.rs"]),
    (Code::DuplicateId, &["load/records.rs"]),
    (Code::InvalidSchema, &["load/schema/own.rs", "load/schema/mod.rs"]),
    (Code::SchemaViolation, &["load/violation.rs", "load/attribution.rs", "load/reserved.rs", "load/mod.rs"]),
    (Code::UnknownField, &["load/violation.rs"]),
    (Code::MissingField, &["load/violation.rs"]),
    (Code::InvalidDate, &["load/violation.rs", "load/attribution.rs", "pipeline/release.rs"]),
    (Code::InvalidEnvelope, &["load/lift.rs"]),
    (Code::UnusedSource, &["load/reserved.rs", "load/schema/own.rs"]),
    (Code::UnreadFile, &["load/unread.rs"]),
    (Code::MarkingOrder, &["load/handling.rs"]),
    (Code::MissingDefaultMarking, &["load/handling.rs"]),
    (Code::AudienceWithoutDocument, &["load/handling.rs", "assembly/content.rs"]),
    (Code::DocumentAboveClearance, &["render/resolve/bearing.rs"]),
    (Code::MarkedId, &["load/mod.rs"]),
    (Code::WithheldReference, &["audience/fields.rs", "audience/mentions.rs", "audience/mod.rs", "assembly/marked_blocks.rs"]),
    (Code::MissingTemplate, &["render/plan.rs", "render/fault.rs"]),
    (Code::TemplateSyntax, &["render/fault.rs"]),
    (Code::UndefinedName, &["render/fault.rs"]),
    (Code::TemplateError, &["render/fault.rs", "render/resolve/plain.rs"]),
    (Code::TemplateLimit, &["render/fault.rs", "markdown/parse.rs"]),
    (Code::BrokenToken, &["render/resolve/faults.rs", "render/resolve/claims.rs", "render/fault.rs"]),
    (Code::ReservedCharacter, &["render/fault.rs"]),
    (Code::InvalidCitation, &["render/resolve/fields.rs", "render/resolve/claims.rs"]),
    (Code::BlockInLine, &["render/resolve/fields.rs", "render/resolve/inlines.rs"]),
    (Code::FrontMatter, &["markdown/parse.rs"]),
    (Code::UnknownDirective, &["markdown/parse.rs"]),
    (Code::RawHtml, &["render/resolve/faults.rs"]),
    (Code::DuplicateFootnote, &["render/resolve/footnotes.rs"]),
    (Code::UnusedFootnote, &["render/resolve/footnotes.rs"]),
    (Code::DanglingLink, &["render/resolve/links.rs"]),
    (Code::DuplicateLabel, &["render/resolve/captions.rs"]),
    (Code::UnknownLabel, &["render/resolve/captions.rs", "render/resolve/links.rs"]),
    (Code::UnsafeLink, &["render/resolve/inlines.rs"]),
];

fn source(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file)
}

fn text(file: &str) -> String {
    fs::read_to_string(source(file)).unwrap_or_else(|fault| panic!("src/{file}: {fault}"))
}

/// Whether a text reports a code.
fn names(text: &str, code: Code) -> bool {
    text.match_indices(&format!("Code::{code:?}")).any(|(at, found)| !text[at + found.len()..].starts_with(char::is_alphanumeric))
}

fn file_of(code: Code) -> String {
    format!("{}.rs", code.name().replace('-', "_"))
}

#[test]
fn every_rule_is_in_the_file_of_its_name() {
    for rule in RULES {
        let file = file_of(rule.code);
        assert!(
            names(&text(&format!("check/{file}")), rule.code) || rule.code == Code::NotUtf8,
            "check/{file} doesn't report `{}`",
            rule.code
        );
        for other in fs::read_dir(source("check")).unwrap().map(|entry| entry.unwrap().path()) {
            let name = other.file_name().unwrap().to_str().unwrap();
            let reports = name != "mod.rs" && names(&fs::read_to_string(&other).unwrap(), rule.code);
            assert!(name == file || !reports, "`{}` is reported in check/{name}", rule.code);
        }
    }
    let listed: Vec<String> = RULES.iter().map(|rule| file_of(rule.code)).collect();
    let helpers = ["mod.rs", "citations.rs", "document.rs"];
    for entry in fs::read_dir(source("check")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(listed.contains(&name) || helpers.contains(&name.as_str()), "check/{name} is no rule of the list");
    }
}

#[test]
fn every_rule_has_cases_under_its_name() {
    for rule in RULES {
        let folder = format!("check/{}", rule.code);
        let cases = cases(&folder);
        assert!(!cases.is_empty(), "there is no case in tests/cases/{folder}");
        let shows = |case: &PathBuf| fs::read_to_string(case.join("expected.txt")).unwrap().contains(&format!("[{}]", rule.code));
        assert!(cases.iter().any(shows), "no case in tests/cases/{folder} shows `{}`", rule.code);
    }
    let folders = fs::read_dir(Path::new(CASES).join("check")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for folder in folders {
        assert!(RULES.iter().any(|rule| rule.code.name() == folder), "tests/cases/check/{folder} is the name of no rule");
    }
}

#[test]
fn every_other_code_is_reported_where_the_list_says() {
    for code in Code::ALL.iter().filter(|code| RULES.iter().all(|rule| rule.code != **code)) {
        match REPORTED_IN.iter().find(|(listed, _)| listed == code) {
            Some((_, files)) => files.iter().for_each(|file| assert!(names(&text(file), *code), "src/{file} doesn't report `{code}`")),
            // One that is in a single file is found without a list.
            None => {
                let files = reporting(*code);
                assert!(files.len() == 1, "`{code}` is reported in {files:?}: say in `REPORTED_IN` where to look first");
            }
        }
    }
}

/// The files of stages that report a code.
fn reporting(code: Code) -> Vec<PathBuf> {
    let is_stage = |path: &Path| !["cli", "diagnostic"].iter().any(|module| path.starts_with(source(module)));
    let files = walkdir::WalkDir::new(source("")).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    let sources = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs") && is_stage(path));
    sources.filter(|path| names(&fs::read_to_string(path).unwrap(), code)).collect()
}
