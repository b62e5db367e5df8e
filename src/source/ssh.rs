//! The only caller of ssh-keygen: signs, and checks signatures. Keys are its business, not ours.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::SourceError;

fn fail(what: &str, reason: &dyn std::fmt::Display) -> SourceError {
    SourceError::Tool { what: format!("ssh-keygen cannot {what}"), reason: reason.to_string() }
}

fn run(what: &str, args: &[&std::ffi::OsStr], input: &[u8]) -> Result<Output, SourceError> {
    let mut child = Command::new("ssh-keygen")
        .arg("-Y")
        .args(args)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| fail(what, &error))?;
    let stdin = child.stdin.take();
    let input = input.to_vec();
    // A thread of its own: it may answer before it has read everything.
    let writer = std::thread::spawn(move || stdin.map(|mut pipe| pipe.write_all(&input)));
    let output = child.wait_with_output().map_err(|error| fail(what, &error))?;
    let _ = writer.join();
    Ok(output)
}

/// Signs a message for a purpose, with the key in a file, or with an agent's for the public key in it.
pub fn sign(key: &Path, namespace: &str, message: &[u8]) -> Result<Vec<u8>, SourceError> {
    let args = ["sign".as_ref(), "-n".as_ref(), namespace.as_ref(), "-f".as_ref(), key.as_os_str()];
    let output = run("sign", &args, message)?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(fail("sign", &String::from_utf8_lossy(&output.stderr).trim())),
    }
}

/// Who of the allowed signers signed a message for a purpose; the inner error is a clause saying why nobody did.
pub fn signer_of(
    allowed: &[u8],
    namespace: &str,
    signature: &[u8],
    message: &[u8],
) -> Result<Result<String, String>, SourceError> {
    let what = "check a signature";
    // It reads both from files, and neither lies in one: the signers are those of the base.
    let folder = tempfile::tempdir().map_err(|error| fail(what, &error))?;
    let (signers, signed) =
        (folder.path().join("allowed_signers"), folder.path().join("signature"));
    for (path, bytes) in [(&signers, allowed), (&signed, signature)] {
        std::fs::write(path, bytes).map_err(|error| fail(what, &error))?;
    }
    let files = ["-f".as_ref(), signers.as_os_str(), "-s".as_ref(), signed.as_os_str()];
    let mut args: Vec<&std::ffi::OsStr> = vec!["find-principals".as_ref()];
    args.extend(files);
    let found = run(what, &args, &[])?;
    let names = String::from_utf8_lossy(&found.stdout).into_owned();
    let Some(name) = names.lines().map(str::trim).find(|name| !name.is_empty()) else {
        return Ok(Err("is by a key that the base does not allow".to_owned()));
    };
    let mut args: Vec<&std::ffi::OsStr> = vec!["verify".as_ref()];
    args.extend(files);
    args.extend::<[&std::ffi::OsStr; 4]>([
        "-I".as_ref(),
        name.as_ref(),
        "-n".as_ref(),
        namespace.as_ref(),
    ]);
    let verified = run(what, &args, message)?;
    match verified.status.success() {
        true => Ok(Ok(name.to_owned())),
        false => Ok(Err("does not fit what is said to be signed".to_owned())),
    }
}
