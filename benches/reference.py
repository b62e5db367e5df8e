#!/usr/bin/env python3
"""Compares our verdicts on examples with those of Python's jsonschema.

  reference.py BINARY GEN_TREE WORKDIR

On generated trees: every example against its schema, with a registry of all ids and format assertion.
Then on generated schemas over many keywords and dialects, with random instances, case by case.
Prints one line a tree; exit 1 on any disagreement.
"""
import json, os, random, subprocess, sys
from pathlib import Path

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import specification_with

DIALECTS = [
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema#",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-04/schema#",
]


def ours(binary, tree):
    """Findings of `validate` by code: {(artifact, pointer)}."""
    out = subprocess.run([binary, "validate", str(tree), "--format", "json"], capture_output=True, text=True)
    if out.returncode not in (0, 1):
        sys.exit(f"validate failed with {out.returncode}: {out.stderr}")
    return json.loads(out.stdout)["findings"]


def registry_of(root):
    resources = []
    for path in Path(root).rglob("*.json"):
        if "examples" in path.parts:
            continue
        schema = json.loads(path.read_text())
        if isinstance(schema, dict) and ("$id" in schema or "id" in schema):
            spec = specification_with(schema.get("$schema", DIALECTS[0]))
            resources.append((schema.get("$id", schema.get("id")), Resource(contents=schema, specification=spec)))
    return Registry().with_resources(resources)


def validator_of(schema, registry):
    cls = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    return cls(schema, registry=registry, format_checker=cls.FORMAT_CHECKER)


def generated(binary, gen_tree, work, size, seed, invalid):
    tree = work / f"{size}-{seed}-{invalid}"
    subprocess.run(
        [sys.executable, gen_tree, "--out", tree, "--size", size, "--seed", str(seed), "--invalid", str(invalid)],
        check=True, capture_output=True)
    expected = json.loads((tree / "expected.json").read_text())
    registry = registry_of(tree / "contracts")
    validators = {}
    theirs, labels = set(), set()
    for example, entry in expected.items():
        name = entry["schema"]
        if name not in validators:
            validators[name] = validator_of(json.loads((tree / name).read_text()), registry)
        if not validators[name].is_valid(json.loads((tree / example).read_text())):
            theirs.add(example)
        if not entry["valid"]:
            labels.add(example)
    found = {f["location"]["artifact"] for f in ours(binary, tree) if f["code"] == "example-invalid"}
    report(f"size {size} seed {seed} invalid {invalid}", len(expected), theirs, found)
    report("  against the generator's labels", len(expected), labels, found)
    return sorted(theirs ^ found) + sorted(labels ^ found)


def report(name, total, theirs, found):
    different = sorted(theirs ^ found)
    print(f"{name}: {total} examples, {len(theirs)} refused by the reference, {len(found)} by us, "
          f"{len(different)} disagreements", flush=True)
    for item in different[:5]:
        print(f"    {item}: refused by {'us' if item in found else 'the reference'} only")


WORDS = ["a", "b", "c", "ab", "x-y", ""]
STRINGS = WORDS + ["2026-11-20T08:00:00Z", "2026-11-20", "not a date", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "é", "aaa",
                   "7c9e6679-7425-40de-944b-e07fc1f90ae7", "127.0.0.1", "me@example.com"]
NUMBERS = [0, 1, -1, 2, 3, 7, 0.5, 1.5, 10, 1.0, 1e3, 12345678901234567890]


def instance(r, depth=0):
    kind = r.randint(0, 6 if depth < 3 else 4)
    if kind == 0: return None
    if kind == 1: return r.random() < .5
    if kind == 2: return r.choice(NUMBERS)
    if kind in (3, 4): return r.choice(STRINGS)
    if kind == 5: return [instance(r, depth + 1) for _ in range(r.randint(0, 4))]
    return {r.choice(WORDS): instance(r, depth + 1) for _ in range(r.randint(0, 4))}


