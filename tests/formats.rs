//! The formats of CI: what each says of the same run, that it is what its readers demand, and that nothing
//! that comes from a contract gets out of its place. The real binary, but for waivers.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test reads and stops"
)]

mod binary;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use binary::{Run, command, git, run};
use contract_guard::document::Limits;
use contract_guard::gate::{Outcome, Waived};
use contract_guard::report::{Ci, Closing, Format, NoVerdict, Told};
use contract_guard::tree::Tree;
use serde_json::Value;

const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://example.com/storage/schemas/note.schema.json",
  "type": "object",
  "requierd": ["title"],
  "required": ["title"],
  "properties": {"title": {"type": "string"}}
}
"#;
const FORMATS: [&str; 5] = ["sarif", "github", "gitlab", "junit", "comment"];

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join("contracts/storage").join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A schema with a warning, and the examples.
fn tree(examples: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "schemas/note.schema.json", SCHEMA);
    for (name, text) in examples {
        write(folder.path(), &format!("examples/{name}"), text);
    }
    folder
}

/// A run, and what it wrote in every format.
fn reports(folder: &Path, args: &[&str]) -> (Run, BTreeMap<&'static str, String>) {
    let out = tempfile::tempdir().unwrap();
    let path = |format: &str| out.path().join(format).display().to_string();
    let wanted: Vec<String> = FORMATS.iter().map(|f| format!("--report={f}={}", path(f))).collect();
    let args: Vec<&str> = args.iter().copied().chain(wanted.iter().map(String::as_str)).collect();
    let run = run(folder, &args);
    let read = |format| (format, std::fs::read_to_string(path(format)).unwrap());
    (run, FORMATS.into_iter().map(read).collect())
}

fn own(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(path)
}

/// The log, once the schema of OASIS has taken it.
fn sarif(text: &str) -> Value {
    let schema = std::fs::read_to_string(own("schemas/sarif-2.1.0.schema.json")).unwrap();
    // The published pattern of languages has a bracket too many, which a strict reader refuses.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let log: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    log["runs"][0].clone()
}

/// The document, once the schema of Jenkins has taken it.
fn junit(text: &str) -> roxmltree::Document<'_> {
    let schema = std::fs::read_to_string(own("schemas/junit-10.xsd")).unwrap();
    let schema = uppsala::parse(&schema).unwrap();
    let validator = uppsala::XsdValidator::from_schema(&schema).unwrap();
    let errors = validator.validate(&uppsala::parse(text).unwrap());
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    roxmltree::Document::parse(text).unwrap()
}

fn elements(document: &roxmltree::Document<'_>, name: &str) -> usize {
    document.descendants().filter(|node| node.has_tag_name(name)).count()
}

