//! What stands in the files of each manager of hooks, and how it gets there without touching the rest.

use serde_json::json;

use super::args::Manager;
use crate::document::{Edit, Limits, Pointer, Rewrite, Syntax};

/// The files by which a manager is known, the one that is written first.
pub(super) const MANAGERS: [(Manager, &[&str]); 4] = [
    (Manager::PreCommit, &[".pre-commit-config.yaml"]),
    (Manager::Prek, &["prek.toml"]),
    (Manager::Lefthook, &["lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml"]),
    (Manager::Husky, &[".husky/pre-commit"]),
];

/// The command of every entry.
pub(super) const CALL: &str = "contract-guard hook run";

/// What goes into files of managers that say nothing yet. At their end it is known to be ours.
const PRE_COMMIT: &str = "# https://pre-commit.com: run `pre-commit install` once.\nrepos: []\n";
const LEFTHOOK: &str = "\
# https://lefthook.dev: run `lefthook install` once.
pre-commit:
  commands:
    contract-guard:
      run: contract-guard hook run
pre-merge-commit:
  commands:
    contract-guard:
      run: contract-guard hook run
";

impl Manager {
    /// As users write it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Manager::Git => "git",
            Manager::PreCommit => "pre-commit",
            Manager::Prek => "prek",
            Manager::Lefthook => "lefthook",
            Manager::Husky => "husky",
        }
    }

    /// A word of the hook files that it writes. The one of husky does nothing but to start another.
    pub(super) fn word(self) -> &'static str {
        match self {
            Manager::Husky => "/h\"",
            other => other.name(),
        }
    }

    /// What has to be done once on each machine.
    pub(super) fn then(self) -> Option<&'static str> {
        match self {
            Manager::Git => None,
            Manager::PreCommit => Some("pre-commit install"),
            Manager::Prek => Some("prek install"),
            Manager::Lefthook => Some("lefthook install"),
            Manager::Husky => Some("npx husky"),
        }
    }
}

/// The file of a manager with the call in it; `None` when it has it. The error says why it cannot be written.
pub(super) fn with_call(manager: Manager, text: Option<&str>) -> Result<Option<String>, String> {
    if text.is_some_and(calls) {
        return Ok(None);
    }
    let wrong = |why: crate::document::Unwritable| why.to_string();
    match manager {
        Manager::PreCommit => {
            let text = match text {
                Some(text) if !is_silent(text) => text,
                text => &(ended(text) + PRE_COMMIT),
            };
            let hook = json!([{ "repo": "local", "hooks": [{
                "id": "contract-guard", "name": "contracts are law", "entry": CALL,
                "language": "system", "stages": ["pre-commit", "pre-merge-commit"],
                // Also for a commit that only deletes a contract.
                "always_run": true, "pass_filenames": false,
            }] }]);
            let edit = Edit::Merge(Pointer::root().join("repos"), hook);
            merged(text, &edit).map(Some).map_err(wrong)
        }
        Manager::Lefthook => {
            let Some(text) = text.filter(|text| !is_silent(text)) else {
                return Ok(Some(ended(text) + LEFTHOOK));
            };
            let command = json!({ "commands": { "contract-guard": { "run": CALL } } });
            let both = json!({ "pre-commit": command, "pre-merge-commit": command });
            merged(text, &Edit::Merge(Pointer::root(), both)).map(Some).map_err(wrong)
        }
        // A table at the end of a TOML file changes nothing above it.
        Manager::Prek => Ok(Some(format!(
            "{}[[repos]]\nrepo = \"local\"\n\n[[repos.hooks]]\nid = \"contract-guard\"\nname = \"contracts are law\"\nentry = \"{CALL}\"\nlanguage = \"system\"\nstages = [\"pre-commit\", \"pre-merge-commit\"]\nalways_run = true\npass_filenames = false\n",
            ended(text)
        ))),
        Manager::Husky => Ok(Some(format!("{}{CALL} || exit $?\n", ended(text)))),
        Manager::Git => Ok(None),
    }
}

