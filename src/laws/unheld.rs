//! Sentences of a written contract that a repository does not hold whole, and accepts that for a time: a list beside
//! the packs, which speak of repositories that they do not know.

use jiff::civil::Date;

use super::about::LAW_INVALID;
use super::fields::Fields;
use super::{Standing, Status};
use crate::document::{self, Limits, Pointer, Syntax};
use crate::finding::{Finding, Location};
use crate::tree::ArtifactPath;

/// Sentences that are waived for one reason.
#[derive(Debug, Clone)]
pub struct Unheld {
    /// The law.
    pub law: String,
    /// The numbers of its sentences.
    pub sentences: Vec<String>,
    /// The last day.
    pub until: Date,
    /// Who answers for it.
    pub owner: String,
    /// What is not held, and why that is accepted.
    pub reason: String,
}

/// Reads such a list. What is wrong with it are the findings.
pub fn read(path: &ArtifactPath, bytes: &[u8], limits: &Limits) -> (Vec<Unheld>, Vec<Finding>) {
    let document = document::parse(bytes, Syntax::Yaml, limits);
    let Some(value) = document.value.as_ref().filter(|_| document.unreadable().is_none()) else {
        let message = document.unreadable().map_or("it is empty", |error| error.message.as_str());
        let message = format!("the list cannot be read: {message}");
        let finding = Finding::new(LAW_INVALID.code, message, Location::file(path));
        return (Vec::new(), vec![finding.help("write a list of entries")]);
    };
    let mut all = Vec::new();
    let mut findings = Vec::new();
    for (index, item) in value.items().iter().enumerate() {
        let mut fields = Fields::new(path, item, Pointer::root().index(index));
        all.extend(entry(&mut fields));
        findings.extend(fields.finish());
    }
    (all, findings)
}

fn entry(fields: &mut Fields<'_>) -> Option<Unheld> {
    let (law, sentences) = (fields.required("pack"), fields.texts("sentences"));
    let (until, owner, reason) =
        (fields.required("until"), fields.required("owner"), fields.required("reason"));
    let Ok(day) = until.parse() else {
        fields.wrong("until", format!("`{until}` is no day"), "write one as 2027-03-31");
        return None;
    };
    Some(Unheld { law, sentences, until: day, owner, reason })
}

/// Marks what is waived today. Gives what the list says in vain: sentences that there are none of, that are held
/// anyway, or whose time is over.
pub fn waive(statuses: &mut [Status], all: &[Unheld], today: Date) -> Vec<String> {
    let mut vain = Vec::new();
    for unheld in all {
        for id in &unheld.sentences {
            let name = format!("{} {id}", unheld.law);
            let mut found =
                statuses.iter_mut().filter(|s| s.law == unheld.law && s.sentence == *id);
            let Some(status) = found.next() else {
                vain.push(format!("`{name}` is no sentence of these laws"));
                continue;
            };
            match status.standing {
                _ if today > unheld.until => {
                    vain.push(format!("the waiver of `{name}` ended on {}", unheld.until));
                }
                _ if !status.is_held() => {
                    status.standing = Standing::Waived;
                    let (until, owner) = (unheld.until, &unheld.owner);
                    status.remark = format!("until {until}, {owner}: {}", unheld.reason);
                }
                Standing::Waived => vain.push(format!("`{name}` is waived twice")),
                standing => {
                    vain.push(format!("`{name}` is {}, and needs no waiver", standing.name()))
                }
            }
        }
    }
    vain
}