/// The findings, once they are what GitLab demands of them.
fn gitlab(text: &str) -> Vec<Value> {
    let entries: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut seen = BTreeSet::new();
    for entry in &entries {
        assert!(seen.insert(entry["fingerprint"].as_str().unwrap().to_owned()), "{text}");
        assert!(!entry["description"].as_str().unwrap().is_empty());
        assert!(!entry["check_name"].as_str().unwrap().is_empty());
        assert!(!entry["location"]["path"].as_str().unwrap().starts_with(['/', '.']));
        assert!(entry["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
        let severity = entry["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
    }
    entries
}

/// A workflow command as the runner reads it: command, properties, data.
fn annotation(line: &str) -> (String, BTreeMap<String, String>, String) {
    let unescaped = |text: &str, table: &[(&str, &str)]| {
        table.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let data = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")];
    let property = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
    let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (command, rest) = head.split_once(' ').unwrap_or((head, ""));
    let pairs = rest.split(',').filter_map(|pair| pair.split_once('='));
    let properties = pairs.map(|(name, value)| (name.to_owned(), unescaped(value, &property)));
    (command.to_owned(), properties.collect(), unescaped(message, &data))
}

/// The outputs of a step as the runner reads the file.
fn outputs(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").unwrap();
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        found.insert(name.to_owned(), value.join("\n"));
    }
    found
}

/// A run in the surroundings of GitHub Actions: what it did, its summary, its outputs.
fn on_github(
    folder: &Path,
    args: &[&str],
    before: &str,
) -> (Run, String, BTreeMap<String, String>) {
    let out = tempfile::tempdir().unwrap();
    let (summary, output) = (out.path().join("summary"), out.path().join("output"));
    std::fs::write(&summary, before).unwrap();
    let ran = command(folder, args)
        .env("GITHUB_STEP_SUMMARY", &summary)
        .env("GITHUB_OUTPUT", &output)
        .output()
        .unwrap();
    let run = Run {
        code: ran.status.code().unwrap(),
        stdout: String::from_utf8(ran.stdout).unwrap(),
        stderr: String::from_utf8(ran.stderr).unwrap(),
    };
    let written = std::fs::read_to_string(&output).unwrap_or_default();
    (run, std::fs::read_to_string(&summary).unwrap(), outputs(&written))
}

fn agree(name: &str, text: &str) {
    let file = own("snapshots").join(name);
    let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(known == text, "{name} differs; UPDATE=1 writes it:\n{text}");
}

/// An outcome with an error, a warning and a waived error.
fn waived() -> (Tree, Outcome) {
    let folder =
        tree(&[("note.example.json", "{\n  \"title\": 1\n}\n"), ("note.old.example.json", "{}\n")]);
    let (catalog, mut outcome) =
        support::check(folder.path(), Limits::default(), jiff::civil::date(2026, 11, 20));
    let old = |path: &str| path.ends_with("old.example.json");
    for item in &mut outcome.items {
        item.waived = old(item.finding.primary.artifact.as_str()).then(|| Waived {
            reason: "the reader | of <b>1.0</b> is going".to_owned(),
            owner: "@ada".to_owned(),
            until: "2026-12-31".to_owned(),
        });
    }
    (catalog.tree, outcome)
}

#[test]
fn every_format_says_the_same() {
    let (tree, outcome) = waived();
    let told = Told::Checked { outcome: &outcome, tree: &tree, closing: Closing::Check };
    let text = |format| {
        let mut out = Vec::new();
        told.render(Format::Ci(format), &support::style(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let all = [Ci::Sarif, Ci::Github, Ci::Gitlab, Ci::Junit, Ci::Comment].map(text);
    for (name, text) in
        ["sarif.json", "github.txt", "gitlab.json", "junit.xml", "comment.md"].iter().zip(&all)
    {
        agree(name, text);
    }
    agree("outputs.txt", &told.outputs("fail", &support::style()));
    let run = sarif(&all[0]);
    let suppressed = |result: &&Value| !result["suppressions"].as_array().unwrap().is_empty();
    let results = run["results"].as_array().unwrap();
    assert_eq!((results.len(), results.iter().filter(suppressed).count()), (3, 1));
    let levels: Vec<&str> = all[1].lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(levels[..3], ["::error", "::warning", "::notice"], "waived last");
    let severities: Vec<_> = gitlab(&all[2]).iter().map(|e| e["severity"].clone()).collect();
    assert_eq!(severities, ["major", "minor", "info"]);
    let cases = junit(&all[3]);
    assert_eq!((elements(&cases, "testcase"), elements(&cases, "failure")), (3, 1));
    assert!(all[4].contains("### Waived") && !all[4].contains("@ada"), "{}", all[4]);
}

#[test]
fn two_findings_about_one_thing_are_two() {
    let (tree, mut outcome) = waived();
    outcome.items.push(outcome.items[0].clone());
    let told = Told::Checked { outcome: &outcome, tree: &tree, closing: Closing::Check };
    let mut out = Vec::new();
    told.render(Format::Ci(Ci::Gitlab), &support::style(), &mut out).unwrap();
    assert_eq!(gitlab(&String::from_utf8(out).unwrap()).len(), 4);
}

#[test]
fn a_pass_is_a_pass_everywhere() {
    let folder = tree(&[("note.example.json", "{\"title\": \"a\"}")]);
    write(
        folder.path(),
        "schemas/note.schema.json",
        &SCHEMA.replace("  \"requierd\": [\"title\"],\n", ""),
    );
    let (run, texts) = reports(folder.path(), &["check", "--format", "github"]);
    assert_eq!((run.code, run.stdout.lines().count()), (0, 1), "{}", run.stdout);
    let log = sarif(&texts["sarif"]);
    assert_eq!(log["results"].as_array().map(Vec::len), Some(0));
    assert_eq!(log["invocations"][0]["executionSuccessful"], true);
    assert!(gitlab(&texts["gitlab"]).is_empty());
    let cases = junit(&texts["junit"]);
    assert_eq!((elements(&cases, "testcase"), elements(&cases, "failure")), (2, 0));
    assert!(texts["comment"].starts_with("<!-- contract-guard -->\n## Contract check: pass"));
    assert_eq!(on_github(folder.path(), &["check", "--format", "github"], "").2["verdict"], "pass");
}

#[test]
fn no_verdict_is_never_a_pass() {
    let nowhere = tempfile::tempdir().unwrap();
    let empty = tempfile::tempdir().unwrap();
    std::fs::create_dir(empty.path().join("contracts")).unwrap();
    for folder in [nowhere.path(), empty.path()] {
        for command in ["check", "diff"] {
            let (run, texts) = reports(folder, &[command, "--format", "github", "--exit-zero"]);
            let wanted = if command == "check" { 3 } else { run.code.max(2) };
            assert_eq!(run.code, wanted, "{run:?}");
            assert!(run.stdout.starts_with("::error title=no verdict::"), "{run:?}");
            let log = sarif(&texts["sarif"]);
            assert_eq!(log["invocations"][0]["executionSuccessful"], false);
            assert_eq!(log["invocations"][0]["exitCode"], run.code);
            assert!(log["results"].is_null(), "no results are no clean results");
            assert_eq!(gitlab(&texts["gitlab"])[0]["severity"], "blocker");
            let cases = junit(&texts["junit"]);
            assert_eq!((elements(&cases, "testcase"), elements(&cases, "error")), (1, 1));
            assert!(texts["comment"].contains("## Contract check: no verdict"));
        }
        let (run, summary, outputs) = on_github(folder, &["check", "--format", "github"], "");
        assert_eq!((run.code, outputs["verdict"].as_str()), (3, "none"));
        assert!(summary.contains("no verdict"), "{summary}");
        for format in ["human", "short", "json", "markdown"] {
            let file = folder.join("answer");
            let report = format!("--report={format}={}", file.display());
            let run = binary::run(folder, &["check", "--format", format, &report]);
            assert_eq!(run.code, 3, "{format}");
            assert!(run.stderr.starts_with("error"), "{format}: {}", run.stderr);
            assert!(!run.stdout.contains("pass"), "{format}: {}", run.stdout);
            let written = std::fs::read_to_string(&file).unwrap();
            let said = if format == "json" { "\"verdict\": \"none\"" } else { "no verdict" };
            assert!(written.contains(said), "{format}: {written}");
            std::fs::remove_file(file).unwrap();
        }
    }
}

#[test]
fn a_finding_is_the_same_after_lines_have_moved() {
    let folder = tree(&[("note.example.json", "{\n  \"title\": 1\n}\n")]);
    let of = |text: &str| {
        let log = sarif(&reports(folder.path(), &["check"]).1["sarif"]);
        let results = log["results"].as_array().unwrap().clone();
        let found = results.into_iter().find(|r| r["ruleId"] == "example-invalid");
        let found = found.unwrap_or_else(|| panic!("{text}"));
        let region = &found["locations"][0]["physicalLocation"]["region"];
        (found["partialFingerprints"].clone(), region["startLine"].as_u64().unwrap())
    };
    let (before, line) = of("before");
    write(folder.path(), "examples/note.example.json", "\n\n\n{\n\n  \"title\": 1\n}\n");
    assert_eq!(of("after"), (before, line + 4));
}

#[test]
fn columns_are_code_points() {
    let text = "{\"e\u{301}\u{1f600}\": 1, \"title\": 12}";
    let folder = tree(&[("note.example.json", text)]);
    let log = sarif(&reports(folder.path(), &["check"]).1["sarif"]);
    assert_eq!(log["columnKind"], "unicodeCodePoints");
    let column = text.chars().position(|c| c == '2').unwrap();
    let region = &log["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        (region["startColumn"].as_u64(), region["endColumn"].as_u64()),
        (Some(column as u64), Some(column as u64 + 2))
    );
    let newlines = log["newlineSequences"].as_array().unwrap();
    assert!(newlines.iter().any(|newline| newline == "\r"), "a lone CR ends a line here");
}

#[test]
fn paths_count_from_the_top_of_the_repository() {
    let top = tempfile::tempdir().unwrap();
    git(top.path(), &["init", "--quiet"]);
    let folder = top.path().join("a b/ü");
    write(&folder, "schemas/note.schema.json", SCHEMA);
    write(&folder, "examples/note.example.json", "{}");
    let inner = folder.join("contracts/storage");
    for folder in [&folder, &inner] {
        let (run, texts) = reports(folder, &["check", "--format", "github"]);
        assert_eq!(run.code, 1, "{run:?}");
        let path = "a b/ü/contracts/storage/examples/note.example.json";
        assert_eq!(annotation(run.stdout.lines().next().unwrap()).1["file"], path);
        let log = sarif(&texts["sarif"]);
        let place = &log["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uri"], "a%20b/%C3%BC/contracts/storage/examples/note.example.json");
        assert_eq!(place["uriBaseId"], "%SRCROOT%");
        assert_eq!(gitlab(&texts["gitlab"])[0]["location"]["path"], path);
    }
}

/// What somebody writes who wants out.
const HOSTILE: [&str; 10] = [
    "a,line=7,title=b%2Cc:d",
    "\n::error::taken\n::stop-commands::x",
    "]]></failure><testcase name='x'/>",
    "`@admin` ``@admin` #4711 GH-4711 !4711",
    "<script>alert(1)</script><!-- contract-guard -->",
    "\u{1b}[31m\u{1b}]0;x\u{7}\u{9b}31m",
    "a|b\\|c | --- |\n| d |",
    "[x](http://evil.example) ![y](//evil.example/z) www.evil.example",
    "\u{0}\u{1}\u{8}\u{fffe}\u{ffff}\u{202e}",
    "contract-guard-end\nverdict<<contract-guard-end-\npass%0A::set-output name=x::y",
];

/// A tree whose names and values are hostile; file names where the system has such.
fn hostile() -> tempfile::TempDir {
    let folder = tree(&[("note.example.json", "{}")]);
    for (n, text) in HOSTILE.iter().enumerate() {
        let required = format!("\"required\": [{}]", serde_json::to_string(text).unwrap());
        let schema = SCHEMA.replace("\"required\": [\"title\"]", &required);
        let schema = schema.replace("note.schema", &format!("s{n}.schema"));
        write(folder.path(), &format!("schemas/s{n}.schema.json"), &schema);
        write(folder.path(), &format!("examples/s{n}.example.json"), "{}");
        #[cfg(unix)]
        if !text.contains(['\0', '/']) {
            write(folder.path(), &format!("examples/{text}.example.json"), "{");
        }
    }
    folder
}

/// No control character but line breaks, nothing that turns the direction of text.
fn is_quiet(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !(c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)))
}

#[test]
fn nothing_gets_out_of_its_place() {
    let folder = hostile();
    let (run, texts) = reports(folder.path(), &["check", "--format", "github"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let log = sarif(&texts["sarif"]);
    let uri = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let decoded = percent_encoding::percent_decode_str(place["uri"].as_str().unwrap());
        decoded.decode_utf8().unwrap().into_owned()
    };
    let paths: BTreeSet<String> = log["results"].as_array().unwrap().iter().map(uri).collect();
    let (lines, last) = run.stdout.trim_end().rsplit_once('\n').unwrap();
    assert!(last.starts_with("fail: "), "{last}");
    for line in lines.lines() {
        let (command, properties, _) = annotation(line);
        assert!(["error", "warning", "notice"].contains(&command.as_str()), "{line}");
        let known = ["file", "line", "endLine", "col", "endColumn", "title"];
        assert!(properties.keys().all(|name| known.contains(&name.as_str())), "{line}");
        let is_about_one = properties.contains_key("file");
        assert!(is_about_one || command == "notice", "{line}");
        assert!(!is_about_one || paths.contains(&properties["file"]), "{line}");
        assert!(!is_about_one || properties["title"].starts_with(&format!("{command}[")), "{line}");
    }
    assert!(
        run.stdout.contains("lacks the required property `\\u{a}%3A%3Aerror")
            || run.stdout.contains("lacks the required property `\\u{a}::error"),
        "{}",
        run.stdout
    );
    assert!(is_quiet(&run.stdout) && is_quiet(&run.stderr), "{}", run.stdout);
    for (format, text) in &texts {
        assert!(is_quiet(text), "{format}: {text}");
    }
    let found = log["results"].as_array().unwrap().len();
    assert!(found > HOSTILE.len(), "{found}");
    assert!(!texts["sarif"].contains("x](http"), "no link to elsewhere");
    assert_eq!(gitlab(&texts["gitlab"]).len(), found);
    let cases = junit(&texts["junit"]);
    let names = cases.descendants().filter_map(|node| node.attribute("name"));
    assert!(names.skip(2).all(|name| name.starts_with("contracts/")), "{}", texts["junit"]);
    markdown_is_inert(&texts["comment"]);
}

/// What is left where code is taken out: in code, forges look for nothing.
fn without_code(text: &str) -> String {
    let mut pieces = text.split("<code>");
    let first = pieces.next().unwrap_or_default();
    let rest = pieces.map(|piece| piece.split_once("</code>").unwrap().1);
    [first].into_iter().chain(rest).collect()
}

fn markdown_is_inert(text: &str) {
    let whole = text;
    let text = &without_code(text);
    for taken in
        ["@admin", "#4711", "!4711", "GH-4711", "<script", "http://", "www.evil", "](", "`"]
    {
        assert!(!text.contains(taken), "{taken}: {text}");
        let is_name = taken.contains(['G', 'h', 'w']);
        assert!(is_name || !whole.contains(taken), "{taken}: {whole}");
    }
    assert_eq!(text.matches("<!--").count(), 1, "{text}");
    for line in whole.lines().filter(|line| line.starts_with('|')) {
        let bars = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        assert_eq!(bars, 4, "{line}");
    }
    let allowed = |line: &&str| line.is_empty() || line.starts_with(['|', '#', '<']);
    assert!(text.lines().all(|line| allowed(&line)), "{text}");
}

#[test]
fn outputs_and_summary_keep_their_form() {
    let folder = hostile();
    let (run, summary, outputs) =
        on_github(folder.path(), &["check", "--format", "github"], "before\n");
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(outputs.keys().collect::<Vec<_>>(), ["bump", "report", "verdict"]);
    assert_eq!((outputs["verdict"].as_str(), outputs["bump"].as_str()), ("fail", ""));
    markdown_is_inert(&outputs["report"]);
    markdown_is_inert(summary.strip_prefix("before\n").unwrap());
    // Other formats leave the files of GitHub alone.
    let (_, summary, outputs) = on_github(folder.path(), &["check", "--format", "short"], "");
    assert!(summary.is_empty() && outputs.is_empty());
}

/// A tree with so many errors and a warning: examples that have no schema.
fn many(count: usize, name: &str) -> tempfile::TempDir {
    let examples: Vec<(String, &str)> =
        (0..count).map(|n| (format!("note.{name}{n}.example.json"), "{\"title\": 1}")).collect();
    let examples = examples.iter().map(|(n, t)| (n.as_str(), *t));
    let good = ("note.example.json", "{\"title\": \"a\"}");
    tree(&examples.chain([good]).collect::<Vec<_>>())
}

#[test]
fn github_is_shown_ten_and_told_of_the_others() {
    for (count, wanted) in [(9, 10), (11, 11)] {
        let folder = many(count, "");
        let run = run(folder.path(), &["check", "--format", "github"]);
        let lines: Vec<_> =
            run.stdout.lines().filter(|l| l.starts_with("::")).map(annotation).collect();
        assert_eq!(lines.len(), wanted, "{}", run.stdout);
        let (errors, others): (Vec<_>, Vec<_>) = lines.iter().partition(|(c, ..)| c == "error");
        assert_eq!((errors.len(), others.len()), (count.min(10), 1));
        if count > 10 {
            let (command, _, said) = others[0];
            assert_eq!(command, "notice");
            let example = "contracts/storage/examples/note.9.example.json";
            let wanted =
                format!("2 more: 1 in {example}, 1 in contracts/storage/schemas/note.schema.json;");
            assert!(said.starts_with(&wanted), "{said}");
        }
    }
}

#[test]
fn comments_and_summaries_have_room() {
    let folder = many(4000, &"long-".repeat(40));
    let before = "x".repeat(900 << 10);
    let args = ["check", "--format", "github"];
    let (run, summary, outputs) = on_github(folder.path(), &args, &before);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(summary.len() < 1 << 20, "{}", summary.len());
    assert!(outputs["report"].len() < 65_536, "{}", outputs["report"].len());
    for text in [summary.trim_start_matches('x'), &outputs["report"]] {
        let rows =
            text.lines().filter(|l| l.starts_with("| error") || l.starts_with("| warn")).count();
        let more = text.lines().find_map(|line| line.split_once(" more are not shown")).unwrap().0;
        assert_eq!(rows + more.parse::<usize>().unwrap(), 4001, "{rows}");
        assert!(rows > 50, "{rows}");
    }
    let full = "x".repeat(1 << 20);
    assert_eq!(on_github(folder.path(), &args, &full).1.len(), 1 << 20, "nothing where no room is");
}

#[test]
fn reports_are_written_whole_or_the_run_has_failed() {
    let folder = many(1, "");
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("new/findings.sarif");
    let report = |path: &Path| format!("--report=sarif={}", path.display());
    let alone = run(folder.path(), &["check"]);
    for _ in 0..2 {
        let beside = run(folder.path(), &["check", &report(&file)]);
        assert_eq!((beside.code, &beside.stdout), (alone.code, &alone.stdout));
        sarif(&std::fs::read_to_string(&file).unwrap());
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "no litter");
    }
    let below_a_file = file.join("below-a-file");
    let refused = run(folder.path(), &["check", "--exit-zero", &report(&below_a_file)]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.stderr.contains("cannot write"), "{}", refused.stderr);
    let good = tree(&[("note.example.json", "{\"title\": \"a\"}")]);
    let refused = run(good.path(), &["check", &report(out.path())]);
    assert_eq!(refused.code, 2, "{refused:?}");
    let (_, _, outputs) =
        on_github(good.path(), &["check", "--format", "github", &report(&below_a_file)], "");
    assert_eq!(outputs["verdict"], "none", "nobody was told of the pass");
    let mut unwritable = command(good.path(), &["check", "--format", "github"]);
    let code = unwritable.env("GITHUB_OUTPUT", out.path()).output().unwrap().status.code();
    assert_eq!(code, Some(3), "nobody reads the verdict");
    for wrong in ["sarif", "sarif=", "html=x", "nothing=x"] {
        assert_eq!(run(good.path(), &["check", "--report", wrong]).code, 2, "{wrong}");
    }
    assert_eq!(run(good.path(), &["validate", "--format", "sarif"]).code, 2);
    assert_eq!(run(good.path(), &["check", "--format", "comment"]).code, 2);
}

#[test]
fn a_comparison_is_told_too() {
    let folder = tree(&[("note.example.json", "{\"title\": \"a\"}")]);
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "x"]);
    write(folder.path(), "schemas/note.schema.json", &SCHEMA.replace("\"string\"", "\"integer\""));
    let args = ["diff", "HEAD", "--format", "github"];
    let (run, texts) = reports(folder.path(), &args);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stdout.starts_with("::error file=contracts/storage/schemas/note.schema.json,line="),
        "{}",
        run.stdout
    );
    assert_eq!(sarif(&texts["sarif"])["results"][0]["level"], "error");
    assert_eq!(gitlab(&texts["gitlab"])[0]["severity"], "major");
    assert_eq!(elements(&junit(&texts["junit"]), "failure"), 1);
    assert!(
        texts["comment"].contains("## Contract changes: 1 change: 1 major"),
        "{}",
        texts["comment"]
    );
    let outputs = on_github(folder.path(), &args, "").2;
    assert_eq!((outputs["verdict"].as_str(), outputs["bump"].as_str()), ("none", "major"));
    let outputs = on_github(folder.path(), &[&args[..], &["--exit-code"]].concat(), "").2;
    assert_eq!(outputs["verdict"], "fail");
}

