//! The commands: arguments to requests, outcomes to output and exit codes. No rule lives here.
#![expect(
    clippy::disallowed_methods,
    reason = "this floor looks at the environment and the clock, for the others"
)]

mod against;
mod args;
mod audit;
mod check;
mod consumers;
mod deprecate;
mod diff;
mod explain;
mod fix;
mod freeze;
mod graph;
mod help;
mod hook;
mod init;
mod laws;
mod list;
mod load;
mod lsp;
mod migrate;
mod new;
mod offer;
mod outlets;
mod output;
mod place;
mod progress;
mod release;
mod report;
mod revise;
mod shell;
mod sides;
mod target;
mod ulid;
mod waivers;
mod words;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};

use crate::report::Format;
use crate::source::SourceError;

/// Why a command has no verdict.
enum Failure {
    /// The command line asks for something that cannot be: exit 2.
    Usage(String, Option<String>),
    /// The world does not allow an answer: exit 3, or 4 for a damaged freeze.
    Source(SourceError),
    /// Writing files failed or was refused.
    Edit(crate::edit::EditError),
    /// The answer is no.
    Refused(Refused),
}

/// A refusal that has more to say than one sentence.
struct Refused {
    message: String,
    /// What it is about, a line each.
    details: Vec<String>,
    help: Option<String>,
    /// 1 for a no, 4 for damage.
    code: u8,
}

impl From<crate::edit::EditError> for Failure {
    fn from(error: crate::edit::EditError) -> Self {
        Failure::Edit(error)
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Failure::Source(error)
    }
}

/// Exit code of a command that has an answer.
type Answer = Result<u8, Failure>;

/// Bytes of stack: values nest up to the depth limit, references up to the hop limit.
const STACK: usize = 64 << 20;

/// Runs a command line. Exit codes: 0 pass, 1 the gate failed, 2 usage, 3 no verdict, 4 integrity,
/// 5 busy.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || run(&arguments));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => ExitCode::from(code),
        // A panic has printed itself; whatever it was, it is no verdict.
        Ok(Err(_)) => ExitCode::from(3),
        Err(error) => {
            output::Terminal::look(args::Color::Auto)
                .error(&format!("cannot start a thread: {error}"), None);
            ExitCode::from(3)
        }
    }
}

fn run(arguments: &[OsString]) -> u8 {
    let cli = match args::Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return told(error),
    };
    // Threads keep their stacks for deep values; the pool can be built once only.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    let terminal = output::Terminal::look(cli.global.color);
    if let Err(failure) = has_format(&cli) {
        return report(&failure, &terminal);
    }
    if let Some(outlets) = outlets::of(&cli)
        && let Err(failure) = outlets.sound(&cli)
    {
        let code = report(&failure, &terminal);
        return outlets.alone().tell_nothing(&failure, code, &cli, &terminal);
    }
    let answer = match &cli.command {
        Some(args::Command::Check(check)) => check::check(check, &cli.global, &terminal),
        Some(args::Command::Validate(validate)) => {
            check::validate(validate, &cli.global, &terminal)
        }
        Some(args::Command::Envelope(envelope)) => {
            check::envelope(envelope, &cli.global, &terminal)
        }
        Some(args::Command::Audit(audit)) => audit::run(audit, &cli.global, &terminal),
        Some(args::Command::Ulid(command)) => ulid::run(command, &terminal),
        Some(args::Command::Diff(diff)) => diff::diff(diff, &cli.global, &terminal),
        Some(args::Command::CanIRelease(args)) => consumers::run(args, &cli.global, &terminal),
        Some(args::Command::Bump(bump)) => release::bump(bump, &cli.global, &terminal),
        Some(args::Command::Workflow(args)) => release::workflow(args, &cli.global, &terminal),
        Some(args::Command::Release(args)) => release::release(args, &cli.global, &terminal),
        Some(args::Command::Hotfix(args)) => release::hotfix(args, &cli.global, &terminal),
        Some(args::Command::Rollback(args)) => release::rollback(args, &cli.global, &terminal),
        Some(args::Command::Explain { code }) => {
            explain::run(code.as_deref(), cli.global.format, &terminal)
        }
        Some(args::Command::Freeze(command)) => freeze::run(command, &cli.global, &terminal),
        Some(args::Command::Crates(args)) => laws::crates(args, &cli.global, &terminal),
        Some(args::Command::Laws(command)) => laws::run(command, &cli.global, &terminal),
        Some(args::Command::Migrate(args)) => migrate::run(args, &cli.global, &terminal),
        Some(args::Command::Deprecate(args)) => deprecate::run(args, &cli.global, &terminal),
        Some(args::Command::Fix(args)) => fix::run(args, &cli.global, &terminal),
        Some(args::Command::New(new)) => new::run(new, &cli.global, &terminal),
        Some(args::Command::Graph(command)) => graph::graph(command, &cli.global, &terminal),
        Some(args::Command::Impact(command)) => graph::impact(command, &cli.global, &terminal),
        Some(args::Command::Report(command)) => report::report(command, &cli.global, &terminal),
        Some(args::Command::Lsp(_)) => Ok(lsp::run(&cli.global)),
        Some(args::Command::Completions(args)) => shell::completions(args, &terminal),
        Some(args::Command::Man(args)) => shell::man(args, &terminal),
        Some(args::Command::Init { path }) => init::run(path.as_deref(), &terminal),
        Some(args::Command::Hook(args)) => hook::hook(args, &cli.global, &terminal),
        Some(args::Command::Waive(args)) => waivers::waive(args, &cli.global, &terminal),
        Some(args::Command::Waivers(args)) => waivers::waivers(args, &cli.global, &terminal),
        Some(args::Command::List(list)) => list::run(list, &cli.global, &terminal),
        None => check::check(&args::Gate::default(), &cli.global, &terminal),
    };
    answer.unwrap_or_else(|failure| {
        let code = report(&failure, &terminal);
        let outlets = outlets::of_failure(&cli);
        outlets.map_or(code, |outlets| outlets.tell_nothing(&failure, code, &cli, &terminal))
    })
}

