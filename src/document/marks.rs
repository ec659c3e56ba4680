//! How marks and notes are written where numbers stand together: `[^3-4]` in Markdown, and the line under a table that
//! names the one source of its claims.

/// What notes that are marked together are called in Markdown: `3-4`, and `3+7` where it would be taken for a range.
pub fn note_label(numbers: &[usize]) -> String {
    let consecutive = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
    numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(if consecutive { "-" } else { "+" })
}

/// The numbers in the label of a numbered note, or of several that are marked together. Nothing for other labels.
pub fn note_numbers(label: &str) -> Option<Vec<usize>> {
    let number = |part: &str| {
        let plain = !part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<usize>().ok().filter(|_| plain)
    };
    label.split(['-', '+']).map(number).collect()
}

/// Whether a label is one of numbered notes, of which there are `count`.
pub fn is_note_label(label: &str, count: usize) -> bool {
    note_numbers(label).is_some_and(|numbers| numbers.iter().all(|number| *number <= count))
}

/// The line under a table whose claims have one source, before its marks: `Source: News report, para. 6.`
pub fn source_line(word: &str, notes: &[String]) -> String {
    let mut out = format!("{word}: ");
    for (index, note) in notes.iter().enumerate() {
        let last = index + 1 == notes.len();
        out.push_str(if last { note } else { note.strip_suffix('.').unwrap_or(note) });
        out.push_str(if last { "" } else { "; " });
    }
    out
}
