//! `freeze verify` and `freeze sign`

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::super::args::{Global, OutputFormat};
use super::super::output::Terminal;
use super::super::progress::Progress;
use super::super::{Answer, Failure};
use super::args::{Sign, Verify};
use super::place::{Place, no_freeze_yet, not_ours};
use super::signers::Signers;
use super::words::{counted, legacy_report, legacy_summary};
use crate::freeze::{
    self, Defect, DefectKind, Effort, Format, Freeze, Legacy, NAMESPACE, Name, NewFile, Record,
    Signature, decode, format_of, index_name, signature_name, signed_bytes,
};
use crate::report::visible;
use crate::source;
use crate::tree::ArtifactPath;

/// What was found about one freeze.
struct Verified {
    path: ArtifactPath,
    version: String,
    artifacts: usize,
    legacy: Option<Legacy>,
    /// Artifacts whose bytes are not those once recorded, taken in on demand.
    unproven: usize,
    signers: Vec<String>,
    wrong: Vec<(String, String)>,
}

pub(super) fn run(verify: &Verify, place: &Place, global: &Global, terminal: &Terminal) -> Answer {
    let progress = Progress::start("verifying freezes");
    let only = verify.version.as_deref().map(|v| place.resolve(Some(v))).transpose()?;
    let files = match &only {
        Some(path) => chosen(place, path)?,
        None => every(place)?,
    };
    if files.is_empty() {
        return Err(no_freeze_yet());
    }
    let mut results = examine(&files, place, only.is_some());
    if verify.signers {
        let is_own = |path: &std::path::PathBuf| {
            place.files().is_ok_and(|files| files.iter().any(|file| file.path == *path))
        };
        if only.as_ref().is_some_and(|path| !is_own(path)) {
            let message =
                "signatures lie beside freezes of this repository: a file has none".to_owned();
            let help = "name a version, or leave `--signers` out".to_owned();
            return Err(Failure::Usage(message, Some(help)));
        }
        let signers = Signers::of_base(&verify.base, verify.threshold, place, global)?;
        for result in &mut results {
            signers.check(
                result.path.file_name(),
                place,
                &mut result.signers,
                &mut result.wrong,
            )?;
        }
    }
    drop(progress);
    let code = if results.iter().all(|result| result.wrong.is_empty()) { 0 } else { 4 };
    let text = match global.format {
        OutputFormat::Json => {
            format!("{:#}\n", json!({ "freezes": results.iter().map(json_of).collect::<Vec<_>>() }))
        }
        OutputFormat::Short => results.iter().map(|r| text_of(r, false)).collect(),
        _ => results.iter().map(|r| text_of(r, only.is_some())).collect(),
    };
    Ok(terminal.write(text.as_bytes(), code))
}

/// Path from the repository root, and bytes.
type Read = (ArtifactPath, Vec<u8>);

/// One freeze and what belongs to it.
fn chosen(place: &Place, path: &Path) -> Result<Vec<Read>, Failure> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let is_own = place.files()?.iter().any(|file| file.path == path);
    let shown =
        |name: &str| if is_own { place.frozen_path(name) } else { ArtifactPath::lossy(name) };
    let mut files = vec![(shown(&name), source::file_bytes(path, &place.budget)?)];
    if let Name::Freeze(version) = Name::of(&name) {
        let index = path.with_file_name(index_name(version.as_str()));
        if index.is_file() {
            let bytes = source::file_bytes(&index, &place.budget)?;
            files.push((shown(&index_name(version.as_str())), bytes));
        }
    }
    Ok(files)
}

/// Everything that lies in `_frozen/`.
fn every(place: &Place) -> Result<Vec<Read>, Failure> {
    let files = place.files()?.into_iter().filter(|file| file.name.ends_with(".json"));
    let files: Vec<Read> = files
        .map(|file| {
            Ok((place.frozen_path(&file.name), source::file_bytes(&file.path, &place.budget)?))
        })
        .collect::<Result<_, Failure>>()?;
    // Indexes and copies without a freeze are what is left of one.
    let is_ours = |path: &ArtifactPath| Name::of(path.file_name()) != Name::Other;
    Ok(if files.iter().any(|(path, _)| is_ours(path)) { files } else { Vec::new() })
}

