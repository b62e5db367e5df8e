#!/usr/bin/env python3
"""Times a check of hostile trees: exit code and seconds of each. It judges nothing.

  hostile.py BINARY
"""
import subprocess, sys, tempfile, time
from pathlib import Path

HEAD = '"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://e.com/a.schema.json"'
SCHEMA, EXAMPLE, YAML = "storage/schemas/a.schema.json", "storage/examples/a.example.json", "policy/bands.yaml"


def pair(schema, example):
    return {SCHEMA: "{%s,%s}" % (HEAD, schema), EXAMPLE: example}


def chain(n, step):
    steps = ",".join('"d%d":%s' % (i, step % ((i + 1),)) for i in range(n))
    return '"$ref":"#/$defs/d0","$defs":{%s,"d%d":{"type":"integer"}}' % (steps, n)


def bomb(line):
    return "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(line(chr(98 + i), chr(97 + i)) for i in range(12))


TREES = {
    "a million arrays": {SCHEMA: "[" * 1_000_000},
    "a million objects": {SCHEMA: '{"a":' * 1_000_000},
    "a million YAML flows": {YAML: "[" * 1_000_000},
    "half a million YAML sequences": {YAML: "- " * 500_000},
    "alias bomb": {YAML: bomb(lambda c, b: f"{c}: &{c} [{', '.join(['*' + b] * 9)}]\n")},
    "merge bomb": {YAML: bomb(lambda c, b: f"{c}: &{c} {{k: [{', '.join(['*' + b] * 9)}]}}\n")},
    "pattern ^(a+)+$": pair('"pattern":"^(a+)+$"', '"' + "a" * 5000 + 'b"'),
    "pattern with look-ahead": pair('"pattern":"^(?=(a+)+$)(a|aa)+$"', '"' + "a" * 5000 + 'b"'),
    "pattern of 10^9 states": pair('"pattern":"(a{1000}){1000}{1000}"', '"a"'),
    "reference to itself": pair('"allOf":[{"$ref":"#"}]', "1"),
    "work that doubles with depth": pair('"properties":{"a":{"allOf":[{"$ref":"#"},{"$ref":"#"}]}}',
                                         '{"a":' * 100 + "1" + "}" * 100),
    "chain of 50,000 references": pair(chain(50_000, '{"$ref":"#/$defs/d%d"}'), "1"),
    "number with a huge exponent": pair('"multipleOf":0.01', "1e1000000000"),
    "300,000 unequal items": pair('"uniqueItems":true', "[" + ",".join('{"a":%d}' % i for i in range(300_000)) + "]"),
    "150,000 repeated keys": pair('"type":"object"', "{" + ",".join('"k%d":1' % (i % 150_000) for i in range(300_000)) + "}"),
    "a line of 2 MB": {SCHEMA: '{%s,"enum":[%s],"type":"strnig"}' % (HEAD, ",".join(['"%s"' % ("x" * 20)] * 100_000))},
    "20,000 wrong defaults": {SCHEMA: '{%s,"properties":{%s}}' % (HEAD, ",".join('"k%d":{"type":"string","default":1}' % i for i in range(20_000)))},
    "not UTF-8": {SCHEMA: b'{"title":"caf\xe9"}'},
}


def main():
    binary = str(Path(sys.argv[1]).resolve())
    for name, files in TREES.items():
        with tempfile.TemporaryDirectory() as work:
            for path, text in files.items():
                file = Path(work) / "contracts" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text if isinstance(text, bytes) else text.encode())
            start = time.perf_counter()
            run = subprocess.run([binary, "check", work, "--format", "short"], capture_output=True, timeout=120)
            print(f"{time.perf_counter() - start:7.2f} s  exit {run.returncode}  {name}", flush=True)


if __name__ == "__main__":
    main()
