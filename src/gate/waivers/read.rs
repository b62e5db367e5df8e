//! `waivers.yaml`: entries with everything that a waiver needs, and a finding for those without.

use std::str::FromStr;

use jiff::civil::Date;

use crate::catalog::{Catalog, WAIVERS as FILE};
use crate::checks::gate::waiver_invalid;
use crate::document::{Data, Pointer, Value};
use crate::finding::{Finding, Location};
use crate::tree::ArtifactPath;

/// An entry that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The finding that is accepted: 16 hexadecimal digits.
    pub fingerprint: String,
    /// The code of that finding.
    pub code: String,
    /// The artifact that it is about.
    pub artifact: String,
    /// The digest of that artifact, `sha256:…`, or `absent`.
    pub content: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day (UTC); `None` when it is no day, which is as good as over.
    pub until: Option<Date>,
    /// The newest freeze when it was given.
    pub freeze: Option<String>,
    /// Signatures, as `ssh-keygen -Y sign` writes them.
    pub signatures: Vec<String>,
    /// Where it stands.
    pub at: Location,
}

impl Waiver {
    /// What is signed: everything that was consented to, a line each.
    pub fn message(&self) -> String {
        let until = self.until.map(|day| day.to_string()).unwrap_or_default();
        let freeze = self.freeze.as_deref().unwrap_or_default();
        let parts = [
            ("fingerprint", self.fingerprint.as_str()),
            ("code", &self.code),
            ("artifact", &self.artifact),
            ("content", &self.content),
            ("reason", &self.reason),
            ("owner", &self.owner),
            ("until", &until),
            ("freeze", freeze),
        ];
        let mut text = "contract-guard-waiver/1\n".to_owned();
        for (name, value) in parts {
            // A length before each value keeps a line break in one from being taken for the next.
            text.push_str(&format!("{name} {} {value}\n", value.len()));
        }
        text
    }
}

/// The waivers of a tree.
#[derive(Debug, Clone, Default)]
pub struct Waivers {
    /// Entries, in the order of the file.
    pub entries: Vec<Waiver>,
    /// What is wrong with the others.
    pub findings: Vec<Finding>,
}

const KEYS: [&str; 9] = [
    "fingerprint",
    "code",
    "artifact",
    "content",
    "reason",
    "owner",
    "until",
    "freeze",
    "signatures",
];

impl Waivers {
    /// The path of the file in a tree.
    pub fn path(root: &str) -> ArtifactPath {
        ArtifactPath::below(root, FILE)
    }

    /// Reads the file of a tree, if it has one.
    pub fn read(catalog: &Catalog) -> Waivers {
        let path = Waivers::path(&catalog.tree.root);
        let mut waivers = Waivers::default();
        let Some(item) = catalog.find(&path).and_then(|id| catalog.item(id)) else {
            return waivers;
        };
        let list = item.value().and_then(|value| value.get("waivers"));
        // A file that does not parse has a finding of its own, and accepts nothing.
        let Some(list) = list.filter(|list| list.is_array()) else {
            waivers.wrong(Location::file(&path), "the file has no list `waivers`", "file");
            return waivers;
        };
        for (i, entry) in list.items().iter().enumerate() {
            let at = Location::value(&path, Pointer::root().join("waivers").index(i));
            waivers.entry(entry, at);
        }
        waivers
    }

    fn wrong(&mut self, at: Location, message: &str, about: &str) {
        let finding = Finding::new(waiver_invalid::CODE, message, at).label("accepts nothing");
        let help = "`contract-guard waive FINGERPRINT` writes a whole one";
        self.findings.push(finding.about(about).help(help));
    }

    fn entry(&mut self, entry: &Value, at: Location) {
        let unknown = entry.members().iter().find(|m| !KEYS.contains(&m.key.as_str()));
        if let Some(member) = unknown {
            let message = format!("a waiver has no `{}`", member.key);
            let place = Location::key(&at.artifact, at.pointer.join(&member.key));
            return self.wrong(place, &message, &member.key);
        }
        let text = |key: &str| {
            let value = entry.get(key)?;
            let text = match &value.data {
                Data::String(text) => text.clone(),
                Data::Number(number) => number.text().to_owned(),
                _ => return None,
            };
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let needed = ["fingerprint", "code", "artifact", "content", "reason", "owner", "until"];
        let missing = needed.iter().find(|key| text(key).is_none());
        if let Some(key) = missing {
            return self.wrong(at, &format!("the waiver says no `{key}`"), key);
        }
        let needed = |key: &str| text(key).unwrap_or_default();
        let fingerprint = needed("fingerprint");
        let is_exact = fingerprint.len() == 16
            && fingerprint.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !is_exact {
            let place = Location::value(&at.artifact, at.pointer.join("fingerprint"));
            let message =
                format!("`{fingerprint}` is no fingerprint of one finding; a waiver is for one");
            return self.wrong(place, &message, &fingerprint);
        }
        if self.entries.iter().any(|known| known.fingerprint == fingerprint) {
            let message = format!("two waivers are for `{fingerprint}`; the first one counts");
            return self.wrong(at, &message, &fingerprint);
        }
        let signatures = entry.get("signatures").map(Value::items).unwrap_or_default();
        self.entries.push(Waiver {
            fingerprint,
            code: needed("code"),
            artifact: needed("artifact"),
            content: needed("content"),
            reason: needed("reason"),
            owner: needed("owner"),
            until: Some(needed("until"))
                .filter(|day| day.len() == 10)
                .and_then(|day| Date::from_str(&day).ok()),
            freeze: text("freeze"),
            signatures: signatures.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            at,
        });
    }
}
