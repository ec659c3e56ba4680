//! Books that are grown from a seed, with things in every place that an audience may not see, or without them. What is
//! visible is the same either way, byte for byte, if the outsider can't tell.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use base64::Engine;

/// How every word begins that stands where the public may not see it.
pub(super) const PLANTED: &str = "zqx7kjwv";

/// Which of a seed's books.
#[derive(Debug, Clone, Copy)]
pub(super) struct Growth {
    pub(super) seed: u64,
    /// What is withheld, by the seed of its words; nothing where nothing is.
    pub(super) withheld: Option<u64>,
    /// The book as it was first, and after each edit of what all may see.
    pub(super) edition: u32,
}

/// The same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn falls(&mut self) -> bool {
        self.below(3) > 0
    }
}

/// A book in the making.
struct Grower {
    growth: Growth,
    visible: Dice,
    withheld: Dice,
    words: u64,
    files: BTreeMap<String, Vec<u8>>,
}

/// The files of a book.
pub(super) fn files(growth: Growth) -> BTreeMap<String, Vec<u8>> {
    let mut grower = Grower {
        growth,
        visible: Dice(growth.seed),
        withheld: Dice(growth.withheld.unwrap_or_default() ^ 0x5eed),
        words: growth.withheld.unwrap_or_default().wrapping_mul(1_000_003),
        files: BTreeMap::new(),
    };
    grower.book();
    grower.sources();
    grower.schemas();
    grower.items();
    grower.others();
    grower.templates();
    grower.files
}

