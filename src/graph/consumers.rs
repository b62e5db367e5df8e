//! Consumers that say what they read and write: references to schemas, topics and operations.

use super::build::Builder;
use super::find::Names;
use super::{Dangling, EdgeKind, Node, NodeKind, Place};
use crate::catalog::Subject;
use crate::document::{Part, Pointer};

/// Adds what consumers rely on, and calls them by their names.
pub(super) fn add(builder: &mut Builder<'_>) {
    let catalog = builder.catalog;
    let consumers = catalog.consumers();
    for consumer in &consumers {
        let place = Place::new(consumer.item, Pointer::root());
        let node = builder.graph.node_at(&place).and_then(|id| builder.graph.nodes.get_mut(id));
        if let Some(node) = node {
            node.alias.clone_from(&consumer.name);
        }
    }
    let names = Names::of(&builder.graph);
    for consumer in &consumers {
        let root = Place::new(consumer.item, Pointer::root());
        let Some(from) = builder.graph.node_at(&root) else { continue };
        for reliance in &consumer.relies {
            let kind = if reliance.is_read { EdgeKind::Reads } else { EdgeKind::Writes };
            let at = Place::new(consumer.item, reliance.at.join(reliance.subject.name()));
            let meant = names.meant(&reliance.name);
            let fits = |node: &&Node| fits(node.kind, reliance.subject);
            let nodes = meant.iter().filter_map(|id| builder.graph.node(*id)).filter(fits);
            let targets: Vec<Place> = nodes.filter_map(|node| node.place.clone()).collect();
            let text = reliance.name.clone();
            if targets.is_empty() {
                let position = builder.position(&at, Part::Value);
                builder.graph.dangling.push(Dangling { from, kind, at, text, position });
                continue;
            }
            for target in targets {
                builder.refer(kind, at.clone(), target, &text);
            }
        }
    }
}

fn fits(kind: NodeKind, subject: Subject) -> bool {
    match (kind, subject) {
        (NodeKind::Artifact(kind), Subject::Schema) => kind.is_schema(),
        (NodeKind::Topic, Subject::Topic) | (NodeKind::Operation, Subject::Operation) => true,
        _ => false,
    }
}
