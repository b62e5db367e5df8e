//! The graph as a picture: every node where they are few, else groups of them, so that whatever the size of
//! the tree the picture can be read.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::layers::{Size, draw};
use crate::catalog::Kind;
use crate::graph::{Edge, EdgeKind, Graph, Node, NodeId, NodeKind};

/// A picture in pixels.
#[derive(Serialize)]
pub(super) struct Picture {
    width: usize,
    height: usize,
    /// What a box is.
    says: &'static str,
    boxes: Vec<Box>,
    lines: Vec<Line>,
    circles: Vec<Circle>,
    dangling: usize,
    unread: usize,
}

#[derive(Serialize)]
struct Box {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    text_x: usize,
    title_y: usize,
    sub_y: usize,
    title: String,
    sub: String,
    whole: String,
    family: &'static str,
    in_circle: bool,
}

#[derive(Serialize)]
struct Line {
    path: String,
    from: String,
    to: String,
    count: usize,
    weight: usize,
    in_circle: bool,
}

#[derive(Serialize)]
struct Circle {
    names: Vec<String>,
    more: usize,
}

/// Boxes that can be read at once.
const MOST: usize = 34;
/// Circles, and names of each, that are listed.
const LISTED: usize = 12;

/// How coarse a picture is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grain {
    Node,
    AreaAndFamily,
    Area,
    /// All modules as one.
    Folder,
    Family,
}

impl Grain {
    fn says(self) -> &'static str {
        match self {
            Grain::Node => {
                "A box is an artifact, a topic, an operation or a crate. Examples, and what refers to nothing and nobody refers to, are left out."
            }
            Grain::AreaAndFamily => {
                "A box is all schemas, examples, topics and so on of a module, or of an area that belongs to no module."
            }
            Grain::Area => {
                "A box is everything of a module, or of an area that belongs to no module."
            }
            Grain::Folder => {
                "A box is all schemas, examples, topics and so on of an area. There are too many modules for a box each."
            }
            Grain::Family => {
                "A box is everything of a kind. There are too many areas for a box each."
            }
        }
    }
}

/// A box before it has a place.
struct Group {
    title: String,
    sub: String,
    family: &'static str,
    /// How many nodes of which kind, in the order in which kinds are shown.
    kinds: BTreeMap<NodeKind, usize>,
    in_circle: bool,
}

/// The picture of a graph; none when nothing refers to anything.
pub(super) fn of(graph: &Graph) -> Option<Picture> {
    let grains = [Grain::Node, Grain::AreaAndFamily, Grain::Area, Grain::Folder, Grain::Family];
    let fits = |grain: &Grain| {
        let linked = linked(graph, *grain);
        !linked.is_empty() && linked.len() <= MOST
    };
    let grain = grains.into_iter().find(fits)?;
    let keep = linked(graph, grain);
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (id, node) in graph.nodes.iter().enumerate() {
        let Some(key) = key(graph, id, node, grain).filter(|key| keep.contains(key)) else {
            continue;
        };
        let at = *numbers.entry(key).or_insert_with(|| {
            groups.push(group(graph, node, grain));
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            *group.kinds.entry(node.kind).or_default() += 1;
            group.in_circle |= node.cycle.is_some() && grain == Grain::Node;
        }
    }
    let mut counted: BTreeMap<(usize, usize), (usize, bool)> = BTreeMap::new();
    for edge in shown_edges(graph) {
        let number = |id: NodeId| numbers.get(&key(graph, id, graph.node(id)?, grain)?).copied();
        if let (Some(from), Some(to)) = (number(edge.from), number(edge.to))
            && from != to
        {
            let line = counted.entry((from, to)).or_default();
            line.0 += 1;
            line.1 |= grain == Grain::Node && is_in_circle(graph, edge);
        }
    }
    Some(drawn(graph, grain, &groups, &counted))
}

fn shown_edges(graph: &Graph) -> impl Iterator<Item = &Edge> {
    let hidden = [EdgeKind::BelongsTo, EdgeKind::Enumerates];
    graph.edges.iter().filter(move |edge| !hidden.contains(&edge.kind))
}

fn is_in_circle(graph: &Graph, edge: &Edge) -> bool {
    let circle = |id| graph.node(id).and_then(|node| node.cycle);
    circle(edge.from).is_some() && circle(edge.from) == circle(edge.to)
}

/// The boxes that have a line.
fn linked(graph: &Graph, grain: Grain) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for edge in shown_edges(graph) {
        let key = |id: NodeId| key(graph, id, graph.node(id)?, grain);
        if let (Some(from), Some(to)) = (key(edge.from), key(edge.to)) {
            // A group within which all references stay is worth a box, too.
            if from != to || grain != Grain::Node {
                found.insert(from);
                found.insert(to);
            }
        }
    }
    found
}