fn examine(files: &[Read], place: &Place, is_one: bool) -> Vec<Verified> {
    let records: Vec<Record<'_>> =
        files.iter().map(|(path, bytes)| Record { path: path.clone(), bytes }).collect();
    let (mut defects, counted) = freeze::examine(&records, &place.root);
    // Alone, it has no neighbours to agree with.
    defects.retain(|d| !is_one || !matches!(d.kind, DefectKind::Chain | DefectKind::Latest));
    // Nor does a file from elsewhere have an index.
    let is_own = |d: &Defect| d.file.as_str().contains('/');
    defects.retain(|d| !is_one || d.kind != DefectKind::Index || is_own(d));
    let mut results: BTreeMap<ArtifactPath, Verified> = BTreeMap::new();
    for (path, bytes) in files {
        let name = path.file_name();
        let is_freeze = matches!(Name::of(name), Name::Freeze(_) | Name::Rescue)
            || (is_one && !name.starts_with("sha-index-"));
        if is_freeze {
            results.insert(path.clone(), facts(path, bytes, &place.root, counted.get(path)));
        }
    }
    for defect in defects.into_iter().filter(|d| d.kind != DefectKind::Legacy) {
        let owner = owner(&defect, &results);
        let result = results.entry(owner.clone()).or_insert_with(|| Verified::empty(owner));
        let line = line(&defect);
        if !result.wrong.contains(&line) {
            result.wrong.push(line);
        }
    }
    let mut results: Vec<Verified> = results.into_values().collect();
    let version = |result: &Verified| match Name::of(result.path.file_name()) {
        Name::Freeze(version) => (false, Some(version)),
        _ => (true, None),
    };
    results.sort_by(|a, b| version(a).cmp(&version(b)).then_with(|| a.path.cmp(&b.path)));
    results
}

/// The freeze that a defect is about: an index is its freeze's, `latest` the newest's.
fn owner(defect: &Defect, results: &BTreeMap<ArtifactPath, Verified>) -> ArtifactPath {
    let versioned = |wanted: &str| results.keys().find(|p| p.file_name() == wanted).cloned();
    let found = match Name::of(defect.file.file_name()) {
        Name::Index(version) => versioned(&freeze::freeze_name(version.as_str())),
        _ => None,
    };
    found.unwrap_or_else(|| defect.file.clone())
}

impl Verified {
    fn empty(path: ArtifactPath) -> Self {
        let version = path.file_name().to_owned();
        let (signers, wrong) = (Vec::new(), Vec::new());
        Verified { path, version, artifacts: 0, legacy: None, unproven: 0, signers, wrong }
    }
}

fn facts(path: &ArtifactPath, bytes: &[u8], root: &str, counted: Option<&usize>) -> Verified {
    let mut result = Verified::empty(path.clone());
    let name = path.file_name();
    let text = name.strip_suffix(".json").unwrap_or(name);
    text.strip_prefix("freeze-").unwrap_or(text).clone_into(&mut result.version);
    if let Some(counted) = counted {
        result.artifacts = *counted;
        let unproven =
            |freeze: &Freeze| freeze.artifacts.iter().filter(|a| a.unproven.is_some()).count();
        // Only an imported freeze can have any.
        let is_imported = bytes.windows(10).any(|w| w == b"\"unproven\"");
        result.unproven = if is_imported { decode(bytes).as_ref().map_or(0, unproven) } else { 0 };
        return result;
    }
    let mut malformed = |reason: String| {
        let line = format!("{path}: freeze {reason}");
        result.wrong.push((code(DefectKind::Malformed).to_owned(), line));
    };
    match format_of(bytes) {
        Ok(Format::Legacy) => match Legacy::recover(bytes, root, Effort::default()) {
            Ok(legacy) => {
                for lost in legacy.lost() {
                    let line = format!("{path}: the bytes of `{}` are not recovered", lost.path);
                    result.wrong.push((code(DefectKind::Altered).to_owned(), line));
                }
                result.artifacts = legacy.artifacts.len();
                result.wrong.extend(misplaced(path, &legacy.to_freeze(|_| "other"), root));
                result.legacy = Some(legacy);
            }
            Err(reason) => malformed(reason),
        },
        Ok(Format::Current) => match decode(bytes) {
            Ok(freeze) => {
                result.artifacts = freeze.artifacts.len();
                let record = Record { path: path.clone(), bytes };
                let defects = freeze::defects_of(&record, &freeze).into_iter();
                result.wrong.extend(defects.map(|defect| line(&defect)));
                result.wrong.extend(misplaced(path, &freeze, root));
            }
            Err(reason) => malformed(reason),
        },
        Err(reason) => malformed(reason),
    }
    result
}

