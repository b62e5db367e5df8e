//! The health page: well-formed, whole, escaped, the same every time, and without a network.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads, runs and stops")]

mod binary;
mod pages;

use std::collections::BTreeSet;
use std::path::Path;

use binary::{Run, git, run};
use pages::{BIDI, hostile, story, write};

fn page(folder: &Path) -> String {
    let Run { code, stdout, stderr } = run(folder, &["report"]);
    assert_eq!(code, 0, "{stderr}");
    stdout
}

/// A tag of the page: its name, whether it closes, its attributes.
#[derive(Debug)]
struct Tag {
    name: String,
    closes: bool,
    attributes: Vec<(String, String)>,
}

/// Reads the tags, strictly: attributes are quoted, and text has no bracket of its own.
fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = html.strip_prefix("<!doctype html>\n").unwrap();
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>'), "a bracket in a text: {}", &rest[..at]);
        rest = &rest[at + 1..];
        let closes = rest.starts_with('/');
        rest = rest.trim_start_matches('/');
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap();
        let name = rest[..end].to_owned();
        assert!(!name.is_empty(), "no tag: <{}", rest.chars().take(40).collect::<String>());
        rest = &rest[end..];
        let mut attributes = Vec::new();
        while !rest.starts_with('>') {
            rest = rest.strip_prefix(' ').unwrap_or_else(|| panic!("in <{name}: {:.60}", rest));
            let end =
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-:".contains(c))).unwrap();
            let key = rest[..end].to_owned();
            assert!(!key.is_empty(), "in <{name}: {:.60}", rest);
            rest = &rest[end..];
            let value = match rest.strip_prefix("=\"") {
                Some(quoted) => {
                    let end = quoted.find('"').unwrap();
                    rest = &quoted[end + 1..];
                    quoted[..end].to_owned()
                }
                None => String::new(),
            };
            attributes.push((key, value));
        }
        rest = &rest[1..];
        // What stands in these is no markup.
        if !closes && matches!(name.as_str(), "script" | "style") {
            rest = &rest[rest.find(&format!("</{name}>")).unwrap()..];
        }
        found.push(Tag { name, closes, attributes });
    }
    found
}

/// Every tag that is opened is closed, inside what it was opened in.
fn balanced(html: &str) -> Vec<Tag> {
    let all = tags(html);
    let mut open: Vec<&str> = Vec::new();
    for tag in &all {
        match (tag.name.as_str(), tag.closes) {
            ("meta" | "input", _) => {}
            (name, false) => open.push(name),
            (name, true) => assert_eq!(open.pop(), Some(name)),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    all
}

fn values<'t>(tags: &'t [Tag], key: &str) -> Vec<&'t str> {
    let all = tags.iter().flat_map(|tag| &tag.attributes);
    all.filter(|(name, _)| name == key).map(|(_, value)| value.as_str()).collect()
}

/// What holds of every page, whatever it is about.
fn sound(html: &str) {
    let tags = balanced(html);
    let ids = values(&tags, "id");
    let different: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), different.len(), "an id stands twice");
    for link in values(&tags, "href") {
        let target = link.strip_prefix('#').unwrap_or_else(|| panic!("`{link}` leads elsewhere"));
        assert!(different.contains(target), "`#{target}` leads nowhere");
    }
    for label in values(&tags, "aria-labelledby") {
        assert!(different.contains(label), "`{label}` labels nothing");
    }
    for key in ["src", "srcset", "style", "action", "onclick", "onerror", "onload"] {
        assert_eq!(values(&tags, key), [""; 0], "{key}");
    }
    for name in ["img", "iframe", "link", "object", "embed", "b", "base", "form"] {
        assert!(!tags.iter().any(|tag| tag.name == name), "<{name}>");
    }
    let count = |name: &str| tags.iter().filter(|t| t.name == name && !t.closes).count();
    for (name, times) in [("script", 1), ("style", 1), ("h1", 1), ("main", 1), ("nav", 1)] {
        assert_eq!(count(name), times, "<{name}>");
    }
    assert_eq!(count("table"), count("caption"), "every table has a caption");
    assert!(!html.contains("url(http") && !html.contains("@import"));
    assert!(!html.contains(|c: char| c.is_control() && c != '\n'), "a control character");
    for c in BIDI.chars().filter(|c| !c.is_ascii()) {
        assert!(!html.contains(c), "{}", c.escape_unicode());
    }
    for section in SECTIONS {
        assert!(html.contains(&format!("<h2 id=\"{section}\">")), "no section {section}");
    }
}

const SECTIONS: [&str; 9] = [
    "coverage",
    "findings",
    "freezes",
    "graph",
    "laws",
    "versions",
    "topics",
    "operations",
    "schemas",
];

#[test]
fn the_page_says_everything() {
    let folder = story();
    let html = page(folder.path());
    sound(&html);
    for said in [
        "<span class=\"verdict fail\">fail</span>",
        "schemas that an example shows",
        "<code>example-invalid</code>",
        "1.1.0-rc.1",
        "2026-01-03",
        "as agreed",
        "only written",
        "nobody calls a shell",
        "<th scope=\"row\">notes</th><td class=\"nowrap\">1.2.0</td>",
        "NOTE_CREATED@1.0",
        "<code>GET /v1/notes</code> <span class=\"tag\">deprecated</span>",
        "<code>title</code> <span class=\"tag\">required</span>",
        "<polyline points=",
        "marker-end=\"url(#head)\"",
        "<text class=\"sub\"",
        "must fail",
    ] {
        assert!(html.contains(said), "{said}");
    }
}

