#!/usr/bin/env bash
# Downloads a released brief, if there is one that was built from the very source at hand:
#   download.sh CHECKOUT RELEASES SOURCE-DIGEST SYSTEM FOLDER [SHA256]
# Where there is none, it says why and leaves the folder empty. An archive that isn't what its release says is an error,
# and so is one that hasn't the SHA-256 that is asked for.
set -euo pipefail
checkout=$1 releases=$2 source=$3 system=$4 folder=$5 expected=${6:-}

case $system in
  Linux-X64) name=brief-linux-x86_64 program=brief ;;
  Linux-ARM64) name=brief-linux-arm64 program=brief ;;
  macOS-X64) name=brief-macos-x86_64 program=brief ;;
  macOS-ARM64) name=brief-macos-arm64 program=brief ;;
  Windows-X64) name=brief-windows-x86_64 program=brief.exe ;;
  *) echo "no brief is released for $system: it is built here"; exit 0 ;;
esac
version=$(sed -n 's/^version = "\([0-9A-Za-z.+-]*\)".*/\1/p' "$checkout/Cargo.toml" | head -n 1)
release="$releases/brief-$version"

there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
get() {
  curl --fail --silent --show-error --location --retry 2 --max-time 300 --proto '=https,http' --proto-redir '=https' \
    --output "$there/$1" "$release/$1"
}
if ! get brief.source; then
  echo "there is no release $release: brief is built here"
  exit 0
fi
if [ "$(head -c 64 "$there/brief.source" | tr -d '\r\n')" != "$source" ]; then
  echo "$release was built from another source: brief is built here"
  exit 0
fi
if ! get "$name.tar.gz" || ! get "$name.tar.gz.sha256"; then
  echo "$release has no $name: brief is built here"
  exit 0
fi
cd "$there"
if command -v sha256sum > /dev/null; then sum=(sha256sum); else sum=(shasum -a 256); fi
# Exactly the digest of this file, whatever else the list may name.
wanted=$(awk -v name="$name.tar.gz" '{ sub(/^[*]/, "", $2) } $2 == name { print $1 }' "$name.tar.gz.sha256")
found=$("${sum[@]}" "$name.tar.gz" | cut -d ' ' -f 1)
if [ -z "$wanted" ] || [ "$wanted" != "$found" ]; then
  echo "::error title=brief::$release/$name.tar.gz is not what its checksum says" >&2
  exit 1
fi
if [ -n "$expected" ] && [ "$expected" != "$found" ]; then
  echo "::error title=brief::$release/$name.tar.gz has the SHA-256 $found, not the $expected that is asked for" >&2
  exit 1
fi
tar -xzf "$name.tar.gz" "$name/$program"
mkdir -p "$folder"
cp "$name/$program" "$folder/$program"
chmod +x "$folder/$program"
echo "downloaded $release, checked by its SHA-256"