fn misplaced(path: &ArtifactPath, freeze: &Freeze, root: &str) -> Option<(String, String)> {
    let foreign = freeze::foreign(freeze, root)?;
    Some((code(DefectKind::Altered).to_owned(), format!("{path}: {}", not_ours(foreign))))
}

fn line(defect: &Defect) -> (String, String) {
    (code(defect.kind).to_owned(), format!("{}: {}", defect.file, defect.message))
}

fn code(kind: DefectKind) -> &'static str {
    match kind {
        DefectKind::Malformed => "freeze-malformed",
        DefectKind::Legacy => "freeze-legacy",
        DefectKind::Altered => "freeze-altered",
        DefectKind::Chain => "freeze-chain-broken",
        DefectKind::Latest => "freeze-latest-stale",
        DefectKind::Index => "freeze-index-mismatch",
    }
}

fn text_of(result: &Verified, is_long: bool) -> String {
    let word = if result.wrong.is_empty() { "ok" } else { "damaged" };
    let mut text = format!("{word:8} {}", visible(&result.version));
    if result.artifacts > 0 {
        text.push_str(&format!("  {}", counted(result.artifacts, "artifact")));
    }
    if let Some(legacy) = &result.legacy {
        text.push_str(&format!(", legacy: {}", legacy_summary(legacy)));
    }
    if result.unproven > 0 {
        text.push_str(&format!(", {} unproven", result.unproven));
    }
    if !result.signers.is_empty() {
        text.push_str(&format!(", signed by {}", visible(&result.signers.join(", "))));
    }
    text.push('\n');
    for (code, line) in &result.wrong {
        text.push_str(&format!("  error[{code}]: {}\n", visible(line)));
    }
    if let Some(legacy) = result.legacy.as_ref().filter(|_| is_long) {
        text.push_str(&legacy_report(legacy));
    }
    text
}

fn json_of(result: &Verified) -> serde_json::Value {
    let artifact =
        |a: &freeze::Recovered| json!({ "path": a.path.as_str(), "how": a.how.to_string() });
    let wrong: Vec<_> =
        result.wrong.iter().map(|(code, line)| json!({ "code": code, "message": line })).collect();
    json!({
        "version": result.version,
        "file": result.path.as_str(),
        "ok": result.wrong.is_empty(),
        "artifacts": result.artifacts,
        "unproven": result.unproven,
        "signers": result.signers,
        "defects": wrong,
        "recovered": result.legacy.as_ref().map(|l| l.artifacts.iter().map(artifact).collect::<Vec<_>>()),
    })
}

pub(super) fn sign(sign: &Sign, place: &Place, global: &Global, terminal: &Terminal) -> Answer {
    let session = place.session(terminal)?;
    place.mend(&session, terminal)?;
    let path = place.resolve(sign.version.as_deref())?;
    let opened = place.open(&path)?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let (Name::Freeze(version), None) = (Name::of(&name), &opened.legacy) else {
        let help = Some("`contract-guard freeze import` takes it in first".to_owned());
        return Err(Failure::Usage(format!("`{name}` is no freeze of this repository"), help));
    };
    let bytes = source::sign(&sign.key, NAMESPACE, &signed_bytes(&opened.bytes))?;
    let signature = Signature::parse(&bytes)
        .map_err(|reason| Failure::Usage(format!("the answer of ssh-keygen {reason}"), None))?;
    let path = place.frozen_path(&signature_name(version.as_str(), &signature.key_id()));
    session.publish(&[NewFile { path: path.clone(), bytes: Arc::new(bytes), replaces: false }])?;
    let text = match global.format {
        OutputFormat::Json => {
            let key = signature.fingerprint();
            format!(
                "{:#}\n",
                json!({ "version": version.as_str(), "key": key, "file": path.as_str() })
            )
        }
        _ => format!("signed {version} with {}\n  {path}\n", signature.fingerprint()),
    };
    Ok(terminal.write(text.as_bytes(), 0))
}
