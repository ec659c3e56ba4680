//! How properties are tried: in the gate with the same inputs each time, so that a green gate is no luck; with
//! `BRIEF_FUZZ_SECONDS` with others each time, and more of them the more seconds there are.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

use proptest::test_runner::{Config, RngSeed};

/// The seed of the gate.
const SEED: u64 = 0x6272_6965_66;
/// How many seconds are worth another round of the gate's number of inputs.
const SECONDS: u32 = 10;

/// The settings of a property that the gate tries with so many inputs. `PROPTEST_RNG_SEED` repeats a run, `PROPTEST_CASES`
/// says how many inputs.
pub(crate) fn config(cases: u32) -> Config {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u32>().ok());
    let from_environment = Config::default();
    let seconds = number("BRIEF_FUZZ_SECONDS");
    let rng_seed = match (from_environment.rng_seed, seconds) {
        (RngSeed::Random, None) => RngSeed::Fixed(SEED),
        (RngSeed::Random, Some(_)) => {
            let seed = RandomState::new().build_hasher().finish();
            eprintln!("PROPTEST_RNG_SEED={seed} repeats this run");
            RngSeed::Fixed(seed)
        }
        (asked_for, _) => asked_for,
    };
    let rounds = seconds.map_or(1, |seconds| seconds.div_ceil(SECONDS).max(1));
    let cases = number("PROPTEST_CASES").unwrap_or(cases.saturating_mul(rounds));
    Config { cases, rng_seed, failure_persistence: None, max_shrink_iters: 20_000, ..from_environment }
}

#[test]
fn the_gate_tries_the_same_inputs_each_time() {
    if ["BRIEF_FUZZ_SECONDS", "PROPTEST_RNG_SEED", "PROPTEST_CASES"].iter().any(|name| std::env::var_os(name).is_some()) {
        eprintln!("skipped: the environment asks for other inputs");
        return;
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
                assert!(settings.starts_with("#![proptest_config(config("), "{}: {settings}", entry.path().display());
            }
        }
    }
    assert!(properties > 5, "{properties}");
}
