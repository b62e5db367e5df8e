#!/usr/bin/env python3
"""Times the hook in a repository of 534 contract files, beside the three questions of git without which it
cannot know what the commit holds, in one run. It never fails on a time.

usage: hook.py BINARY [WORK]
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

binary = os.path.abspath(sys.argv[1])
work = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()
repository = os.path.join(work, "hook")
shutil.rmtree(repository, ignore_errors=True)
os.makedirs(repository)
subprocess.run([binary, "init", repository], check=True, stdout=subprocess.DEVNULL)


def write(path, value):
    path = os.path.join(repository, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.write(value if isinstance(value, str) else json.dumps(value, indent=2) + "\n")


def git(*args):
    command = ["git", "-C", repository, "-c", "user.name=b", "-c", "user.email=b@example.com", *args]
    return subprocess.run(command, check=True, capture_output=True).stdout


kinds = [{"type": "string", "maxLength": 200}, {"type": "integer", "minimum": 0}, {"type": "boolean"},
         {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}}, {"$ref": "../common.schema.json#/$defs/Ulid"}]
values = ["text", 3, True, ["a", "b"], "01ARZ3NDEKTSV4RRFFQ69G5FAV"]
for number in range(260):
    names = [f"field_{at}" for at in range(12)]
    write(f"contracts/storage/schemas/record_{number}.schema.json", {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://example.com/contracts/storage/schemas/record_{number}.schema.json",
        "title": f"Record {number}", "description": "A record.", "type": "object",
        "additionalProperties": False, "required": names[:6],
        "properties": {name: kinds[(at + number) % 5] for at, name in enumerate(names)},
    })
    write(f"contracts/storage/examples/record_{number}.example.json",
          {name: values[(at + number) % 5] for at, name in enumerate(names)})
files = sum(len(names) for _, _, names in os.walk(os.path.join(repository, "contracts")))
git("init", "-q", "-b", "main")
git("add", "-A")
git("commit", "-q", "-m", "one")
git("gc", "-q")
print(f"{files} contract files")


def timed(command, rounds=31):
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        done = subprocess.run(command, cwd=repository, capture_output=True)
        times.append((time.perf_counter() - begun) * 1000)
        if done.returncode:
            sys.exit(f"{command} failed: {done.stdout.decode()}{done.stderr.decode()}")
    return min(times), statistics.median(times)


def show(what, times, floor=None):
    ratio = f"  {times[1] / floor[1]:5.1f} x git" if floor else ""
    print(f"{what:44} min {times[0]:6.1f} ms  median {times[1]:6.1f} ms{ratio}")
    return times


hook = [binary, "hook", "run"]
names = "git diff --cached --name-only -z > /dev/null"
listing = "git ls-files --stage contracts > list; cut -d' ' -f2 list | git cat-file --batch > /dev/null"
show("nothing staged", timed(hook))
write("src/main.rs", "fn main() {}\n")
git("add", "src/main.rs")
floor = show("git: what is staged", timed(["sh", "-c", names]))
show("hook: nothing relevant staged", timed(hook), floor)
path = "contracts/storage/schemas/record_7.schema.json"
with open(os.path.join(repository, path)) as old:
    text = old.read()
write(path, text.replace('"A record."', '"Another record."'))
subprocess.run([binary, "bump", "--against", "HEAD", "--write", "-m", "words"], cwd=repository, check=True,
               stdout=subprocess.DEVNULL)
git("add", "contracts/CHANGELOG.md")
git("commit", "-q", "-m", "two", "--", "contracts/versions.yaml", "contracts/CHANGELOG.md", "contracts/events")
git("add", path)
floor = show("git: what is staged, and all contents", timed(["sh", "-c", f"{names}; {listing}"]))
show("hook: one schema staged", timed(hook + ["--against", "HEAD~1"]), floor)
show("check --staged --against HEAD~1", timed([binary, "check", "--staged", "--against", "HEAD~1"]), floor)
