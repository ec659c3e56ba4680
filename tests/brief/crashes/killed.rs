//! Builds that are killed or interrupted at random.

use std::time::{Duration, Instant};

use super::{Book, can_typeset, history, holds, published};
use crate::fuzz::Random;

/// How often the tests kill; more with `BRIEF_KILLS`.
const KILLS: usize = 40;
/// How often a build of one content is killed before it may end.
const EACH: usize = 5;

fn kills() -> usize {
    std::env::var("BRIEF_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS)
}

#[test]
fn a_build_may_be_killed_at_any_moment() {
    if !can_typeset() {
        return;
    }
    let (reference, book) = (Book::new(), Book::new());
    let mut random = Random(11);
    let mut cut_short = 0;
    for number in 1..=kills().div_ceil(EACH) {
        reference.say(number);
        let begun = Instant::now();
        reference.built();
        let whole = begun.elapsed();

        book.say(number);
        let stands = history(&book.output());
        assert_eq!(stands.len(), number - 1);
        for _ in 0..EACH {
            let mut build = book.command().spawn().unwrap();
            let moment = whole.mul_f64(random.below(1100) as f64 / 1000.0);
            std::thread::sleep(moment);
            build.kill().unwrap();
            build.wait().unwrap();
            #[cfg(target_os = "linux")]
            assert!(book.is_quiet(), "a typst outlives its brief");
            holds(&book.output(), &stands);
            cut_short += usize::from(history(&book.output()).len() < number);
        }
        book.built();
        assert_eq!(history(&book.output()).len(), number);
        holds(&book.output(), &stands);
    }
    assert!(cut_short > 0, "no build was cut short");
    assert_eq!(published(&book.output()), published(&reference.output()), "the versions are other than without kills");
    eprintln!("{} kills, {cut_short} before the version stood", kills());
}

/// A typst that is still at work when its brief is told to end.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_build_leaves_no_typst_and_no_temporary_files() {
    use std::os::unix::process::ExitStatusExt;

    if !can_typeset() {
        return;
    }
    // A script that starts the tests in the background has them ignore these signals, and with them what they start.
    for signal in [libc::SIGINT, libc::SIGQUIT] {
        #[expect(unsafe_code, reason = "std sets no signal's action")]
        // SAFETY: no handler is given, so nothing of this process runs when the signal comes.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
        }
    }
    let book = Book::new();
    book.built();
    let stands = history(&book.output());
    book.say(2);
    let endless =
        "#let theme(meta, body) = {\n  for a in range(100000) { for b in range(100000) { for c in range(100000) { } } }\n  body\n}\n";
    book.write("templates/theme.typ", endless);
    for (signal, arguments) in [
        (libc::SIGINT, &[][..]),
        (libc::SIGTERM, &[]),
        (libc::SIGHUP, &[]),
        (libc::SIGQUIT, &[]),
        (libc::SIGUSR1, &[]),
        (libc::SIGUSR2, &[]),
        (libc::SIGALRM, &[]),
        (libc::SIGINT, &["--watch"]),
        (libc::SIGKILL, &[]),
    ] {
        let mut build = book.command().args(arguments).spawn().unwrap();
        let begun = Instant::now();
        while book.typsts() < 2 {
            assert!(begun.elapsed() < Duration::from_secs(30), "no typst works");
            std::thread::sleep(Duration::from_millis(5));
        }
        let open = open_to_others(book.temporary.path());
        assert!(open.is_empty(), "others can look into {open:?}");
        #[expect(unsafe_code, reason = "std sends no signal but one")]
        // SAFETY: `kill` has no memory effects; the child has not been waited for.
        let sent = unsafe { libc::kill(libc::pid_t::try_from(build.id()).unwrap(), signal) };
        assert_eq!(sent, 0);
        assert_eq!(build.wait().unwrap().signal(), Some(signal));
        assert!(book.is_quiet(), "a typst outlives its brief, which got signal {signal}");
        let left = std::fs::read_dir(book.temporary.path()).unwrap().count();
        assert!(left == 0 || signal == libc::SIGKILL, "{left} temporary folders are left after signal {signal}");
        assert_eq!(history(&book.output()), stands);
        holds(&book.output(), &stands);
    }
    // What the killed one left is removed by the next, and nothing else is.
    assert!(std::fs::read_dir(book.temporary.path()).unwrap().count() > 0);
    let others = book.temporary.path().join("brief-of-somebody");
    std::fs::create_dir(&others).unwrap();
    std::fs::remove_file(book.root().join("templates/theme.typ")).unwrap();
    book.built();
    let left: Vec<_> = std::fs::read_dir(book.temporary.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [others]);
}

/// Temporary files and folders that others than their owner may look into.
#[cfg(target_os = "linux")]
fn open_to_others(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    use std::os::unix::fs::PermissionsExt;

    let inner = walkdir::WalkDir::new(folder).min_depth(1).into_iter().flatten();
    let open = inner.filter(|entry| entry.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0));
    open.map(walkdir::DirEntry::into_path).collect()
}

/// Two and eight real builds at once, of contents of their own.
#[test]
fn builds_at_once_each_make_their_version() {
    if !can_typeset() {
        return;
    }
    for count in [2, 8] {
        let books: Vec<Book> = (0..count).map(|_| Book::new()).collect();
        let output = books[0].output();
        let start = |(number, book): (usize, &Book)| {
            book.say(number + 1);
            book.command().arg("--output").arg(&output).spawn().unwrap()
        };
        let builds: Vec<_> = books.iter().enumerate().map(start).collect();
        for build in builds {
            let ended = build.wait_with_output().unwrap();
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        }
        let made = history(&output);
        assert_eq!(made.len(), count);
        holds(&output, &made);
        // Whatever the order, each content has its version.
        let digests: std::collections::BTreeSet<_> = made.iter().map(|entry| entry.digest.to_string()).collect();
        assert_eq!(digests.len(), count);
    }
}
