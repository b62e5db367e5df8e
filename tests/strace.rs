//! The real binary on a real kernel that fails: every system call that touches files, killed, EIO, ENOSPC;
//! and file systems of every size too small. `make faults` runs it: it needs Linux with strace and unshare.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test stops where it is wrong"
)]

mod binary;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use binary::run;
use rayon::prelude::*;

/// Calls that read or change files. `close` is not among them: one that is made to fail leaves its file
/// open, which no kernel does.
const CALLS: &str = "openat,openat2,read,write,fsync,linkat,renameat,renameat2,unlinkat,mkdirat,flock,\
                     getdents64,statx,newfstatat,fchmod";

/// A folder on tmpfs, where nothing is slow.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap()
}

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status().unwrap();
    assert!(done.success());
}

/// Contracts with one freeze, then changed, everything of it saved in a second freeze or not.
fn start(saved: bool, more: usize) -> tempfile::TempDir {
    let folder = folder();
    let path = folder.path();
    let fill = |byte: u8| {
        (0..more).for_each(|n| write(path, &format!("contracts/more/{n}.md"), &[byte; 3000]));
    };
    fill(b'x');
    write(path, "contracts/a.json", b"{}\r\n");
    write(path, "contracts/gone/b.md", b"b\n");
    write(path, "contracts/c.bin", &[0, 255]);
    assert_eq!(run(path, &["freeze", "create", "1.0.0"]).code, 0);
    write(path, "contracts/a.json", b"{\"a\": 1}\n");
    write(path, "contracts/new/d.md", b"d\n");
    std::fs::remove_dir_all(path.join("contracts/gone")).unwrap();
    fill(b'y');
    if saved {
        assert_eq!(run(path, &["freeze", "create", "1.0.1"]).code, 0);
    }
    folder
}

type Files = BTreeMap<String, Vec<u8>>;

fn files(folder: &Path) -> Files {
    let prefix = format!("{}/", folder.display());
    let found = binary::files(folder).into_iter();
    found.map(|(path, bytes)| (path.strip_prefix(&prefix).unwrap().to_owned(), bytes)).collect()
}

fn contracts(files: &Files) -> Files {
    let mut files = files.clone();
    files.retain(|path, _| !path.starts_with("contracts/_frozen/"));
    files
}

fn no_work_left(folder: &Path, what: &str) {
    let left: Vec<String> =
        files(folder).into_keys().filter(|path| path.contains(".contract-guard")).collect();
    assert!(left.is_empty(), "{what}: {left:?} stay");
    assert!(!folder.join(".contract-guard").exists(), "{what}: the work folder stays");
}

/// Runs the command once for each fault at each call, and judges what is left. Gives the number of runs.
fn inject(start: &Path, args: &[&str], judge: impl Fn(&Path, bool, &str) + Sync) -> usize {
    let faults = ["signal=KILL", "error=EIO", "error=ENOSPC", "error=EINTR"];
    let runs = |fault: &str| {
        let mut runs = 0;
        let mut misses = 0;
        for n in 1.. {
            let folder = folder();
            copy(start, folder.path());
            let log = self::folder();
            let log = log.path().join("log");
            let status = Command::new("timeout")
                .current_dir(folder.path())
                .args(["60", "strace"])
                .args(["-f", "-qq", "-o"])
                .arg(&log)
                .arg(format!("--trace={CALLS}"))
                .arg(format!("--inject={CALLS}:{fault}:when={n}"))
                .arg(env!("CARGO_BIN_EXE_contract-guard"))
                .args(args)
                .env("RAYON_NUM_THREADS", "1")
                .output()
                .expect("strace is installed")
                .status;
            assert_ne!(status.code(), Some(124), "{fault} at call {n} of {args:?}: it hangs");
            let log = std::fs::read(&log).unwrap_or_default();
            let log = String::from_utf8_lossy(&log);
            let is_hit = log.contains("INJECTED") || log.contains("killed by SIGKILL");
            misses = if is_hit { 0 } else { misses + 1 };
            if misses > 3 {
                break;
            }
            runs += 1;
            judge(folder.path(), status.success(), &format!("{fault} at call {n} of {args:?}"));
        }
        runs
    };
    faults.into_par_iter().map(runs).sum()
}

