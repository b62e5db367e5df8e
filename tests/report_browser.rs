//! The health page in a real browser: `cargo test --test report_browser -- --ignored`. It needs Chromium
//! (Debian: chromium).
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads, runs and stops")]

mod binary;
mod pages;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use binary::run;
use pages::{hostile, story};

fn browser() -> PathBuf {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let folders = std::env::var_os("PATH").unwrap();
    let all = std::env::split_paths(&folders).flat_map(|f| names.map(|name| f.join(name)));
    all.into_iter().find(|path| path.is_file()).expect("there is no Chromium on this machine")
}

/// Opens a file and gives what the browser says: the document on standard output, its console on the other.
fn open(file: &Path, args: &[&str]) -> Output {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(browser())
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"])
        .args(["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"])
        .args(["--enable-logging=stderr", "--v=0", "--virtual-time-budget=4000"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(args)
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn document(file: &Path, args: &[&str]) -> String {
    let output = open(file, &[&["--dump-dom"], args].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let console: Vec<&str> = said.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(console.is_empty(), "{console:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The pages to be looked at: with a bit of everything, with nothing but harm, our own.
fn pages() -> Vec<(tempfile::TempDir, PathBuf)> {
    let own = tempfile::tempdir().unwrap();
    let path = own.path().join("page.html");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(run(here, &["report", "-o", path.to_str().unwrap()]).code, 0);
    let mut all = vec![(own, path)];
    for folder in [story(), hostile()] {
        assert_eq!(run(folder.path(), &["report", "-o", "page.html"]).code, 0);
        let path = folder.path().join("page.html");
        all.push((folder, path));
    }
    all
}

#[test]
#[ignore = "needs Chromium"]
fn the_page_opens_without_a_complaint() {
    for (_folder, path) in pages() {
        let html = document(&path, &[]);
        for heading in ["Coverage", "Findings", "Freezes", "Dependencies", "Laws", "Schemas"] {
            assert!(html.contains(&format!(">{heading}</h2>")), "{heading}");
        }
        // The script ran under the policy of the page: it shows the filters.
        assert!(html.contains("data-of=\".schema\">"), "the filter is not shown");
        assert!(!html.contains("<img") && !html.contains("<b>"), "markup of a contract");
    }
}

/// The page in a frame of 400 pixels; a probe in it tells its parent how wide it is and what it has loaded.
/// Only the policy is taken out, which would not let the probe in.
#[test]
#[ignore = "needs Chromium"]
fn nothing_is_loaded_and_nothing_sticks_out() {
    const PROBE: &str = "<script>addEventListener('load', () => { \
        for (const d of document.querySelectorAll('details')) { d.open = true; } \
        const loaded = performance.getEntriesByType('resource').length; \
        const page = document.documentElement; \
        const over = page.scrollWidth - page.clientWidth; \
        parent.postMessage(innerWidth + ' wide, ' + over + ' over, ' + loaded + ' loaded', '*'); });</script>";
    for (folder, path) in pages() {
        let html = std::fs::read_to_string(&path).unwrap();
        let policy = html.lines().find(|line| line.contains("Content-Security-Policy")).unwrap();
        let probed = html.replace(policy, "").replace("</body>", &format!("{PROBE}</body>"));
        std::fs::write(folder.path().join("probed.html"), probed).unwrap();
        let frame = "<!doctype html><title>waiting</title>\
            <script>addEventListener('message', (e) => { document.title = e.data; });</script>\
            <iframe src=\"probed.html\" width=\"400\" height=\"800\" style=\"border:0\"></iframe>";
        let outer = folder.path().join("frame.html");
        std::fs::write(&outer, frame).unwrap();
        let html = document(&outer, &[]);
        let title = html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert_eq!(title, "400 wide, 0 over, 0 loaded");
    }
}

#[test]
#[ignore = "needs Chromium"]
fn light_and_dark_differ() {
    let folder = story();
    assert_eq!(run(folder.path(), &["report", "-o", "page.html"]).code, 0);
    let page = folder.path().join("page.html");
    let shot = |name: &str, scheme: &str| {
        let file = folder.path().join(name);
        let args = [
            format!("--screenshot={}", file.display()),
            format!("--blink-settings=preferredColorScheme={scheme}"),
            "--window-size=1200,2000".to_owned(),
        ];
        open(&page, &args.each_ref().map(String::as_str));
        std::fs::read(file).unwrap()
    };
    let (dark, light) = (shot("dark.png", "0"), shot("light.png", "1"));
    assert!(dark.len() > 20_000 && light.len() > 20_000, "a picture with something in it");
    assert_ne!(dark, light);
}
