//! Where a journal ends: the last line that can be believed, and what a dead writer left after it. Found from the
//! end, so that opening a large journal costs no more than a small one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::{Broken, Error, Fault};
use crate::line::{Digest, LONGEST, Line};

/// Bytes that are read at first, and then as many as there are already: long lines cost no more than their length.
const BLOCK: u64 = 64 << 10;

/// Bytes that are searched: the longest line, and as much behind it that a dead writer left.
const SEARCHED: u64 = 2 * LONGEST as u64;

/// The end of a journal.
pub(crate) struct Tail {
    /// The number of the next line.
    pub next: u64,
    /// What it follows.
    pub head: Digest,
    /// What stands behind the last line.
    pub remains: Vec<u8>,
}

/// Reads the end of a journal.
///
/// # Errors
/// Those of the system; [`Error::Broken`] when what stands there was not left by a writer.
pub(crate) fn read(path: &Path, file: &mut File) -> Result<Tail, Error> {
    let failed = |error| Error::Io(path.to_owned(), error);
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    let mut bytes: Vec<u8> = Vec::new();
    let mut start = length;
    let tail = loop {
        if let Some((end, next, head)) = last_line(&bytes, start == 0) {
            break Tail { next, head, remains: bytes.split_off(end) };
        }
        if start == 0 {
            break Tail { next: 1, head: Digest::START, remains: bytes };
        }
        let searched = length - start;
        if searched >= SEARCHED {
            return Err(broken(path, file, start));
        }
        let size = searched.max(BLOCK).min(start);
        start -= size;
        let mut block = vec![0; usize::try_from(size).unwrap_or(0)];
        file.seek(SeekFrom::Start(start))
            .and_then(|_| file.read_exact(&mut block))
            .map_err(failed)?;
        block.append(&mut bytes);
        bytes = block;
    };
    let lines = tail.remains.split(|byte| *byte == b'\n');
    let is_foreign = lines.into_iter().any(|line| !is_remains(line, tail.next, tail.head));
    if is_foreign {
        let at = length - u64::try_from(tail.remains.len()).unwrap_or(length);
        return Err(broken(path, file, at));
    }
    Ok(tail)
}

/// The end of the last line that can be believed, the number after it, and its digest. The first line of `bytes`
/// is a whole one only at the start of the file.
fn last_line(bytes: &[u8], is_start: bool) -> Option<(usize, u64, Digest)> {
    let mut end = memchr::memrchr(b'\n', bytes)?;
    loop {
        let before = bytes.get(..end)?;
        let start = match memchr::memrchr(b'\n', before) {
            Some(at) => at + 1,
            None if is_start => 0,
            None => return None,
        };
        if let Ok(line) = Line::parse(before.get(start..)?) {
            return Some((end + 1, line.seq + 1, line.hash));
        }
        end = start.checked_sub(1)?;
    }
}

/// Whether bytes may be what a dead writer left of the line `next`: a beginning of it, and after a power cut
/// perhaps nothing but zeros behind that.
pub(crate) fn is_remains(bytes: &[u8], next: u64, head: Digest) -> bool {
    let written = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    let written = bytes.get(..written).unwrap_or_default();
    let begin = format!("{{\"seq\":{next},\"prev\":\"{head}\",");
    let common = written.len().min(begin.len());
    written.get(..common) == begin.as_bytes().get(..common)
}

/// Only whoever is refused has to wait for the line to be counted.
fn broken(path: &Path, file: &mut File, at: u64) -> Error {
    let line = lines_before(file, at).map_or(0, |lines| lines + 1);
    Error::Broken(Broken { path: path.to_owned(), line, fault: Fault::Unreadable })
}

fn lines_before(file: &mut File, at: u64) -> io::Result<u64> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = file.take(at);
    let mut block = vec![0; usize::try_from(BLOCK).unwrap_or(0)];
    let mut lines = 0;
    loop {
        let read = reader.read(&mut block)?;
        if read == 0 {
            return Ok(lines);
        }
        lines += memchr::memchr_iter(b'\n', block.get(..read).unwrap_or_default()).count() as u64;
    }
}
