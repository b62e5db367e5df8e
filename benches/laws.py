#!/usr/bin/env python3
"""Times whole packs over 2,000 Python files, beside Python's own parser and one pattern of ast-grep over the
same files, and `--since` over 300 commits beside checking each of them out. It never fails on a time.

usage: laws.py BINARY [WORK]      (ast-grep is used when it is on the PATH: pip install ast-grep-cli)
"""
import os
import random
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time

binary = os.path.abspath(sys.argv[1])
work = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()
repository = os.path.join(work, "laws")
shutil.rmtree(repository, ignore_errors=True)
os.makedirs(repository)
found = []
for top in (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), "/usr/lib/python3/dist-packages"):
    for folder, _, names in os.walk(top):
        found += [os.path.join(folder, n) for n in names if n.endswith(".py")]
found = sorted(set(found))[:2000]
for number in range(2000):
    folder = os.path.join(repository, f"p{number % 40}")
    os.makedirs(folder, exist_ok=True)
    shutil.copy(found[number % len(found)], os.path.join(folder, f"m{number}.py"))


def git(*args, data=None):
    command = ["git", "-C", repository, "-c", "user.name=b", "-c", "user.email=b@example.com", *args]
    return subprocess.run(command, check=True, input=data, capture_output=True).stdout


git("init", "-q", "-b", "main")
git("add", "-A")
git("commit", "-q", "-m", "one")
files = git("ls-files").decode().split()
size = sum(os.path.getsize(os.path.join(repository, f)) for f in files)
print(f"{len(files)} Python files, {size / 1e6:.1f} MB")


def timed(command, rounds=3):
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


parse = "import ast,sys\nfor p in sys.stdin.read().split():\n try: ast.parse(open(p,'rb').read())\n except Exception: pass"
listing = os.path.join(work, "files.txt")
with open(listing, "w") as out:
    out.write("\n".join(os.path.join(repository, f) for f in files))
floor = timed(["sh", "-c", f"{sys.executable} -c \"$0\" < {listing}", parse])
print(f"Python's ast.parse over all of them, one thread: {floor:.2f} s")
if shutil.which("ast-grep"):
    one = timed(["ast-grep", "run", "--pattern", "os.system($$$)", "--lang", "python", repository])
    print(f"ast-grep, one pattern: {one:.2f} s ({one / floor:.2f}x of ast.parse)")
for pack in ("nexusmon-upgrade", "stock-bot-system", "plugin-host-phase-11", "engines-durable", "memoryos"):
    took = timed([binary, "laws", "check", "--pack", pack, "--path", repository, "--format", "json"])
    print(f"laws check --pack {pack}: {took:.2f} s ({took / floor:.2f}x of ast.parse)")

random.seed(7)
stream, texts, live = [], {}, list(files)
head = git("rev-parse", "HEAD").decode().strip()
for number in range(300):
    stream.append(f"commit refs/heads/main\nmark :{number + 1}\ncommitter b <b@example.com> {1700000000 + number} +0000\ndata 1\nx\n".encode())
    stream.append(f"from {head if number == 0 else f':{number}'}\n".encode())
    for path in random.sample(live, 6):
        text = texts.get(path) or open(os.path.join(repository, path), "rb").read()
        texts[path] = text = text + b"\nX%d = %d\n" % (number, number)
        stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(text), text))
    if number % 10 == 0:
        stream.append(b"D %s\n" % live.pop(random.randrange(len(live))).encode())
git("fast-import", "--quiet", "--force", data=b"".join(stream))
git("checkout", "-q", "-f", "main")
since = [binary, "laws", "check", "--path", repository, "--since", head, "--format", "json"]
commits = git("rev-list", "--reverse", f"{head}..main").decode().split()
begun = time.perf_counter()
for commit in commits:
    git("checkout", "-q", "-f", commit)
floor = time.perf_counter() - begun
git("checkout", "-q", "-f", "main")
print(f"checking 300 commits out, and nothing else: {floor:.2f} s")
for pack in ("nexusmon-upgrade", "stock-bot-system"):
    took = timed([*since, "--pack", pack], 1)
    print(f"laws check --since over 300 commits, {pack}: {took:.2f} s ({took / floor:.2f}x)")
