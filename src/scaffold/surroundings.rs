//! What templates have to know of the tree around: folders, identifiers, shared definitions, the envelope
//! and the topics, bands, and what the neighbours look like.

use serde_json::{Value as Json, json};

use crate::catalog::{Area, Catalog, Item, ItemId, Kind, RootId, TopicList};
use crate::document::{Pointer, Value, canonical_json, from_json, to_json};
use crate::tree::{ArtifactPath, Digest};

/// A tree, seen by templates.
pub(super) struct Surroundings<'c> {
    pub catalog: &'c Catalog,
    pub module: Option<&'c str>,
}

impl<'c> Surroundings<'c> {
    fn root(&self, path: &str) -> String {
        match self.catalog.tree.root.as_str() {
            "" => path.to_owned(),
            root => format!("{root}/{path}"),
        }
    }

    /// The folder of an area, such as `contracts/modules/notes/storage`.
    pub(super) fn folder(&self, area: &str) -> String {
        match self.module {
            Some(module) => self.root(&format!("modules/{module}/{area}")),
            None if self.is_by_module() && matches!(area, "api" | "events" | "storage") => {
                self.root(&format!("globals/{area}"))
            }
            None => self.root(area),
        }
    }

    /// Whether what all share lies in `globals/`.
    fn is_by_module(&self) -> bool {
        let prefix = self.root("globals/");
        self.catalog.items.iter().any(|item| item.path.as_str().starts_with(&prefix))
    }

    pub(super) fn root_folder(&self) -> String {
        self.root("").trim_end_matches('/').to_owned()
    }

    /// How a schema at `from` refers to a shared definition: a relative path where identifiers follow
    /// paths, else an absolute identifier.
    pub(super) fn shared(&self, names: &[&str], from: &str) -> Option<String> {
        let mut found: Vec<(bool, ItemId, String)> = Vec::new();
        for item in self.catalog.schemas.keys() {
            let it = self.catalog.item(*item)?;
            if it.stem() != "common" || (it.module.is_some() && it.module.as_deref() != self.module)
            {
                continue;
            }
            for keyword in ["$defs", "definitions"] {
                let defs = it.value().and_then(|v| v.get(keyword)).map(Value::members);
                let fits = |key: &str| names.iter().any(|name| key.eq_ignore_ascii_case(name));
                let hit = defs.unwrap_or_default().iter().find(|m| fits(&m.key));
                if let Some(member) = hit {
                    let at = Pointer::root().path(&[keyword, &member.key]);
                    found.push((it.module.is_none(), *item, at.to_string()));
                }
            }
        }
        // The module's own come first.
        found.sort();
        let (_, item, at) = found.into_iter().next()?;
        let path = self.catalog.path(item);
        match &self.catalog.schemas.get(&item)?.id {
            RootId::Absolute(id) if *id != self.catalog.usual_id(&path) => {
                Some(format!("{id}#{at}"))
            }
            _ => Some(format!("{}#{at}", ArtifactPath::lossy(from).towards(&path))),
        }
    }

    /// The item of a kind that belongs to the module, or else the one that all share.
    fn nearest(&self, kind: Kind) -> Option<(ItemId, &'c Item)> {
        let all = || self.catalog.of_kind(kind);
        let own =
            all().find(|(_, item)| item.module.is_some() && item.module.as_deref() == self.module);
        own.or_else(|| all().find(|(_, item)| item.module.is_none()))
    }

    /// The topic catalog, there or to be made.
    pub(super) fn topics(&self) -> String {
        match self.nearest(Kind::Topics) {
            Some((id, _)) => self.catalog.path(id).to_string(),
            None => {
                let shared = Surroundings { catalog: self.catalog, module: None };
                format!("{}/topics.yaml", shared.folder("events"))
            }
        }
    }

    /// Whether topics are a mapping by name.
    pub(super) fn topics_by_name(&self) -> bool {
        let topics = self.nearest(Kind::Topics).and_then(|(_, item)| item.value()?.get("topics"));
        topics.is_some_and(Value::is_object)
    }

    pub(super) fn envelope(&self) -> Option<ItemId> {
        self.catalog.envelope_for(self.module)
    }

    /// Where the envelope lists topics, and what a topic of that name is called there.
    pub(super) fn admissions(&self, topic: &str) -> Vec<Json> {
        let lists = self.catalog.topic_lists(self.module).into_iter();
        let admission = |list: TopicList| {
            let text = if list.versioned { format!("{topic}@1.0") } else { topic.to_owned() };
            json!({"file": self.catalog.path(list.item).as_str(), "at": list.at.as_str(), "text": text})
        };
        lists.map(admission).collect()
    }

