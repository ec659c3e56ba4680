//! JSON pointers (RFC 6901): the way from a document, or from a record, to a value in it.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A JSON pointer: empty for the whole, else each key or index behind a `/`, in which `~` is written `~0` and `/` is `~1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pointer(String);

/// A text that is no JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPointer(String);

/// One step of a pointer, a "reference token" of the RFC: a key of a mapping, or an index of a list.
pub trait Segment {
    /// Appends it as it is written in a pointer.
    fn append_to(&self, pointer: &mut String);
}

impl Segment for str {
    fn append_to(&self, pointer: &mut String) {
        for c in self.chars() {
            match c {
                '~' => pointer.push_str("~0"),
                '/' => pointer.push_str("~1"),
                c => pointer.push(c),
            }
        }
    }
}

impl Segment for String {
    fn append_to(&self, pointer: &mut String) {
        self.as_str().append_to(pointer);
    }
}

impl Segment for Cow<'_, str> {
    fn append_to(&self, pointer: &mut String) {
        (**self).append_to(pointer);
    }
}

impl Segment for usize {
    fn append_to(&self, pointer: &mut String) {
        pointer.push_str(&self.to_string());
    }
}

impl<T: Segment + ?Sized> Segment for &T {
    fn append_to(&self, pointer: &mut String) {
        (**self).append_to(pointer);
    }
}

impl Pointer {
    /// The pointer to the whole.
    pub const fn root() -> Pointer {
        Pointer(String::new())
    }

    /// Reads a pointer as it is written.
    pub fn parse(text: &str) -> Result<Pointer, InvalidPointer> {
        let escapes = text.split('~').skip(1);
        let is_valid = (text.is_empty() || text.starts_with('/')) && escapes.into_iter().all(|rest| rest.starts_with(['0', '1']));
        if is_valid { Ok(Pointer(text.to_owned())) } else { Err(InvalidPointer(text.to_owned())) }
    }

    /// Reads a path as authors write it in texts, `units/0/name`: a `~` that begins no escape is one itself.
    pub fn of_path(path: &str) -> Pointer {
        Pointer::parse(&format!("/{path}")).unwrap_or_else(|_| path.split('/').collect())
    }

    /// The pointer as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it names the whole.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// How many steps it has.
    pub fn depth(&self) -> usize {
        self.0.matches('/').count()
    }

    /// Goes one step further.
    pub fn push(&mut self, segment: impl Segment) {
        self.0.push('/');
        segment.append_to(&mut self.0);
    }

    /// Goes one step back, and gives that step; nothing at the whole.
    pub fn pop(&mut self) -> Option<String> {
        let (rest, last) = self.0.rsplit_once('/')?;
        let (length, last) = (rest.len(), unescaped(last).into_owned());
        self.0.truncate(length);
        Some(last)
    }

    /// The pointer one step further.
    #[must_use]
    pub fn child(&self, segment: impl Segment) -> Pointer {
        let mut child = self.clone();
        child.push(segment);
        child
    }

    /// The pointer that leads on by another.
    #[must_use]
    pub fn join(&self, below: &Pointer) -> Pointer {
        Pointer(format!("{}{}", self.0, below.0))
    }

    /// The pointer to what holds the value, and the last step; nothing for the whole.
    pub fn split_last(&self) -> Option<(Pointer, String)> {
        let mut parent = self.clone();
        let last = parent.pop()?;
        Some((parent, last))
    }

    /// The last step, where it is an index.
    pub fn index(&self) -> Option<usize> {
        self.segments().next_back()?.parse().ok()
    }

    /// The pointer and those to what holds the value, nearest first, as they are written; without the whole.
    pub fn ancestors(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.0.as_str()), |inner| Some(inner.rsplit_once('/')?.0)).filter(|pointer| !pointer.is_empty())
    }

    /// The rest of the way from a value above; nothing where that isn't above it.
    pub fn below(&self, above: &Pointer) -> Option<Pointer> {
        let rest = self.0.strip_prefix(&above.0)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| Pointer(rest.to_owned()))
    }

    /// Runs `work` one step further, and comes back.
    pub fn within<T>(&mut self, segment: impl Segment, work: impl FnOnce(&mut Pointer) -> T) -> T {
        let length = self.0.len();
        self.push(segment);
        let result = work(self);
        self.0.truncate(length);
        result
    }

    /// The steps, as the keys and indexes that they name.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
        let mut steps = self.0.split('/');
        // The text before the first `/` is empty.
        steps.next();
        steps.map(unescaped)
    }
}

/// A step as the key that it names. `~1` first, so that `~01` is `~1` (RFC 6901, section 4).
fn unescaped(step: &str) -> Cow<'_, str> {
    if step.contains('~') { Cow::Owned(step.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(step) }
}

