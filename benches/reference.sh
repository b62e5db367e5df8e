#!/usr/bin/env bash
# Our verdicts beside those of Python's jsonschema, on generated trees. Exit 1 on any disagreement.
# Needs Python 3 with venv; GEN_TREE names the generator of trees.
set -euo pipefail
cd "$(dirname "$0")/.."

gen_tree=${GEN_TREE:-../shared/tools/gen_tree.py}
[ -f "$gen_tree" ] || { echo "error: no generator at $gen_tree; set GEN_TREE" >&2; exit 2; }
venv=target/reference-venv
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "jsonschema[format]==4.26.0" "referencing==0.37.0" "check-jsonschema==0.38.0" || {
    "$venv/bin/pip" install --quiet "jsonschema[format]==4.26.0" check-jsonschema
  }
fi
cargo build --quiet --release
work=$(mktemp -d)
[ -n "${KEEP:-}" ] || trap 'rm -rf "$work"' EXIT
"$venv/bin/python" benches/reference.py target/release/contract-guard "$gen_tree" "$work"
