//! The workflows and the action that this repository ships, and those that its pages show: nothing that a
//! stranger can write reaches a shell as text, no more rights than are needed, and what is used is pinned.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test reads and stops"
)]

use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Every workflow and action: its name, and what it says.
fn shipped() -> Vec<(String, Value)> {
    let mut files =
        vec![root().join("action.yml"), root().join("src/scaffold/init_tree/contract-guard.yml")];
    let workflows = std::fs::read_dir(root().join(".github/workflows")).unwrap();
    files.extend(workflows.map(|entry| entry.unwrap().path()));
    let read = |path: PathBuf| {
        (path.display().to_string(), yaml(&std::fs::read_to_string(&path).unwrap()))
    };
    let mut found: Vec<(String, Value)> = files.into_iter().map(read).collect();
    let page = std::fs::read_to_string(root().join("docs/ci.md")).unwrap().replace("\r\n", "\n");
    let blocks = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    found
        .extend(blocks.enumerate().map(|(n, text)| (format!("docs/ci.md, block {n}"), yaml(text))));
    assert!(found.len() >= 6, "{}", found.len());
    found
}

/// The steps of all jobs, or of the action.
fn steps(file: &Value) -> Vec<&Value> {
    let jobs = file["jobs"].as_object().into_iter().flat_map(|jobs| jobs.values());
    let lists = jobs.map(|job| &job["steps"]).chain([&file["runs"]["steps"]]);
    lists.filter_map(Value::as_array).flatten().collect()
}

#[test]
fn no_text_of_strangers_is_run() {
    let mut scripts = 0;
    for (name, file) in shipped() {
        for script in steps(&file).iter().filter_map(|step| step["run"].as_str()) {
            scripts += 1;
            assert!(!script.contains("${{"), "{name}: {script}");
        }
    }
    assert!(scripts >= 8, "{scripts}");
}

#[test]
fn rights_are_to_read() {
    for (name, file) in shipped() {
        if !file["jobs"].is_object() {
            continue;
        }
        let rights = file["permissions"].as_object().unwrap_or_else(|| panic!("{name} says none"));
        // What writes a comment runs without the code of the change.
        let is_trusted = !file["on"]["workflow_run"].is_null();
        for (right, value) in rights {
            let may_write = is_trusted && right == "pull-requests";
            assert!(value == "read" || (may_write && value == "write"), "{name}: {right}");
        }
        let uses: Vec<_> = steps(&file).iter().filter_map(|s| s["uses"].as_str()).collect();
        assert!(!is_trusted || uses.iter().all(|u| !u.contains("checkout")), "{name}: {uses:?}");
        for job in file["jobs"].as_object().unwrap().values() {
            assert!(job["permissions"].is_null(), "{name}: a job asks for more");
        }
        let is_dangerous = file["on"].to_string().contains("pull_request_target");
        assert!(!is_dangerous, "{name}");
    }
}

#[test]
fn what_is_used_is_pinned() {
    let is_commit = |text: &str| text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    for (name, file) in shipped() {
        for step in steps(&file) {
            let Some(used) = step["uses"].as_str() else { continue };
            let (_, version) = used.split_once('@').unwrap();
            assert!(is_commit(version) || used == "OWNER/contract-guard@COMMIT", "{name}: {used}");
            if used.starts_with("actions/checkout@") {
                assert_eq!(step["with"]["persist-credentials"], false, "{name}");
            }
        }
    }
}

#[test]
fn pull_requests_are_held_against_their_base() {
    for path in
        [".github/workflows/contract-guard.yml", "src/scaffold/init_tree/contract-guard.yml"]
    {
        let file = yaml(&std::fs::read_to_string(root().join(path)).unwrap());
        let job = &file["jobs"]["contract-guard"]["steps"];
        let steps = job.as_array().unwrap();
        assert!(steps.iter().any(|step| step["with"]["fetch-depth"] == 0), "{path}");
        let compares = |step: &&Value| {
            let run = step["run"].as_str().unwrap_or_default();
            run.contains("--against=\"origin/$BASE\"") && run.contains("--format github")
        };
        let check = steps.iter().find(compares).unwrap_or_else(|| panic!("{path}"));
        assert_eq!(check["env"]["BASE"], "${{ github.base_ref }}", "{path}");
    }
}

#[test]
fn the_action_tells_what_the_binary_writes() {
    let action = yaml(&std::fs::read_to_string(root().join("action.yml")).unwrap());
    let outputs = action["outputs"].as_object().unwrap();
    for name in ["verdict", "bump", "report"] {
        assert_eq!(outputs[name]["value"], format!("${{{{ steps.check.outputs.{name} }}}}"));
    }
    let check = steps(&action).into_iter().find(|step| step["id"] == "check").unwrap();
    assert!(check["run"].as_str().unwrap().contains("--format github"));
}
