#!/usr/bin/env bash
# Tries what dist/build.py has built as somebody who gets it would: each in an empty folder, without a network.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
dist=$root/target/dist
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -1)

works() { # the program at "$@" checks a tree
  "$@" --version | grep -qx "contract-guard $version"
  rm -rf "$work/tree" && mkdir "$work/tree"
  (cd "$work/tree" && "$@" init >/dev/null && "$@" check | grep -q '^pass:')
}
has() { grep -q "$1" "$2" || { echo "error: $2 has no $1" >&2; exit 1; }; }

echo "checksums"
(cd "$dist" && sha256sum --check --quiet SHA256SUMS)

echo "wheel"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet install --no-index --no-deps "$dist"/contract_guard-*.whl
works "$work/venv/bin/contract-guard"

echo "archive"
tar -xzf "$dist"/contract-guard-"$version"-*.tar.gz -C "$work"
unpacked=$(echo "$work"/contract-guard-"$version"-*)
works "$unpacked/contract-guard"
bash -n "$unpacked/completions/contract-guard.bash"
for script in _contract-guard contract-guard.fish _contract-guard.ps1; do
  has can-i-release "$unpacked/completions/$script"
done
has 'contract.*guard' "$unpacked/man/man1/contract-guard.1"
test -s "$unpacked/man/man1/contract-guard-check.1"

echo "npm"
if command -v npm >/dev/null; then
  mkdir "$work/npm"
  for package in "$dist"/*.tgz; do
    if tar -xzOf "$package" package/package.json | grep -q '"scripts"'; then
      echo "error: $package has scripts" >&2
      exit 1
    fi
  done
  own=$(find "$dist" -name "contract-guard-[ldw]*-[xa]*-$version.tgz")
  # The packages for other platforms are in no registry yet: what npm would take from there lies here.
  (cd "$work/npm" && npm init --yes >/dev/null &&
    npm install --silent --offline --ignore-scripts --omit=optional "$own" "$dist/contract-guard-$version.tgz")
  works "$work/npm/node_modules/.bin/contract-guard"
  (cd "$work/tree" && rm contracts/versions.yaml && : >contracts/versions.yaml)
  if (cd "$work/tree" && "$work/npm/node_modules/.bin/contract-guard" check >/dev/null); then
    echo "error: the launcher of npm loses the exit code" >&2
    exit 1
  fi
else
  echo "not run: there is no npm"
fi

echo "cargo install --locked"
CARGO_TARGET_DIR=$root/target cargo install --quiet --locked --path "$root" --root "$work/cargo" --no-track
works "$work/cargo/bin/contract-guard"
echo "all of them work"