#[test]
#[ignore = "needs strace; `make faults` runs it"]
fn a_create_is_absent_or_complete() {
    let start = start(false, 0);
    let before = files(start.path());
    let runs = inject(start.path(), &["freeze", "create", "1.1.0"], |folder, said_done, what| {
        if said_done {
            assert_eq!(run(folder, &["freeze", "verify"]).code, 0, "{what}");
            assert!(files(folder).contains_key("contracts/_frozen/freeze-1.1.0.json"), "{what}");
        }
        let next = run(folder, &["freeze", "create", "1.2.0", "--allow-empty"]);
        assert_eq!(next.code, 0, "{what}: {}", next.stderr);
        let verified = run(folder, &["freeze", "verify"]);
        assert_eq!(verified.code, 0, "{what}: {}", verified.stdout);
        let after = files(folder);
        let is_kept = |(path, bytes): (&String, &Vec<u8>)| {
            path.contains("latest") || after.get(path) == Some(bytes)
        };
        assert!(before.iter().all(is_kept), "{what}: something was lost");
        no_work_left(folder, what);
    });
    println!("{runs} runs");
    assert!(runs > 200, "only {runs} runs");
}

#[test]
#[ignore = "needs strace; `make faults` runs it"]
fn a_restore_is_old_or_new() {
    let start = start(true, 0);
    let old = files(start.path());
    let new = folder();
    copy(start.path(), new.path());
    let args = ["freeze", "restore", "1.0.0", "--prune"];
    assert_eq!(run(new.path(), &args).code, 0);
    let new = contracts(&files(new.path()));
    assert_ne!(contracts(&old), new);
    let runs = inject(start.path(), &args, |folder, said_done, what| {
        if said_done {
            assert_eq!(contracts(&files(folder)), new, "{what}: said done");
        }
        let next = run(folder, &["freeze", "list"]);
        assert_eq!(next.code, 0, "{what}: {}", next.stderr);
        // The lock of a killed run is held by nobody; any writing command removes it.
        assert!([0, 1].contains(&run(folder, &["freeze", "create", "1.0.2"]).code), "{what}");
        let now = contracts(&files(folder));
        assert!(now == contracts(&old) || now == new, "{what}: half and half: {:?}", now.keys());
        no_work_left(folder, what);
    });
    println!("{runs} runs");
    assert!(runs > 300, "only {runs} runs");
}

#[test]
#[ignore = "needs strace; `make faults` runs it"]
fn a_sandbox_without_newer_system_calls_is_served() {
    let start = start(true, 200);
    for error in ["ENOSYS", "EPERM"] {
        let folder = folder();
        copy(start.path(), folder.path());
        let output = Command::new("strace")
            .current_dir(folder.path())
            .args([
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                &format!("--inject=syncfs,openat2:error={error}"),
            ])
            .arg(env!("CARGO_BIN_EXE_contract-guard"))
            .args(["freeze", "restore", "1.0.0", "--prune"])
            .output()
            .expect("strace is installed");
        assert!(output.status.success(), "{error}: {output:?}");
        no_work_left(folder.path(), error);
    }
}

