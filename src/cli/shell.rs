//! `completions`, `man`: what a shell and `man` know of this program, made from its arguments.

use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory, ValueEnum};

use super::output::Terminal;
use super::{Answer, Failure, args};
use crate::edit::{self, EditError};

pub(super) const COMPLETIONS_HELP: &str = "\
Examples, where the folder is there:
  contract-guard completions bash > ~/.local/share/bash-completion/completions/contract-guard
  contract-guard completions zsh > ~/.zfunc/_contract-guard
  contract-guard completions fish > ~/.config/fish/completions/contract-guard.fish
  contract-guard completions powershell | Out-String | Invoke-Expression";

pub(super) const MAN_HELP: &str = "\
Examples:
  contract-guard man | man -l -
  contract-guard man --out ~/.local/share/man/man1";

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// Write a page for the program and one for each command into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `contract-guard completions`
pub(super) fn completions(args: &Completions, terminal: &Terminal) -> Answer {
    let shell = match args.shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
        Shell::Powershell => clap_complete::Shell::PowerShell,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::Cli::command(), "contract-guard", &mut script);
    let script = String::from_utf8_lossy(&script);
    let script = match args.shell {
        Shell::Bash => for_bash(&script),
        Shell::Zsh => for_zsh(&script),
        // Beside formats there are files, for what follows `FORMAT=`.
        Shell::Fish => script.replace("-r -f -a \"human=", "-r -F -a \"human="),
        Shell::Powershell => script.into_owned(),
    };
    Ok(terminal.write(script.as_bytes(), 0))
}

/// clap_complete 4.6 sets a name with a hyphen one way and asks for it another way, so that nothing below the
/// program itself completes. `FORMAT=` is a beginning: no space follows it, but a file.
fn for_bash(script: &str) -> String {
    let files = "COMPREPLY=($(compgen -f \"${cur}\"))";
    let report = format!(
        "                =)\n                    {files}\n                    return 0\n                    ;;\n\
         {REPORT_IN_BASH}                    compopt -o nospace\n"
    );
    script.replace("contract__subcmd__guard", "contract__guard").replace(REPORT_IN_BASH, &report)
}

/// The case of the option `--report`.
const REPORT_IN_BASH: &str = "                --report)\n";

/// The same for zsh.
fn for_zsh(script: &str) -> String {
    let words = super::offer::REPORTS.join(" ");
    let file = "compset -P \"*=\" && _files || compadd -S \"\" -";
    script.replace(&format!("FORMAT=FILE:({words})"), &format!("FORMAT=FILE:{{{file} {words}}}"))
}

/// `contract-guard man`
pub(super) fn man(args: &Man, terminal: &Terminal) -> Answer {
    let mut command = args::Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &args.out else {
        let (_, page) = page(command)?;
        return Ok(terminal.write(&page, 0));
    };
    let mut pages = Vec::new();
    collect(command, &mut pages)?;
    for (name, page) in &pages {
        edit::write_file(&folder.join(name), page)?;
    }
    let said = format!("wrote {} pages to {}\n", pages.len(), folder.display());
    Ok(terminal.write(said.as_bytes(), 0))
}

/// The pages of a command and of all below it, by file name.
fn collect(command: Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
    let below: Vec<Command> =
        command.get_subcommands().filter(|below| !below.is_hide_set()).cloned().collect();
    pages.push(page(command)?);
    below.into_iter().try_for_each(|below| collect(below, pages))
}

fn page(command: Command) -> Result<(String, Vec<u8>), Failure> {
    // What `-h` leaves out for being rare would stand here without a word.
    let command = command.mut_args(|arg| arg.hide_short_help(false));
    // A space is what an empty word has to be here, or those after it would take its place. The name stands
    // twice in the first line of 80 columns, so that the long ones leave no room for that of the manual.
    let page = clap_mangen::Man::new(command)
        .source(concat!("contract-guard ", env!("CARGO_PKG_VERSION")))
        .date(" ")
        .manual(" ");
    let name = page.get_filename();
    let mut bytes = Vec::new();
    let written = page.render(&mut bytes);
    written.map_err(|error| EditError::Io(Path::new(&name).to_owned(), error))?;
    // Examples are aligned by spaces: no line is stretched.
    let text = String::from_utf8_lossy(&bytes).replace(".SH EXTRA\n", ".SH EXTRA\n.ad l\n.nh\n");
    Ok((name, text.into_bytes()))
}