/// Puts a book into a folder, in the place of the one that is there.
pub(super) fn write(root: &Path, growth: Growth) {
    for part in ["content", "templates"] {
        let _ = fs::remove_dir_all(root.join(part));
    }
    for (path, bytes) in files(growth) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// The smallest of images.
fn image() -> Vec<u8> {
    let text = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

impl Grower {
    fn put(&mut self, path: &str, text: impl Into<Vec<u8>>) {
        self.files.insert(path.to_owned(), text.into());
    }

    /// A word that stands in no other place, where the book holds what is withheld.
    fn word(&mut self) -> String {
        self.words = self.words.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(3_037_000_493);
        format!("{PLANTED}{:08x}", self.words >> 32)
    }

    /// What the public may not see, which the book may hold in a place or not.
    fn hidden(&mut self, piece: impl FnOnce(&mut Grower) -> String) -> String {
        if self.growth.withheld.is_none() || !self.withheld.falls() { String::new() } else { piece(self) }
    }

    fn book(&mut self) {
        let comment = self.hidden(|grower| format!("# {}\n", grower.word()));
        let document = self.hidden(|grower| {
            let (id, template) = (grower.word(), format!("{}.md.jinja", grower.word()));
            let title = grower.word();
            let text = format!("# {title}\n\n{{% for p in plans %}}{{{{ p.text }}}}{{% endfor %}}\n");
            grower.put(&format!("templates/{template}"), text);
            format!("  - {{ id: {id}, template: {template} }}\n")
        });
        let audience = self.hidden(|grower| format!("  {}: {{ clearance: TLP:RED }}\n", grower.word()));
        let collection = match self.growth.withheld {
            None => String::new(),
            Some(_) => format!("  plans: {{ defaults: {{ marking: TLP:RED }} }} # {}\n", self.word()),
        };
        let text = format!(
            "{comment}title: A grown book\nas_of: 2025-11-05\nlanguage: en\nmarking: TLP:CLEAR\ndefault_marking: TLP:CLEAR\n\
             audiences:\n{audience}  public: {{ clearance: TLP:CLEAR, documents: [book, \"items/{{{{ record.id }}}}\"] }}\n\
             collections:\n  items: {{ sort: rank, label: name }}\n{collection}documents:\n{document}  \
             - {{ id: book, template: book.md.jinja }}\n  - {{ id: \"items/{{{{ record.id }}}}\", each: items, template: item.md.jinja }}\n"
        );
        self.put("content/book.yaml", text);
    }

    fn sources(&mut self) {
        let mut text = String::new();
        for number in 1..=3 {
            for _ in 0..2 {
                let hidden = self.hidden(|grower| {
                    let (title, archive) = (grower.word(), grower.word());
                    format!("{}:\n  title: Of {title}\n  archive: box {archive}\n  marking: TLP:RED\n", grower.word())
                });
                text += &hidden;
            }
            let _ = writeln!(text, "open-{number}: {{ title: Open source {number} }}");
        }
        if self.growth.withheld.is_some() {
            text += "closed: { title: Closed source, marking: TLP:RED }\n";
        }
        self.put("content/sources.yaml", text);
        self.put(
            "content/schemas/sources.yaml",
            "type: object\nadditionalProperties: false\nproperties:\n  title: { type: string }\n  archive: { type: string }\n",
        );
    }

    fn schemas(&mut self) {
        let comment = self.hidden(|grower| format!("# {}\n", grower.word()));
        let secret = match self.growth.withheld {
            None => String::new(),
            Some(_) => {
                let words: Vec<String> = (0..4).map(|_| self.word()).collect();
                format!(
                    "  secret: {{ type: string, x-marking: TLP:RED, title: {}, description: {}, enum: [{}, given], default: {} }}\n",
                    words[0], words[1], words[2], words[3]
                )
            }
        };
        let text = format!(
            "{comment}type: object\nadditionalProperties: false\nrequired: [name]\nproperties:\n  name: {{ type: string, title: Name }}\n{secret}  \
             rank: {{ type: integer }}\n  figure: {{ type: integer, title: Figure, x-claim: true }}\n  count: {{ type: integer, x-claim: true }}\n  \
             also: {{ type: string, x-claim: true }}\n  prose: {{ type: string, format: markdown }}\n  see: {{ type: string, x-ref: items }}\n  \
             facts:\n    type: array\n    items:\n      type: object\n      additionalProperties: false\n      properties:\n        \
             text: {{ type: string, x-claim: true }}\n  notes:\n    type: object\n    additionalProperties:\n      type: object\n      \
             properties: {{ text: {{ type: string }} }}\n"
        );
        self.put("content/schemas/items.yaml", text);
    }

    fn items(&mut self) {
        let count = 2 + self.visible.below(3);
        for number in 0..count {
            let id = format!("item-{}", (b'a' + number as u8) as char);
            let text = self.item(number, count);
            self.put(&format!("content/items/{id}.yaml"), text);
        }
        for _ in 0..3 {
            let hidden = self.hidden(|grower| {
                let (name, prose, rank) = (grower.word(), grower.word(), grower.withheld.below(9));
                format!(
                    "marking: TLP:RED\nname: {name}\nrank: {rank}\nprose: '{prose} [@open-1]'\nfigure: {{ value: 7, source: open-2 }}\n"
                )
            });
            if !hidden.is_empty() {
                // The names of files tell nothing of how many there are, wherever they stand.
                let before = ["a", "item-b"][self.withheld.below(2) as usize];
                let id = format!("{before}{}", self.word());
                self.put(&format!("content/items/{id}.yaml"), hidden);
            }
        }
    }

    fn item(&mut self, number: u64, count: u64) -> String {
        let comment = self.hidden(|grower| format!("# {}\n", grower.word()));
        let edited = if number == 0 { ", edited".repeat(self.growth.edition as usize) } else { String::new() };
        let mut text = format!("{comment}name: Item {number}{edited}\nrank: {}\n", self.visible.below(9));
        if self.growth.withheld.is_some() && self.withheld.falls() {
            text += "secret: given\n";
        }
        if self.visible.falls() {
            let more = self.hidden(|_| ", closed#4".to_owned());
            let _ = writeln!(text, "figure: {{ value: {}, source: [open-1#3{more}] }}", 100 + self.visible.below(900));
        }
        text += &self.hidden(|grower| format!("count: {{ value: {}, source: open-2, marking: TLP:RED }}\n", grower.withheld.below(99)));
        text += &self.hidden(|grower| format!("also: {{ value: {}, source: closed }}\n", grower.word()));
        if self.visible.falls() {
            let _ = writeln!(text, "see: item-{}", (b'a' + self.visible.below(count) as u8) as char);
        }
        text += &self.facts();
        text += &self.notes();
        text + &self.prose()
    }

    fn facts(&mut self) -> String {
        let mut text = String::new();
        for number in 0..self.visible.below(3) {
            text += &self.hidden(|grower| format!("  - {{ text: {}, source: open-3, marking: TLP:RED }}\n", grower.word()));
            let _ = writeln!(text, "  - {{ text: Fact {number}, source: open-3 }}");
        }
        text += &self.hidden(|grower| format!("  - {{ text: {}, source: closed#2 }}\n", grower.word()));
        if text.is_empty() { text } else { format!("facts:\n{text}") }
    }

    fn notes(&mut self) -> String {
        let mut text = String::new();
        for number in 0..self.visible.below(3) {
            text += &self.hidden(|grower| {
                let (key, value) = (grower.word(), grower.word());
                format!("  {key}: {{ text: {value}, marking: TLP:RED }}\n")
            });
            let _ = writeln!(text, "  note-{number}: {{ text: Noted }}");
        }
        if text.is_empty() { text } else { format!("notes:\n{text}") }
    }

    fn prose(&mut self) -> String {
        let mut text = String::new();
        for number in 0..1 + self.visible.below(3) {
            text += &self.hidden(|grower| {
                let (word, alt, asset, note) = (grower.word(), grower.word(), grower.word(), grower.word());
                grower.put(&format!("content/assets/{asset}.png"), image());
                format!(
                    "  :::marked TLP:RED\n  {word} [@closed] ![{alt}](assets/{asset}.png)[^{note}]\n\n  [^{note}]: Of {note}\n  :::\n\n"
                )
            });
            let _ = write!(text, "  Paragraph {number} of the prose [@open-1].\n\n");
        }
        text += &self.hidden(|grower| format!("  :::marked RED\n  - {}\n  :::\n", grower.word()));
        format!("prose: |\n{}\n", text.trim_end())
    }

    /// A collection of which the public knows nothing, and an image with more in it than is seen.
    fn others(&mut self) {
        if self.growth.withheld.is_some() {
            let words: Vec<String> = (0..5).map(|_| self.word()).collect();
            self.put(&format!("content/plans/{}.yaml", words[0]), format!("text: {}\n{}: {}\n", words[1], words[2], words[3]));
            self.put(
                "content/schemas/plans.yaml",
                format!("title: {}\ntype: object\nadditionalProperties: true\nproperties: {{ text: {{ type: string }} }}\n", words[4]),
            );
        }
        let mut map = image();
        let note = self.hidden(Grower::word);
        if !note.is_empty() {
            let data = format!("Comment\0{note}");
            let chunk = [&(data.len() as u32).to_be_bytes()[..], b"tEXt", data.as_bytes(), &[0; 4]].concat();
            map.splice(33..33, chunk);
        }
        self.put("content/assets/map.png", map);
    }

    fn templates(&mut self) {
        let comment = self.hidden(|grower| format!("{{# {} #}}", grower.word()));
        let block = self.hidden(|grower| {
            let (word, note) = (grower.word(), grower.word());
            format!("\n:::marked TLP:RED\n{word} {{{{ items | length }}}} {{{{ items[0].name }}}}[^t]\n\n[^t]: {note}\n:::\n")
        });
        let order = ["items", "items | sort(attribute='name')", "items | reverse"][self.visible.below(3) as usize];
        let text = format!(
            "{comment}# {{{{ book.title }}}}\n{block}\n![A map](assets/map.png)\n\n\
             {{% if plans is defined %}}\n## Plans\n\n{{% for p in plans %}}- {{{{ p.text }}}}\n{{% endfor %}}\n{{% endif %}}\n\
             {{% for i in {order} %}}\n## {{{{ loop.index }}}} {{{{ i.name }}}}\n\n\
             {{% if i.figure is defined and i.figure %}}{{{{ i.figure | number }}}} of them.{{% endif %}}\n\n\
             {{% if i.count is defined and i.count %}}{{{{ i.count }}}} counted.{{% endif %}}\n\n\
             {{% if i.also is defined and i.also %}}{{{{ i.also }}}}{{% endif %}}\n\n\
             {{% if i.secret is defined and i.secret %}}{{{{ i.secret }}}}{{% endif %}}\n\n{{% if i.see %}}See {{{{ i.see }}}}.{{% endif %}}\n\n\
             {{% if i.facts is defined and i.facts %}}\n{{% for f in i.facts %}}- {{{{ f.text }}}}\n{{% endfor %}}\n{{% endif %}}\n\
             {{% if i.notes is defined and i.notes %}}\n{{% for key in i.notes %}}- {{{{ key }}}}: {{{{ i.notes[key].text }}}}\n{{% endfor %}}\n{{% endif %}}\n\n\
             {{{{ i.prose }}}}\n\n{{% endfor %}}\n"
        );
        self.put("templates/book.md.jinja", text);
        self.put("templates/item.md.jinja", "# {{ record.name }}\n\n{{ record.prose }}\n");
        let part = self.hidden(|grower| format!("{{# {} #}}\n", grower.word()));
        if !part.is_empty() {
            let name = self.word();
            self.put(&format!("templates/{name}.jinja"), part);
        }
    }
}
