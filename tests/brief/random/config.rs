//! The settings of properties, shared with the unit tests below `src/`: the gate tries the same inputs each time, so that a
//! green gate is no luck; with `BRIEF_FUZZ_SECONDS` they are others each time, and more of them the more seconds there are.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use proptest::test_runner::{Config, RngSeed};

/// The seed of the gate.
pub(crate) const SEED: u64 = 0x62_7269_6566;
/// How many seconds are worth another round of the gate's number of inputs.
const SECONDS: u32 = 10;

/// The settings of a property that the gate tries with so many inputs. `PROPTEST_RNG_SEED` repeats a run, `PROPTEST_CASES`
/// says how many inputs.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "how long to try is asked of the environment, and a run must be repeatable"
)]
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
