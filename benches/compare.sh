#!/usr/bin/env bash
# What brief costs on top of typst: builds a generated book of about 300 records
# and 250 pages from nothing, and compares that with bare `typst compile` of the
# very files that brief gave to typst. Prints medians and ratios.
#
#   benches/compare.sh [RUNS]      default 5
#
# TYPST names another typst of the same version, built for release; without it
# the one that is built into brief is used, so that both sides run the same code.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5}
jobs=$(nproc 2>/dev/null || sysctl -n hw.ncpu)

cargo build --release --locked --quiet
cargo build --release --locked --quiet --example generate-book
target=$(realpath "${CARGO_TARGET_DIR:-target}/release")
brief=$target/brief
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
book=$work/book
"$target/examples/generate-book" "$book" --records 300 --pages 250
cd "$book"
if [ -n "${TYPST:-}" ]; then typst=("$TYPST"); else typst=("$brief" typst-builtin); fi

# once COMMAND…: the seconds that one run takes, after the function `before`.
once() {
  before
  local start end
  start=$(date +%s%N)
  "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  end=$(date +%s%N)
  awk -v ns=$((end - start)) 'BEGIN { printf "%.4f\n", ns / 1e9 }'
}

# middle: the median of the numbers on standard input.
middle() {
  sort -n | awk '{ t[NR] = $1 } END { m = NR % 2 ? t[(NR + 1) / 2] : (t[NR / 2] + t[NR / 2 + 1]) / 2; printf "%.3f", m }'
}

# seconds NAME COMMAND…: runs the command RUNS times and keeps the median in $work/NAME.
seconds() {
  local name=$1 i
  shift
  for ((i = 0; i < runs; i++)); do once "$@"; done | middle >"$work/$name"
}

median() { cat "$work/$1"; }
ratio() { awk -v a="$(median "$1")" -v b="$(median "$2")" -v f="${3:-%.2f ×}" 'BEGIN { printf f, (f ~ /%%/ ? 100 : 1) * a / b }'; }

build=("$brief" build --typst builtin --date 2025-11-05)
[ -n "${TYPST:-}" ] && build=("$brief" build --typst "$TYPST" --date 2025-11-05)

# The files that typst is given, kept by -v: one folder for each document.
"${build[@]}" -v >/dev/null 2>"$work/kept"
mapfile -t kept < <(grep -o '`[^`]*`' "$work/kept" | tr -d '`' | while read -r path; do [ -f "$path/root/main.typ" ] && echo "$path"; done | sort -u)
[ "${#kept[@]}" -gt 0 ] || { echo "no kept files were named by: ${build[*]} -v" >&2; cat "$work/kept" >&2; exit 1; }

bare() {
  printf '%s\0' "${kept[@]}" | xargs -0 -P "$jobs" -I{} \
    "${typst[@]}" compile --root {}/root --ignore-system-fonts --creation-timestamp 1762300800 --pdf-standard a-3a,ua-1 {}/root/main.typ {}/bare.pdf
}

# By turns, so that whatever else the machine does hits both; the ratio is the median of the pairs'.
before() { rm -rf output; }
for ((i = 0; i < runs; i++)); do
  once bare >>"$work/bares"
  once "${build[@]}" >>"$work/builds"
done
middle <"$work/bares" >"$work/bare"
middle <"$work/builds" >"$work/build"
paste "$work/builds" "$work/bares" | awk '{ print $1 / $2 }' | middle >"$work/pairs"
seconds markdown "$brief" build --no-pdf
before() { :; }
"${build[@]}" >/dev/null
seconds unchanged "${build[@]}"
before() { sed -i.bak "s/^troops: .*/troops: $((RANDOM + 20000))/" content/topics/topic-000001.yaml; }
seconds changed "${build[@]}"
rm -rf output content templates
"$target/examples/generate-book" "$book" --records 10000 --table
before() { :; }
seconds table10 "$brief" build --no-pdf
"$target/examples/generate-book" "$book" --records 100000 --table
seconds table100 "$brief" build --no-pdf

documents=${#kept[@]}
cat <<TABLE
median of $runs runs, $jobs cores, $documents documents

bare typst compile                    $(median bare) s
brief build from nothing              $(median build) s   $(median pairs) × bare, pair by pair
  all before typst (--no-pdf)         $(median markdown) s   $(ratio markdown build '%.1f %%') of the build
brief build, nothing changed          $(median unchanged) s
brief build, one record changed       $(median changed) s   (the book and one sheet)
Markdown of 10,000 records            $(median table10) s
Markdown of 100,000 records           $(median table100) s   $(ratio table100 table10) of 10,000
TABLE
for kept in "${kept[@]}"; do rm -rf "$kept"; done
