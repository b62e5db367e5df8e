#!/usr/bin/env python3
"""Builds what is handed out, for the platform that it runs on, into target/dist: a wheel, npm packages, an
archive with completions and manual pages, and SHA256SUMS. It publishes nothing. The same sources and tools give
the same bytes: times are those of the last commit, or of SOURCE_DATE_EPOCH.

usage: build.py
"""
import gzip
import hashlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

root = Path(__file__).resolve().parent.parent
out = root / "target" / "dist"
exe = ".exe" if os.name == "nt" else ""
binary = root / "target" / "release" / f"contract-guard{exe}"
manifest = (root / "Cargo.toml").read_text()
package = manifest[manifest.index("[package]"):]
version = re.search(r'^version = "([^"]+)"', package, re.M).group(1)
description = re.search(r'^description = "([^"]+)"', package, re.M).group(1)


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, cwd=root, **options)


def said(*command):
    return run(*command, capture_output=True, text=True).stdout.strip()


def moment():
    given = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        return int(given or said("git", "log", "-1", "--format=%ct"))
    except (subprocess.CalledProcessError, ValueError):
        return 0


def archive(path, top, files):
    """A tar.gz of `files`, (name, bytes, mode) each, below the folder `top`."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data, mode in sorted(files):
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mode, entry.mtime = len(data), mode, time
            tar.addfile(entry, io.BytesIO(data))
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=time) as packed:
        packed.write(raw.getvalue())


def zipped(path, top, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, _ in sorted(files):
            archive.writestr(zipfile.ZipInfo(f"{top}/{name}", (1980, 1, 1, 0, 0, 0)), data)


def shared():
    """What lies beside the program wherever it goes."""
    names = ["LICENSE-APACHE", "LICENSE-MIT", "README.md"]
    return [(name, (root / name).read_bytes(), 0o644) for name in names]


def for_shells():
    names = {"bash": "contract-guard.bash", "zsh": "_contract-guard", "fish": "contract-guard.fish",
             "powershell": "_contract-guard.ps1"}
    files = [(f"completions/{name}", run(binary, "completions", shell, capture_output=True).stdout, 0o644)
             for shell, name in names.items()]
    pages = root / "target" / "man"
    shutil.rmtree(pages, ignore_errors=True)
    run(binary, "man", "--out", pages, stdout=subprocess.DEVNULL)
    return files + [(f"man/man1/{page.name}", page.read_bytes(), 0o644) for page in pages.iterdir()]


def npm():
    """The package that is installed, and the one for this platform with the program in it."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine().lower()]
    system = {"linux": "linux", "darwin": "darwin", "win32": "win32"}[sys.platform]
    platforms = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-x64"]
    common = {"version": version, "description": description, "license": "MIT OR Apache-2.0"}
    own = {"name": f"@contract-guard/{system}-{machine}", **common, "os": [system], "cpu": [machine]}
    if system == "linux":
        own["libc"] = ["glibc"]
    program = (f"contract-guard{exe}", binary.read_bytes(), 0o755)
    main = {
        "name": "contract-guard", **common, "bin": {"contract-guard": "bin/contract-guard.js"},
        "engines": {"node": ">=18"},
        "optionalDependencies": {f"@contract-guard/{name}": version for name in platforms},
    }
    launcher = ("bin/contract-guard.js", (root / "dist/npm/bin/contract-guard.js").read_bytes(), 0o755)

    def text(value):
        return ("package.json", (json.dumps(value, indent=2) + "\n").encode(), 0o644)

    archive(out / f"contract-guard-{version}.tgz", "package", [text(main), launcher, *shared()])
    name = f"contract-guard-{system}-{machine}-{version}.tgz"
    archive(out / name, "package", [text(own), program, *shared()])


def wheel():
    tools = root / "target" / "dist-tools"
    if not tools.exists():
        venv.create(tools, with_pip=True)
    scripts = tools / ("Scripts" if os.name == "nt" else "bin")
    run(scripts / f"python{exe}", "-m", "pip", "--quiet", "install", "maturin>=1.9,<2")
    run(scripts / f"maturin{exe}", "build", "--release", "--locked", "--quiet", "--out", out,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(time)})


time = moment()
shutil.rmtree(out, ignore_errors=True)
out.mkdir(parents=True)
run("cargo", "build", "--release", "--locked", "--quiet")
target = re.search(r"^host: (.+)$", said("rustc", "-vV"), re.M).group(1)
top = f"contract-guard-{version}-{target}"
files = [(f"contract-guard{exe}", binary.read_bytes(), 0o755), *shared(), *for_shells()]
if os.name == "nt":
    zipped(out / f"{top}.zip", top, files)
else:
    archive(out / f"{top}.tar.gz", top, files)
npm()
wheel()
sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(out.iterdir())]
(out / "SHA256SUMS").write_text("".join(sums))
for path in sorted(out.iterdir()):
    print(f"{path.stat().st_size:>10}  {path.relative_to(root)}")