#[test]
fn what_went_wrong_is_quiet_too() {
    let told = Told::Nothing(NoVerdict {
        message: HOSTILE.concat(),
        help: Some(HOSTILE.concat()),
        exit_code: 3,
        compares: false,
    });
    let text = |format| {
        let mut out = Vec::new();
        told.render(Format::Ci(format), &support::style(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(text(Ci::Github).lines().count(), 1);
    sarif(&text(Ci::Sarif));
    gitlab(&text(Ci::Gitlab));
    junit(&text(Ci::Junit));
    for format in [Ci::Sarif, Ci::Github, Ci::Gitlab, Ci::Junit, Ci::Comment] {
        assert!(is_quiet(&text(format)), "{format:?}");
    }
    assert!(!text(Ci::Comment).contains("@admin"));
}

/// Writing a report takes nothing away that is no file.
#[cfg(unix)]
#[test]
fn a_report_is_no_pipe() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(binary::run(folder.path(), &["init"]).code, 0);
    let made =
        std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
    assert!(made.success());
    let run = binary::run(folder.path(), &["check", "--report", "sarif=pipe"]);
    assert!(run.code == 2 && run.stderr.contains("no regular file"), "{run:?}");
    assert!(!folder.path().join("pipe").metadata().unwrap().is_file());
}

/// Whoever reads one of the formats learns that somebody was not told.
#[test]
fn a_report_that_cannot_be_written_leaves_no_pass_anywhere() {
    let good = tree(&[("note.example.json", "{\"title\": \"a\"}")]);
    let out = tempfile::tempdir().unwrap();
    let path = |name: &str| out.path().join(name).display().to_string();
    std::fs::write(path("file"), "").unwrap();
    let refused = format!("--report=sarif={}/below", path("file"));
    let (before, after) =
        (format!("--report=junit={}", path("a")), format!("--report=comment={}", path("b")));
    let of =
        |format: &str| run(good.path(), &["check", "--format", format, &before, &refused, &after]);
    for format in ["human", "short", "json", "markdown", "github", "sarif", "gitlab", "junit"] {
        let told = of(format);
        assert_eq!(told.code, 3, "{format}: {told:?}");
        assert!(told.stderr.contains("cannot write"), "{format}: {told:?}");
        assert!(!told.stdout.contains("pass"), "{format}: {}", told.stdout);
        let written = std::fs::read_to_string(path("a")).unwrap();
        assert_eq!(elements(&junit(&written), "error"), 1, "{written}");
        let written = std::fs::read_to_string(path("b")).unwrap();
        assert!(written.contains("## Contract check: no verdict"), "{written}");
    }
    let told: Value = serde_json::from_str(&of("json").stdout).unwrap();
    assert_eq!(told["verdict"], "none");
    assert!(told["message"].as_str().unwrap().contains("cannot write"), "{told}");
    assert!(of("github").stdout.starts_with("::error title=no verdict::"));
    let log = sarif(&of("sarif").stdout);
    assert_eq!(log["invocations"][0]["executionSuccessful"], false);
    assert_eq!(log["invocations"][0]["exitCode"], 3);
    assert_eq!(gitlab(&of("gitlab").stdout)[0]["severity"], "blocker");
    assert_eq!(elements(&junit(&of("junit").stdout), "error"), 1);
    // The same where it is GitHub that cannot be told.
    for variable in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
        let mut command = command(good.path(), &["check", "--format", "github", &after]);
        let ran = command.env(variable, out.path()).output().unwrap();
        let stdout = String::from_utf8(ran.stdout).unwrap();
        assert_eq!(ran.status.code(), Some(3), "{variable}: {stdout}");
        assert!(stdout.starts_with("::error title=no verdict::"), "{variable}: {stdout}");
        let written = std::fs::read_to_string(path("b")).unwrap();
        assert!(written.contains("## Contract check: no verdict"), "{variable}: {written}");
    }
}

/// A step whose standard output nobody can write has no verdict, whatever was said before.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_takes_a_verdict_back() {
    let good = tree(&[("note.example.json", "{\"title\": \"a\"}")]);
    let out = tempfile::tempdir().unwrap();
    let (output, report) = (out.path().join("output"), out.path().join("junit.xml"));
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let args = ["check", "--format", "github", &format!("--report=junit={}", report.display())];
    let code = command(good.path(), &args)
        .env("GITHUB_OUTPUT", &output)
        .stdout(full)
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert_eq!(code.code(), Some(3));
    assert_eq!(outputs(&std::fs::read_to_string(&output).unwrap())["verdict"], "none");
    assert_eq!(elements(&junit(&std::fs::read_to_string(&report).unwrap()), "error"), 1);
}

