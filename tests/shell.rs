//! Completion scripts and manual pages: whole, and readable by the programs they are for.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads, runs and stops")]

mod binary;

use std::path::Path;
use std::process::Command;

/// All commands, as the help lists them.
fn commands(of: &[&str]) -> Vec<String> {
    let help = binary::run(Path::new("."), &[of, &["--help"]].concat()).stdout;
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let lines = list.lines().take_while(|line| line.starts_with("  "));
    let names = lines.filter(|line| !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// What a program says about a file; `None` where it is not installed.
fn judged(program: &str, args: &[&str], file: &Path) -> Option<(bool, String)> {
    let output = Command::new(program).args(args).arg(file).output().ok()?;
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

#[test]
fn scripts_parse_and_name_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for (shell, args) in
        [("bash", &["-n"][..]), ("zsh", &["-n"]), ("fish", &["-n"]), ("powershell", &[])]
    {
        let run = binary::run(folder.path(), &["completions", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{shell}");
        for command in commands(&[]).iter().chain(&commands(&["freeze"])) {
            assert!(run.stdout.contains(command.as_str()), "{shell} does not know `{command}`");
        }
        let file = folder.path().join(shell);
        std::fs::write(&file, &run.stdout).unwrap();
        if shell != "powershell"
            && let Some((is_fine, said)) = judged(shell, args, &file)
        {
            assert!(is_fine, "{shell}: {said}");
        }
    }
    assert_eq!(binary::run(folder.path(), &["completions", "tcsh"]).code, 2);
}

#[test]
fn bash_completes_commands_and_values() {
    let folder = tempfile::tempdir().unwrap();
    let script = binary::run(folder.path(), &["completions", "bash"]).stdout;
    let file = folder.path().join("script");
    let has_bash =
        judged("bash", &["-c", "((BASH_VERSINFO[0] >= 4))"], &file).is_some_and(|(ok, _)| ok);
    std::fs::write(folder.path().join("findings.json"), "").unwrap();
    // The words so far as bash cuts them, the last one being completed.
    for (words, offered) in [
        (&["completions", "z"][..], "zsh"),
        (&["check", "--report", "s"], "short= sarif="),
        (&["check", "--report", "c"], "comment="),
        (&["check", "--report", "h"], "human="),
        (&["diff", "--report", "sarif", "=", "findings"], "findings.json"),
        (&["explain", "dangling"], "dangling-ref"),
        (&["explain", "gate-w"], "gate-weakened gate-wired"),
    ] {
        let [.., before, last] = words else { continue };
        let asked = format!(
            "cd '{}'; COMP_WORDS=(contract-guard {}); COMP_CWORD={}; compopt() {{ :; }}\n\
             _contract__guard contract-guard {last} {before}; echo \"${{COMPREPLY[@]}}\"",
            folder.path().display(),
            words.join(" "),
            words.len(),
        );
        std::fs::write(&file, format!("{script}\n{asked}\n")).unwrap();
        if let Some((is_fine, said)) = judged("bash", &[], &file).filter(|_| has_bash) {
            assert!(is_fine && said.trim() == offered, "{words:?}: {said}");
        }
    }
}

/// What is offered is not all that is taken: what is wrong is told as before, and the help stays short.
#[test]
fn what_is_offered_does_not_judge() {
    let run = binary::run(Path::new("."), &["explain", "dangling-reff"]);
    assert!(run.code == 2 && run.stderr.contains("dangling-ref"), "{run:?}");
    let run = binary::run(Path::new("."), &["check", "--report", "html=x"]);
    assert!(run.code == 2 && run.stderr.contains("`html` is none of human, short"), "{run:?}");
    for command in ["explain", "check"] {
        let help = binary::run(Path::new("."), &[command, "--help"]).stdout;
        assert!(!help.contains("dangling-ref,") && !help.contains("short="), "{help}");
    }
}

#[test]
fn the_page_names_every_command() {
    let run = binary::run(Path::new("."), &["man"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains(".TH contract-guard 1"), "{}", run.stdout);
    for command in commands(&[]) {
        let name = format!("contract-guard-{command}").replace('-', "\\-");
        assert!(run.stdout.contains(&name), "`{command}` is missing");
    }
}

/// The first line names the page twice, the last one the program: long names leave no room for more.
fn head_is_whole(name: &str, file: &Path) {
    let text = std::fs::read_to_string(file).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let head = format!("\n.TH {name} 1 \" \" \"contract-guard {version}\" \" \"\n");
    assert!(text.contains(&head), "{name}: {text}");
    // As wide as `man` writes for a terminal of 80 columns.
    let wide = ["-man", "-Tascii", "-P-c", "-rLL=78n", "-rLT=78n"];
    if let Some((true, said)) = judged("groff", &wide, file) {
        let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let title = format!("{name}(1)");
        assert_eq!(words(lines.first().unwrap()), [title.as_str(), title.as_str()]);
        assert_eq!(words(lines.last().unwrap()), ["contract-guard", version, title.as_str()]);
    }
}

/// `-h` may leave an option out for being rare; the page is where it is looked up.
#[test]
fn the_page_describes_every_option() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(binary::run(folder.path(), &["man", "--out", "."]).code, 0);
    for (path, page) in binary::files(folder.path()) {
        let page = String::from_utf8(page).unwrap();
        let lines: Vec<&str> = page.lines().filter(|line| !line.is_empty()).collect();
        let bare = lines.windows(2).find(|pair| {
            let is_end = pair[1].starts_with(".TP") || pair[1].starts_with(".SH");
            pair[0].starts_with("\\fB\\-\\-") && is_end
        });
        assert_eq!(bare, None, "{path}");
    }
}

#[test]
fn a_folder_gets_a_page_for_each_command() {
    let folder = tempfile::tempdir().unwrap();
    let run = binary::run(folder.path(), &["man", "--out", "new/man1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let pages = folder.path().join("new/man1");
    let mut expected = vec!["contract-guard".to_owned()];
    expected.extend(commands(&[]).iter().map(|name| format!("contract-guard-{name}")));
    expected
        .extend(commands(&["freeze"]).iter().map(|name| format!("contract-guard-freeze-{name}")));
    for name in &expected {
        let file = pages.join(format!("{name}.1"));
        assert!(file.is_file(), "{name}");
        // -ww tells whatever groff would have to guess.
        if let Some((is_fine, said)) = judged("groff", &["-man", "-Tutf8", "-ww", "-z"], &file) {
            assert!(is_fine && said.is_empty(), "{name}: {said}");
        }
    }
    for name in &expected {
        head_is_whole(name, &pages.join(format!("{name}.1")));
    }
    if let Some((is_fine, said)) =
        judged("man", &["-l", "-Tutf8"], &pages.join("contract-guard-freeze-create.1"))
        && is_fine
    {
        assert!(said.contains("EXAMPLES") || said.contains("Examples"), "{said}");
    }
    let run = binary::run(folder.path(), &["man", "--out", "new/man1/contract-guard.1"]);
    assert_eq!(run.code, 3, "a file stands where the folder would: {}", run.stderr);
}
