//! In the gate properties are tried with the same inputs each time.

mod config;

use std::path::Path;

use proptest::test_runner::RngSeed;

pub(crate) use config::{SEED, config};

#[test]
fn the_gate_tries_the_same_inputs_each_time() {
    if ["BRIEF_FUZZ_SECONDS", "PROPTEST_RNG_SEED", "PROPTEST_CASES"].iter().any(|name| std::env::var_os(name).is_some()) {
        return crate::tools::skip(
            "the gate's random input: the environment asks for other input",
            "unset BRIEF_FUZZ_SECONDS, PROPTEST_RNG_SEED and PROPTEST_CASES",
        );
    }
    assert_eq!((config(7).rng_seed, config(7).cases), (RngSeed::Fixed(SEED), 7));
    // No property has settings of its own.
    let files = walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/brief")).into_iter();
    let files = files.chain(walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")));
    let mut properties = 0;
    for entry in files.map(Result::unwrap).filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs")) {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if line == "proptest! {" {
                properties += 1;
                let settings = lines.next().unwrap_or_default();
                assert!(
                    settings.starts_with("#![proptest_config(")
                        && settings.ends_with(")]")
                        && (settings.contains("(config(") || settings.contains("(crate::random::config(")),
                    "{}: {settings}",
                    entry.path().display()
                );
            }
        }
    }
    assert!(properties > 5, "{properties}");
}
