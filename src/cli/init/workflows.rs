//! The workflows of a book: how a code host checks it, comments on pull requests and publishes it from main.

use std::fmt::Write;

/// Where continuous integration runs.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Host {
    Github,
    Gitlab,
    Forgejo,
}

impl Host {
    /// The paths that the host expects, and what they hold; for one audience, where the book has audiences.
    pub(super) fn workflows(self, audience: Option<&str>) -> Vec<(&'static str, String)> {
        let mut workflows = match self {
            Host::Github => vec![
                (
                    ".github/workflows/brief.yml",
                    include_str!("../../../.github/workflows/brief.yml").replace(OWN_ACTION, &action(audience)),
                ),
                (".github/workflows/brief-report.yml", include_str!("../../../.github/workflows/brief-report.yml").to_owned()),
                (".github/workflows/publish.yml", include_str!("ci/github-publish.yml").to_owned()),
            ],
            Host::Gitlab => {
                let all = concat!(include_str!("../../../docs/ci/gitlab-ci.yml"), include_str!("ci/gitlab-publish.yml"));
                vec![(".gitlab-ci.yml", all.to_owned())]
            }
            Host::Forgejo => vec![
                (".forgejo/workflows/brief.yml", include_str!("../../../docs/ci/forgejo.yml").to_owned()),
                (".forgejo/workflows/publish.yml", include_str!("ci/forgejo-publish.yml").to_owned()),
            ],
        };
        if let Some(audience) = audience {
            workflows.iter_mut().for_each(|(_, text)| *text = for_audience(text, audience));
        }
        workflows
    }

    /// What is left to its people.
    pub(super) fn next(self) -> &'static str {
        match self {
            Host::Github => {
                "name brief's repository and the commit of its release in .github/workflows/brief.yml, and set the variables \
                 BRIEF_RELEASE, BRIEF_SHA256 and BRIEF_DESTINATION, and the credentials as secrets, which publish.yml reads"
            }
            Host::Gitlab => "set the variables that .gitlab-ci.yml names: BRIEF_RELEASE, BRIEF_SHA256, BRIEF_DESTINATION, COMMENT_TOKEN",
            Host::Forgejo => {
                "set the variables BRIEF_RELEASE, BRIEF_SHA256 and BRIEF_DESTINATION, and the credentials as secrets, which publish.yml reads"
            }
        }
    }
}

/// How brief's own workflow names the action: as the repository itself, for an audience of the bundled book.
const OWN_ACTION: &str = "uses: ./\n        with:\n          audience: public";

/// How a book's workflow names the action, whose repository and commit only its people know.
fn action(audience: Option<&str>) -> String {
    let audience = audience.map(|name| format!("\n          audience: {name}")).unwrap_or_default();
    format!("{ACTION}{audience}")
}

const ACTION: &str = "uses: OWNER/brief@COMMIT
        with:
          # Of the release's archive; a fork's pull request gets no variables, and goes by what the release states.
          sha256: ${{ vars.BRIEF_SHA256 }}";

/// The commands that are for one audience, where a book has audiences.
const FOR_AUDIENCE: [&str; 5] = ["brief build ", "brief diff ", "brief publish ", "brief review ", "brief since "];

/// A workflow whose commands are for one audience.
fn for_audience(workflow: &str, audience: &str) -> String {
    let mut out = String::new();
    if workflow.contains("brief publish ") {
        let _ = write!(
            out,
            "# For the audience `{audience}`, which of the book's audiences may see least. To publish
# what another one gets, copy the job that publishes, with its name after each
# `--audience` and in `output/{audience}/`, and with a variable of its own in place of
# BRIEF_DESTINATION: a place holds the versions of one audience.

"
        );
    }
    for line in workflow.lines() {
        let line = match FOR_AUDIENCE.iter().find(|command| line.trim_start().starts_with(**command)) {
            Some(command) => line.replacen(command, &format!("{command}--audience {audience} "), 1),
            None => line.to_owned(),
        };
        let own = format!("output/{audience}/");
        out.push_str(&line.replace("output/v[", &(own.clone() + "v[")).replace("output/draft", &(own + "draft")));
        out.push('\n');
    }
    out
}
