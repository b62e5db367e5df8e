//! The launcher: a process that gives up what a program may not have, and then becomes the program. No code of this
//! workspace is unsafe, so nothing can run between `fork` and `exec`; a process of its own does it instead.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;

use contract_embed::Missing;

use crate::launch::{FAILED, FLAG, Plan, Said};

/// Set by [`launcher()`], so that a host which never calls it does not start itself for ever.
static CALLED: OnceLock<()> = OnceLock::new();

/// A program that starts programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launcher(PathBuf);

/// Why the own program is no launcher.
#[derive(Debug)]
pub enum NotALauncher {
    /// Its `main` does not call [`launcher()`].
    NotCalled,
    /// Nobody knows where it is.
    NotFound(std::io::Error),
}

impl fmt::Display for NotALauncher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotALauncher::NotCalled => f.write_str(
                "this program starts no others: call `contract_exec::launcher` first in its `main`",
            ),
            NotALauncher::NotFound(error) => {
                write!(f, "this program does not know where its own file is: {error}")
            }
        }
    }
}

impl std::error::Error for NotALauncher {}

impl Launcher {
    /// The own program, whose `main` calls [`launcher()`].
    ///
    /// # Errors
    /// When it does not, or nobody knows where its file is.
    pub fn own() -> Result<Launcher, NotALauncher> {
        CALLED.get().ok_or(NotALauncher::NotCalled)?;
        // The file may be replaced by a newer one while this runs; on Linux this name stays what it is.
        if cfg!(target_os = "linux") {
            return Ok(Launcher(PathBuf::from("/proc/self/exe")));
        }
        std::env::current_exe().map(Launcher).map_err(NotALauncher::NotFound)
    }

