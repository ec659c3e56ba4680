//! The progress of a long run, as stages report it and `cli` shows it.

/// Told how far a build has come.
pub trait Progress: Sync {
    /// A stage of `total` steps begins.
    fn start(&self, stage: &str, total: u64);
    /// One step is done.
    fn step(&self, what: &str);
    /// The stage is over.
    fn finish(&self);
    /// Another process has the output folder, and is waited for.
    fn waiting(&self, holder: &str) {
        let _ = holder;
    }
    /// Something that people should know while it happens.
    fn note(&self, note: &str) {
        let _ = note;
    }
}

/// Tells nobody.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _: &str, _: u64) {}
    fn step(&self, _: &str) {}
    fn finish(&self) {}
}