/// Tells what the command line got wrong, or the help that it asked for: both come as errors.
fn told(mut error: clap::Error) -> u8 {
    let of = |error: &clap::Error, kind| error.get(kind).map(ToString::to_string);
    let is_comment = of(&error, ContextKind::InvalidValue).as_deref() == Some("comment")
        && of(&error, ContextKind::InvalidArg).is_some_and(|arg| arg.starts_with("--format"));
    if is_comment {
        let tip = "a comment goes to a file: `--report comment=comment.md`".to_owned();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
        error.remove(ContextKind::SuggestedValue);
    }
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    match error.print().and_then(|()| io::stdout().flush()) {
        Err(failure) if failure.kind() != io::ErrorKind::BrokenPipe => code.max(3),
        _ => code,
    }
}

/// The formats that a command writes, but for the one that was asked for.
fn formats_of(cli: &args::Cli) -> &'static str {
    let reads_well = matches!(
        cli.command,
        Some(
            args::Command::Validate(_)
                | args::Command::Envelope(_)
                | args::Command::CanIRelease(_)
                | args::Command::Bump(_)
                | args::Command::Laws(_)
                | args::Command::Crates(_)
        )
    );
    match outlets::of(cli) {
        Some(_) => {
            "write `human`, `short`, `json`, `markdown`, `sarif`, `github`, `gitlab` or `junit`"
        }
        None if reads_well => "write `human`, `short`, `json` or `markdown`",
        None => "write `human`, `short` or `json`",
    }
}

/// Markdown is for what a reviewer reads.
fn has_format(cli: &args::Cli) -> Result<(), Failure> {
    let reads_well = matches!(
        cli.command,
        None | Some(
            args::Command::Check(_)
                | args::Command::Validate(_)
                | args::Command::Envelope(_)
                | args::Command::Diff(_)
                | args::Command::CanIRelease(_)
                | args::Command::Bump(_)
                | args::Command::Laws(_)
                | args::Command::Crates(_)
        )
    );
    if cli.global.format == args::OutputFormat::Markdown && !reads_well {
        let help = "write `human`, `short` or `json`".to_owned();
        return Err(Failure::Usage("this command does not write markdown".to_owned(), Some(help)));
    }
    let is_for_ci = matches!(cli.global.format.of_report(), Format::Ci(_));
    if is_for_ci && outlets::of(cli).is_none() {
        let help = "`check` and `diff` write sarif, github, gitlab and junit".to_owned();
        return Err(Failure::Usage("this command does not write that".to_owned(), Some(help)));
    }
    let has_page = match &cli.command {
        Some(args::Command::Laws(laws)) => {
            matches!(laws.command, laws::args::LawsCommand::Status(_))
        }
        Some(args::Command::Report(_)) => true,
        _ => false,
    };
    if cli.global.format == args::OutputFormat::Html && !has_page {
        let help = formats_of(cli).to_owned();
        return Err(Failure::Usage("this command does not write html".to_owned(), Some(help)));
    }
    let format = cli.global.format;
    let is_page = matches!(&cli.command, Some(args::Command::Report(_)));
    if is_page && !matches!(format, args::OutputFormat::Human | args::OutputFormat::Html) {
        let help = "`check`, `graph` and `laws status` have other formats".to_owned();
        return Err(Failure::Usage("`report` writes html".to_owned(), Some(help)));
    }
    let draws = matches!(&cli.command, Some(args::Command::Graph(_)));
    for (format, name) in
        [(args::OutputFormat::Mermaid, "mermaid"), (args::OutputFormat::Dot, "dot")]
    {
        if cli.global.format == format && !draws {
            let help = format!("{}; `contract-guard graph` draws", formats_of(cli));
            return Err(Failure::Usage(format!("this command does not write {name}"), Some(help)));
        }
    }
    let is_plain = match &cli.command {
        Some(args::Command::Hook(hook)) => !hook.checks(),
        Some(
            args::Command::Ulid(_)
            | args::Command::Init { .. }
            | args::Command::Completions(_)
            | args::Command::Man(_),
        ) => true,
        _ => false,
    };
    if is_plain && format == args::OutputFormat::Json {
        let help = "leave `--format` out: it writes plain text".to_owned();
        return Err(Failure::Usage("this command does not write json".to_owned(), Some(help)));
    }
    Ok(())
}

/// Says why there is no verdict.
fn report(failure: &Failure, terminal: &output::Terminal) -> u8 {
    let (message, help, code) = reason(failure);
    let details = match failure {
        Failure::Refused(Refused { details, .. }) => details.clone(),
        Failure::Source(error) => error.details(),
        _ => Vec::new(),
    };
    terminal.error_about(&message, &details, help.as_deref());
    code
}

/// What went wrong, what to do about it, and the exit code.
fn reason(failure: &Failure) -> (String, Option<String>, u8) {
    match failure {
        Failure::Usage(message, help) => (message.clone(), help.clone(), 2),
        Failure::Source(error @ SourceError::Root { .. }) => (error.to_string(), error.help(), 2),
        Failure::Source(error) => {
            (error.to_string(), error.help(), if error.is_integrity() { 4 } else { 3 })
        }
        Failure::Edit(error) => (error.to_string(), error.help(), error.exit_code()),
        Failure::Refused(Refused { message, help, code, .. }) => {
            (message.clone(), help.clone(), *code)
        }
    }
}