    /// Another program, such as `contract-exec-launch`.
    pub fn at(path: impl Into<PathBuf>) -> Launcher {
        Launcher(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// To be called at the start of `main`, before threads are started or anything is opened. When this process was
/// started to launch a program it does so, and comes back with an exit code only when that is not possible. In every
/// other process it comes back with nothing.
pub fn launcher() -> Option<ExitCode> {
    let _ = CALLED.set(());
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != *FLAG {
        return None;
    }
    let plan = arguments.next().and_then(|text| text.into_string().ok());
    let plan = plan.and_then(|text| serde_json::from_str::<Plan>(&text).ok());
    let (Some(plan), Some(program)) = (plan, arguments.next()) else {
        eprintln!("{FLAG} is for `contract_exec` alone: it takes a plan and a program");
        return Some(ExitCode::from(FAILED));
    };
    let (missing, what) = enter(&plan, &program, arguments);
    let said = Said::Lacks { missing: missing.as_str().to_owned(), what };
    say(&plan.word, &said);
    Some(ExitCode::from(FAILED))
}

/// One line on standard error; when it cannot be written the host sees no line, and knows as much.
fn say(word: &str, said: &Said) {
    use std::io::Write;
    if let Ok(text) = serde_json::to_string(said) {
        let _ = std::io::stderr().write_all(format!("{word} {text}\n").as_bytes());
    }
}

/// Becomes the program, or says what is missing.
#[cfg(unix)]
fn enter(
    plan: &Plan,
    program: &OsString,
    arguments: impl Iterator<Item = OsString>,
) -> (Missing, String) {
    use std::io::ErrorKind;
    use std::os::unix::process::CommandExt;

    if let Some(folder) = &plan.folder
        && let Err(error) = std::env::set_current_dir(folder)
    {
        let what = format!("the working folder `{}` cannot be entered: {error}", folder.display());
        return (Missing::Configuration, what);
    }
    let confinement = match confine::all(plan) {
        Ok(confinement) => confinement,
        Err(lack) => return lack,
    };
    if plan.strict
        && let Some((name, why)) = confinement.gaps().next()
    {
        let what = format!(
            "this system cannot confine a process ({name}: {why}); update it, or allow less confinement"
        );
        return (Missing::Permission, what);
    }
    say(&plan.word, &Said::Enters(confinement));
    let error = std::process::Command::new(program).args(arguments).exec();
    let name = Path::new(program).display();
    match error.kind() {
        ErrorKind::NotFound => (
            Missing::Dependency,
            format!("there is no program `{name}`, or no interpreter for it; install it"),
        ),
        ErrorKind::PermissionDenied => {
            (Missing::Permission, format!("`{name}` may not be executed: {error}; set its mode"))
        }
        _ => (Missing::Dependency, format!("`{name}` cannot be executed here: {error}")),
    }
}

/// Without processes that can be confined there is nothing to become.
#[cfg(not(unix))]
fn enter(_: &Plan, _: &OsString, _: impl Iterator<Item = OsString>) -> (Missing, String) {
    (Missing::Permission, "processes cannot be confined on this system; use a module".to_owned())
}

/// What a process does to itself before it becomes the program.
#[cfg(unix)]
mod confine {
    use contract_embed::Missing;
    use rustix::process::{Resource, Rlimit, setrlimit, setsid};

    use crate::launch::{Confinement, Measure, Plan};

    /// All that the plan says, in an order in which nothing that is needed later is given up before.
    pub(super) fn all(plan: &Plan) -> Result<Confinement, (Missing, String)> {
        let orphans = orphans(plan)?;
        let session = measure(setsid().map(drop));
        let limits = measure(limits(plan));
        let writes = writes(plan)?;
        Ok(Confinement { limits, session, calls: calls(plan), writes, orphans })
    }

    fn measure<E: std::fmt::Display>(done: Result<(), E>) -> Measure {
        done.map_or_else(|error| Measure::Missing(error.to_string()), |()| Measure::Enforced)
    }

    fn limits(plan: &Plan) -> rustix::io::Result<()> {
        let set = |resource, current: u64, maximum: u64| {
            // Never above what the host itself was given.
            let given = rustix::process::getrlimit(resource).maximum.unwrap_or(u64::MAX);
            let (current, maximum) = (Some(current.min(given)), Some(maximum.min(given)));
            setrlimit(resource, Rlimit { current, maximum })
        };
        set(Resource::Core, 0, 0)?;
        set(Resource::Fsize, plan.file_size, plan.file_size)?;
        set(Resource::Nofile, plan.open_files, plan.open_files)?;
        // The first signal can be told from others; who does not end on it gets the second.
        set(Resource::Cpu, plan.cpu_seconds, plan.cpu_seconds.saturating_add(1))?;
        #[cfg(not(target_os = "openbsd"))]
        set(Resource::As, plan.memory, plan.memory)?;
        Ok(())
    }

    #[cfg(target_os = "linux")]
    fn orphans(plan: &Plan) -> Result<Measure, (Missing, String)> {
        use rustix::process::{Signal, getppid, set_parent_process_death_signal};
        let done = measure(set_parent_process_death_signal(Some(Signal::KILL)));
        // The host may have died before: then nobody would end this one.
        match getppid().map(|pid| pid.as_raw_nonzero().get()) {
            Some(parent) if parent == plan.host => Ok(done),
            _ => Err((Missing::Configuration, "the host that started this is gone".to_owned())),
        }
    }

    #[cfg(target_os = "linux")]
    fn writes(plan: &Plan) -> Result<Measure, (Missing, String)> {
        let Some(folders) = &plan.writes_below else {
            return Ok(Measure::NotAsked);
        };
        crate::files::confine(folders).map_err(|what| (Missing::Configuration, what))
    }

    #[cfg(target_os = "linux")]
    fn calls(plan: &Plan) -> Measure {
        measure(crate::syscalls::confine(plan.processes, plan.network, plan.host))
    }

    #[cfg(not(target_os = "linux"))]
    fn orphans(_: &Plan) -> Result<Measure, (Missing, String)> {
        Ok(Measure::Missing("only Linux ends a process with its parent".to_owned()))
    }

    #[cfg(not(target_os = "linux"))]
    fn writes(plan: &Plan) -> Result<Measure, (Missing, String)> {
        let missing = || Measure::Missing("only Linux has Landlock".to_owned());
        Ok(plan.writes_below.as_ref().map_or(Measure::NotAsked, |_| missing()))
    }

    #[cfg(not(target_os = "linux"))]
    fn calls(_: &Plan) -> Measure {
        Measure::Missing("only Linux has seccomp filters".to_owned())
    }
}
