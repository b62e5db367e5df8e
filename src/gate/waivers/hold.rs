//! Which waivers hold today, for what, and what is to be said of the others.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::frozen::Frozen;
use super::{ABSENT, Waived, Waiver, Waivers};
use crate::catalog::{Catalog, Kind};
use crate::change::{self, BASE};
use crate::checks::gate::{
    gate_weakened, waiver_expired, waiver_invalid, waiver_stale, waiver_unapproved, waiver_unused,
};
use crate::finding::{Code, Finding};
use crate::freeze::{Name, Version, decode};
use crate::gate::Item;
use crate::gate::verdict::INTEGRITY;
use crate::laws::LAW_KINDS;
use crate::tree::{ArtifactPath, Tree};

/// What waivers are measured by.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Today (UTC).
    pub today: Date,
    /// Whether trees are compared, so that waivers of changes have something to accept.
    pub compares: bool,
    /// The waivers of the baseline; `None` when nobody's consent is asked.
    pub base: Option<Waivers>,
    /// How many people must have signed a waiver that the baseline does not have.
    pub approvals: u32,
    /// Who, of those whom the baseline allows, has signed, by fingerprint.
    pub signers: BTreeMap<String, BTreeSet<String>>,
}

/// The waivers that hold.
#[derive(Debug, Clone, Default)]
pub struct Accepted {
    held: Vec<Held>,
    findings: Vec<Finding>,
    /// What nobody can waive.
    frozen: Frozen,
    /// Whether there is a comparison that could show changes.
    compares: bool,
    /// Whether others than who makes the change must have consented.
    asks: bool,
    /// Whether nothing is said of the waivers themselves.
    is_quiet: bool,
}

#[derive(Debug, Clone)]
struct Held {
    waiver: Waiver,
    /// Whether the baseline has it, and not just this change.
    is_of_base: bool,
    /// Whether somebody whom the baseline allows has signed it.
    is_signed: bool,
}

impl Accepted {
    /// Measures the waivers of a tree, which may be compared with one before.
    pub fn of(
        waivers: &Waivers,
        catalog: &Catalog,
        before: Option<&Catalog>,
        terms: &Terms,
    ) -> Accepted {
        let mut accepted = Accepted {
            findings: waivers.findings.clone(),
            compares: terms.compares,
            asks: terms.base.is_some(),
            ..Accepted::default()
        };
        if waivers.entries.is_empty() {
            return accepted;
        }
        accepted.frozen = Frozen::of([catalog].into_iter().chain(before));
        let newest = newest_freeze(catalog);
        for waiver in &waivers.entries {
            match accepted.why_not(waiver, catalog, terms, newest.as_ref()) {
                Some(finding) => accepted.findings.push(finding),
                None => accepted.held.push(held(waiver, terms)),
            }
        }
        accepted
    }

    /// The same, with nothing said of the waivers themselves: for who sees a part of the findings.
    #[must_use]
    pub fn quietly(self) -> Accepted {
        Accepted { is_quiet: true, ..self }
    }

