//! Recorded data, as it comes: a file or standard input, decompressed when its first bytes say that it is
//! gzip (RFC 1952) or zstd (RFC 8878), whatever its name is. Nothing is held but a window.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::SourceError;

/// Bytes that are read at once.
const BUFFER: usize = 128 << 10;

type Raw = BufReader<Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>>;

/// Opens a file of records.
///
/// # Errors
/// When it cannot be opened, or its first bytes cannot be read. Damage that comes later is an error of the
/// reader.
pub fn records_of(path: &Path) -> Result<Box<dyn Read + Send>, SourceError> {
    let io = |error| SourceError::Io { path: path.to_owned(), error };
    let file = File::open(path).map_err(io)?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        let error = io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; name its files");
        return Err(io(error));
    }
    decompressed(Box::new(file)).map_err(io)
}

/// The same of standard input.
///
/// # Errors
/// As [`records_of`].
pub fn records_of_stdin() -> Result<Box<dyn Read + Send>, SourceError> {
    decompressed(Box::new(io::stdin()))
        .map_err(|error| SourceError::Io { path: "standard input".into(), error })
}

/// What a reader gives, decompressed.
///
/// # Errors
/// Those of the reader.
pub fn decompressed(mut reader: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut head = Vec::new();
    reader.by_ref().take(4).read_to_end(&mut head)?;
    let (is_gzip, is_zstd) = (head.starts_with(b"\x1f\x8b"), is_zstd(&head));
    let whole: Raw = BufReader::with_capacity(BUFFER, Cursor::new(head).chain(reader));
    Ok(match (is_gzip, is_zstd) {
        (true, _) => Box::new(Damaged("gzip", MultiGzDecoder::new(whole))),
        (_, true) => Box::new(Damaged("zstd", Zstd::new(whole))),
        _ => Box::new(whole),
    })
}

/// A frame, or one to be skipped (RFC 8878, sections 3.1.1 and 3.1.2).
fn is_zstd(head: &[u8]) -> bool {
    match head {
        [0x28, 0xb5, 0x2f, 0xfd] => true,
        [first, 0x2a, 0x4d, 0x18] => first & 0xf0 == 0x50,
        _ => false,
    }
}

/// Says in its errors what is damaged.
struct Damaged<R>(&'static str, R);

impl<R: Read> Read for Damaged<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1.read(buffer).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
                _ => error.to_string(),
            };
            io::Error::other(format!("the {} data is damaged: {why}", self.0))
        })
    }
}

/// The frames of a stream, one after the other, with their checksums held.
struct Zstd<R> {
    reader: R,
    decoder: FrameDecoder,
    is_inside: bool,
}

impl<R: BufRead> Zstd<R> {
    fn new(reader: R) -> Self {
        Zstd { reader, decoder: FrameDecoder::new(), is_inside: false }
    }

    /// Begins the next frame; `false` at the end.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.reader.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.reader) {
                Ok(()) => {
                    self.is_inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    let skipped =
                        io::copy(&mut self.reader.by_ref().take(length), &mut io::sink())?;
                    if skipped < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(io::Error::other(error.to_string())),
            }
        }
        Ok(false)
    }

    fn end(&mut self) -> io::Result<()> {
        self.is_inside = false;
        let written = self.decoder.get_checksum_from_data();
        match written.is_none() || written == self.decoder.get_calculated_checksum() {
            true => Ok(()),
            false => Err(io::Error::other("its checksum is wrong")),
        }
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_inside && !self.begin()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.reader, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|error| io::Error::other(error.to_string()))?;
            }
            match self.decoder.read(buffer)? {
                0 => self.end()?,
                n => return Ok(n),
            }
        }
    }
}
