//! Laws that are built in: five written contracts, usable by name, the law by which the gate guards
//! itself, and the one of crates.

use super::{Law, parse};
use crate::document::Limits;
use crate::finding::Finding;
use crate::tree::ArtifactPath;

/// A law that is compiled in.
pub struct Pack {
    /// Its name, as `--pack` takes it.
    pub name: &'static str,
    /// The law file.
    pub text: &'static str,
}

/// The pack that is held wherever a repository has laws.
pub const GATE: &str = "gate";

/// The pack that `contract-guard crates` holds.
pub const CRATES: &str = "crates";

/// All packs, by name.
pub static PACKS: &[Pack] = &[
    Pack { name: CRATES, text: include_str!("packs/crates.yaml") },
    Pack { name: "engines-durable", text: include_str!("packs/engines-durable.yaml") },
    Pack { name: GATE, text: include_str!("packs/gate.yaml") },
    Pack { name: "memoryos", text: include_str!("packs/memoryos.yaml") },
    Pack { name: "nexusmon-upgrade", text: include_str!("packs/nexusmon-upgrade.yaml") },
    Pack { name: "plugin-host-phase-11", text: include_str!("packs/plugin-host-phase-11.yaml") },
    Pack { name: "stock-bot-system", text: include_str!("packs/stock-bot-system.yaml") },
];

/// Reads a pack. Its tests see that it has no findings.
pub fn read(pack: &Pack) -> (Option<Law>, Vec<Finding>) {
    let path = ArtifactPath::lossy(&format!("{}.yaml", pack.name));
    let (law, findings) = parse(&path, pack.text.as_bytes(), &Limits::default());
    let law = law.map(|mut law| {
        law.is_pack = true;
        for rule in &mut law.rules {
            rule.is_pack = true;
        }
        law
    });
    (law, findings)
}
