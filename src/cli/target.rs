//! Which files a report may be written to: none among the contracts, none that the gate stands on, none that
//! is something else. All of it is asked before anything is checked.

use std::path::{Path, PathBuf};

use super::Failure;
use super::hook::calls_the_gate;
use crate::report::is_former_report;
use crate::source::{self, CONFIG, Standing};

/// Bytes in which a report says that it is one.
const BEGINNING: u64 = 4096;

/// Where no report belongs.
pub(super) struct Grounds {
    /// The folder that has the configuration, without links; none where there are no contracts.
    base: Option<PathBuf>,
    /// The contracts.
    contracts: Option<PathBuf>,
}

impl Grounds {
    /// The grounds of the contracts that a command looks at.
    pub(super) fn of(named: Option<&Path>) -> Grounds {
        let found = source::discover(named.filter(|path| path.is_dir())).ok();
        let base = found.as_ref().and_then(|(base, _)| source::canonical(base));
        let contracts = found.and_then(|(base, root)| source::canonical(&base.join(root)));
        Grounds { base, contracts: contracts.map(told_apart) }
    }

    /// Refuses a place.
    ///
    /// # Errors
    /// When the file would be an artifact, configures or calls the gate, belongs to git, or stands in the
    /// place of something that is no report.
    pub(super) fn may_be_written(&self, path: &Path) -> Result<(), Failure> {
        let name = path.display();
        let refused =
            |message: String, help: &str| Err(Failure::Usage(message, Some(help.to_owned())));
        let elsewhere = "a report goes to a file of its own: write it elsewhere";
        let whole = source::resolved(path);
        let standing = source::standing(path);
        match standing {
            Standing::Free | Standing::File => {}
            Standing::Folder => {
                return refused(format!("`{name}` is a folder"), "name a file in it");
            }
            Standing::Link => {
                let help = "links are never followed: name the file itself";
                return refused(format!("`{name}` is a symbolic link"), help);
            }
            Standing::Other => {
                return refused(format!("`{name}` is no regular file"), elsewhere);
            }
        }
        let apart = told_apart(whole.clone());
        if self.contracts.as_ref().is_some_and(|contracts| apart.starts_with(contracts)) {
            let help = "it would be an artifact of the next run: write it elsewhere";
            return refused(format!("the report `{name}` lies in the contracts"), help);
        }
        if apart.file_name().is_some_and(|file| file == CONFIG) {
            return refused(format!("`{name}` configures the gate"), elsewhere);
        }
        if source::belongs_to_git(&whole) {
            return refused(format!("`{name}` belongs to git"), elsewhere);
        }
        if self.calls(&whole) {
            return refused(format!("`{name}` is where the gate is called from"), elsewhere);
        }
        // Whoever keeps a report in git writes it again; anything else there is somebody's work.
        if standing == Standing::File
            && source::is_tracked(&whole)
            && !is_former_report(&source::beginning(&whole, BEGINNING))
        {
            let help = "name another file, or remove this one from git first";
            return refused(format!("git tracks `{name}`, and it is no report"), help);
        }
        Ok(())
    }

    /// Whether a file may call the gate, as the repository or the folder of the contracts has it.
    fn calls(&self, whole: &Path) -> bool {
        let below = self.base.as_ref().and_then(|base| whole.strip_prefix(base).ok());
        let below = below.map(|path| path.to_string_lossy().replace('\\', "/"));
        let both = [source::below_repository(whole), below];
        both.into_iter().flatten().any(|path| calls_the_gate(&path))
    }
}

/// A path as the system tells it from others: there, names that differ in case only are one.
pub(super) fn told_apart(path: PathBuf) -> PathBuf {
    match cfg!(any(windows, target_os = "macos")) {
        true => path.to_string_lossy().to_lowercase().into(),
        false => path,
    }
}