    /// A valid event with another topic and payload: like one that is there, or else with what every
    /// event carries.
    pub(super) fn event(
        &self,
        topic: &str,
        payload: &Json,
        id: &str,
        obligations: &Json,
        band: &str,
    ) -> Json {
        let like = self
            .envelope()
            .and_then(|envelope| self.catalog.instances_of(envelope, 1).into_iter().next());
        let mut event = like.unwrap_or_else(first_event);
        let Some(members) = event.as_object_mut() else { return event };
        let versioned =
            members.get("topic").and_then(Json::as_str).is_some_and(|t| t.contains('@'));
        let topic = if versioned { format!("{topic}@1.0") } else { topic.to_owned() };
        members.insert("id".to_owned(), json!(id));
        members.insert("topic".to_owned(), json!(topic));
        members.insert("payload".to_owned(), payload.clone());
        if let Some(list) = members.get_mut("obligations").and_then(Json::as_array_mut) {
            *list = obligations.as_array().cloned().unwrap_or_default();
        }
        let bands = self.bands();
        let rank = |name: Option<&str>| bands.iter().position(|b| Some(b.as_str()) == name);
        let is = members.get("band").and_then(Json::as_str);
        if rank(is) < rank(Some(band)) {
            members.insert("band".to_owned(), json!(band));
            let envelope = self
                .envelope()
                .and_then(|e| self.catalog.property(e, &Pointer::root(), "mls_group"));
            if rank(Some(band)) > Some(0) && envelope.is_some() {
                members.entry("mls_group").or_insert(json!("group-1"));
            }
        }
        if let Some(hash) = members.get_mut("hashes").and_then(|h| h.get_mut("payload_sha256")) {
            let canonical = canonical_json(&from_json(payload)).unwrap_or_default();
            *hash = json!(Digest::of(canonical.as_bytes()).hex());
        }
        event
    }

    /// The bands, lowest first.
    pub(super) fn bands(&self) -> Vec<String> {
        let mut bands: Vec<(i64, String)> = Vec::new();
        for (_, item) in self.catalog.of_kind(Kind::Policy) {
            let list = item.value().and_then(|v| v.get("bands")).map(Value::items);
            for band in list.unwrap_or_default() {
                let rank = band.get("rank").map(to_json).and_then(|r| r.as_i64());
                if let Some(name) = band.str_at("name") {
                    bands.push((rank.unwrap_or(0), name.to_owned()));
                }
            }
        }
        bands.sort();
        bands.into_iter().map(|(_, name)| name).collect()
    }

    /// The policy file that has a list of that name.
    pub(super) fn policy_with(&self, list: &str) -> Option<String> {
        let has = |item: &Item| item.value().is_some_and(|v| v.get(list).is_some());
        let found = self.catalog.of_kind(Kind::Policy).find(|(_, item)| has(item));
        found.map(|(_, item)| item.path.to_string())
    }

    /// The required members of a schema at its top, and its type.
    pub(super) fn demands(&self, path: &str) -> Option<(Vec<String>, Option<String>)> {
        let item = self.catalog.item(self.catalog.find(&ArtifactPath::new(path).ok()?)?)?;
        let value = item.value().filter(|_| item.kind.is_schema())?;
        let required = value.get("required").map(Value::items).unwrap_or_default();
        let required = required.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect();
        Some((required, value.str_at("type").map(str::to_owned)))
    }

    /// The version that the module declares, or the set where there is no module.
    pub(super) fn version(&self) -> Option<String> {
        let own = self.catalog.versions.iter().find(|v| v.folder.as_deref() == self.module)?;
        own.current.text.clone()
    }

    /// Whether there is anything of a module.
    pub(super) fn has_module(&self, module: &str) -> bool {
        let known =
            |item: &Item| item.module.as_deref() == Some(module) && item.area != Area::Other;
        self.catalog.items.iter().any(known)
            || self.catalog.versions.iter().any(|v| v.folder.as_deref() == Some(module))
    }
}

/// An event with what every event carries.
fn first_event() -> Json {
    json!({
        "schema_version": "1.0.0", "id": "", "ts": "2026-01-01T08:00:01Z", "topic": "",
        "actor": {"user_id": "u-1"}, "device": {"device_id": "d-1"}, "space_id": "personal:u-1",
        "band": "GREEN", "policy_version": "1.0", "qos": {"priority": 5},
        "hashes": {"payload_sha256": ""}, "obligations": [], "payload": {},
        "signature": {"alg": "ed25519", "key_id": "key-1", "signature": "c2lnbmF0dXJl"},
    })
}
