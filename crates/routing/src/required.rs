//! Which kinds of resources need a route before a service starts, by mode: one table, and nothing that changes it.

use contract_embed::{Mode, ResourceKind};

/// A durable mode keeps records of every kind. Lab starts with what it routes; there the first operation without a
/// route fails.
const REQUIRED: &[(Mode, &[ResourceKind])] = &[
    (Mode::Saas, ResourceKind::ALL),
    (Mode::Enterprise, ResourceKind::ALL),
    (Mode::System, ResourceKind::ALL),
    (Mode::Lab, &[]),
];

/// The kinds without which nothing starts in a mode. A mode that the table does not know needs all of them.
pub fn required(mode: Mode) -> &'static [ResourceKind] {
    let row = REQUIRED.iter().find(|(of, _)| *of == mode);
    row.map_or(ResourceKind::ALL, |(_, kinds)| kinds)
}
