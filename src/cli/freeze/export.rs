//! `freeze export`

use std::path::{Path, PathBuf};

use super::super::args::{Global, OutputFormat};
use super::super::output::Terminal;
use super::super::{Answer, Failure, Refused};
use super::args::Export;
use super::place::Place;
use super::words::counted;
use crate::edit::{Real, export_file, export_folder};
use crate::freeze::Freeze;
use crate::report::visible;
use crate::source::SourceError;

pub(super) fn run(export: &Export, place: &Place, global: &Global, terminal: &Terminal) -> Answer {
    let freeze = place.open(&place.resolve(Some(&export.version))?)?.freeze;
    let lost: Vec<String> = freeze
        .artifacts
        .iter()
        .filter(|a| a.unproven.is_some())
        .map(|a| a.path.to_string())
        .collect();
    if !lost.is_empty() && !export.unproven {
        return Err(Failure::Refused(Refused {
            message: format!(
                "freeze {} does not have the bytes of {}",
                freeze.version,
                counted(lost.len(), "file")
            ),
            details: lost,
            help: Some("add `--unproven` to write what it has instead".to_owned()),
            code: 4,
        }));
    }
    if export.to == Path::new("-") {
        return Ok(terminal.write(&archive(&freeze)?, 0));
    }
    let (disk, name) = target(&export.to)?;
    if export.to.extension().is_some_and(|extension| extension == "tar") {
        export_file(&disk, &name, &archive(&freeze)?)?;
    } else {
        let files: Vec<(&str, &[u8])> =
            freeze.artifacts.iter().map(|a| (a.path.as_str(), &*a.bytes)).collect();
        export_folder(&disk, &name, &files)?;
    }
    let to = visible(&export.to.display().to_string());
    let count = counted(freeze.artifacts.len(), "artifact");
    let text = match global.format {
        OutputFormat::Json => {
            let value = serde_json::json!({ "version": freeze.version, "to": to, "artifacts": freeze.artifacts.len() });
            format!("{value:#}\n")
        }
        _ => format!("exported {}: {count} to {to}\n", freeze.version),
    };
    Ok(terminal.write(text.as_bytes(), 0))
}

/// The folder that a new thing comes into, and its name there.
fn target(to: &Path) -> Result<(Real, String), Failure> {
    let usage = || {
        let help = "name a folder that is not there yet, a .tar file, or -".to_owned();
        Failure::Usage(format!("`{}` cannot be made", to.display()), Some(help))
    };
    let name = to.file_name().and_then(|name| name.to_str()).ok_or_else(usage)?;
    let parent = to.parent().filter(|p| !p.as_os_str().is_empty());
    let parent = parent.map_or_else(|| PathBuf::from("."), Path::to_owned);
    let disk =
        Real::open(&parent).map_err(|error| SourceError::Io { path: parent.clone(), error })?;
    Ok((disk, name.to_owned()))
}

/// A tar archive (POSIX ustar, long names as GNU has them): same freeze, same bytes.
fn archive(freeze: &Freeze) -> Result<Vec<u8>, Failure> {
    let made = freeze.created_at.as_deref().and_then(|t| t.parse::<jiff::Timestamp>().ok());
    let time = made.and_then(|t| u64::try_from(t.as_second()).ok()).unwrap_or(0);
    let mut archive = tar::Builder::new(Vec::new());
    let mut write = || -> std::io::Result<()> {
        for artifact in &freeze.artifacts {
            let mut header = tar::Header::new_ustar();
            header.set_size(artifact.bytes.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(time);
            header.set_uid(0);
            header.set_gid(0);
            archive.append_data(&mut header, artifact.path.as_str(), &*artifact.bytes)?;
        }
        archive.finish()
    };
    let io = |error| SourceError::Io { path: PathBuf::from("-"), error };
    write().map_err(io)?;
    Ok(archive.into_inner().map_err(io)?)
}
