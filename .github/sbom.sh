#!/usr/bin/env bash
# Lists the crates that brief is built from, as CycloneDX 1.5 in JSON: sbom.sh CHECKOUT
# From Cargo.lock, so it names what any system or any test needs as well.
set -euo pipefail
lock="$1/Cargo.lock"
version=$(sed -n 's/^version = "\([0-9A-Za-z.+-]*\)".*/\1/p' "$1/Cargo.toml" | head -n 1)

# One line for each crate that comes from a registry: name, version, SHA-256 of its archive.
crates() {
  awk '
    function line() { if (checksum != "") print name "\t" version "\t" checksum }
    /^\[\[package\]\]/ { line(); name = version = checksum = "" }
    /^name = / { gsub(/"/, "", $3); name = $3 }
    /^version = / { gsub(/"/, "", $3); version = $3 }
    /^checksum = / { gsub(/"/, "", $3); checksum = $3 }
    END { line() }
  ' "$lock"
}

crates | jq --raw-input --null-input --arg version "$version" '{
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: {component: {type: "application", name: "brief", version: $version, "bom-ref": "brief"}},
  components: [inputs | split("\t") | {
    type: "library",
    name: .[0],
    version: .[1],
    purl: "pkg:cargo/\(.[0])@\(.[1])",
    "bom-ref": "pkg:cargo/\(.[0])@\(.[1])",
    hashes: [{alg: "SHA-256", content: .[2]}]
  }]
}'
