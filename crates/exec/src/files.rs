//! Where a process may write, kept by Landlock (the kernel's documentation, `userspace-api/landlock`; the manual page
//! `landlock(7)`). Reading is not restricted: a program needs its libraries.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};

use crate::launch::Measure;

/// Keeps this process from writing elsewhere, and, where the kernel can, from signals to processes outside.
///
/// # Errors
/// When a folder cannot be opened.
pub(crate) fn confine(folders: &[PathBuf]) -> Result<Measure, String> {
    let opened = folders.iter().map(|folder| {
        let failed = |error| format!("cannot allow writing in `{}`: {error}", folder.display());
        PathFd::new(folder).map_err(failed)
    });
    let opened: Vec<PathFd> = opened.collect::<Result<_, _>>()?;
    Ok(match restrict(opened) {
        Ok(RulesetStatus::NotEnforced) => Measure::Missing("the kernel has no Landlock".to_owned()),
        // Truncating came later than writing: a kernel without it keeps less than was asked for.
        Ok(RulesetStatus::PartiallyEnforced | RulesetStatus::FullyEnforced) => Measure::Enforced,
        Err(error) => Measure::Missing(error.to_string()),
    })
}

fn restrict(folders: Vec<PathFd>) -> Result<RulesetStatus, RulesetError> {
    // Kernels before 6.2 could not keep a process from truncating; those are not enough.
    let writes = AccessFs::from_write(ABI::V3);
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(writes)?
        .set_compatibility(CompatLevel::BestEffort)
        .scope(Scope::from_all(ABI::V6))?
        .create()?;
    for folder in folders {
        rules = rules.add_rule(PathBeneath::new(folder, writes))?;
    }
    if let Ok(null) = PathFd::new(Path::new("/dev/null")) {
        let one = AccessFs::WriteFile | AccessFs::Truncate;
        rules = rules.add_rule(PathBeneath::new(null, one))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}