#[test]
fn annotations_in_a_file_come_with_summary_and_outputs() {
    let good = tree(&[("note.example.json", "{\"title\": \"a\"}")]);
    let out = tempfile::tempdir().unwrap();
    let report = format!("--report=github={}", out.path().join("annotations").display());
    for format in ["human", "github"] {
        let (run, summary, outputs) =
            on_github(good.path(), &["check", "--format", format, &report], "");
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(outputs["verdict"], "pass", "{format}");
        assert_eq!(summary.matches("Contract check: pass").count(), 1, "{format}: {summary}");
    }
}

/// What is asked for is looked at before anything is checked.
#[test]
fn reports_that_would_be_in_each_others_way_are_refused() {
    let good = tree(&[("note.example.json", "{\"title\": \"a\"}")]);
    let folder = good.path();
    std::fs::create_dir(folder.join("out")).unwrap();
    let before = binary::files(folder);
    let whole = folder.join("a.json").display().to_string();
    let same = |first: &str, second: &str| {
        vec![format!("--report=sarif={first}"), format!("--report=junit={second}")]
    };
    let one = |path: &str| vec![format!("--report=sarif={path}")];
    for (reports, said) in [
        (same("a.json", "a.json"), "two reports go to"),
        (same("a.json", "./a.json"), "two reports go to"),
        (same("a.json", "out/../a.json"), "two reports go to"),
        (same("new/a.json", "new/./a.json"), "two reports go to"),
        (same("a.json", &whole), "two reports go to"),
        (one("contracts/a.json"), "lies in the contracts"),
        (one("./contracts/new/a.json"), "lies in the contracts"),
        (one("out/../contracts/storage/a.json"), "lies in the contracts"),
        (one("-"), "standard output"),
    ] {
        for command in ["check", "diff"] {
            let args: Vec<&str> =
                [command].into_iter().chain(reports.iter().map(String::as_str)).collect();
            let refused = run(folder, &args);
            assert_eq!(refused.code, 2, "{args:?}: {refused:?}");
            assert!(refused.stderr.contains(said), "{args:?}: {}", refused.stderr);
            assert_eq!(binary::files(folder), before, "{args:?}");
        }
    }
    let refused = run(folder, &["check", "--format=github", "--report=sarif=contracts/a.json"]);
    assert!(refused.stdout.starts_with("::error title=no verdict::"), "{refused:?}");
    // From a folder of the repository the contracts are elsewhere.
    let refused = run(&folder.join("out"), &["check", "--report", "sarif=../contracts/a.json"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    // Near misses.
    for path in ["contracts.sarif", "contracts-reports/a.sarif", "out/contracts/a.sarif", "./-"] {
        let taken = run(folder, &["check", &format!("--report=sarif={path}")]);
        assert_eq!(taken.code, 0, "{path}: {taken:?}");
    }
}

/// Takes what a program reads where there is no verdict, once the published schema has taken it.
fn nothing_of(run: &Run, schema: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(schema);
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&told)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}: {told}");
    assert_eq!(told["verdict"], "none", "{told}");
    let said = format!("error: {}", told["message"].as_str().unwrap());
    assert!(run.stderr.contains(&said), "{told}: {}", run.stderr);
    told
}