#[test]
fn our_own_page_is_sound() {
    sound(&page(Path::new(env!("CARGO_MANIFEST_DIR"))));
}

#[test]
fn what_contracts_say_stays_text() {
    let folder = hostile();
    let html = page(folder.path());
    sound(&html);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;&lt;img src=x"));
    assert!(html.contains("{{ 7 * 7 }}"), "the template reads no text of a contract as its own");
    assert!(html.contains("\\u{202e}"), "what turns text around is shown");
    assert!(html.contains("damaged:"));
}

#[test]
fn same_input_same_bytes_and_no_clock() {
    let folder = story();
    let once = page(folder.path());
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(once, page(folder.path()));
    assert!(!once.contains("generated at"));
    let dated = run(folder.path(), &["report", "--now", "2026-11-20T12:00:00Z"]).stdout;
    assert!(dated.contains("generated at 2026-11-20T12:00:00Z"));
    git(folder.path(), &["add", "."]);
    let staged = run(folder.path(), &["report", "--staged"]).stdout;
    assert_eq!(once, staged, "the index holds the same");
}

#[test]
fn style_and_script_are_those_that_the_policy_names() {
    use sha2::{Digest, Sha256};
    let folder = story();
    let html = page(folder.path());
    for name in ["style", "script"] {
        let text = html.split(&format!("<{name}>")).nth(1).unwrap();
        let text = text.split(&format!("</{name}>")).next().unwrap();
        let digest = data_encoding::BASE64.encode(&Sha256::digest(text.as_bytes()));
        assert!(html.contains(&format!("{name}-src 'sha256-{digest}'")), "{name}");
    }
    assert!(html.contains("default-src 'none'"));
}

#[test]
fn the_file_is_written_whole_and_follows_no_link() {
    let folder = story();
    let Run { code, stdout, .. } = run(folder.path(), &["report", "-o", "out/page.html"]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("wrote out/page.html ("), "{stdout}");
    let written = std::fs::read_to_string(folder.path().join("out/page.html")).unwrap();
    assert!(written.starts_with("<!doctype html>") && written.ends_with("</html>\n"));
    assert_eq!(run(folder.path(), &["report", "--output", "-"]).stdout, page(folder.path()));
    #[cfg(unix)]
    {
        let link = folder.path().join("link.html");
        std::os::unix::fs::symlink("elsewhere.html", link).unwrap();
        let Run { code, stderr, .. } = run(folder.path(), &["report", "-o", "link.html"]);
        assert_eq!(code, 2, "{stderr}");
        assert!(!folder.path().join("elsewhere.html").exists());
    }
}

#[test]
fn odd_trees_have_a_page_too() {
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(run(empty.path(), &["report"]).code, 3);
    let usage = run(empty.path(), &["report", "--now", "yesterday"]);
    assert_eq!(usage.code, 2, "{}", usage.stderr);
    let other = run(empty.path(), &["report", "--format", "json"]);
    assert_eq!(other.code, 2, "{}", other.stderr);
    let broken = tempfile::tempdir().unwrap();
    write(broken.path(), "contracts/storage/schemas/x.schema.json", "{");
    let html = page(broken.path());
    sound(&html);
    assert!(
        html.contains("The file cannot be read.") && html.contains("Nothing refers to anything.")
    );
    let circle = tempfile::tempdir().unwrap();
    for (name, to) in [("a", "b"), ("b", "a")] {
        let text = format!(
            r#"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://e.org/{name}.schema.json", "properties": {{"x": {{"$ref": "{to}.schema.json"}}}}}}"#
        );
        write(circle.path(), &format!("contracts/{name}.schema.json"), &text);
    }
    let html = page(circle.path());
    sound(&html);
    assert!(html.contains("Circles of references") && html.contains("circle\" d="), "{html}");
}

/// As many artifacts as a large team has: the page stays small, and its picture can be read.
#[test]
fn the_page_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..267 {
        let (area, next) = (i % 30, (i + 1) % 267);
        let properties: Vec<String> = (0..20)
            .map(|p| format!("\"property_{p}\": {{\"type\": \"string\", \"description\": \"What stands in property {p} of schema {i}, in some words.\"}}"))
            .collect();
        let schema = format!(
            r#"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://e.org/s{i}.schema.json", "type": "object", "properties": {{{}, "next": {{"$ref": "s{next}.schema.json"}}}}}}"#,
            properties.join(", ")
        );
        let home = format!("contracts/modules/m{area}/storage");
        write(folder.path(), &format!("{home}/schemas/s{i}.schema.json"), &schema);
        let example = format!("{{\"property_1\": \"{}\"}}", "x".repeat(4000));
        write(folder.path(), &format!("{home}/examples/s{i}.example.json"), &example);
    }
    let html = page(folder.path());
    sound(&html);
    assert!(html.len() < 3_000_000, "{}", html.len());
    let boxes = html.matches("<rect class=").count();
    assert!((2..=34).contains(&boxes), "{boxes}");
}
