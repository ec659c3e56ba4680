#!/usr/bin/env bash
# What the reading site and a publication cost: a book of 1,000 documents after one changed record, one of 100 documents
# with 30 versions, and a folder of 10,000 objects compared with sha256sum of the same files.
#
#   benches/site.sh [RUNS]      default 3: medians of as many
#
# BRIEF and GENERATE name programs that are built already, TYPST another typst than the one that is built in, S3 a
# `moto_server` for a store on this machine; without it there is no reading of a store.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-3}
target=${CARGO_TARGET_DIR:-target}/release
if [ -z "${BRIEF:-}" ]; then cargo build --release --locked --quiet; fi
if [ -z "${GENERATE:-}" ]; then cargo build --release --locked --quiet --example generate-book; fi
brief=$(realpath "${BRIEF:-$target/brief}")
generate=$(realpath "${GENERATE:-$target/examples/generate-book}")
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

# book DIR RECORDS PAGES: a book in a repository of its own, with its first version and that one's pages.
book() {
  "$generate" "$1" --records "$2" --pages "$3"
  printf '/output\n' >"$1/.gitignore"
  git -C "$1" init -q
  version "$1" 0
}

# version DIR NUMBER: one record changes, and is built. Versions are compared by every byte until their files are two
# seconds old, which is waited for.
version() {
  cd "$1"
  [ "$2" = 0 ] || sed -i.bak "s/^troops: .*/troops: $(($2 + 20000))/" content/topics/topic-000001.yaml
  rm -f content/topics/*.bak
  git add -A
  git -c user.name=brief -c user.email=brief@localhost commit -q -m "version $2"
  "$brief" build --typst "${TYPST:-builtin}" --date 2025-11-05 >/dev/null
  cd - >/dev/null
}

# timed FILE COMMAND…: appends the seconds of a run and its memory in MB.
timed() {
  local file=$1
  shift
  /usr/bin/time -f '%e %M' -o "$work/time" "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  awk 'END { printf "%.2f %.0f\n", $1, $2 / 1024 }' "$work/time" >>"$file"
}

# median FILE: the median of the seconds in it, and of the memory.
median() {
  sort -n "$1" | awk '{ s[NR] = $1; m[NR] = $2 } END { i = int((NR + 1) / 2); printf "%s s, %s MB", s[i], m[i] }'
}

thousand=$work/thousand
book "$thousand" 3000 2000
timed "$work/first" "$brief" site --root "$thousand"
for ((i = 1; i <= runs; i++)); do
  version "$thousand" "$i"
  sleep 3
  timed "$work/changed" "$brief" site --root "$thousand"
  timed "$work/again" "$brief" site --root "$thousand"
done

hundred=$work/hundred
book "$hundred" 297 130
for ((i = 1; i < 30; i++)); do version "$hundred" "$i"; done
sleep 3
for ((i = 0; i < runs; i++)); do
  rm -rf "$hundred/output/site"
  timed "$work/thirty" "$brief" site --root "$hundred"
done
version "$hundred" 30
sleep 3
timed "$work/thirty-one" "$brief" site --root "$hundred"

stored() { :; }
if [ -n "${S3:-}" ]; then
  port=$((20000 + RANDOM % 20000))
  "$S3" -p "$port" >"$work/server" 2>&1 &
  server=$!
  export AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=bench AWS_REGION=us-east-1 AWS_ENDPOINT="http://127.0.0.1:$port" AWS_ALLOW_HTTP=true
  for _ in $(seq 50); do curl -fs -o /dev/null "$AWS_ENDPOINT" && break || sleep 0.2; done
  curl -fsS -o /dev/null -X PUT "$AWS_ENDPOINT/bench"
  "$brief" publish s3://bench/book --root "$hundred" >/dev/null
  for ((i = 1; i <= runs; i++)); do
    version "$hundred" "$((30 + i))"
    sleep 3
    timed "$work/store" "$brief" publish s3://bench/book --root "$hundred"
  done
  stored() { echo "publish one changed figure to a store on loopback   $(median "$work/store")"; }
fi

"$brief" publish "$work/published" --root "$hundred" >/dev/null
objects=$(find "$work/published" -type f | wc -l)
for ((i = 0; i < runs; i++)); do
  timed "$work/verify" "$brief" verify "$work/published" --jobs 32
  timed "$work/sums" bash -c 'find "$1" -type f -print0 | xargs -0 -P "$(nproc)" -n 200 sha256sum' sums "$work/published"
done

cat <<TABLE
median of $runs runs, $(nproc) cores

site of 1,000 documents, the first                  $(median "$work/first")
  after one changed record                          $(median "$work/changed")
  again                                             $(median "$work/again")
site of 100 documents, 30 versions, from nothing    $(median "$work/thirty")
  after one changed record                          $(median "$work/thirty-one")
$(stored)
verify of $objects objects in a folder               $(median "$work/verify")
  sha256sum of the same                             $(median "$work/sums")
TABLE
