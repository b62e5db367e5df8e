#!/usr/bin/env bash
# Times a check beside its peers and the physical floor, on the same trees in the same run.
# Needs Python 3 with venv, and npm for one peer. It never fails on a time.
set -euo pipefail
cd "$(dirname "$0")/.."

gen_tree=${GEN_TREE:-../shared/tools/gen_tree.py}
[ -f "$gen_tree" ] || { echo "error: no generator at $gen_tree; set GEN_TREE" >&2; exit 2; }
venv=target/reference-venv
[ -x "$venv/bin/python" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet "jsonschema[format]==4.26.0" "referencing==0.37.0"; }
"$venv/bin/python" -c 'import jsonsubschema' 2>/dev/null || "$venv/bin/pip" install --quiet jsonsubschema
"$venv/bin/python" -c 'import check_jsonschema' 2>/dev/null || "$venv/bin/pip" install --quiet check-jsonschema
peers=target/peers
if command -v npm >/dev/null; then
  mkdir -p "$peers"
  [ -d "$peers/node_modules/@sourcemeta" ] || npm install --silent --prefix "$peers" @sourcemeta/jsonschema || true
  [ -d "$peers/node_modules/json-schema-diff" ] || npm install --silent --prefix "$peers" json-schema-diff || true
fi
cargo build --quiet --release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$venv/bin/python" benches/peers.py target/release/contract-guard "$gen_tree" "$venv/bin" "$peers/node_modules/.bin" "$work"
"$venv/bin/python" benches/pairs.py target/release/contract-guard "$gen_tree" "$venv/bin/python" "$peers/node_modules" "$work"
