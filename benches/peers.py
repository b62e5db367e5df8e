#!/usr/bin/env python3
"""Whole-process times of a check and of its peers, medians over interleaved runs.

  peers.py BINARY GEN_TREE VENV_BIN NODE_BIN WORKDIR

The peers validate one schema against its examples a process, so that they are timed on a sample of
schemas and the time is extrapolated to all of them; the table says so.
"""
import json, statistics, subprocess, sys, time
from pathlib import Path

SAMPLE = 20


def once(commands, cwd):
    start = time.perf_counter()
    for command in commands:
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd)
    return time.perf_counter() - start


def pairs(tree):
    """Storage schemas with their examples."""
    expected = json.loads((tree / "expected.json").read_text())
    found = {}
    for example, entry in sorted(expected.items()):
        if "/storage/" in entry["schema"]:
            found.setdefault(entry["schema"], []).append(example)
    return found


def main():
    binary, gen_tree, venv, node, work = [str(Path(a).resolve()) for a in sys.argv[1:6]]
    for size, runs in (("S", 9), ("M", 5)):
        tree = Path(work) / size
        subprocess.run([sys.executable, gen_tree, "--out", tree, "--size", size], check=True, capture_output=True)
        found = pairs(tree)
        sample = dict(list(found.items())[:SAMPLE])
        factor = len(found) / len(sample)
        rows = {
            "contract-guard check": ([[binary, "check", tree]], 1),
            "contract-guard validate": ([[binary, "validate", tree]], 1),
            "floor: read every byte (cat)": ([["sh", "-c", "find contracts -type f -exec cat {} +"]], 1),
        }
        if (Path(venv) / "check-jsonschema").exists():
            one = [[f"{venv}/check-jsonschema", "--schemafile", s, *e] for s, e in sample.items()]
            rows["check-jsonschema (storage only, extrapolated)"] = (one, factor)
        if (Path(node) / "jsonschema").exists():
            one = [[f"{node}/jsonschema", "validate", s, *e, "--resolve", "contracts/storage/schemas"] for s, e in sample.items()]
            rows["@sourcemeta/jsonschema (storage only, extrapolated)"] = (one, factor)
        times = {name: [] for name in rows}
        for run in range(runs + 1):
            for name, (commands, factor) in rows.items():
                if factor > 1 and run > 2:
                    continue
                seconds = once(commands, tree) * factor
                if run > 0:  # the first one warms up
                    times[name].append(seconds)
        base = statistics.median(times["contract-guard check"])
        files = sum(1 for p in (tree / "contracts").rglob("*") if p.is_file())
        print(f"\n{files} artifacts, {len(found)} storage schemas\n{'':52} {'median s':>9} {'min':>8} {'max':>8} {'ratio':>9}")
        for name, measured in times.items():
            median = statistics.median(measured)
            print(f"{name:52} {median:9.3f} {min(measured):8.3f} {max(measured):8.3f} {median / base:8.1f}x", flush=True)


if __name__ == "__main__":
    main()
