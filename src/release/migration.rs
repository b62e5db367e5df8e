//! The guide from one major version to the next: what breaks, for whom, the document that shows it, what
//! to do, and the way back.

use semver::Version;

use super::Consumers;
use super::text::{plain, sentence};
use crate::gate::{Impact, Item};

/// What a guide is about.
pub(super) struct Guide<'g> {
    pub from: &'g Version,
    pub to: &'g Version,
    pub date: &'g str,
    pub summary: &'g str,
    /// The changes that break, or may.
    pub breaks: &'g [&'g Item],
    /// Who says that it relies on an artifact.
    pub consumers: &'g Consumers,
}

/// The guide as Markdown.
pub(super) fn guide(guide: &Guide<'_>) -> String {
    let Guide { from, to, date, summary, breaks, consumers } = guide;
    let mut out = format!("# From {from} to {to}\n\n{} ({date}).\n\n## Impact\n\n", head(summary));
    if breaks.is_empty() {
        out.push_str("Nothing that was valid stops being valid.\n\n");
    }
    for item in *breaks {
        out.push_str(&told(item, consumers));
    }
    out.push_str("## Migration\n\n");
    let mut steps: Vec<String> = Vec::new();
    for item in *breaks {
        let step = step(item);
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps.push(format!("Bring stored documents to {to}: `contract-guard migrate apply --from {from} --to {to} FILE...` changes what can be changed by rule, and lists the rest."));
    steps.push(format!("Accept {to} in every reader before the first writer writes it."));
    for (number, step) in steps.iter().enumerate() {
        out.push_str(&format!("{}. {step}\n", number + 1));
    }
    out.push_str(&format!(
        "\n## Rollback\n\n1. Stop writers of {to}.\n2. Run `contract-guard rollback {from}`: the contracts are as they were, under a new version, and the changelog says so.\n3. Documents that were written under {to} stay as they are: keep a copy of what was migrated until {to} is settled.\n"
    ));
    out
}

fn head(summary: &str) -> String {
    match plain(summary).trim_end_matches('.') {
        "" => "A major version".to_owned(),
        text => sentence(text),
    }
}

fn told(item: &Item, consumers: &Consumers) -> String {
    let finding = &item.finding;
    let facts = item.change.as_ref();
    let place = match &item.position {
        Some((start, _)) => format!("{}:{}", finding.primary.artifact, start.line),
        None => finding.primary.artifact.to_string(),
    };
    let mut out = format!("### {}\n\n", sentence(&plain(&finding.message)));
    if facts.is_some_and(|f| f.impact == Impact::Unproven) {
        out.push_str("- Not proven to be safe, and therefore taken for a break.\n");
    }
    out.push_str(&format!(
        "- Where: {} (`contract-guard explain {}`)\n",
        plain(&format!("`{place}`")),
        finding.code
    ));
    let who = match facts.and_then(|f| f.direction) {
        Some("forward") => "whoever reads with the old contract what is written under the new one",
        Some(_) => "whoever reads with the new contract what was written under the old one",
        None => "whoever relies on it",
    };
    out.push_str(&format!("- Who: {who}"));
    let affects = facts.map(|f| f.affects.as_slice()).unwrap_or_default();
    if !affects.is_empty() {
        let names: Vec<String> = affects.iter().map(|a| plain(&format!("`{a}`"))).collect();
        out.push_str(&format!("; through {}", names.join(", ")));
    }
    out.push('\n');
    if let Some(names) = consumers.get(&finding.primary.artifact).filter(|n| !n.is_empty()) {
        let names: Vec<String> = names.iter().map(|n| plain(&format!("`{n}`"))).collect();
        out.push_str(&format!("- Consumers: {}\n", names.join(", ")));
    }
    if let Some(witness) = &finding.witness {
        let fence = fence(&witness.document);
        out.push_str(&format!(
            "- A document that {}:\n\n{fence}json\n{}\n{fence}\n",
            plain(&witness.fate),
            witness.document
        ));
    }
    out.push('\n');
    out
}

/// A fence that no line of the document ends.
fn fence(document: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in document.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    "`".repeat(3.max(longest + 1))
}

fn step(item: &Item) -> String {
    let finding = &item.finding;
    let told = sentence(&plain(&finding.message));
    let path = finding.primary.artifact.as_str();
    format!(
        "{told}: change what reads or writes {} so that it does without.",
        plain(&format!("`{path}`"))
    )
}
