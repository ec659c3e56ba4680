//! The codes of diagnostics: each has a name that people can look up and a sentence that explains it.

use std::fmt;

macro_rules! codes {
    ($($variant:ident $name:literal $about:literal)*) => {
        /// What kind of fault a diagnostic reports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $about] $variant,)* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The name that is printed: `dangling-reference`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// One sentence on what the code means.
            pub fn about(self) -> &'static str {
                match self { $(Code::$variant => $about,)* }
            }
        }
    };
}

codes! {
    // Reading files
    FileUnreadable "file-unreadable" "A file of the book can't be read, or isn't a regular file inside the book."
    NotUtf8 "not-utf8" "A text file isn't UTF-8."
    UnresolvedConflict "unresolved-conflict" "A merge left a conflict in a file, which is both sides at once."
    YamlSyntax "yaml-syntax" "A YAML file can't be read."
    YamlLimit "yaml-limit" "A YAML file goes beyond a limit on size, depth or aliases."
    DuplicateKey "duplicate-key" "A mapping has the same key twice."
    CommentInValue "comment-in-value" "A space before `#` makes the rest of a source a comment."
    ForbiddenCharacter "forbidden-character" "A text holds a character that no output can hold, such as NUL."
    NotAMapping "not-a-mapping" "A record, or a file of records, is of the wrong form."
    // The book's settings
    BookMissing "book-missing" "There is no content/book.yaml."
    BookSettings "book-settings" "content/book.yaml doesn't fit its schema."
    UnknownWord "unknown-word" "A key under `words` is none of the words that brief prints."
    UnknownCollection "unknown-collection" "A collection is named that the book doesn't have."
    // Records
    InvalidId "invalid-id" "An id isn't made of lower-case letters, digits and hyphens."
    DuplicateId "duplicate-id" "Two records of a collection have the same id."
    MissingSchema "missing-schema" "A collection has no schema, so any field passes."
    InvalidSchema "invalid-schema" "A schema is not a valid JSON Schema, or refers outside itself."
    SchemaViolation "schema-violation" "A record doesn't fit its collection's schema."
    UnknownField "unknown-field" "A record has a field that its schema doesn't know."
    MissingField "missing-field" "A record lacks a field that its schema requires."
    InvalidDate "invalid-date" "A date isn't one, or lies where it can't."
    InvalidEnvelope "invalid-envelope" "A claim's envelope mixes keys that don't go together."
    UnusedSource "unused-source" "A `source` is where no claim could take it."
    UnreadFile "unread-file" "A file in content/ belongs to no collection, so nothing reads it."
    // Between records
    DanglingReference "dangling-reference" "A reference names a record that doesn't exist."
    UnknownSource "unknown-source" "A claim or a citation names a source that doesn't exist."
    LocatorOutOfRange "locator-out-of-range" "A citation names a place that its source doesn't have."
    ClaimWithoutSource "claim-without-source" "A claim names no source, and nothing it could take one from does."
    UnknownMarking "unknown-marking" "A marking is none of the book's labels, or is where it marks nothing."
    MarkingOrder "marking-order" "The order of the markings runs in a circle."
    MissingDefaultMarking "missing-default-marking" "The book has audiences, and what bears no marking is not decided."
    AudienceWithoutDocument "audience-without-document" "An audience gets no document."
    MarkedId "marked-id" "A record's id bears a marking of its own, which would be shown with the record."
    MarkedInComplete "marked-in-complete" "Something bears a marking in what the schema says every audience sees all of."
    DocumentAboveClearance "document-above-clearance" "A document holds what comes to more together than its audience may see."
    WithheldReference "withheld-reference" "Something that an audience gets names what it may not see."
    WithheldRepeated "withheld-repeated" "A text that an audience gets repeats something that it may not see."
    AudienceTested "audience-tested" "A template prints something for those who lack what other audiences have."
    // Documents and templates
    NoDocuments "no-documents" "The book makes no documents."
    InvalidDocument "invalid-document" "A document's id is reserved, unsafe or made twice."
    MissingTemplate "missing-template" "A template doesn't exist."
    TemplateSyntax "template-syntax" "A template can't be parsed."
    UndefinedName "undefined-name" "A template uses a name or field that doesn't exist."
    TemplateError "template-error" "A template fails while it is rendered."
    TemplateLimit "template-limit" "A template runs beyond its limit of work, depth or output."
    BrokenToken "broken-token" "A template cuts a printed value in two, or joins it to digits."
    ReservedCharacter "reserved-character" "A template holds a character that brief keeps for itself."
    InvalidCitation "invalid-citation" "A citation or a claim named in Markdown can't be resolved."
    BlockInLine "block-in-line" "Markdown of several blocks is printed where only one line fits."
    // Markdown and typesetting
    FrontMatter "front-matter" "A document's front matter isn't a YAML mapping."
    HeadingLevel "heading-level" "A heading skips a level."
    MissingTitle "missing-title" "A document has no title."
    RawHtml "raw-html" "HTML in a template is shown as text."
    DuplicateFootnote "duplicate-footnote" "A text defines two footnotes of one label."
    UnknownLabel "unknown-label" "A reference names no table, figure, heading, record or document, or one without a number."
    DuplicateLabel "duplicate-label" "Two tables, figures or headings of a document have one name."
    MissingCaption "missing-caption" "A table or image has no caption where those of its document are to be numbered."
    UnusedFootnote "unused-footnote" "A footnote is defined that nothing refers to."
    DanglingLink "dangling-link" "A link within the book leads nowhere, or could lead to several places."
    UnsafeLink "unsafe-link" "A link's address is not one that a document may open."
    MissingAsset "missing-asset" "An image can't be found among the book's assets, or isn't one."
    MissingAlternativeText "missing-alternative-text" "An image has no alternative text."
    MissingGlyph "missing-glyph" "No font has a character, so the PDF shows its number."
    TextOverflow "text-overflow" "A text doesn't fit its place on the page."
    UnknownDirective "unknown-directive" "A layout directive isn't one that brief knows."
    Theme "theme" "The theme can't be used."
    Typesetting "typesetting" "typst can't typeset a document."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