/// Silence is what a program takes for a pass.
#[test]
fn json_says_that_there_is_no_verdict() {
    let folder = tree(&[("note.example.json", "{\"title\": \"a\"}")]);
    let json = |args: &[&str]| {
        let ran = run(folder.path(), &[args, &["--format", "json"]].concat());
        assert!(ran.code >= 2, "{args:?}: {ran:?}");
        ran
    };
    for args in [
        &["check", "--at", "v9"][..],
        &["check", "nowhere"],
        &["check", "--against", "v9"],
        &["check", "--report=sarif=contracts/x"],
        &["validate", "nowhere"],
        &["envelope"],
        &["laws", "check", "--against", "v9"],
    ] {
        let told = nothing_of(&json(args), "findings-1.schema.json");
        assert_eq!(
            (&told["format"], &told["findings"]),
            (&"contract-guard/findings-1".into(), &Value::Array(vec![])),
            "{args:?}"
        );
    }
    let told =
        nothing_of(&json(&["check", "--report=sarif=contracts/x"]), "findings-1.schema.json");
    assert_eq!(told["help"], "it would be an artifact of the next run: write it elsewhere");
    for args in [&["diff"][..], &["diff", "v9"], &["bump", "--against", "v9"]] {
        let told = nothing_of(&json(args), "changes-1.schema.json");
        assert_eq!(told["format"], "contract-guard/changes-1", "{args:?}");
    }
    let good = run(folder.path(), &["check", "--format", "json"]);
    let told: Value = serde_json::from_str(&good.stdout).unwrap();
    assert_eq!((&told["verdict"], told.get("message")), (&"pass".into(), None));
}