/// Which box a node is in; none for what has no box.
fn key(graph: &Graph, id: NodeId, node: &Node, grain: Grain) -> Option<String> {
    if node.kind == NodeKind::Module {
        return None;
    }
    let (family, area) = (family(node.kind), area(graph, node, grain));
    match grain {
        Grain::Node if node.kind == NodeKind::Artifact(Kind::Example) => None,
        // A definition is a part of its file.
        Grain::Node if node.kind == NodeKind::Definition => {
            Some(format!("file {}", graph.path(node.place.as_ref()?.file)))
        }
        Grain::Node => match (node.kind, &node.place) {
            (NodeKind::Artifact(_) | NodeKind::Law, Some(place)) => {
                Some(format!("file {}", graph.path(place.file)))
            }
            _ => Some(format!("node {id}")),
        },
        Grain::AreaAndFamily | Grain::Folder => Some(format!("{area} {family}")),
        Grain::Area => Some(area),
        Grain::Family => Some(family.to_owned()),
    }
}

/// The module, or the first folder below the contracts root.
fn area(graph: &Graph, node: &Node, grain: Grain) -> String {
    if node.kind == NodeKind::Crate {
        return "crates".to_owned();
    }
    if let Some(module) = node.module.as_ref().filter(|_| grain != Grain::Folder) {
        return module.clone();
    }
    let path = node.place.as_ref().map_or("", |place| graph.path(place.file));
    let below = graph.below_root(path);
    below.split_once('/').map_or("contracts", |(folder, _)| folder).to_owned()
}

/// What a node counts as.
fn family(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Artifact(Kind::Schema | Kind::Envelope | Kind::Invariant)
        | NodeKind::Definition => "schemas",
        NodeKind::Artifact(Kind::Example) => "examples",
        NodeKind::Artifact(Kind::Topics) | NodeKind::Topic => "topics",
        NodeKind::Artifact(Kind::OpenApi) | NodeKind::Operation => "operations",
        NodeKind::Artifact(Kind::Policy) => "policies",
        NodeKind::Law => "laws",
        NodeKind::Crate => "crates",
        NodeKind::Artifact(_) | NodeKind::Module => "documents",
    }
}

fn group(graph: &Graph, node: &Node, grain: Grain) -> Group {
    let (family, area) = (family(node.kind), area(graph, node, grain));
    let (title, sub) = match grain {
        Grain::Node => {
            let name = match (node.kind, &node.place) {
                (NodeKind::Artifact(_) | NodeKind::Law, Some(place)) => graph.path(place.file),
                _ => node.name.as_str(),
            };
            let name = graph.below_root(name);
            let is_path = matches!(node.kind, NodeKind::Artifact(_) | NodeKind::Law);
            let parts = name.rsplit_once('/').filter(|_| is_path);
            match parts {
                Some((folder, file)) => (file.to_owned(), folder.to_owned()),
                None => (name.to_owned(), node.kind.noun().to_owned()),
            }
        }
        Grain::AreaAndFamily | Grain::Area | Grain::Folder => (area, String::new()),
        Grain::Family => (family.to_owned(), String::new()),
    };
    let family = if grain == Grain::Area { "documents" } else { family };
    Group { title, sub, family, kinds: BTreeMap::new(), in_circle: false }
}

