//! What the names in a consumer file mean: the same thing in the tree that the consumer was built against, and
//! in the one that it is to meet.

use super::reach::{Place, Reach, Side};
use crate::catalog::{Api, Catalog, RootId, Subject, Topic, path_shape};
use crate::document::Pointer;
use crate::graph::{Graph, NotFound, find};

/// Two trees with what is asked of them often.
pub(super) struct Sides<'c> {
    pub old: &'c Catalog,
    pub new: &'c Catalog,
    graph: Graph,
    apis: (Api<'c>, Api<'c>),
}

/// What something is made of, in both trees.
#[derive(Debug, Default)]
pub(super) struct Meant {
    pub old: Reach,
    pub new: Reach,
    /// The envelope that it is carried in; no pointer leads there.
    pub envelope: Option<(Reach, Reach)>,
}

impl<'c> Sides<'c> {
    pub(super) fn new(old: &'c Catalog, new: &'c Catalog) -> Self {
        let graph = crate::graph::build(old, &[]);
        Sides { old, new, graph, apis: (Api::of(old), Api::of(new)) }
    }

    /// What a name means; why it means nothing that the consumer could have been built against.
    pub(super) fn meant(&self, subject: Subject, name: &str) -> Result<Meant, String> {
        match subject {
            Subject::Schema => self.schema(name),
            Subject::Topic => self.topic(name),
            Subject::Operation => self.operation(name),
        }
    }

    fn schema(&self, name: &str) -> Result<Meant, String> {
        let places = match find(&self.graph, self.old, name) {
            Ok(found) => found.places,
            Err(NotFound::Ambiguous(several)) => {
                return Err(format!("`{name}` may be {}", quoted(&several, " or ")));
            }
            Err(NotFound::Unknown(near)) => return Err(unknown("schema", name, &near)),
            Err(NotFound::NoPlace { file, .. }) => {
                return Err(format!("`{name}` names no place in `{file}`"));
            }
        };
        let kind = |place: &crate::graph::Place| self.old.item(place.file).map(|item| item.kind);
        let [place] = places.as_slice() else {
            return Err(unknown("schema", name, &[]));
        };
        if !kind(place).is_some_and(crate::catalog::Kind::is_schema) {
            return Err(format!("`{name}` is no schema"));
        }
        let mut meant = Meant::default();
        let old: Place = (place.file, place.at.clone());
        if let Some(new) = self.counterpart(&old) {
            meant.new.schema(self.new, new, Side::Both);
        }
        meant.old.schema(self.old, old, Side::Both);
        Ok(meant)
    }

    /// The same place in the new tree: by path, then by `$id`.
    fn counterpart(&self, (item, at): &Place) -> Option<Place> {
        if let Some(new) = self.new.find(&self.old.path(*item)) {
            return Some((new, at.clone()));
        }
        let id = |catalog: &'c Catalog, item: &usize| match &catalog.schemas.get(item)?.id {
            RootId::Absolute(id) => Some(id.as_str()),
            _ => None,
        };
        let wanted = id(self.old, item)?;
        let mut all = self.new.schemas.keys();
        all.find(|new| id(self.new, new) == Some(wanted)).map(|new| (*new, at.clone()))
    }

    fn topic(&self, name: &str) -> Result<Meant, String> {
        let mut meant = Meant::default();
        let mut envelope = (Reach::default(), Reach::default());
        let ends = [
            (self.old, &mut meant.old, &mut envelope.0),
            (self.new, &mut meant.new, &mut envelope.1),
        ];
        for (catalog, reach, carried) in ends {
            for topic in catalog.topics.iter().filter(|topic| topic.answers_to(name)) {
                reach.topic(catalog, topic);
                let module = catalog.item(topic.item).and_then(|item| item.module.as_deref());
                if let Some(item) = catalog.envelope_for(module) {
                    carried.schema(catalog, (item, Pointer::root()), Side::Both);
                }
            }
        }
        if meant.old.is_empty() {
            let names: Vec<String> = self.old.topics.iter().map(Topic::full_name).collect();
            return Err(unknown("topic", name, &near(&names, name)));
        }
        meant.envelope = Some(envelope);
        Ok(meant)
    }

    fn operation(&self, name: &str) -> Result<Meant, String> {
        let mut meant = Meant::default();
        let ends = [(&self.apis.0, &mut meant.old), (&self.apis.1, &mut meant.new)];
        let wanted = name
            .split_once(' ')
            .map(|(method, path)| (path_shape(path.trim()), method.to_ascii_lowercase()));
        for (api, reach) in ends {
            for ((shape, method), operation) in &api.operations {
                // Two documents may have the same path.
                let shape = shape.split(" in ").next().unwrap_or(shape);
                let is_key = wanted.as_ref().is_some_and(|(s, m)| s == shape && m == method);
                if is_key || operation.name == name {
                    reach.operation(api.catalog, operation);
                }
            }
        }
        if meant.old.is_empty() {
            let names: Vec<String> =
                self.apis.0.operations.values().map(|o| o.name.clone()).collect();
            return Err(unknown("operation", name, &near(&names, name)));
        }
        Ok(meant)
    }
}

fn unknown(what: &str, name: &str, near: &[String]) -> String {
    let near = match near {
        [] => String::new(),
        near => format!("; near it is {}", quoted(near, " or ")),
    };
    format!("there is no {what} `{name}` in the contracts that are compared with{near}")
}

pub(super) fn quoted(names: &[String], between: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(between)
}

/// The names nearest to a wrong one.
pub(super) fn near(names: &[String], wanted: &str) -> Vec<String> {
    let limit = wanted.len() / 3 + 1;
    let mut all: Vec<(usize, &String)> = names
        .iter()
        .map(|name| (strsim::damerau_levenshtein(name, wanted), name))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    all.sort();
    all.into_iter().take(1).map(|(_, name)| name.clone()).collect()
}