impl<T: Segment> FromIterator<T> for Pointer {
    fn from_iter<I: IntoIterator<Item = T>>(segments: I) -> Pointer {
        segments.into_iter().fold(Pointer::root(), |mut pointer, segment| {
            pointer.push(segment);
            pointer
        })
    }
}

impl<T: Segment, const N: usize> From<[T; N]> for Pointer {
    fn from(segments: [T; N]) -> Pointer {
        segments.into_iter().collect()
    }
}

impl From<&Pointer> for Pointer {
    fn from(pointer: &Pointer) -> Pointer {
        pointer.clone()
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> String {
        pointer.0
    }
}

impl TryFrom<String> for Pointer {
    type Error = InvalidPointer;

    fn try_from(text: String) -> Result<Pointer, InvalidPointer> {
        Pointer::parse(&text)
    }
}

impl FromStr for Pointer {
    type Err = InvalidPointer;

    fn from_str(text: &str) -> Result<Pointer, InvalidPointer> {
        Pointer::parse(text)
    }
}

// A map by pointers can be asked for one as it is written.
impl Borrow<str> for Pointer {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Pointer {
    fn eq(&self, written: &str) -> bool {
        self.0 == written
    }
}

impl PartialEq<&str> for Pointer {
    fn eq(&self, written: &&str) -> bool {
        self.0 == *written
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a JSON pointer", self.0)
    }
}

impl std::error::Error for InvalidPointer {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// RFC 6901, section 5.
    #[test]
    fn the_examples_of_the_rfc_hold() {
        let document = json!({
            "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8
        });
        let examples: [(&str, &[&str], serde_json::Value); 12] = [
            ("", &[], document.clone()),
            ("/foo", &["foo"], json!(["bar", "baz"])),
            ("/foo/0", &["foo", "0"], json!("bar")),
            ("/", &[""], json!(0)),
            ("/a~1b", &["a/b"], json!(1)),
            ("/c%d", &["c%d"], json!(2)),
            ("/e^f", &["e^f"], json!(3)),
            ("/g|h", &["g|h"], json!(4)),
            ("/i\\j", &["i\\j"], json!(5)),
            ("/k\"l", &["k\"l"], json!(6)),
            ("/ ", &[" "], json!(7)),
            ("/m~0n", &["m~n"], json!(8)),
        ];
        for (written, tokens, value) in examples {
            let pointer = Pointer::parse(written).unwrap();
            assert_eq!(pointer.segments().collect::<Vec<_>>(), tokens, "{written}");
            assert_eq!(tokens.iter().collect::<Pointer>().as_str(), written);
            assert_eq!(document.pointer(pointer.as_str()), Some(&value), "{written}");
        }
    }

    /// RFC 6901, sections 3 and 4.
    #[test]
    fn what_is_no_pointer_is_refused() {
        for wrong in ["foo", "~", "/~", "/a~2b", "/~/", "/a~", "#/foo"] {
            assert_eq!(Pointer::parse(wrong), Err(InvalidPointer(wrong.to_owned())));
        }
        assert_eq!(Pointer::of_path("a~1b/0"), Pointer::from(["a/b", "0"]));
        assert_eq!(Pointer::of_path("a~b"), Pointer::from(["a~b"]));
        assert_eq!(Pointer::from(["~1"]).as_str(), "/~01");
        assert_eq!(Pointer::parse("/~01").unwrap().segments().collect::<Vec<_>>(), ["~1"]);
    }

    #[test]
    fn a_pointer_goes_on_and_comes_back() {
        let mut pointer = Pointer::root().child("tasks").child(0);
        assert_eq!(pointer.within("a/b", |inner| inner.to_string()), "/tasks/0/a~1b");
        assert_eq!(pointer.as_str(), "/tasks/0");
        assert_eq!(pointer.join(&Pointer::from(["x"])).as_str(), "/tasks/0/x");
        assert_eq!(pointer.below(&Pointer::from(["tasks"])), Some(Pointer::from(["0"])));
        assert_eq!(pointer.below(&Pointer::from(["task"])), None);
        assert_eq!(pointer.ancestors().collect::<Vec<_>>(), ["/tasks/0", "/tasks"]);
        assert_eq!(pointer.pop().as_deref(), Some("0"));
        assert_eq!(pointer.pop().as_deref(), Some("tasks"));
        assert_eq!(pointer.pop(), None);
        assert!(pointer.is_root());
    }

    proptest! {
        #![proptest_config(crate::random::config(256))]
        #[test]
        fn segments_come_back_as_they_were(tokens in proptest::collection::vec(".{0,6}", 0..5)) {
            let pointer: Pointer = tokens.iter().collect();
            prop_assert_eq!(Pointer::parse(pointer.as_str()), Ok(pointer.clone()));
            prop_assert_eq!(pointer.depth(), tokens.len());
            prop_assert_eq!(pointer.segments().map(Cow::into_owned).collect::<Vec<_>>(), tokens);
        }
    }
}
