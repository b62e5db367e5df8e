//! `ulid`: making and checking ULIDs (the ULID specification; Crockford base32).

use std::io::BufRead;
use std::time::{Duration, SystemTime};

use super::args;
use super::output::Terminal;
use super::{Answer, Failure};
use crate::report::visible;

pub(super) fn run(command: &args::Ulid, terminal: &Terminal) -> Answer {
    match command {
        args::Ulid::New { n, at } => make(*n, at.as_deref(), terminal),
        args::Ulid::Check { ids } => check(ids, terminal),
    }
}

/// Milliseconds that 48 bits hold: the year 10889.
const LAST_TIME: u64 = (1 << 48) - 1;

fn make(n: u32, at: Option<&str>, terminal: &Terminal) -> Answer {
    let ids = some(n as usize, at)?;
    let out: String = ids.into_iter().map(|id| format!("{id}\n")).collect();
    Ok(terminal.write(out.as_bytes(), 0))
}

/// ULIDs of a time, in increasing order.
pub(super) fn some(n: usize, at: Option<&str>) -> Result<Vec<String>, Failure> {
    let time = match at {
        None => SystemTime::now(),
        Some(text) => {
            let usage = |reason: String| {
                Failure::Usage(reason, Some("write a time such as 2026-11-20T12:00:00Z".to_owned()))
            };
            let time: jiff::Timestamp =
                text.parse().map_err(|_| usage(format!("`{text}` is no RFC 3339 time")))?;
            let millis = u64::try_from(time.as_millisecond()).ok().filter(|m| *m <= LAST_TIME);
            let millis =
                millis.ok_or_else(|| usage(format!("no ULID can hold the time `{text}`")))?;
            SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
        }
    };
    let mut generator = ulid::Generator::new();
    let mut ids = Vec::new();
    for _ in 0..n {
        // Within one millisecond each is the one before plus one, so that they sort as they were made.
        let id = generator.generate_from_datetime(time).map_err(|_| {
            Failure::Usage(
                "there are no more ULIDs in that millisecond".to_owned(),
                Some("ask for fewer".to_owned()),
            )
        })?;
        ids.push(id.to_string());
    }
    Ok(ids)
}

fn check(ids: &[String], terminal: &Terminal) -> Answer {
    let mut out = String::new();
    let mut bad = 0;
    let mut judge = |place: Option<usize>, id: &str| {
        if let Some(reason) = defect(id) {
            bad += 1;
            let place = place.map_or_else(String::new, |line| format!("line {line}: "));
            out.push_str(&format!("{place}`{}` is no ULID: {reason}\n", visible(id)));
        }
    };
    let mut count = ids.len();
    if ids.is_empty() {
        for (i, line) in std::io::stdin().lock().split(b'\n').enumerate() {
            let line = line.map_err(|error| {
                Failure::Source(crate::source::SourceError::Io {
                    path: "standard input".into(),
                    error,
                })
            })?;
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches('\r');
            if !line.is_empty() {
                count += 1;
                judge(Some(i + 1), line);
            }
        }
    } else {
        ids.iter().for_each(|id| judge(None, id));
    }
    if count == 0 {
        let message = "there is no ULID to check".to_owned();
        return Err(Failure::Usage(
            message,
            Some("name some, or give one a line on standard input".to_owned()),
        ));
    }
    out.push_str(&format!("{bad} of {count} malformed\n"));
    Ok(terminal.write(out.as_bytes(), u8::from(bad > 0)))
}

/// What is wrong with a ULID; `None` when nothing is.
fn defect(id: &str) -> Option<String> {
    for (i, c) in id.chars().enumerate() {
        let position = i + 1;
        let reason = match c {
            '0'..='9' | 'A'..='H' | 'J' | 'K' | 'M' | 'N' | 'P'..='T' | 'V'..='Z' => continue,
            'I' | 'L' | 'O' | 'U' | 'i' | 'l' | 'o' | 'u' => {
                "which Crockford base32 leaves out".to_owned()
            }
            'a'..='z' => format!("write `{}`", c.to_ascii_uppercase()),
            _ => "which is not in Crockford base32".to_owned(),
        };
        return Some(format!("character {position} is `{}`, {reason}", visible(&c.to_string())));
    }
    let length = id.chars().count();
    if length != 26 {
        return Some(format!("it has {length} characters, not 26"));
    }
    let first = id.chars().next().unwrap_or('0');
    (first > '7').then(|| format!("character 1 is `{first}`: beyond `7` the time has no room"))
}

#[cfg(test)]
mod tests {
    use super::defect;

    #[test]
    fn says_which_character_is_wrong() {
        assert_eq!(defect("01ARZ3NDEKTSV4RRFFQ69G5FAV"), None);
        assert!(defect("01ARZ3NDEKTSV4RRFFQ69G5FAI").unwrap().contains("character 26 is `I`"));
        assert!(defect("01ARZ3NDEKTSV4RRFFQ69G5FA").unwrap().contains("25 characters"));
        assert!(defect("81ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap().contains("character 1 is `8`"));
        assert!(defect("01arz3ndektsv4rrffq69g5fav").unwrap().contains("write `A`"));
    }
}