    /// Why a waiver accepts nothing.
    fn why_not(
        &self,
        waiver: &Waiver,
        catalog: &Catalog,
        terms: &Terms,
        newest: Option<&(Version, Tree)>,
    ) -> Option<Finding> {
        let until = waiver.until.map_or("no day".to_owned(), |day| day.to_string());
        if waiver.until.is_none_or(|day| day < terms.today) {
            let message =
                format!("the waiver of `{}` has run out: its end is {until}", shown(waiver));
            let help =
                "mend what it was for, or give a new one: `contract-guard waive FINGERPRINT`";
            return Some(about(waiver, waiver_expired::CODE, message, "until", help));
        }
        let Held { is_of_base, .. } = held(waiver, terms);
        let signed = terms.signers.get(&waiver.fingerprint).map_or(0, BTreeSet::len);
        let needed = usize::try_from(terms.approvals).unwrap_or(usize::MAX);
        if terms.base.is_some() && !is_of_base && signed < needed {
            let message = format!(
                "the waiver of `{}` is not in the baseline, and has {signed} of the {needed} signatures that it needs",
                shown(waiver)
            );
            let help = format!(
                "let somebody whom the baseline allows sign it: `contract-guard waive --approve {} --key FILE`",
                waiver.fingerprint
            );
            return Some(about(waiver, waiver_unapproved::CODE, message, "fingerprint", &help));
        }
        let path = ArtifactPath::lossy(&waiver.artifact);
        let now = content(&catalog.tree, &path);
        let is_contract = catalog.tree.below_root(&path) != path.as_str() || now != ABSENT;
        if is_contract && now != waiver.content {
            let message = format!(
                "the waiver of `{}` was given for another content of `{path}`",
                shown(waiver)
            );
            let help = "give a new one, or take it out: `contract-guard waivers --prune`";
            return Some(about(waiver, waiver_stale::CODE, message, "content", help));
        }
        let (version, frozen) = newest.filter(|_| is_contract)?;
        let given = waiver.freeze.as_deref().and_then(|text| Version::parse(text).ok());
        let is_later = given.is_none_or(|given| given.number() < version.number());
        (is_later && content(frozen, &path) == waiver.content).then(|| {
            let message = format!(
                "freeze {} is out with what the waiver of `{}` was for",
                version.as_str(),
                shown(waiver)
            );
            let help = "take it out: `contract-guard waivers --prune`";
            about(waiver, waiver_stale::CODE, message, "freeze", help)
        })
    }

    /// Marks what is waived. `texts` has whatever findings point to.
    pub(in crate::gate) fn mark(&self, items: &mut [Item], catalog: &Catalog, texts: &Tree) {
        for item in items.iter_mut().filter(|item| item.waived.is_none()) {
            let Some(held) = self.held.iter().find(|h| h.waiver.fingerprint == item.fingerprint)
            else {
                continue;
            };
            if self.refusal(held, item, catalog, texts).is_none() {
                let waiver = &held.waiver;
                item.waived = Some(Waived {
                    reason: waiver.reason.clone(),
                    owner: waiver.owner.clone(),
                    until: waiver.until.map(|day| day.to_string()).unwrap_or_default(),
                });
            }
        }
    }

    /// What is to be said of waivers once everything else is known.
    pub(in crate::gate) fn remarks(
        &self,
        items: &[Item],
        catalog: &Catalog,
        texts: &Tree,
    ) -> Vec<Finding> {
        if self.is_quiet {
            return Vec::new();
        }
        let mut findings = self.findings.clone();
        for held in &self.held {
            let waiver = &held.waiver;
            let meant = items.iter().find(|item| item.fingerprint == waiver.fingerprint);
            match meant {
                Some(item) => findings.extend(self.refusal(held, item, catalog, texts)),
                None if self.may_be_needed(held) => {}
                None => {
                    let message =
                        format!("nothing has the fingerprint of the waiver of `{}`", shown(waiver));
                    let help = "take it out: `contract-guard waivers --prune`";
                    let code = waiver_unused::CODE;
                    findings.push(about(waiver, code, message, "fingerprint", help));
                }
            }
        }
        findings
    }

    /// Why this waiver does not accept this finding, although it names it.
    fn refusal(
        &self,
        held: &Held,
        item: &Item,
        catalog: &Catalog,
        texts: &Tree,
    ) -> Option<Finding> {
        let waiver = &held.waiver;
        let invalid = |message: String, key: &str, help: &str| {
            Some(about(waiver, waiver_invalid::CODE, message, key, help))
        };
        if waiver.artifact != artifact(item) || waiver.code != item.finding.code.as_str() {
            let message = format!(
                "the waiver names `{}` in `{}`, and its finding is `{}` in `{}`",
                waiver.code,
                waiver.artifact,
                item.finding.code,
                artifact(item)
            );
            return invalid(message, "artifact", "let the tool write it: `contract-guard waive`");
        }
        if is_barred(item, &self.frozen) {
            let message = format!("`{}` can be waived by nobody", item.finding.code);
            return invalid(message, "code", "mend it; no waiver helps");
        }
        let is_consented = !self.asks || held.is_signed || held.is_of_base;
        if waiver.code == gate_weakened::CODE.as_str() && !is_consented {
            let message = "what judges a change is not loosened without a signature".to_owned();
            let help = format!(
                "let somebody whom the baseline allows sign it: `contract-guard waive --approve {} --key FILE`",
                waiver.fingerprint
            );
            return Some(about(waiver, waiver_unapproved::CODE, message, "fingerprint", &help));
        }
        let path = ArtifactPath::lossy(&waiver.artifact);
        (waived_content(item, catalog, texts) != waiver.content).then(|| {
            let message = format!(
                "the waiver of `{}` was given for another content of `{path}`",
                shown(waiver)
            );
            let help = "give a new one, or take it out: `contract-guard waivers --prune`";
            about(waiver, waiver_stale::CODE, message, "content", help)
        })
    }