def schema(r, dialect, depth=0):
    new, d6, d7 = dialect < 2, dialect < 4, dialect < 3
    if depth > 2: return r.choice([{}, {"type": "string"}, {"type": "integer"}, {"minimum": 1}, {"maxLength": 2}])
    sub = lambda: schema(r, dialect, depth + 1)
    subs = lambda: [sub() for _ in range(r.randint(1, 3))]
    named = lambda: {w: sub() for w in r.sample(WORDS, r.randint(1, 3))}
    types = ["null", "boolean", "object", "array", "number", "string", "integer"]
    choices = [
        lambda: {"type": r.choice(types)}, lambda: {"type": r.sample(types, 2)},
        lambda: {"enum": [instance(r, 2) for _ in range(3)]} if d6 else {"enum": [1, "a", None]},
        lambda: {"minimum": r.choice(NUMBERS)}, lambda: {"maximum": r.choice(NUMBERS)},
        lambda: {"multipleOf": r.choice([1, 2, 0.5, 3])}, lambda: {"minLength": r.randint(0, 3)},
        lambda: {"maxLength": r.randint(0, 3)}, lambda: {"pattern": r.choice(["^a", "b$", "^[a-z]+$", "\\d"])},
        lambda: {"format": r.choice(["date-time", "date", "ipv4", "email"])},
        lambda: {"properties": named()}, lambda: {"patternProperties": {"^a": sub()}},
        lambda: {"additionalProperties": r.choice([False, sub()]), "properties": named()},
        lambda: {"required": r.sample(WORDS, 2)}, lambda: {"minProperties": 1}, lambda: {"maxProperties": 2},
        lambda: {"minItems": 1}, lambda: {"maxItems": 2}, lambda: {"uniqueItems": True},
        lambda: {"items": sub()}, lambda: {"allOf": subs()}, lambda: {"anyOf": subs()}, lambda: {"oneOf": subs()},
        lambda: {"not": sub()},
    ]
    if d6: choices += [lambda: {"const": instance(r, 2)}, lambda: {"contains": sub()},
                       lambda: {"propertyNames": {"maxLength": 1}}, lambda: {"exclusiveMinimum": 1}]
    if d7: choices += [lambda: {"if": sub(), "then": sub(), "else": sub()}]
    if new: choices += [lambda: {"dependentRequired": {"a": ["b"]}}, lambda: {"dependentSchemas": {"a": sub()}},
                        lambda: {"contains": sub(), "minContains": 2}, lambda: {"contains": sub(), "maxContains": 1},
                        lambda: {"unevaluatedProperties": False, "allOf": [{"properties": named()}]},
                        lambda: {"unevaluatedItems": False, "anyOf": [{"contains": sub()}, {}]}]
    else: choices += [lambda: {"dependencies": {"a": ["b"]}}, lambda: {"items": subs(), "additionalItems": False}]
    if dialect == 0: choices += [lambda: {"prefixItems": subs(), "items": False}]
    if dialect == 4: choices += [lambda: {"minimum": 1, "exclusiveMinimum": True}]
    out = {}
    for _ in range(r.randint(1, 3)):
        out.update(r.choice(choices)())
    return out


def keywords(binary, work, dialect, count):
    """Random schemas with references between files, random instances; a verdict per case."""
    r = random.Random(f"keywords/{dialect}")
    tree = work / f"keywords-{dialect}"
    store = tree / "contracts/storage"
    (store / "schemas").mkdir(parents=True, exist_ok=True)
    (store / "examples").mkdir(parents=True, exist_ok=True)
    id_key = "id" if dialect == 4 else "$id"
    schemas = {}
    for n in range(count):
        s = {"$schema": DIALECTS[dialect], id_key: f"https://t.example/storage/schemas/s{n}.schema.json"}
        s.update(schema(r, dialect))
        if n > 3 and r.random() < .3:
            s["properties"] = {**s.get("properties", {}), "a": {"$ref": f"s{r.randrange(n)}.schema.json"}}
        schemas[n] = s
        (store / f"schemas/s{n}.schema.json").write_text(json.dumps(s, indent=1))
    registry = registry_of(tree / "contracts")
    theirs, total = set(), 0
    for n, s in schemas.items():
        type(validator_of(s, registry)).check_schema(s)
        validator = validator_of(s, registry)
        cases = [{"data": instance(r), "valid": True} for _ in range(8)]
        (store / f"examples/s{n}.example.json").write_text(json.dumps(cases, indent=1))
        for i, case in enumerate(cases):
            total += 1
            if not validator.is_valid(case["data"]):
                theirs.add(f"contracts/storage/examples/s{n}.example.json#/{i}")
    found = set()
    for f in ours(binary, tree):
        if f["code"] == "example-invalid":
            found.add(f["location"]["artifact"] + "#/" + f["location"]["pointer"].split("/")[1])
    report(f"keywords of {DIALECTS[dialect]}", total, theirs, found)
    return sorted(theirs ^ found)


def main():
    binary, gen_tree, work = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    wrong = []
    for size, seeds in (("S", (1, 2, 3)), ("M", (1,))):
        for seed in seeds:
            wrong += generated(binary, gen_tree, work, size, seed, 0.05)
    wrong += generated(binary, gen_tree, work, "S", 1, 0.3)
    for dialect in range(len(DIALECTS)):
        wrong += keywords(binary, work, dialect, 600)
    print(f"{len(wrong)} disagreements in all")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
