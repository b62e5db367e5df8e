//! Gives the defects that `freeze` finds their form as findings.

use crate::catalog::{Catalog, Kind};
use crate::finding::{Code, Finding, Location};
use crate::freeze::{Defect, DefectKind, FOLDER, Record, verify};

/// The defects of one kind, over all folders that hold freezes.
pub(super) fn report(catalog: &Catalog, code: Code, kind: DefectKind) -> Vec<Finding> {
    let mut folders: Vec<&str> =
        catalog.of_kind(Kind::Freeze).map(|(_, item)| item.path.folder()).collect();
    folders.dedup();
    // What lies deeper was kept from before an import.
    folders.retain(|folder| folder.rsplit('/').next() == Some(FOLDER));
    let mut findings = Vec::new();
    for folder in folders {
        let inside = catalog.of_kind(Kind::Freeze).filter(|(_, item)| item.path.folder() == folder);
        let records: Vec<Record<'_>> = inside
            .filter_map(|(_, item)| {
                let artifact = catalog.tree.get(&item.path)?;
                Some(Record { path: item.path.clone(), bytes: &artifact.bytes })
            })
            .collect();
        findings.extend(
            verify(&records, &catalog.tree.root)
                .into_iter()
                .filter(|d| d.kind == kind)
                .map(|d| finding(code, d)),
        );
    }
    findings
}

fn finding(code: Code, defect: Defect) -> Finding {
    let help = match defect.kind {
        DefectKind::Latest => "any writing freeze command repairs it; or copy the newest over it",
        DefectKind::Legacy => {
            "run `contract-guard freeze import` on it: it recovers the original bytes"
        }
        _ => "restore the file from version control: freezes are never edited",
    };
    let message = defect.message;
    Finding::new(code, message.clone(), Location::file(&defect.file))
        .label("damaged")
        .about(message)
        .help(help)
}
