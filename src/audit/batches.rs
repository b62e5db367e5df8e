//! Bytes cut into batches of whole lines. A line beyond the limit goes on in pieces, so that no line needs
//! memory of its own length. What a line says is not looked at here.

use std::io::{self, Read};

/// Bytes that are read before a batch is closed.
const BATCH: usize = 256 << 10;

/// What a batch holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// Whole lines.
    Lines,
    /// The beginning of a line that is too long to be held.
    Start,
    /// More of that line.
    More,
}

/// Lines, or a piece of one.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch {
    /// Number of the first line, from 1.
    pub line: u64,
    /// The bytes, line ends included.
    pub bytes: Vec<u8>,
    /// What they are.
    pub piece: Piece,
}

/// Cuts what a reader gives.
pub struct Batches<R> {
    reader: R,
    most: usize,
    size: usize,
    line: u64,
    /// What was read and belongs to the next batch, and how much of it is known to hold no line end.
    rest: Vec<u8>,
    plain: usize,
    is_inside: bool,
    end: Option<io::Result<()>>,
}

impl<R: Read> Batches<R> {
    /// A line may be cut into pieces when it has more than `most` bytes.
    pub fn new(reader: R, most: usize) -> Self {
        Batches::sized(reader, most, BATCH)
    }

    /// The same with a size of batches.
    pub fn sized(reader: R, most: usize, size: usize) -> Self {
        let (rest, size) = (Vec::new(), size.max(1));
        Batches { reader, most, size, line: 1, rest, plain: 0, is_inside: false, end: None }
    }

    /// The next batch; `None` at the end. When reading fails, the whole lines before the failure come
    /// first, and what may be a part of a line is left out.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn next_batch(&mut self) -> io::Result<Option<Batch>> {
        loop {
            if let Some(end) = self.end.take() {
                self.end = Some(Ok(()));
                return end.map(|()| None);
            }
            let mut bytes = std::mem::take(&mut self.rest);
            let known = self.plain;
            bytes.reserve(self.size);
            let read = self.reader.by_ref().take(self.size as u64).read_to_end(&mut bytes);
            let fresh = bytes.get(known..).unwrap_or_default();
            let found = match self.is_inside {
                true => memchr::memchr(b'\n', fresh),
                false => memchr::memrchr(b'\n', fresh),
            };
            let is_last = matches!(read, Ok(n) if n < self.size);
            let cut = match found {
                Some(at) => known + at + 1,
                None if read.is_err() => 0,
                None if is_last || self.is_inside || bytes.len() > self.most => bytes.len(),
                None => 0,
            };
            self.rest = bytes.split_off(cut);
            self.plain = if self.is_inside { 0 } else { self.rest.len() };
            // After a last read there may be whole lines and the beginning of one more.
            let has_more = read.is_ok() && !self.rest.is_empty();
            match read {
                Err(error) => self.end = Some(Err(error)),
                Ok(_) if is_last && !has_more => self.end = Some(Ok(())),
                Ok(_) => {}
            }
            if !bytes.is_empty() {
                return Ok(Some(self.close(bytes, found.is_some(), is_last)));
            }
        }
    }

    fn close(&mut self, bytes: Vec<u8>, has_end: bool, is_last: bool) -> Batch {
        let piece = match (self.is_inside, has_end || is_last) {
            (true, _) => Piece::More,
            (false, true) => Piece::Lines,
            (false, false) => Piece::Start,
        };
        self.is_inside = !has_end && !is_last;
        let line = self.line;
        self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        Batch { line, bytes, piece }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, as pipes do.
    struct Slow<'b>(&'b [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(buffer.len());
            self.0.take(n as u64).read(buffer).inspect(|n| self.0 = &self.0[*n..])
        }
    }

    struct Broken<'b>(&'b [u8]);

    impl Read for Broken<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("torn")),
                n => Ok(n),
            }
        }
    }

    fn all(reader: impl Read, most: usize, size: usize) -> Vec<Batch> {
        let mut batches = Batches::sized(reader, most, size);
        let mut all = Vec::new();
        while let Some(batch) = batches.next_batch().unwrap() {
            all.push(batch);
        }
        all
    }

    #[test]
    fn every_byte_comes_once_and_lines_stay_whole() {
        let text = b"a\nbb\n\nccc\r\nlast";
        for size in 1..20 {
            for step in 1..5 {
                let all = all(Slow(text, step), 100, size);
                assert_eq!(all.iter().flat_map(|b| b.bytes.clone()).collect::<Vec<_>>(), text);
                for batch in &all {
                    assert_eq!(batch.piece, Piece::Lines);
                }
                let ended = all.iter().rev().skip(1).all(|b| b.bytes.ends_with(b"\n"));
                assert!(ended, "{size} {step}");
            }
        }
    }

    #[test]
    fn lines_are_counted() {
        let batches = all(&b"a\nbb\ncc\ndd\n"[..], 100, 4);
        let lines: Vec<(u64, &[u8])> = batches.iter().map(|b| (b.line, &b.bytes[..])).collect();
        assert_eq!(lines, [(1, &b"a\n"[..]), (2, b"bb\ncc\n"), (4, b"dd\n")]);
    }

    #[test]
    fn a_line_beyond_the_limit_comes_in_pieces() {
        let text = [b"a\n".to_vec(), vec![b'x'; 50], b"\nb\n".to_vec()].concat();
        let batches = all(&text[..], 8, 4);
        assert!(batches.iter().all(|b| b.bytes.len() <= 16), "{batches:?}");
        let starts: Vec<u64> =
            batches.iter().filter(|b| b.piece == Piece::Start).map(|b| b.line).collect();
        assert_eq!(starts, [2]);
        let last = batches.last().unwrap();
        assert_eq!((last.line, last.piece, &last.bytes[..]), (3, Piece::Lines, &b"b\n"[..]));
    }

    #[test]
    fn what_was_whole_before_a_failure_is_kept() {
        let mut batches = Batches::sized(Broken(b"a\nb\ntor"), 100, 64);
        assert_eq!(batches.next_batch().unwrap().unwrap().bytes, b"a\nb\n");
        assert!(batches.next_batch().is_err());
        assert!(batches.next_batch().unwrap().is_none());
    }
}
