//! The sections of `contract-guard.toml`, one by one.

use globset::GlobBuilder;
use toml::de::DeTable;

use super::{Reader, Value};
use crate::catalog::{Area, Kind};
use crate::change::Mode;
use crate::tree::ArtifactPath;

impl Reader<'_> {
    pub(super) fn kinds(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "kinds") else { return };
        for (key, value) in table {
            let text = key.get_ref().as_ref();
            // `*` stays within a folder, as in `.gitignore`; `**` does not.
            let Ok(glob) = GlobBuilder::new(text).literal_separator(true).build() else {
                self.wrong(
                    key.span(),
                    &format!("`{text}` is no glob"),
                    "like `contracts/**/*.dto.json`",
                );
                continue;
            };
            let kind = value
                .get_ref()
                .as_str()
                .and_then(|name| Kind::ALL.into_iter().find(|k| k.name() == name));
            match kind {
                Some(kind) => self.config.layout.kinds.push((glob.compile_matcher(), kind)),
                None => {
                    let names = Kind::ALL.map(Kind::name).join(", ");
                    self.wrong(
                        value.span(),
                        &format!("kind of `{text}` is none of {names}"),
                        "no kind",
                    );
                }
            }
        }
    }

    pub(super) fn deprecation(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "deprecation") else { return };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if !["days", "releases"].contains(&name) {
                self.unknown(key.span(), name, &["days", "releases"]);
                continue;
            }
            let number = value
                .get_ref()
                .as_integer()
                .and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok());
            let notice = &mut self.config.layout.notice;
            match (number, name) {
                (Some(number), "days") => notice.days = number,
                (Some(number), _) => notice.releases = number,
                (None, _) => self.wrong(
                    value.span(),
                    &format!("`{name}` is no number"),
                    "a number is needed, 0 for none",
                ),
            }
        }
    }

    pub(super) fn renames(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "renames") else { return };
        for (key, value) in table {
            match value.get_ref().as_str().filter(|new| !new.is_empty()) {
                Some(new) => {
                    let old = key.get_ref().as_ref().to_owned();
                    self.config.layout.renames.push((old, new.to_owned()));
                }
                None => self.wrong(value.span(), "a new name is a text", "no name"),
            }
        }
    }

    pub(super) fn templates(&mut self, value: &Value<'_>) {
        let folder = value.get_ref().as_str().filter(|text| ArtifactPath::new(text).is_ok());
        match folder {
            Some(folder) => self.config.templates = Some(folder.to_owned()),
            None => self.wrong(
                value.span(),
                "`templates` is no folder of the repository",
                "a path from the repository root",
            ),
        }
    }

    pub(super) fn freeze(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "freeze") else { return };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "signatures" => {
                    let number = self.number("signatures", value);
                    self.config.signatures = number.and_then(|n| u32::try_from(n).ok());
                }
                other => self.unknown(key.span(), other, &["signatures"]),
            }
        }
    }

    pub(super) fn openapi(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "openapi") else { return };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if !["planes", "public"].contains(&name) {
                self.unknown(key.span(), name, &["planes", "public"]);
                continue;
            }
            let Some(list) = value.get_ref().as_array() else {
                let message = format!("`{name}` is no list");
                self.wrong(value.span(), &message, "a list of paths is needed");
                continue;
            };
            for entry in list {
                match entry.get_ref().as_str().filter(|path| path.starts_with('/')) {
                    Some(path) if name == "planes" => {
                        self.config.layout.api.planes.push(path.to_owned())
                    }
                    Some(path) => self.config.layout.api.public.push(path.to_owned()),
                    None => self.wrong(entry.span(), "a path begins with `/`", "no path"),
                }
            }
        }
    }

    pub(super) fn compatibility(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "compatibility") else { return };
        const AREAS: [(&str, Area); 3] =
            [("api", Area::Api), ("events", Area::Events), ("storage", Area::Storage)];
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if name == "undeclared" {
                match value.get_ref().as_str() {
                    Some("anything") => self.config.declared_only = false,
                    Some("absent") => self.config.declared_only = true,
                    _ => self.wrong(
                        value.span(),
                        "`undeclared` is none of anything, absent",
                        "what documents hold beside declared members",
                    ),
                }
                continue;
            }
            let Some((_, area)) = AREAS.iter().find(|(area, _)| *area == name) else {
                self.unknown(key.span(), name, &["api", "events", "storage", "undeclared"]);
                continue;
            };
            match value.get_ref().as_str().and_then(Mode::parse) {
                Some(mode) => self.config.modes.push((*area, mode)),
                None => {
                    let message =
                        format!("mode of `{name}` is none of backward, forward, full, none");
                    self.wrong(value.span(), &message, "no mode");
                }
            }
        }
    }

    pub(super) fn pairs(&mut self, value: &Value<'_>) {
        let Some(list) = value.get_ref().as_array() else {
            return self.wrong(value.span(), "`pair` is no list of tables", "write `[[pair]]`");
        };
        for entry in list {
            let Some(table) = self.table(entry, "pair") else {
                continue;
            };
            for (key, _) in table {
                if !matches!(key.get_ref().as_ref(), "example" | "schema") {
                    self.unknown(key.span(), key.get_ref().as_ref(), &["example", "schema"]);
                }
            }
            let (example, schema) =
                (self.artifact(entry, table, "example"), self.artifact(entry, table, "schema"));
            if let (Some(example), Some(schema)) = (example, schema) {
                self.config.layout.pairs.push((example, schema));
            }
        }
    }

    fn artifact(
        &mut self,
        entry: &Value<'_>,
        table: &DeTable<'_>,
        name: &str,
    ) -> Option<ArtifactPath> {
        let Some(value) = table.get(name) else {
            self.wrong(entry.span(), &format!("pair has no `{name}`"), "incomplete");
            return None;
        };
        let text = value.get_ref().as_str().unwrap_or_default();
        match ArtifactPath::new(text).ok().filter(|path| self.tree.artifacts.contains_key(path)) {
            Some(path) => Some(path),
            None => {
                self.wrong(
                    value.span(),
                    &format!("`{text}` is no file of the tree"),
                    "no such file",
                );
                None
            }
        }
    }

    pub(super) fn waivers(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "waivers") else { return };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if name != "approvals" {
                self.unknown(key.span(), name, &["approvals"]);
                continue;
            }
            let number = value.get_ref().as_integer();
            match number.and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok()) {
                Some(number) => self.config.approvals = number,
                None => self.wrong(
                    value.span(),
                    "`approvals` is no number",
                    "how many people must have signed, 0 for none",
                ),
            }
        }
    }
}
