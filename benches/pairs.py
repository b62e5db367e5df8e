#!/usr/bin/env python3
"""Times 500 changed pairs of schemas: `diff` over two whole trees, and the same pairs given to Python's
jsonsubschema and npm's json-schema-diff, in one run. It never fails on a time.

usage: pairs.py BINARY GEN_TREE PYTHON NODE_MODULES WORK
"""
import json
import os
import statistics
import subprocess
import sys
import time

binary, gen_tree, python, node_modules, work = sys.argv[1:]
binary = os.path.abspath(binary)
tree = os.path.join(work, "pairs")
shape = ["--schemas", "540", "--examples", "0", "--event-schemas", "0", "--event-examples", "0"]
shape += ["--modules", "0", "--policies", "0", "--evolve", "1"]
subprocess.run([sys.executable, gen_tree, "--out", tree, *shape], check=True, stdout=subprocess.DEVNULL)
changed = [path for path in json.load(open(os.path.join(tree, "evolve.json")))][:500]


def read(base, path):
    return json.load(open(os.path.join(base, path)))


def inline(schema, base, here, depth=0):
    """The peers resolve no references over files: what is referred to is copied in."""
    if isinstance(schema, list):
        return [inline(item, base, here, depth) for item in schema]
    if not isinstance(schema, dict):
        return schema
    ref = schema.get("$ref")
    if isinstance(ref, str) and depth < 6:
        path, _, fragment = ref.partition("#")
        file = here
        if path:
            name = path.rsplit("/", 1)[-1]
            found = [p for p in files if p.endswith("/" + name)]
            file = found[0] if found else here
        target = read(base, file)
        for token in fragment.strip("/").split("/") if fragment.strip("/") else []:
            target = target.get(token.replace("~1", "/").replace("~0", "~"), {})
        return inline(target, base, file, depth + 1)
    return {key: inline(value, base, here, depth) for key, value in schema.items() if key not in ("$schema", "$id", "$defs")}


files = [os.path.relpath(os.path.join(d, f), tree) for d, _, fs in os.walk(os.path.join(tree, "contracts")) for f in fs]
evolved = os.path.join(tree, "evolved")
pairs = [(inline(read(tree, path), tree, path), inline(read(evolved, path), evolved, path)) for path in changed]
listed = os.path.join(work, "pairs.json")
json.dump(pairs, open(listed, "w"))

ours = []
for _ in range(5):
    begun = time.perf_counter()
    subprocess.run([binary, "diff", tree, evolved, "--format", "json"], check=True, stdout=subprocess.DEVNULL)
    ours.append(time.perf_counter() - begun)
mine = statistics.median(ours)
print(f"{len(pairs)} changed schemas among {len(files)} artifacts")
print(f"contract-guard diff, two whole trees   {mine:8.2f} s    1.0x  ({min(ours):.2f} to {max(ours):.2f})")

LOOP = """
import json, signal, sys, time, warnings
warnings.simplefilter("ignore")
from jsonsubschema import isSubschema
def late(*_): raise TimeoutError
signal.signal(signal.SIGALRM, late)
begun, failed = time.perf_counter(), 0
for old, new in json.load(open(sys.argv[1])):
    signal.alarm(5)
    try: isSubschema(old, new)
    except BaseException: failed += 1
    signal.alarm(0)
print(time.perf_counter() - begun, failed)
"""
NODE = """
const {diffSchemas} = require('json-schema-diff');
const pairs = JSON.parse(require('fs').readFileSync(process.argv[1]));
(async () => {
  const begun = performance.now(); let failed = 0;
  for (const [sourceSchema, destinationSchema] of pairs) {
    try { await diffSchemas({sourceSchema, destinationSchema}); } catch (e) { failed += 1; }
  }
  console.log((performance.now() - begun) / 1000, failed);
})();
"""
LIMIT = 180
peers = [("jsonsubschema", [python, "-c", LOOP, listed], {})]
if os.path.isdir(os.path.join(node_modules, "json-schema-diff")):
    peers.append(("json-schema-diff", ["node", "-e", NODE, listed], {"NODE_PATH": os.path.abspath(node_modules)}))
for name, command, more in peers:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, env={**os.environ, **more})
    except subprocess.TimeoutExpired:
        print(f"{name + ', the pairs alone':38} over {LIMIT} s {LIMIT / mine:5.0f}x  (stopped)")
        continue
    try:
        seconds, failed = answer.stdout.split()[-2:]
        print(f"{name + ', the pairs alone':38} {float(seconds):8.2f} s {float(seconds) / mine:6.1f}x  ({failed} without an answer)")
    except ValueError:
        print(f"{name}: did not run: {answer.stderr.strip().splitlines()[-1:]}")