/// The file of a manager without the call, empty where `install` wrote all of it; `None` when it has no call that
/// can be taken out.
pub(super) fn without_call(manager: Manager, text: &str) -> Option<String> {
    match manager {
        Manager::Husky => {
            let kept: Vec<&str> =
                text.split_inclusive('\n').filter(|line| !is_ours(line)).collect();
            Some(kept.concat()).filter(|kept| kept != text)
        }
        Manager::Prek => {
            let whole = with_call(manager, None).ok().flatten()?;
            // git may have changed its line ends.
            let both = [whole.replace('\n', "\r\n"), whole];
            let found = both.iter().find(|whole| text.contains(whole.as_str()))?;
            Some(text.replacen(found, "", 1))
        }
        Manager::PreCommit => {
            let at = place_of(text, "repos")?;
            let text = merged(text, &Edit::Remove(at)).ok()?;
            Some(without_end(&text, PRE_COMMIT).unwrap_or(text))
        }
        Manager::Lefthook => {
            if let Some(text) = without_end(text, LEFTHOOK) {
                return Some(text);
            }
            let text = without_command(text, "pre-commit")?;
            Some(without_command(&text, "pre-merge-commit").unwrap_or(text))
        }
        Manager::Git => None,
    }
}

/// Whether a line of a script is the one that `install` writes.
fn is_ours(line: &str) -> bool {
    line.trim() == format!("{CALL} || exit $?")
}

/// The entry of a list of repositories that holds our hook and nothing else.
fn place_of(text: &str, list: &str) -> Option<Pointer> {
    let document = crate::document::parse(text.as_bytes(), Syntax::Yaml, &Limits::default());
    let items = document.value.as_ref()?.get(list)?.items();
    let is_ours = |value: &crate::document::Value| {
        let hooks = value.get("hooks").map(crate::document::Value::items).unwrap_or_default();
        matches!(hooks, [hook] if hook.str_at("id") == Some("contract-guard"))
    };
    let index = items.iter().position(is_ours)?;
    Some(Pointer::root().join(list).index(index))
}

/// A file of lefthook without our command in a section, and without what only that has filled.
fn without_command(text: &str, section: &str) -> Option<String> {
    let document = crate::document::parse(text.as_bytes(), Syntax::Yaml, &Limits::default());
    let value = document.value.as_ref()?.get(section)?;
    let commands = value.get("commands")?;
    commands.get("contract-guard")?;
    let mut at = Pointer::root().join(section);
    if value.members().len() > 1 || commands.members().len() > 1 {
        at = at.join("commands");
        if commands.members().len() > 1 {
            at = at.join("contract-guard");
        }
    }
    merged(text, &Edit::Remove(at)).ok()
}

fn merged(text: &str, edit: &Edit) -> Result<String, crate::document::Unwritable> {
    let mut page = Rewrite::open(text.as_bytes(), Syntax::Yaml, &Limits::default())?;
    page.apply(edit)?;
    Ok(page.text().to_owned())
}

/// Whether a YAML file holds comments and nothing else, so that there is nothing to merge into.
fn is_silent(text: &str) -> bool {
    let is_silent = |line: &str| line.is_empty() || line.starts_with('#') || line == "---";
    text.lines().all(|line| is_silent(line.trim()))
}

/// A file without what stands at its end, wherever git has changed its line ends.
fn without_end(text: &str, end: &str) -> Option<String> {
    let kept = text.strip_suffix(end).or_else(|| text.strip_suffix(&end.replace('\n', "\r\n")));
    kept.map(str::to_owned)
}

/// A text that another line can follow.
fn ended(text: Option<&str>) -> String {
    match text {
        None | Some("") => String::new(),
        Some(text) if text.ends_with('\n') => text.to_owned(),
        Some(text) => format!("{text}\n"),
    }
}

/// Whether a file calls the gate: an entry of `hook run`, or the older `check --staged`.
pub(super) fn calls(text: &str) -> bool {
    let is_call = |line: &str| {
        let line = line.trim_start();
        !line.starts_with('#')
            && (line.contains("contract-guard hook run") || line.contains("contract-guard check"))
    };
    text.lines().any(is_call)
}
