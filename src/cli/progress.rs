//! A bar for work that takes longer than a moment, on a terminal; the stages and their times under `-v`.

use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::{Count, Terminal};
use crate::progress::Progress;
use crate::text::harmless;

/// Work that takes less time than this shows no bar.
const MOMENT: Duration = Duration::from_secs(1);

/// Runs work that reports its progress.
pub(super) fn with<T>(terminal: &Terminal, work: impl FnOnce(&dyn Progress) -> T) -> T {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    let shown = Shown { bar: bar.clone(), terminal, stage: Mutex::new(None) };
    if !terminal.shows_progress() {
        return work(&shown);
    }
    let (done, waiting) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if waiting.recv_timeout(MOMENT) == Err(RecvTimeoutError::Timeout) {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(Duration::from_millis(100));
                let _ = waiting.recv();
                bar.finish_and_clear();
            }
        });
        let result = work(&shown);
        drop(done);
        result
    })
}

struct Shown<'a> {
    bar: ProgressBar,
    terminal: &'a Terminal,
    /// The stage that runs: its name, its steps and its start.
    stage: Mutex<Option<(String, u64, Instant)>>,
}

impl Progress for Shown<'_> {
    fn start(&self, stage: &str, total: u64) {
        let template = if total > 1 { "{prefix:>12} [{bar:30}] {pos}/{len} {wide_msg}" } else { "{prefix:>12} {spinner} {wide_msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("=> "));
        }
        self.bar.set_length(total);
        self.bar.set_position(0);
        self.bar.set_message("");
        self.bar.set_prefix(harmless(stage));
        if let Ok(mut running) = self.stage.lock() {
            *running = Some((stage.to_owned(), total, now()));
        }
    }

    fn step(&self, what: &str) {
        self.bar.set_message(harmless(what));
        self.bar.inc(1);
    }

    fn finish(&self) {
        let Some((stage, total, start)) = self.stage.lock().ok().and_then(|mut running| running.take()) else { return };
        if self.terminal.is_verbose() {
            let time = now().duration_since(start);
            let steps = usize::try_from(total).unwrap_or(usize::MAX);
            self.bar.suspend(|| self.terminal.remark(format_args!("{stage}: {} in {time:.1?}", Count(steps, "step"))));
        }
    }

    fn waiting(&self, holder: &str) {
        self.bar.suspend(|| self.terminal.waiting(holder));
    }

    fn note(&self, note: &str) {
        self.bar.suspend(|| self.terminal.note(note));
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a stage took is shown, never written")]
fn now() -> Instant {
    Instant::now()
}
