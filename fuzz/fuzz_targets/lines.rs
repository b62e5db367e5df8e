//! Cutting bytes into batches: every byte comes once and in order, lines stay whole and keep their number,
//! and nothing is held that is longer than the limit allows.
#![no_main]

use contract_guard::audit::{Batches, Piece};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, Vec<u8>)| {
    let (most, size, bytes) = (usize::from(input.0), usize::from(input.1).max(1), input.2);
    let mut batches = Batches::sized(&bytes[..], most, size);
    let mut seen: Vec<u8> = Vec::new();
    while let Some(batch) = batches.next_batch().unwrap() {
        let line = seen.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        assert_eq!(batch.line, line);
        // What is left over after a piece, and two reads.
        assert!(!batch.bytes.is_empty() && batch.bytes.len() <= most.max(2 * size) + size);
        let is_at_start = seen.last().is_none_or(|byte| *byte == b'\n');
        assert_eq!(batch.piece != Piece::More, is_at_start);
        if batch.piece != Piece::Lines {
            let ends = batch.bytes.iter().filter(|byte| **byte == b'\n').count();
            assert!(ends == 0 || (ends == 1 && batch.bytes.ends_with(b"\n")));
        }
        seen.extend(&batch.bytes);
    }
    assert_eq!(seen, bytes);
});
