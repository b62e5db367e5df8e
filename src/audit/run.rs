//! Batches to threads and their tallies back, in order. Each thread has short queues of its own, which are
//! filled and emptied in turn: memory stays bounded, and the answer does not depend on how many there are.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, Scope, ScopedJoinHandle};

use super::auditor::Auditor;
use super::batches::{Batch, Batches, Piece};
use super::record::{Reading, Verdict, too_long};
use super::tally::{Counter, Line, Tally};

/// Batches that wait for a thread.
const QUEUE: usize = 2;
/// Bytes of stack: values nest up to the depth limit, references up to the hop limit.
const STACK: usize = 64 << 20;

/// Which records are passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emit {
    /// Those that are valid.
    Valid,
    /// All others.
    Invalid,
}

/// What a run may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Threads that ask; at least one.
    pub threads: usize,
    /// Bytes of a line, its end left out.
    pub line_bytes: usize,
    /// Failures that are kept.
    pub firsts: usize,
}

/// What is read, by number; the answer tells why it cannot be.
pub type Input<'i> = &'i (dyn Fn(usize) -> Result<Box<dyn Read + Send>, String> + Sync);

/// Who is asked: the contracts now, and those before when two are compared.
pub(super) struct Asked<'a, 'c> {
    now: &'a Auditor<'c>,
    before: Option<&'a Auditor<'c>>,
    emit: Option<Emit>,
    limits: Limits,
}

/// What a batch became.
struct Done {
    tally: Tally,
    emitted: Vec<u8>,
}

type Job = (usize, Batch);

/// Holds `count` inputs against contracts. Records that `emit` asks for go to `out`, their bytes as they were,
/// each with a line end; `read` counts records while the run goes on.
///
/// # Errors
/// When no thread can be started, or one has died.
pub fn run(
    (count, input): (usize, Input<'_>),
    (now, before): (&Auditor<'_>, Option<&Auditor<'_>>),
    emit: Option<Emit>,
    limits: Limits,
    read: &AtomicU64,
    out: &mut dyn FnMut(&[u8]),
) -> io::Result<Tally> {
    let asked = Asked { now, before, emit, limits };
    std::thread::scope(|scope| {
        let mut workers = Vec::new();
        let mut jobs = Vec::new();
        let mut answers = Vec::new();
        for _ in 0..limits.threads.max(1) {
            let (job, to_do) = sync_channel::<Job>(QUEUE);
            let (done, answer) = sync_channel::<Done>(QUEUE);
            let asked = &asked;
            workers.push(start(scope, move || work(&to_do, &done, asked))?);
            jobs.push(job);
            answers.push(answer);
        }
        let reader = start(scope, move || feed(count, input, &jobs, limits.line_bytes))?;
        let mut tally = Tally::default();
        for answer in answers.iter().cycle() {
            // A thread that has nothing more to say is the first of which nothing was asked.
            let Ok(done) = answer.recv() else { break };
            out(&done.emitted);
            tally.add(done.tally, limits.firsts);
            read.store(tally.records, Ordering::Relaxed);
        }
        drop(answers);
        let died = |_| io::Error::other("a thread has died");
        tally.unreadable = reader.join().map_err(died)?;
        workers.into_iter().try_for_each(|worker| worker.join().map_err(died))?;
        Ok(tally)
    })
}

fn start<'s, T: Send + 's>(
    scope: &'s Scope<'s, '_>,
    work: impl FnOnce() -> T + Send + 's,
) -> io::Result<ScopedJoinHandle<'s, T>> {
    Builder::new().stack_size(STACK).spawn_scoped(scope, work)
}

/// Reads everything, and hands batches out in turn. Gives what could not be read.
fn feed(
    count: usize,
    input: Input<'_>,
    jobs: &[SyncSender<Job>],
    line_bytes: usize,
) -> Vec<(usize, String)> {
    let mut unreadable = Vec::new();
    let mut turn = jobs.iter().cycle();
    for file in 0..count {
        let mut batches = match input(file) {
            Ok(reader) => Batches::new(reader, line_bytes),
            Err(why) => {
                unreadable.push((file, why));
                continue;
            }
        };
        loop {
            match batches.next_batch() {
                Ok(None) => break,
                Err(error) => {
                    unreadable.push((file, error.to_string()));
                    break;
                }
                Ok(Some(batch)) => {
                    let sent = turn.next().map(|job| job.send((file, batch)));
                    if !matches!(sent, Some(Ok(()))) {
                        return unreadable;
                    }
                }
            }
        }
    }
    unreadable
}

fn work(to_do: &Receiver<Job>, done: &SyncSender<Done>, asked: &Asked<'_, '_>) {
    while let Ok((file, batch)) = to_do.recv() {
        if done.send(asked.batch(file, &batch)).is_err() {
            return;
        }
    }
}

impl Asked<'_, '_> {
    fn batch(&self, file: usize, batch: &Batch) -> Done {
        let mut counter = Counter::new(file, self.limits.firsts);
        let mut emitted = Vec::new();
        match batch.piece {
            Piece::Lines => {
                let lines = batch.bytes.split_inclusive(|byte| *byte == b'\n');
                for (line, number) in lines.zip(batch.line..) {
                    self.line(line, number, &mut counter, &mut emitted);
                }
            }
            piece => {
                if piece == Piece::Start {
                    let line = Line { number: batch.line, bytes: &batch.bytes, reading: None };
                    self.judged(&self.too_long(), &line, &mut counter);
                }
                if self.emit == Some(Emit::Invalid) {
                    emitted.extend_from_slice(&batch.bytes);
                }
            }
        }
        counter.tally.bytes = batch.bytes.len() as u64;
        Done { tally: counter.tally, emitted }
    }

    fn line(&self, whole: &[u8], number: u64, counter: &mut Counter, emitted: &mut Vec<u8>) {
        let ended = whole.strip_suffix(b"\n");
        let bytes = ended.map_or(whole, |line| line.strip_suffix(b"\r").unwrap_or(line));
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let read = match bytes.len() > self.limits.line_bytes {
            true => Err(self.too_long()),
            false => {
                Reading::of(bytes, ended.is_some(), self.now.limits()).map_err(Verdict::Invalid)
            }
        };
        let reading = read.as_ref().ok();
        let line = Line { number, bytes, reading };
        let verdict = match &read {
            Ok(reading) => self.now.ask(reading),
            Err(broken) => broken.clone(),
        };
        self.judged(&verdict, &line, counter);
        let is_wanted = match self.emit {
            None => false,
            Some(Emit::Valid) => verdict == Verdict::Valid,
            Some(Emit::Invalid) => verdict != Verdict::Valid,
        };
        if is_wanted {
            emitted.extend_from_slice(whole);
            if ended.is_none() {
                emitted.push(b'\n');
            }
        }
    }

    fn judged(&self, verdict: &Verdict, line: &Line<'_>, counter: &mut Counter) {
        counter.count(verdict, line);
        // What is no JSON was none before.
        if let (Some(before), Some(reading)) = (self.before, line.reading) {
            counter.compare(&before.ask(reading), verdict, line);
        }
    }

    fn too_long(&self) -> Verdict {
        Verdict::Invalid(vec![too_long(self.limits.line_bytes)])
    }
}
