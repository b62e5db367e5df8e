//! The three pipes of a child, served by one thread without ever waiting for the child: what it does not take is kept,
//! what it gives too much of is counted.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::launch::Said;

/// Bytes that are moved at once.
const BLOCK: usize = 64 << 10;
/// The longest line of a launcher.
const LINE: usize = 64 << 10;

/// The host's ends.
pub(crate) struct Pipes {
    stdin: Option<ChildStdin>,
    input: Vec<u8>,
    sent: usize,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    /// What came on standard output, up to the limit.
    pub output: Vec<u8>,
    most: usize,
    /// All that came there.
    pub output_bytes: u64,
    /// What came on standard error.
    pub errors: Errors,
    block: Vec<u8>,
}

/// Standard error: first the lines of the launcher, then the end of what the program says.
pub(crate) struct Errors {
    word: String,
    line: Option<Vec<u8>>,
    /// What the launcher said.
    pub said: Vec<Said>,
    tail: VecDeque<u8>,
    most: usize,
}

impl Pipes {
    /// Takes the pipes of a child.
    ///
    /// # Errors
    /// Those of the system when a pipe cannot be made one that does not wait.
    pub(crate) fn new(
        child: &mut Child,
        input: Vec<u8>,
        most: usize,
        errors: Errors,
    ) -> io::Result<Pipes> {
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let all = [
            stdin.as_ref().map(AsFd::as_fd),
            stdout.as_ref().map(AsFd::as_fd),
            stderr.as_ref().map(AsFd::as_fd),
        ];
        for end in all.into_iter().flatten() {
            rustix::io::ioctl_fionbio(end, true)?;
        }
        let (output, block) = (Vec::new(), vec![0; BLOCK]);
        Ok(Pipes {
            stdin,
            input,
            sent: 0,
            stdout,
            stderr,
            output,
            most,
            output_bytes: 0,
            errors,
            block,
        })
    }

    /// Whether the child gave more output than it may.
    pub(crate) fn is_over(&self) -> bool {
        self.output_bytes > self.most as u64
    }

    /// Whether nobody holds the other ends of what comes out.
    pub(crate) fn is_silent(&self) -> bool {
        self.stdout.is_none() && self.stderr.is_none()
    }

    /// Moves what can be moved, and waits at most so long for it.
    pub(crate) fn serve(&mut self, wait: Duration) {
        let ready = self.wait(wait);
        let [stdin, stdout, stderr] = ready;
        if stdin {
            self.send();
        }
        if stdout {
            self.take_output();
        }
        if stderr {
            self.take_errors();
        }
    }

    fn wait(&self, wait: Duration) -> [bool; 3] {
        let ends: [Option<(BorrowedFd<'_>, PollFlags)>; 3] = [
            self.stdin.as_ref().map(|end| (end.as_fd(), PollFlags::OUT)),
            self.stdout.as_ref().map(|end| (end.as_fd(), PollFlags::IN)),
            self.stderr.as_ref().map(|end| (end.as_fd(), PollFlags::IN)),
        ];
        let mut polled: Vec<PollFd<'_>> = ends
            .iter()
            .flatten()
            .map(|(end, flags)| PollFd::from_borrowed_fd(*end, *flags))
            .collect();
        if polled.is_empty() {
            std::thread::sleep(wait);
            return [false; 3];
        }
        let timeout = Timespec::try_from(wait).ok();
        if poll(&mut polled, timeout.as_ref()).is_err() {
            // A signal came, or there is no memory: the caller comes again until its time is over.
            std::thread::sleep(Duration::from_micros(100));
            return [false; 3];
        }
        let mut happened = polled.iter().map(|end| !end.revents().is_empty());
        ends.map(|end| end.is_some() && happened.next().unwrap_or(false))
    }

    fn send(&mut self) {
        let Some(stdin) = &mut self.stdin else { return };
        let rest = self.input.get(self.sent..).unwrap_or_default();
        match stdin.write(rest) {
            Ok(written) => self.sent += written,
            Err(error) if is_later(&error) => return,
            // It takes no more. That may be all it wants.
            Err(_) => self.sent = self.input.len(),
        }
        if self.sent >= self.input.len() {
            self.stdin = None;
        }
    }

    fn take_output(&mut self) {
        let Some(stdout) = &mut self.stdout else { return };
        match stdout.read(&mut self.block) {
            Ok(0) => self.stdout = None,
            Ok(count) => {
                self.output_bytes += count as u64;
                let room = self.most.saturating_sub(self.output.len());
                let kept = self.block.get(..count.min(room)).unwrap_or_default();
                self.output.extend_from_slice(kept);
            }
            Err(error) if is_later(&error) => {}
            Err(_) => self.stdout = None,
        }
    }

    fn take_errors(&mut self) {
        let Some(stderr) = &mut self.stderr else { return };
        match stderr.read(&mut self.block) {
            Ok(0) => self.stderr = None,
            Ok(count) => self.errors.take(self.block.get(..count).unwrap_or_default()),
            Err(error) if is_later(&error) => {}
            Err(_) => self.stderr = None,
        }
    }
}

fn is_later(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

impl Errors {
    /// Nothing yet; `most` bytes of what the program says are kept.
    pub(crate) fn new(word: &str, most: usize) -> Errors {
        let (said, tail) = (Vec::new(), VecDeque::new());
        Errors { word: format!("{word} "), line: Some(Vec::new()), said, tail, most }
    }

    /// The end of what the program said.
    pub(crate) fn text(&self) -> String {
        let mut bytes: Vec<u8> = self.tail.iter().copied().collect();
        if let Some(line) = &self.line {
            bytes.extend_from_slice(line);
        }
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while let Some(line) = &mut self.line {
            let Some((first, rest)) = bytes.split_first() else { return };
            line.push(*first);
            bytes = rest;
            let is_whole = *first == b'\n';
            let is_ours =
                line.starts_with(self.word.as_bytes()) || self.word.as_bytes().starts_with(line);
            if is_whole || !is_ours || line.len() > LINE {
                let whole = std::mem::take(line);
                self.end_line(&whole);
            }
        }
        self.keep(bytes);
    }

    /// The launcher says no more than lines of its own, and all of them come first.
    fn end_line(&mut self, line: &[u8]) {
        let said = line.strip_prefix(self.word.as_bytes());
        match said.and_then(|text| serde_json::from_slice(text).ok()) {
            Some(said) => self.said.push(said),
            None => {
                self.line = None;
                self.keep(line);
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let new = bytes.get(bytes.len().saturating_sub(self.most)..).unwrap_or_default();
        let old = self.most.saturating_sub(new.len());
        self.tail.drain(..self.tail.len().saturating_sub(old));
        self.tail.extend(new);
    }
}
