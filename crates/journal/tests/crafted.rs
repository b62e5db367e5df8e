//! Lines whose own digest is right, by hands that know how digests are made: each must follow the line before, too.

use std::path::Path;

use contract_journal::{Broken, Digest, Error, Fault, Journal, Options, Receipt, verify};

const TEXT: &str = "what a dead writer left";

/// A line with its digest.
fn sealed(seq: u64, prev: Digest, rest: &str) -> String {
    let text = format!("{{\"seq\":{seq},\"prev\":\"{prev}\",{rest}");
    let hash = Digest::of(text.as_bytes());
    format!("{text},\"hash\":\"{hash}\"}}\n")
}

fn first(path: &Path) -> (Receipt, String) {
    let (mut journal, _) = Journal::open(path, Options::default()).unwrap();
    let receipt = journal.append(&TEXT).unwrap();
    (receipt, std::fs::read_to_string(path).unwrap())
}

fn fault(path: &Path, text: &str) -> Option<(u64, Fault)> {
    std::fs::write(path, text).unwrap();
    match verify(path) {
        Err(Error::Broken(Broken { line, fault, .. })) => Some((line, fault)),
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    }
}

#[test]
fn a_line_follows_by_number_and_by_digest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let (receipt, text) = first(&path);
    let with = |seq, prev| format!("{text}{}", sealed(seq, prev, "\"entry\":1"));
    assert_eq!(fault(&path, &with(2, receipt.hash)), None);
    for (seq, prev) in [(3, receipt.hash), (2, Digest::START), (1, Digest::START)] {
        assert_eq!(fault(&path, &with(seq, prev)), Some((2, Fault::OutOfOrder)), "{seq} {prev}");
    }
}

#[test]
fn remains_are_spoken_for_by_length_digest_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let (receipt, text) = first(&path);
    let left = format!("{{\"seq\":2,\"prev\":\"{}\",\"entry\":\"ha\n", receipt.hash);
    let (bytes, hash) = (left.len(), Digest::of(left.as_bytes()));
    let with = |seq, prev, bytes, hash| {
        let torn = format!("\"torn\":{{\"bytes\":{bytes},\"hash\":\"{hash}\"}}");
        format!("{text}{left}{}", sealed(seq, prev, &torn))
    };
    assert_eq!(fault(&path, &with(2, receipt.hash, bytes, hash)), None);
    for (seq, prev, bytes, hash) in [
        (3, receipt.hash, bytes, hash),
        (2, hash, bytes, hash),
        (2, receipt.hash, bytes - 1, hash),
        (2, receipt.hash, bytes, receipt.hash),
    ] {
        let text = with(seq, prev, bytes, hash);
        assert_eq!(fault(&path, &text), Some((2, Fault::Altered)), "{text}");
    }
    // Nobody speaks for remains that are not there.
    let torn = format!("\"torn\":{{\"bytes\":{bytes},\"hash\":\"{hash}\"}}");
    let text = format!("{text}{}", sealed(2, receipt.hash, &torn));
    assert_eq!(fault(&path, &text), Some((2, Fault::OutOfOrder)));
}

/// What dead writers left is counted over all of them.
#[test]
fn torn_bytes_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    first(&path);
    let mut torn = 0;
    for cut in [20, 31] {
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - cut]).unwrap();
        let (mut journal, opened) = Journal::open(&path, Options::default()).unwrap();
        torn += opened.torn.unwrap().bytes;
        journal.append(&TEXT).unwrap();
    }
    let verified = verify(&path).unwrap();
    assert_eq!((verified.entries, verified.torn, verified.unfinished), (1, torn, 0));
}

#[test]
fn a_digest_is_written_in_one_way() {
    let parse = |text: &str| serde_json::from_value::<Digest>(text.into()).ok();
    let digest = Digest::of(b"some bytes");
    let text = digest.to_string();
    assert_eq!(parse(&text), Some(digest));
    let plus = "+f".repeat(32);
    for bad in [&text[..62], &format!("{text}00"), &text.to_uppercase(), &plus, ""] {
        assert_eq!(parse(bad), None, "{bad}");
    }
}
