#!/usr/bin/env python3
"""Freezes beside tar with sha256sum, restic, and the physical floor: the same trees, one run, interleaved.

  freezes.py BINARY [ROUNDS]

Prints medians and their ratio to the first line of each group; the ratios are what is to be compared. What
is restored is compared byte for byte in each round. restic (Debian: restic) is left out when it is missing.
The peers do less: tar and restic restore sync nothing, and neither reads back what it wrote.
"""
import hashlib, os, random, shutil, statistics, subprocess, sys, tempfile, time
from pathlib import Path


def make(folder, count):
    """Contracts of the sizes that they have: 0.2 to 8 kB, some with CRLF."""
    rng = random.Random(count)
    for n in range(count):
        path = folder / "contracts" / f"m{n % 23}" / f"s{n % 7}" / f"c{n}.{('json', 'yaml', 'md')[n % 3]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        end = b"\r\n" if n % 5 == 0 else b"\n"
        lines = [b'"%x": "%x"' % (rng.getrandbits(40), rng.getrandbits(90)) for _ in range(rng.randint(5, 200))]
        path.write_bytes(end.join(lines) + end)


def bytes_of(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted((folder / "contracts").rglob("*")) if p.is_file() and "_frozen" not in p.parts
    }


def run(*command, cwd, **more):
    subprocess.run([str(c) for c in command], cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)


def floor(tree, work):
    """Reads, hashes and writes the same bytes once."""
    out = os.open(work / "floor", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    for path, _, names in os.walk(tree / "contracts"):
        for name in names:
            with open(os.path.join(path, name), "rb") as file:
                data = file.read()
            hashlib.sha256(data).digest()
            os.write(out, data)
    os.fsync(out)
    os.close(out)


def tar(tree, work):
    run("sh", "-c", f"tar cf {work}/t.tar contracts && find contracts -type f -exec sha256sum {{}} + > {work}/sums && sync {work}/t.tar", cwd=tree)


def once(binary, source, work, restic, times):
    """One round of everything; appends to `times` by group and name."""
    env = {**os.environ, "RESTIC_PASSWORD": "x", "RESTIC_REPOSITORY": str(work / "repo")}
    before = bytes_of(source)

    def timed(group, name, what):
        start = time.perf_counter()
        what()
        times.setdefault(group, {}).setdefault(name, []).append(time.perf_counter() - start)

    for kind in ("ours", "tar", "restic"):
        shutil.rmtree(work / kind, ignore_errors=True)
        (work / kind).mkdir()
    tree = work / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(source, tree)
    os.sync()
    timed("create", "floor: read, hash, write once", lambda: floor(tree, work))
    timed("create", "contract-guard freeze create", lambda: run(binary, "freeze", "create", "1.0.0", cwd=tree))
    frozen = tree / "contracts" / "_frozen"
    kept = work / "freeze-1.0.0.json"
    shutil.copy(frozen / "freeze-1.0.0.json", kept)
    timed("verify", "contract-guard freeze verify", lambda: run(binary, "freeze", "verify", cwd=tree))
    shutil.rmtree(frozen)
    timed("create", "tar + sha256sum + sync", lambda: tar(tree, work))
    if restic:
        shutil.rmtree(work / "repo", ignore_errors=True)
        run(restic, "init", cwd=tree, env=env)
        timed("create", "restic backup", lambda: run(restic, "backup", "contracts", cwd=tree, env=env))
    os.sync()
    timed("restore", "contract-guard freeze restore", lambda: run(binary, "freeze", "restore", kept, cwd=work / "ours"))
    sums = f"tar xf {work}/t.tar && sha256sum --check --quiet {work}/sums"
    timed("restore", "tar xf + sha256sum -c", lambda: run("sh", "-c", sums, cwd=work / "tar"))
    check = lambda: run("sha256sum", "--check", "--quiet", work / "sums", cwd=work / "tar")
    timed("verify", "sha256sum -c", check)
    if restic:
        timed("verify", "restic check --read-data", lambda: run(restic, "check", "--read-data", cwd=tree, env=env))
        timed("restore", "restic restore", lambda: run(restic, "restore", "latest", "--target", work / "restic", cwd=tree, env=env))
    places = [work / "ours", work / "tar"]
    places += [p.parent for p in (work / "restic").rglob("contracts")][:1] if restic else []
    for place in places:
        assert bytes_of(place) == before, f"{place} is not what was frozen"


def main():
    binary, rounds = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    restic = shutil.which("restic")
    print(f"{os.cpu_count()} CPUs, {rounds} rounds" + ("" if restic else "; restic is missing: apt-get install restic"))
    for count in (534, 10_000):
        with tempfile.TemporaryDirectory() as work:
            work = Path(work)
            make(work / "source", count)
            times = {}
            for _ in range(rounds):
                once(binary, work / "source", work, restic, times)
            size = sum(len(b) for b in bytes_of(work / "source").values())
            print(f"\n{count} artifacts, {size / 1e6:.1f} MB")
            for group, rows in times.items():
                base = statistics.median(next(iter(rows.values())))
                for name, seen in rows.items():
                    middle = statistics.median(seen)
                    print(f"  {group:8} {name:32} {middle:7.3f} s ({min(seen):.3f} to {max(seen):.3f})  {middle / base:5.2f}x")


main()
