//! Counts of records, the first failures, and groups of reasons: bounded, and the same however the records
//! were cut into batches. Tallies of parts become one in the order of the lines.

use std::collections::HashMap;

use super::auditor::clip;
use super::record::{Defect, Reading, Verdict};

/// Groups of reasons that are told apart.
const REASONS: usize = 100;

/// A record that is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Number of the file, from 0.
    pub file: usize,
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: usize,
    /// The part of the record.
    pub pointer: String,
    /// Which kind of reason.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// Further reasons that the record has.
    pub more: usize,
}

/// Records that are not valid for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Which kind of reason.
    pub code: &'static str,
    /// The keyword as `path#pointer`, or the topic.
    pub about: String,
    /// How many records.
    pub count: u64,
    /// File and line of the first.
    pub first: (usize, u64),
}

/// What became of records.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// All records.
    pub records: u64,
    /// Instances of their contract.
    pub valid: u64,
    /// The others.
    pub invalid: u64,
    /// Those that no contract speaks of.
    pub unknown: u64,
    /// Bytes read, decompressed.
    pub bytes: u64,
    /// The first that are not valid, in the order of the lines.
    pub failures: Vec<Failure>,
    /// Why records are not valid, in the order of the first of each.
    pub reasons: Vec<Reason>,
    /// Reasons beyond those that are told apart, counted by record.
    pub other_reasons: u64,
    /// Valid before and not now.
    pub broken: u64,
    /// Not valid before, and now.
    pub mended: u64,
    /// The first that were valid.
    pub broken_first: Vec<Failure>,
    /// The first that were not.
    pub mended_first: Vec<Failure>,
    /// Files that could not be read to their end, and why.
    pub unreadable: Vec<(usize, String)>,
}

impl Tally {
    /// Adds what comes after. At most `firsts` failures are kept.
    pub fn add(&mut self, after: Tally, firsts: usize) {
        self.records += after.records;
        self.valid += after.valid;
        self.invalid += after.invalid;
        self.unknown += after.unknown;
        self.bytes += after.bytes;
        self.broken += after.broken;
        self.mended += after.mended;
        self.other_reasons += after.other_reasons;
        for (mine, theirs) in [
            (&mut self.failures, after.failures),
            (&mut self.broken_first, after.broken_first),
            (&mut self.mended_first, after.mended_first),
        ] {
            let room = firsts.saturating_sub(mine.len());
            mine.extend(theirs.into_iter().take(room));
        }
        for reason in after.reasons {
            let same =
                |known: &&mut Reason| known.code == reason.code && known.about == reason.about;
            let has_room = self.reasons.len() < REASONS;
            match self.reasons.iter_mut().find(same) {
                Some(known) => known.count += reason.count,
                None if has_room => self.reasons.push(reason),
                None => self.other_reasons += reason.count,
            }
        }
        self.unreadable.extend(after.unreadable);
    }
}

/// Counts the records of one batch. Reasons are not bounded here, so that those which are kept do not depend
/// on where batches begin.
pub(super) struct Counter {
    pub tally: Tally,
    pub firsts: usize,
    pub file: usize,
    known: HashMap<(&'static str, String), usize>,
}

/// A line, and what was read of it.
pub(super) struct Line<'l> {
    pub number: u64,
    pub bytes: &'l [u8],
    pub reading: Option<&'l Reading<'l>>,
}

impl Counter {
    pub(super) fn new(file: usize, firsts: usize) -> Self {
        Counter { tally: Tally::default(), firsts, file, known: HashMap::new() }
    }

    pub(super) fn count(&mut self, verdict: &Verdict, line: &Line<'_>) {
        let tally = &mut self.tally;
        tally.records += 1;
        match verdict {
            Verdict::Valid => tally.valid += 1,
            Verdict::Invalid(_) => tally.invalid += 1,
            Verdict::Unknown(_) => tally.unknown += 1,
        }
        let defects = verdict.defects();
        if tally.failures.len() < self.firsts {
            tally.failures.extend(failure(self.file, line, defects));
        }
        let mut seen: Vec<(&str, &str)> = Vec::new();
        for defect in defects {
            let key = (defect.code, defect.about.as_str());
            if !seen.contains(&key) {
                seen.push(key);
                self.reason(defect, line.number);
            }
        }
    }

    fn reason(&mut self, defect: &Defect, line: u64) {
        let reasons = &mut self.tally.reasons;
        let at = self.known.entry((defect.code, defect.about.clone())).or_insert(reasons.len());
        match reasons.get_mut(*at) {
            Some(reason) => reason.count += 1,
            None => reasons.push(Reason {
                code: defect.code,
                about: defect.about.clone(),
                count: 1,
                first: (self.file, line),
            }),
        }
    }

    /// Counts what a change means for a record.
    pub(super) fn compare(&mut self, before: &Verdict, now: &Verdict, line: &Line<'_>) {
        let tally = &mut self.tally;
        match (before, now) {
            (Verdict::Valid, Verdict::Valid) => {}
            (Verdict::Valid, _) => {
                tally.broken += 1;
                if tally.broken_first.len() < self.firsts {
                    tally.broken_first.extend(failure(self.file, line, now.defects()));
                }
            }
            (_, Verdict::Valid) => {
                tally.mended += 1;
                if tally.mended_first.len() < self.firsts {
                    tally.mended_first.extend(failure(self.file, line, before.defects()));
                }
            }
            _ => {}
        }
    }
}

fn failure(file: usize, line: &Line<'_>, defects: &[Defect]) -> Option<Failure> {
    let (first, rest) = defects.split_first()?;
    Some(Failure {
        file,
        line: line.number,
        column: first.column(line.bytes, line.reading),
        pointer: clip(first.pointer.as_str()),
        code: first.code,
        message: first.message.clone(),
        more: rest.len(),
    })
}
