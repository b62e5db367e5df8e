#!/usr/bin/env python3
"""`contract-guard audit` as a filter under Spark: `rdd.pipe` in a local cluster, whose executors are
processes of their own. The sum over all partitions must be what one process says, whatever the number of
partitions, and it is timed beside `cat` in its place. Usage: audit.py BINARY [EVENTS]"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyspark

KEYS = ("records", "valid", "invalid", "unknown")
ULID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def write_events(path, count, example):
    """Every 1000th event has a payload that is refused, every 5000th an unknown topic."""
    event = json.loads(example.read_text())
    with path.open("w") as out:
        for i in range(count):
            digits = "".join(ULID[(i >> (5 * k)) & 31] for k in range(5, -1, -1))
            event["id"] = "01ARZ3NDEKTSV4RRFFQ6" + digits
            event["actor"] = {"user_id": f"u-{i % 1000}"}
            event["topic"] = "NOBODY_KNOWS" if i % 5000 == 7 else "NOTE_CREATED"
            event["payload"] = {"note_id": event["id"] if i % 1000 else "none"}
            out.write(json.dumps(event, separators=(",", ":")) + "\n")


def summed(lines):
    """One object of many: what docs/audit.md tells."""
    total = {key: 0 for key in KEYS}
    reasons = {}
    for part in map(json.loads, lines):
        assert part["format"] == "contract-guard/audit-1" and part["verdict"] != "none", part
        for key in KEYS:
            total[key] += part[key]
        for reason in part["reasons"]:
            key = (reason["code"], reason.get("about", ""))
            reasons[key] = reasons.get(key, 0) + reason["count"]
    return total, reasons


def timed(work):
    start = time.monotonic()
    result = work()
    return result, time.monotonic() - start


def main():
    binary = Path(sys.argv[1]).resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    # Executors are started by the scripts below this folder; the wheel has them.
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    with tempfile.TemporaryDirectory() as folder:
        run(binary, count, Path(folder))


def run(binary, count, folder):
    subprocess.run([binary, "init", folder], check=True, stdout=subprocess.DEVNULL)
    events = folder / "events.jsonl"
    write_events(events, count, folder / "contracts/events/examples/note_created.example.json")
    audit = [str(binary), "audit", "--auto", "--tree", str(folder), "--format", "json"]

    alone, seconds = timed(lambda: subprocess.run([*audit, events], capture_output=True, text=True))
    assert alone.returncode == 1, alone.stderr
    expected = summed([alone.stdout])
    print(f"one process: {expected[0]} in {seconds:.1f} s", flush=True)
    assert expected[0]["records"] == count
    assert expected[0]["invalid"] > 0 and expected[0]["unknown"] > 0

    from pyspark import SparkConf, SparkContext

    conf = SparkConf().setMaster("local-cluster[2,1,512]").setAppName("contract-guard audit")
    conf.set("spark.executor.memory", "512m").set("spark.ui.enabled", "false")
    conf.set("spark.driver.host", "127.0.0.1").set("spark.driver.bindAddress", "127.0.0.1")
    conf.set("spark.ui.showConsoleProgress", "false")
    context = SparkContext(conf=conf)
    context.setLogLevel("ERROR")
    try:
        wait_for_executors(context)
        compare(context, shlex.join([*audit, "--exit-zero", "--allow-empty"]), events, count, expected)
    finally:
        context.stop()


def wait_for_executors(context):
    """The driver counts as one of three."""
    for _ in range(600):
        if context._jsc.sc().getExecutorMemoryStatus().size() == 3:
            return
        time.sleep(0.1)
    raise AssertionError("the executors have not come")


def compare(context, audit, events, count, expected):
    # An executor has one core, so that each audit has one, too.
    audit += " --threads 1"
    lines = context.textFile(str(events), 8).persist()
    assert lines.count() == count

    cat, of_cat = timed(lambda: lines.pipe("cat", checkCode=True).count())
    assert cat == count
    wc, of_wc = timed(lambda: sum(map(int, lines.pipe("wc -l", checkCode=True).collect())))
    assert wc == count
    parts, of_audit = timed(lambda: lines.pipe(audit, checkCode=True).collect())
    assert len(parts) == lines.getNumPartitions(), parts
    assert summed(parts) == expected, (summed(parts), expected)
    print(f"{len(parts)} partitions: the same in {of_audit:.1f} s; cat {of_cat:.1f} s, wc {of_wc:.1f} s")

    # Some of so many partitions are empty.
    few = context.parallelize(lines.take(10), 16)
    small = summed(few.pipe(audit, checkCode=True).collect())[0]
    assert small["records"] == 10, small

    flags = audit.replace(" --format json", " --format json --emit invalid")
    broken = lines.pipe(flags, checkCode=True).collect()
    wanted = expected[0]["invalid"] + expected[0]["unknown"]
    assert len(broken) == wanted, (len(broken), wanted)
    print(f"--emit invalid: {len(broken)} records")


if __name__ == "__main__":
    main()
