//! An outsider can't tell whether what was withheld exists: what a lower audience gets of a book is, byte for byte, what it
//! would get of a book that never had it.