/// In a mount namespace of its own: what restores do on file systems that are not quite whole.
#[test]
#[ignore = "needs unshare; `make faults` runs it"]
fn overlays_and_read_only_file_systems_are_handled_or_left_alone() {
    let start = start(true, 3);
    let old = contracts(&files(start.path()));
    let restore = ["freeze", "restore", "1.0.0", "--prune"];
    let new = folder();
    copy(start.path(), new.path());
    assert_eq!(run(new.path(), &restore).code, 0);
    let new = contracts(&files(new.path()));
    let overlay = "mount -t tmpfs none /mnt && mkdir /mnt/up /mnt/work /mnt/all &&
        mount -t overlay -o lowerdir=\"$1\",upperdir=/mnt/up,workdir=/mnt/work none /mnt/all || exit 77
        cd /mnt/all";
    let read_only = "mount --bind \"$1\" /mnt && mount -o remount,bind,ro /mnt || exit 77; cd /mnt";
    let a_mount_inside = "mount -t tmpfs none /mnt && cp -a \"$1/.\" /mnt &&
        mount --bind /mnt/contracts/new /mnt/contracts/new || exit 77; cd /mnt";
    for (what, script, expected) in [
        ("overlay", overlay, &new),
        ("read-only", read_only, &old),
        ("a mount inside", a_mount_inside, &new),
    ] {
        let out = folder();
        let script = format!(
            "{script}; shift; out=$1; shift; \"$@\"; code=$?; cp -a . \"$out\"; exit $code"
        );
        let output = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", &script, "sh"])
            .args([start.path(), out.path()])
            .arg(env!("CARGO_BIN_EXE_contract-guard"))
            .args(restore)
            .output()
            .expect("unshare is installed");
        let code = output.status.code();
        assert_ne!(code, Some(77), "{what}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(contracts(&files(out.path())), *expected, "{what}: {output:?}");
        assert_eq!(code == Some(0), std::ptr::eq(expected, &new), "{what}: {output:?}");
        no_work_left(out.path(), what);
    }
}

#[test]
#[ignore = "needs unshare; `make faults` runs it"]
fn a_file_system_of_any_size_holds_all_or_nothing() {
    let (create, restore) = (start(false, 30), start(true, 30));
    for (start, args, new_freezes) in [
        (&create, &["freeze", "create", "1.1.0"][..], 2),
        (&restore, &["freeze", "restore", "1.0.0", "--prune"][..], 2),
    ] {
        let old = files(start.path());
        let (mut failed, mut passed) = (0, 0);
        for kilobytes in (200..=1600).step_by(16) {
            let (out, what) = (folder(), format!("{args:?} in {kilobytes} kB"));
            // The copy alone may not fit; then there is nothing to see.
            let script = "mount -t tmpfs -o size=\"$1\"k none /mnt && cp -a \"$2/.\" /mnt || exit 77
                cd /mnt; shift 2; out=$1; shift; \"$@\"; code=$?; cp -a /mnt/. \"$out\"; exit $code";
            let status = Command::new("unshare")
                .args(["--map-root-user", "--mount", "sh", "-c", script, "sh"])
                .arg(kilobytes.to_string())
                .arg(start.path())
                .arg(out.path())
                .arg(env!("CARGO_BIN_EXE_contract-guard"))
                .args(args)
                .output()
                .expect("unshare is installed")
                .status;
            match status.code() {
                Some(77) => continue,
                Some(0) => passed += 1,
                _ => failed += 1,
            }
            let next = run(out.path(), &["freeze", "list"]);
            assert_eq!(next.code, 0, "{what}: {}", next.stderr);
            let now = files(out.path());
            let freezes = now.keys().filter(|p| p.contains("/freeze-1")).count();
            if args.contains(&"create") {
                assert_eq!(contracts(&now), contracts(&old), "{what}");
                let is_said = freezes == new_freezes;
                assert!(is_said || !status.success(), "{what}");
                assert_eq!(run(out.path(), &["freeze", "verify"]).code, 0, "{what}");
            } else {
                let is_old = contracts(&now) == contracts(&old);
                assert_eq!(is_old, !status.success(), "{what}");
            }
            no_work_left(out.path(), &what);
        }
        assert!(failed > 2 && passed > 2, "{args:?}: {failed} failed, {passed} passed");
    }
}
