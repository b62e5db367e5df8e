//! Objects of a repository, read one by one.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;

use super::git;

/// Longest object that is read, in bytes.
pub(super) const LONGEST: u64 = 64 << 20;

/// One `git cat-file --batch`, asked object by object.
pub(super) struct Objects {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Objects {
    pub(super) fn open(base: &Path) -> std::io::Result<Objects> {
        let mut child = git::command(base)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or_else(|| std::io::Error::other("no pipe"))?;
        Ok(Objects { child, input, output: BufReader::with_capacity(1 << 16, output) })
    }

    pub(super) fn read(&mut self, name: &str) -> std::io::Result<Option<Arc<[u8]>>> {
        let input = self.input.as_mut().ok_or_else(|| std::io::Error::other("no pipe"))?;
        input.write_all(format!("{name}\n").as_bytes())?;
        input.flush()?;
        let mut header = String::new();
        self.output.read_line(&mut header)?;
        let Some(size) = header.split_whitespace().nth(2).and_then(|n| n.parse::<u64>().ok())
        else {
            return Err(std::io::Error::other(format!("no object `{name}`: {}", header.trim())));
        };
        if size > LONGEST {
            std::io::copy(&mut (&mut self.output).take(size + 1), &mut std::io::sink())?;
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        (&mut self.output).take(size).read_to_end(&mut bytes)?;
        self.output.read_line(&mut String::new())?;
        Ok(Some(bytes.into()))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // Without input it ends.
        self.input = None;
        let _ = self.child.wait();
    }
}
