#!/bin/sh
# Starts what stands in for DynamoDB on loopback, and runs the tests that need it. The stand-ins for Firestore and
# Cosmos DB are part of the tests. Needs Python 3 with venv; the first run downloads moto from PyPI.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
folder=${EMULATORS:-$root/target/emulators}
port=${DYNAMODB_PORT:-8765}
mkdir -p "$folder"
if [ ! -x "$folder/venv/bin/moto_server" ]; then
  python3 -m venv "$folder/venv"
  "$folder/venv/bin/pip" install --quiet 'moto[server]>=5.2,<6'
fi
"$folder/venv/bin/moto_server" -H 127.0.0.1 -p "$port" >"$folder/moto.log" 2>&1 &
server=$!
trap 'kill "$server"' EXIT INT TERM
tries=0
until "$folder/venv/bin/python" -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)" 2>/dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -gt 120 ] || ! kill -0 "$server" 2>/dev/null; then
    cat "$folder/moto.log" >&2
    exit 1
  fi
  sleep 0.5
done
cd "$root"
BACKENDS_DYNAMODB="http://127.0.0.1:$port" ${CARGO:-cargo} test --quiet --package contract-backends \
  --features dynamodb,firestore,cosmos --test clouds -- --include-ignored
