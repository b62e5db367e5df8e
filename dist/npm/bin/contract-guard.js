#!/usr/bin/env node
// Starts the program of the package for this platform, which npm has chosen. Nothing runs at install time.
"use strict";
const { spawnSync } = require("node:child_process");

const name = `@contract-guard/${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "contract-guard.exe" : "contract-guard";
let program;
try {
  program = require.resolve(`${name}/${file}`);
} catch {
  console.error(`error: there is no ${name} beside this package`);
  console.error("help: install without --no-optional; other platforms build with `cargo install --locked`");
  process.exit(3);
}
const done = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (done.error) {
  console.error(`error: cannot start ${program}: ${done.error.message}`);
  process.exit(3);
}
if (done.signal) {
  process.kill(process.pid, done.signal);
}
process.exit(done.status ?? 3);
