#!/usr/bin/env bash
# One set of 300 records made into a PDF in three ways, in one run: Typst written by hand that reads the YAML, Markdown
# that pandoc hands to typst, and brief. Prints pages, clock, processor time and memory of each, medians by processor time.
#
#   benches/peers.sh [RUNS]      default 3
#
# BRIEF and TYPST name the programs, built for release (default: brief of this repository with its built-in typst, which
# serves all three). Pandoc is left out where there is none that writes Typst (3.1.2 or newer). Needs GNU time as /usr/bin/time, pdfinfo and python3 with PyYAML.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-3}
target=$(realpath -m "${CARGO_TARGET_DIR:-target}/release")
if [ -z "${BRIEF:-}" ]; then
  cargo build --release --locked --quiet
  BRIEF=$target/brief
fi
if [ -z "${GENERATE:-}" ]; then
  cargo build --release --locked --quiet --example generate-book
  GENERATE=$target/examples/generate-book
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
book=$work/book
"$GENERATE" "$book" --records 300 --pages 250
# One document: the others would be work that the peers don't do.
sed -i.bak '/each: topics/d' "$book/content/book.yaml"

# typst, by the arguments of its own program; pandoc calls it by this name.
mkdir -p "$work/bin"
if [ -n "${TYPST:-}" ]; then
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$TYPST" >"$work/bin/typst"
else
  printf '#!/bin/sh\nexec "%s" typst-builtin "$@"\n' "$BRIEF" >"$work/bin/typst"
fi
chmod +x "$work/bin/typst"
PATH=$work/bin:$PATH

# The records in one file, and the same as Markdown.
python3 - "$book" <<'PYTHON'
import glob, os, sys, yaml
book = sys.argv[1]
records = []
for path in sorted(glob.glob(book + "/content/topics/*.yaml") + glob.glob(book + "/content/annexes/*.yaml")):
    with open(path) as file:
        record = yaml.safe_load(file)
    record["paragraphs"] = [part.replace("\n", " ").split("[@") for part in record["text"].strip().split("\n\n")]
    record["cost"] = record["cost"]["value"]
    records.append(record)
os.makedirs(book + "/peers", exist_ok=True)
with open(book + "/peers/records.yaml", "w") as file:
    yaml.safe_dump(records, file)
with open(book + "/peers/book.md", "w") as file:
    print("---\ntitle: A generated book\n---\n", file=file)
    for index, record in enumerate(records):
        if index % 15 == 0:
            print(f"# Part {index // 15 + 1}\n", file=file)
        source = record["source"]
        print(f"## {record['name']}\n\n| Point | As reported |\n| :--- | :--- |", file=file)
        for key in ("troops", "cost", "verdict"):
            print(f"| {key.capitalize()} | {record[key]} [{source}] |", file=file)
        print(file=file)
        for text, *mark in record["paragraphs"]:
            print(text + "".join(f" [{name.rstrip(']')}]" for name in mark) + "\n", file=file)
PYTHON
cat >"$book/peers/book.typ" <<'TYPST'
#set document(title: "A generated book")
#set page(margin: (left: 2.5cm, right: 6.3cm, top: 2.8cm, bottom: 2.5cm), numbering: "1 of 1")
#set text(size: 10.8pt, hyphenate: false)
#set par(leading: 0.64em, spacing: 1em)
#title()
#outline(depth: 2)
#for (index, record) in yaml("records.yaml").enumerate() {
  if calc.rem(index, 15) == 0 {
    pagebreak(weak: true)
    heading(level: 1)[Part #(calc.quo(index, 15) + 1)]
  }
  heading(level: 2, record.name)
  let mark = super("[" + record.source + "]")
  table(
    columns: 2,
    table.header[Point][As reported],
    ..("troops", "cost", "verdict").map(key => ([#key], [#record.at(key)#mark])).flatten(),
  )
  for (text, ..marks) in record.paragraphs {
    par(text + marks.map(mark => super("[" + mark)).join())
  }
}
TYPST

by_hand() { typst compile --root "$book/peers" --ignore-system-fonts --creation-timestamp 1762300800 --pdf-standard a-3a,ua-1 "$book/peers/book.typ" "$work/by-hand.pdf"; }
by_pandoc() { pandoc "$book/peers/book.md" --toc --pdf-engine=typst -o "$work/pandoc.pdf"; }
by_brief() { (cd "$book" && rm -rf output && "$BRIEF" build --typst "$work/bin/typst" --date 2025-11-05 && cp output/v1/book.pdf "$work/brief.pdf"); }
export -f by_hand by_pandoc by_brief
export book work BRIEF

ways=(by-hand brief)
if pandoc --list-output-formats 2>/dev/null | grep -qx typst; then
  ways=(by-hand pandoc brief)
else
  echo "no pandoc that writes Typst is here: it is left out" >&2
fi
for ((run = 0; run < runs; run++)); do
  for way in "${ways[@]}"; do
    /usr/bin/time -f '%U %S %e %M' -o "$work/$way.$run" bash -c "by_${way#by-}" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  done
done
printf '%-10s %6s %9s %9s %10s %14s\n' way pages clock cpu memory 'cpu per page'
for way in "${ways[@]}"; do
  pages=$(pdfinfo "$work/$way.pdf" 2>/dev/null | awk '/^Pages/ { print $2 }')
  cat "$work/$way".[0-9]* | awk '{ print $1 + $2, $3, $4 }' | sort -n | awk -v way="$way" -v pages="$pages" '
    { cpu[NR] = $1; clock[NR] = $2; memory[NR] = $3 }
    END { m = int((NR + 1) / 2); printf "%-10s %6d %7.2f s %7.2f s %6.0f MiB %11.1f ms\n", way, pages, clock[m], cpu[m], memory[m] / 1024, 1000 * cpu[m] / pages }'
done