fn drawn(
    graph: &Graph,
    grain: Grain,
    groups: &[Group],
    counted: &BTreeMap<(usize, usize), (usize, bool)>,
) -> Picture {
    let sub = |group: &Group| sub_of(group, grain, 2);
    let texts: Vec<(String, String)> =
        groups.iter().map(|group| (clipped(&group.title, 30), clipped(&sub(group), 34))).collect();
    let size = |(title, sub): &(String, String)| Size {
        width: width_of(title).max(width_of(sub) * 6 / 7).max(64) + 24,
        height: 44,
    };
    let sizes: Vec<Size> = texts.iter().map(size).collect();
    let links: Vec<(usize, usize)> = counted.keys().copied().collect();
    let drawing = draw(&sizes, &links);
    let boxes = groups.iter().zip(texts).zip(sizes.iter().zip(&drawing.corners));
    let boxes = boxes.map(|((group, (title, sub)), (size, (x, y)))| Box {
        x: *x,
        y: *y,
        width: size.width,
        height: size.height,
        text_x: x + 11,
        title_y: y + 18,
        sub_y: y + 35,
        whole: format!("{}: {}", group.title, sub_of(group, grain, usize::MAX)),
        title,
        sub,
        family: group.family,
        in_circle: group.in_circle,
    });
    let name = |at: usize| {
        let group = groups.get(at)?;
        Some(match grain {
            Grain::AreaAndFamily | Grain::Folder => format!("{}: {}", group.title, group.family),
            _ => group.title.clone(),
        })
    };
    let lines = counted.iter().zip(&drawing.lines);
    let lines = lines.map(|(((from, to), (count, in_circle)), points)| Line {
        path: path(points),
        from: name(*from).unwrap_or_default(),
        to: name(*to).unwrap_or_default(),
        count: *count,
        weight: 1 + usize::from(*count > 4) + usize::from(*count > 24),
        in_circle: *in_circle,
    });
    Picture {
        width: drawing.width,
        height: drawing.height,
        says: grain.says(),
        boxes: boxes.collect(),
        lines: lines.collect(),
        circles: circles(graph),
        dangling: graph.dangling.len(),
        unread: graph.nodes.iter().filter(|node| node.is_unread).count(),
    }
}

/// What stands below the title of a box: of a group, how many of the most frequent kinds.
fn sub_of(group: &Group, grain: Grain, most: usize) -> String {
    if grain == Grain::Node {
        return group.sub.clone();
    }
    let mut all: Vec<(std::cmp::Reverse<usize>, NodeKind)> =
        group.kinds.iter().map(|(kind, count)| (std::cmp::Reverse(*count), *kind)).collect();
    all.sort();
    let words = all.iter().take(most).map(|(std::cmp::Reverse(count), kind)| match count {
        1 => format!("1 {}", kind.noun()),
        n => format!("{n} {}", kind.plural()),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn circles(graph: &Graph) -> Vec<Circle> {
    let circle = |nodes: &Vec<NodeId>| {
        let names = nodes.iter().filter_map(|id| graph.node(*id)).take(LISTED);
        let names: Vec<String> = names.map(|node| node.name.clone()).collect();
        Circle { more: nodes.len() - names.len(), names }
    };
    graph.cycles.iter().take(LISTED).map(circle).collect()
}

/// Columns that a text takes: characters of the east are twice as wide.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c > '\u{2e7f}' { 2 } else { 1 }).sum()
}

/// Pixels that a title takes in the widest of the usual fonts.
fn width_of(text: &str) -> usize {
    let width = |c: char| match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | ' ' | '.' | ',' | ':' | ';' | '/' | '\'' | '|'
        | '!' => 6,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 13,
        c if c > '\u{2e7f}' => 14,
        c if c.is_uppercase() || c == '_' => 10,
        _ => 9,
    };
    text.chars().map(width).sum()
}

fn clipped(text: &str, room: usize) -> String {
    if columns(text) <= room {
        return text.to_owned();
    }
    let mut left = room - 1;
    let fits = |c: &char| {
        let width = if *c > '\u{2e7f}' { 2 } else { 1 };
        left.checked_sub(width).is_some_and(|rest| {
            left = rest;
            true
        })
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// A soft line through the points: level where it leaves, level where it arrives.
fn path(points: &[(usize, usize)]) -> String {
    let mut out = String::new();
    for (i, pair) in points.windows(2).enumerate() {
        let [(x, y), (to_x, to_y)] = pair else { continue };
        if i == 0 {
            out.push_str(&format!("M{x} {y}"));
        }
        let middle = usize::midpoint(*x, *to_x);
        out.push_str(&format!(" C{middle} {y} {middle} {to_y} {to_x} {to_y}"));
    }
    out
}
