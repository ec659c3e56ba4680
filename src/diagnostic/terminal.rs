//! Diagnostics as people read them in a terminal.

/// Paints diagnostics with the line they point at.
#[derive(Debug)]
pub struct Painter;

/// How many faults a run had.
#[derive(Debug)]
pub struct Summary;
