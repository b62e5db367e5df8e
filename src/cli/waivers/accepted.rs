//! Which waivers hold: what the base says, who has signed, and what day it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::cli::Failure;
use crate::cli::against::Base;
use crate::cli::freeze::SIGNERS;
use crate::cli::load::Loaded;
use crate::cli::words::day;
use crate::freeze::Signature;
use crate::gate::{Accepted, Terms, WAIVER_NAMESPACE, Waivers};
use crate::source;
use crate::tree::ArtifactPath;

/// The waivers of a tree that hold today. Those that a base does not have must have been signed by people
/// whom it allows; a freeze is no base in that sense, since it knows nothing of what was agreed to since.
pub(in crate::cli) fn accepted(
    catalog: &Catalog,
    base: Option<&Base>,
    now: Option<&str>,
) -> Result<Accepted, Failure> {
    let waivers = Waivers::read(catalog);
    let today = day(now)?;
    let mut terms = Terms { today, compares: base.is_some(), ..Terms::default() };
    if let Some(Base { loaded: Loaded { catalog: before, config, .. }, .. }) =
        base.filter(|base| !base.is_freeze)
    {
        let known = Waivers::read(before);
        terms.approvals = config.approvals;
        terms.signers = signers(&waivers, &known, before)?;
        terms.base = Some(known);
    }
    Ok(Accepted::of(&waivers, catalog, base.map(|base| &base.loaded.catalog), &terms))
}

/// Who of those whom the base allows has signed each waiver that the base does not have.
pub(super) fn signers(
    waivers: &Waivers,
    known: &Waivers,
    before: &Catalog,
) -> Result<BTreeMap<String, BTreeSet<String>>, Failure> {
    let mut signers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let path = ArtifactPath::below(&before.tree.root, SIGNERS);
    let Some(allowed) = before.tree.get(&path) else { return Ok(signers) };
    for waiver in &waivers.entries {
        let message = waiver.message();
        if known.entries.iter().any(|base| base.message() == message) {
            continue;
        }
        for signature in &waiver.signatures {
            let is_ours = Signature::parse(signature.as_bytes())
                .is_ok_and(|signature| signature.namespace == WAIVER_NAMESPACE);
            if !is_ours {
                continue;
            }
            let found = source::signer_of(
                &allowed.bytes,
                WAIVER_NAMESPACE,
                signature.as_bytes(),
                message.as_bytes(),
            )?;
            // Names, so that two keys of one person are one consent.
            signers.entry(waiver.fingerprint.clone()).or_default().extend(found.ok());
        }
    }
    Ok(signers)
}