/// What the documentation tells to copy, run by a shell.
#[cfg(unix)]
#[test]
fn the_recipe_for_jq_passes_by_a_pass_alone() {
    let has = |program: &str| std::process::Command::new(program).arg("--version").output().is_ok();
    if !has("jq") || !has("bash") {
        return;
    }
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ci.md")).unwrap();
    let recipe = docs.split("## Any other").nth(1).unwrap();
    let recipe = recipe.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(recipe.contains("jq -e"), "{recipe}");
    let program = Path::new(env!("CARGO_BIN_EXE_contract-guard")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(program.to_path_buf())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    )
    .unwrap();
    let shell = |folder: &Path, script: &str| {
        let mut shell = std::process::Command::new("bash");
        let output = shell.current_dir(folder).args(["-c", script]).env("PATH", &path).output();
        let output = output.unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let good = tree(&[("note.example.json", "{\"title\": \"a\"}")]);
    let (code, said) = shell(good.path(), recipe);
    assert!(code == 0 && said.ends_with("\npass\n"), "{code}: {said}");
    let bad = tree(&[("note.example.json", "{\"title\": 1}")]);
    let (code, said) = shell(bad.path(), recipe);
    assert!(code == 1 && said.starts_with("example-invalid\tcontracts/"), "{code}: {said}");
    assert!(said.ends_with("fail\n"), "{said}");
    let nothing = tempfile::tempdir().unwrap();
    // Neither half passes by itself.
    let loose = recipe.replace("set -o pipefail", "");
    for recipe in [recipe, &loose, &loose.replace("contract-guard check", "true")] {
        let (code, said) = shell(nothing.path(), recipe);
        assert!(code != 0 && said.is_empty(), "{recipe}: {code}: {said}");
    }
}
