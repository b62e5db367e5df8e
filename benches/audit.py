#!/usr/bin/env python3
"""Times `contract-guard audit` on a million events beside `cat`, `wc -l`, decompression, and Python's
`jsonschema` on a part of them. Usage: audit.py BINARY [EVENTS]; `jsonschema` and `referencing` are asked for
only by the last row."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/spark"))
sys.modules.setdefault("pyspark", type(sys)("pyspark"))
from audit import write_events  # noqa: E402


def timed(*command):
    """Seconds, and the peak of memory in MiB."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    return time.monotonic() - start, usage.ru_maxrss / 1024


def row(name, count, size, seconds, memory):
    rate, bandwidth = count / seconds, size / seconds / 1e6
    print(f"{name:<34} {seconds:7.2f} s  {rate:>10,.0f} lines/s  {bandwidth:7.1f} MB/s  {memory:6.0f} MiB")
    return rate


def main():
    binary, count = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([binary, "init", folder], check=True, stdout=subprocess.DEVNULL)
        events = folder / "events.jsonl"
        write_events(events, count, folder / "contracts/events/examples/note_created.example.json")
        size = events.stat().st_size
        print(f"{count} events, {size / 1e6:.0f} MB, {os.cpu_count()} cores")
        row("cat", count, size, *timed("cat", events))
        row("wc -l", count, size, *timed("wc", "-l", events))
        audit = [binary, "audit", "--auto", "--tree", folder]
        ours = 0
        for threads in range(1, (os.cpu_count() or 1) + 1):
            found = timed(*audit, "--threads", str(threads), events)
            rate = row(f"audit, {threads} threads", count, size, *found)
            ours = ours or rate
        subprocess.run(["gzip", "-k", events], check=True)
        row("gzip -d", count, size, *timed("gzip", "-dc", f"{events}.gz"))
        row("audit of gzip", count, size, *timed(*audit, f"{events}.gz"))
        if shutil.which("zstd"):
            subprocess.run(["zstd", "-qk", events], check=True)
            row("audit of zstd", count, size, *timed(*audit, f"{events}.zst"))
        python(folder, events, min(count, 20_000), ours)


def python(folder, events, count, ours):
    try:
        from jsonschema import Draft202012Validator, FormatChecker
        from referencing import Registry, Resource
    except ImportError:
        print("python jsonschema: not installed")
        return
    schemas = [json.loads(path.read_text()) for path in folder.glob("contracts/**/*.schema.json")]
    registry = Registry().with_resources((s["$id"], Resource.from_contents(s)) for s in schemas)
    by_id = {s["$id"].rsplit("/", 1)[1]: s for s in schemas}
    made = {"registry": registry, "format_checker": FormatChecker()}
    envelope = Draft202012Validator(by_id["envelope.schema.json"], **made)
    payload = Draft202012Validator(by_id["note_created.schema.json"], **made)
    size, start = 0, time.monotonic()
    with events.open() as lines:
        for _, line in zip(range(count), lines):
            event = json.loads(line)
            envelope.is_valid(event) and payload.is_valid(event["payload"])
            size += len(line)
    seconds = time.monotonic() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = row("python jsonschema, 1 process", count, size, seconds, memory)
    print(f"audit with 1 thread is {ours / rate:.0f} times as fast as python jsonschema")


if __name__ == "__main__":
    main()
