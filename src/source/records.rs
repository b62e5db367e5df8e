//! Recorded data, as it comes: a file or standard input, decompressed when its first bytes say that it is
//! gzip (RFC 1952) or zstd (RFC 8878), whatever its name is. Nothing is held but a window.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;
use ruzstd::decoding::errors::{
    DecodeBlockContentError, DecompressBlockError, FrameDecoderError, ReadFrameHeaderError,
};
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
        (true, _) => Box::new(Damaged("gzip", Gzip { member: Some(GzDecoder::new(whole)) })),
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

/// The members of a stream, one after the other (RFC 1952, section 2.2).
struct Gzip<R: BufRead> {
    member: Option<GzDecoder<R>>,
}

/// Bytes that are asked of gzip at once: what one question gave before damage is lost.
const PIECE: usize = 16 << 10;

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(PIECE);
        let piece = buffer.get_mut(..most).unwrap_or_default();
        while let Some(mut member) = self.member.take() {
            let read = member.read(piece)?;
            if read > 0 || piece.is_empty() {
                self.member = Some(member);
                return Ok(read);
            }
            let mut rest = member.into_inner();
            match rest.fill_buf()?.first() {
                None => {}
                Some(0x1f) => self.member = Some(GzDecoder::new(rest)),
                Some(_) => return Err(io::Error::other("what follows its end is no gzip")),
            }
        }
        Ok(0)
    }
}

/// The frames of a stream, one after the other, with their checksums held.
struct Zstd<R> {
    reader: R,
    decoder: FrameDecoder,
    is_inside: bool,
    /// Whether the frame has more than its window, so that the decoder says how much more.
    is_beyond: bool,
    /// Why the frame ends before its end.
    failure: Option<io::Error>,
    /// What may be handed out of a frame that ends before its end.
    left: usize,
}

/// The last block of a frame, raw and empty, and a checksum for frames that have one (RFC 8878, section
/// 3.1.1.2): without it the decoder keeps its window to itself.
const END: &[u8] = &[1, 0, 0, 0, 0, 0, 0];

/// Most bytes that a block can become (RFC 8878, section 3.1.1.2.4).
const BLOCK: usize = 128 << 10;

impl<R: BufRead> Zstd<R> {
    fn new(reader: R) -> Self {
        let decoder = FrameDecoder::new();
        let (is_inside, is_beyond) = (false, false);
        Zstd { reader, decoder, is_inside, is_beyond, failure: None, left: 0 }
    }

    /// Begins the next frame; `false` at the end.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.reader.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.reader) {
                Ok(()) => {
                    (self.is_inside, self.is_beyond) = (true, false);
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
                Err(error) => return Err(in_words(&error)),
            }
        }
        Ok(false)
    }

    /// Decodes the next block. It is read first, so that one that is cut leaves nothing behind.
    fn block(&mut self) -> Result<(), (io::Error, usize)> {
        let whole = |error| (error, 0);
        let mut block = vec![0; 3];
        self.reader.read_exact(&mut block).map_err(whole)?;
        let header = block.iter().rev().fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
        // A run is one byte, however often it stands.
        let size = if (header >> 1) & 3 == 1 { 1 } else { header >> 3 };
        block.resize(3 + size, 0);
        self.reader.read_exact(block.get_mut(3..).unwrap_or_default()).map_err(whole)?;
        let mut source = block.as_slice().chain(&mut self.reader);
        let decoded = self.decoder.decode_blocks(&mut source, BlockDecodingStrategy::UptoBlocks(1));
        let surplus = match &decoded {
            Err(_) if self.is_beyond => self.decoder.can_collect(),
            Err(error) if is_half_done(error) => BLOCK,
            _ => 0,
        };
        decoded.map(|_| ()).map_err(|error| (in_words(&error), surplus))
    }

    /// Ends a frame before its end: what was decoded before is handed out, but for the last `surplus` bytes,
    /// which damage may have made.
    fn give_up(&mut self, failure: io::Error, surplus: usize) {
        let _ = self.decoder.decode_blocks(END, BlockDecodingStrategy::UptoBlocks(1));
        self.left = self.decoder.can_collect().saturating_sub(surplus);
        self.failure = Some(failure);
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

/// Whether a block may have left bytes behind although it failed.
fn is_half_done(error: &FrameDecoderError) -> bool {
    matches!(
        error,
        FrameDecoderError::FailedToReadBlockBody(DecodeBlockContentError::DecompressBlockError(
            DecompressBlockError::ExecuteSequencesError(_)
        ))
    )
}

/// What the decoder says, without its names for things.
fn in_words(error: &FrameDecoderError) -> io::Error {
    use FrameDecoderError as Error;
    use ReadFrameHeaderError as Header;
    let why = match error {
        Error::ReadFrameHeaderError(Header::BadMagicNumber(_)) => "what follows its end is no zstd",
        Error::ReadFrameHeaderError(_) | Error::FailedToReadChecksum(_) => {
            return io::ErrorKind::UnexpectedEof.into();
        }
        Error::DictNotProvided { .. } => "it can be read with its dictionary only",
        Error::WindowSizeTooBig { requested, max } => {
            let why = format!("its window has {requested} bytes, and {max} are allowed");
            return io::Error::other(why);
        }
        Error::FrameHeaderError(_) | Error::FailedToInitialize(_) => "a frame begins wrongly",
        _ => "a block cannot be decoded",
    };
    io::Error::other(why)
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if self.failure.is_some() {
                let most = buffer.len().min(self.left);
                let given = self.decoder.read(buffer.get_mut(..most).unwrap_or_default())?;
                self.left -= given;
                return match self.failure.take_if(|_| given == 0) {
                    Some(failure) => Err(failure),
                    None => Ok(given),
                };
            }
            if !self.is_inside && !self.begin()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                if let Err((failure, surplus)) = self.block() {
                    self.give_up(failure, surplus);
                    break;
                }
                self.is_beyond |= self.decoder.can_collect() > 0;
            }
            if self.failure.is_some() {
                continue;
            }
            match self.decoder.read(buffer)? {
                0 => self.end()?,
                n => return Ok(n),
            }
        }
    }
}
