//! Who may sign, and how many must: what the base says, not what the change says.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::args::Global;
use super::super::load::limits;
use super::super::{Failure, Refused};
use super::place::Place;
use crate::freeze::{NAMESPACE, Name, Signature, signed_bytes};
use crate::gate;
use crate::source::{self, Request, Source};
use crate::tree::ArtifactPath;

/// The list of signers, below the contracts root.
pub(in crate::cli) const FILE: &str = "security/allowed_signers";

/// The signers that a base allows.
pub(super) struct Signers {
    allowed: Vec<u8>,
    threshold: usize,
}

impl Signers {
    /// Reads signers and threshold from a commit or a folder. A threshold of the command line only raises.
    pub(super) fn of_base(
        base: &str,
        threshold: Option<u32>,
        place: &Place,
        global: &Global,
    ) -> Result<Signers, Failure> {
        let request = match Path::new(base) {
            folder if folder.is_dir() => {
                let (base, root) = source::discover(Some(folder))?;
                Request { source: Source::Dir, base, root, frozen: false }
            }
            _ => place.request(Source::Commit(base.to_owned())),
        };
        let tree = source::read(&request, &place.budget).map_err(|error| {
            Failure::Refused(Refused {
                message: error.to_string(),
                details: Vec::new(),
                help: Some(
                    "`--base` names the commit or the folder whose signers count".to_owned(),
                ),
                code: 3,
            })
        })?;
        let path = ArtifactPath::below(&tree.root, FILE);
        let Some(file) = tree.get(&path) else {
            return Err(Failure::Refused(Refused {
                message: format!("the base `{base}` has no `{path}`"),
                details: Vec::new(),
                help: Some("write one line for each signer: NAME KEY, as ssh-keygen(1) says under ALLOWED SIGNERS; then commit it".to_owned()),
                code: 3,
            }));
        };
        let demanded = gate::read_config(&tree, limits(global)).signatures;
        let threshold = threshold.unwrap_or(1).max(demanded.unwrap_or(1));
        Ok(Signers {
            allowed: file.bytes.to_vec(),
            threshold: usize::try_from(threshold).unwrap_or(usize::MAX),
        })
    }

    /// Checks all signatures beside a freeze: each must be good, each by another key, and there must be
    /// enough.
    pub(super) fn check(
        &self,
        freeze: &str,
        place: &Place,
        signers: &mut Vec<String>,
        wrong: &mut Vec<(String, String)>,
    ) -> Result<(), Failure> {
        let Name::Freeze(version) = Name::of(freeze) else { return Ok(()) };
        let files = place.files()?;
        let Some(signed) = files.iter().find(|file| file.name == freeze) else { return Ok(()) };
        let message = signed_bytes(&source::file_bytes(&signed.path, &place.budget)?);
        let mut keys = BTreeSet::new();
        for file in &files {
            let is_own = matches!(Name::of(&file.name), Name::Signature(v) if v.as_str() == version.as_str());
            if !is_own {
                continue;
            }
            let bytes = source::file_bytes(&file.path, &place.budget)?;
            match self.signer(&bytes, &message, &mut keys)? {
                Ok(name) => signers.push(name),
                Err(reason) => {
                    let path = place.frozen_path(&file.name);
                    wrong.push(("signature".to_owned(), format!("{path}: signature {reason}")));
                }
            }
        }
        signers.sort();
        if signers.len() < self.threshold {
            let (have, need) = (signers.len(), self.threshold);
            let line =
                format!("freeze {version} has {have} of the {need} good signatures that it needs");
            wrong.push(("signature".to_owned(), line));
        }
        Ok(())
    }

    fn signer(
        &self,
        bytes: &[u8],
        message: &[u8],
        keys: &mut BTreeSet<String>,
    ) -> Result<Result<String, String>, Failure> {
        let signature = match Signature::parse(bytes) {
            Ok(signature) => signature,
            Err(reason) => return Ok(Err(reason)),
        };
        if signature.namespace != NAMESPACE {
            return Ok(Err(format!("is for `{}`, not for freezes", signature.namespace)));
        }
        let found = source::signer_of(&self.allowed, NAMESPACE, bytes, message)?;
        if found.is_ok() && !keys.insert(signature.fingerprint()) {
            return Ok(Err(format!("is by {}, which has signed already", signature.fingerprint())));
        }
        Ok(found)
    }
}