    /// Whether another comparison than this one may show what a waiver is for: with the freeze before, when
    /// this one is with a baseline that has the change already.
    fn may_be_needed(&self, held: &Held) -> bool {
        let code = held.waiver.code.as_str();
        let is_of_law = LAW_KINDS.iter().any(|kind| kind.code.as_str() == code);
        let is_of_change = change::find(code).is_some() || code == gate_weakened::CODE.as_str();
        (is_of_law || is_of_change) && (held.is_of_base || !self.compares)
    }
}

fn held(waiver: &Waiver, terms: &Terms) -> Held {
    let of_base = terms.base.iter().flat_map(|base| &base.entries);
    let is_of_base =
        of_base.filter(|w| w.until.is_some()).any(|base| base.message() == waiver.message());
    let is_signed = terms.signers.get(&waiver.fingerprint).is_some_and(|names| !names.is_empty());
    Held { waiver: waiver.clone(), is_of_base, is_signed }
}

/// The finding as users know it.
fn shown(waiver: &Waiver) -> String {
    format!("{} {}", waiver.code, waiver.fingerprint)
}

fn about(waiver: &Waiver, code: Code, message: String, key: &str, help: &str) -> Finding {
    let mut at = waiver.at.clone();
    at.pointer = at.pointer.join(key);
    Finding::new(code, message, at).label("accepts nothing").about(&waiver.fingerprint).help(help)
}

/// The artifact of a finding, whichever side it stands on.
pub(super) fn artifact(item: &Item) -> &str {
    let path = item.finding.primary.artifact.as_str();
    path.strip_prefix(BASE).unwrap_or(path)
}

/// The artifact that a waiver of this finding names.
pub fn waived_artifact(item: &Item) -> ArtifactPath {
    ArtifactPath::lossy(artifact(item))
}

/// The content that a waiver of this finding names: that of the artifact as it is, or [`ABSENT`].
pub fn waived_content(item: &Item, catalog: &Catalog, texts: &Tree) -> String {
    let path = waived_artifact(item);
    match catalog.tree.get(&path) {
        Some(_) => content(&catalog.tree, &path),
        None => content(texts, &path),
    }
}

fn content(tree: &Tree, path: &ArtifactPath) -> String {
    tree.get(path).map_or(ABSENT.to_owned(), |artifact| artifact.digest().to_string())
}

/// What nobody can accept: damage to freezes, the frozen names of the envelope on any side of a comparison, and
/// what is said of waivers and configurations.
pub fn is_beyond_waiving<'c>(item: &Item, sides: impl IntoIterator<Item = &'c Catalog>) -> bool {
    is_barred(item, &Frozen::of(sides))
}

fn is_barred(item: &Item, frozen: &Frozen) -> bool {
    let code = item.finding.code.as_str();
    INTEGRITY.contains(&code)
        || code.starts_with("waiver-")
        || code.starts_with("envelope-")
        || code == "config-invalid"
        || frozen.covers(item)
}

/// The newest freeze that can be read, of those that lie beside the contracts.
pub fn newest_freeze(catalog: &Catalog) -> Option<(Version, Tree)> {
    let mut found: Vec<(Version, &ArtifactPath)> = catalog
        .of_kind(Kind::Freeze)
        .filter_map(|(_, item)| match Name::of(item.path.file_name()) {
            Name::Freeze(version) => Some((version, &item.path)),
            _ => None,
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| a.number().cmp(b.number()));
    found.into_iter().rev().find_map(|(version, path)| {
        let bytes = &catalog.tree.get(path)?.bytes;
        Some((version, decode(bytes).ok()?.tree(&catalog.tree.root)))
    })
}
