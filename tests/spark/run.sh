#!/usr/bin/env bash
# Audits events under Spark: tests/spark/audit.py in an environment of its own. Needs java 17 or newer, Python
# 3.10 or newer with venv, and PyPI, or a wheel or archive of pyspark in $PYSPARK.
# Usage: tests/spark/run.sh BINARY [EVENTS]
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v java >/dev/null || { echo "error: java is missing; Spark needs version 17 or newer" >&2; exit 1; }
venv=target/spark
if [ ! -x $venv/bin/spark-submit ]; then
  python3 -m venv $venv
  $venv/bin/pip install --quiet --disable-pip-version-check "${PYSPARK:-pyspark==4.*}"
fi
exec $venv/bin/python tests/spark/audit.py "$@"
