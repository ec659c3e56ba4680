#!/usr/bin/env bash
# Prints a digest of what brief is built from, by which a program is found that was built from the very same.
set -euo pipefail
cd "$1"
if command -v sha256sum > /dev/null; then sum=(sha256sum); else sum=(shasum -a 256); fi
find Cargo.toml Cargo.lock src -type f -print0 | LC_ALL=C sort -z | xargs -0 "${sum[@]}" | "${sum[@]}" | cut -c 1-32
