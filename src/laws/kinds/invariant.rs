//! An artifact stays within an invariant schema, by proof.

use serde_json::Value as Json;
use subschema::{Options, Verdict, includes};

use super::super::fields::Fields;
use super::super::{Demand, LawKind, Need, Rule, World, records};
use super::story;
use crate::document::to_json;
use crate::finding::{Code, Explain, Finding, Witness};

pub(super) static KIND: LawKind = LawKind {
    code: Code("invariant"),
    summary: "a schema lets through what an invariant forbids",
    since: "0.1.0",
    explain: Explain {
        what: "There is a document that the schema accepts and the invariant schema rejects, or it could not be proven that there is none.",
        why: "The invariant is what must hold of every version.",
        bad: story!("invariant/fail/slips-through"),
        good: story!("invariant/pass/within"),
        fix: "Demand of the schema what the invariant demands.",
    },
    looks_back: false,
    read,
};

struct Invariant {
    artifact: String,
    schema: String,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let artifact = fields.required("artifact");
    let schema = fields.required("schema");
    Box::new(Invariant { artifact, schema })
}

impl Demand for Invariant {
    fn needs(&self) -> Need {
        Need::Files
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let read = |path: &str| -> Result<Json, Box<Finding>> {
            let bytes = world.now.read(path);
            let value = bytes.and_then(|b| records::read(path, &b)).and_then(|d| d.value);
            value.map(|v| to_json(&v)).ok_or_else(|| {
                let finding = rule
                    .about_file(path, format!("`{path}` is not there, or cannot be read"))
                    .about("missing");
                Box::new(finding)
            })
        };
        let (artifact, schema) = match (read(&self.artifact), read(&self.schema)) {
            (Ok(artifact), Ok(schema)) => (artifact, schema),
            (a, b) => return [a.err(), b.err()].into_iter().flatten().map(|f| *f).collect(),
        };
        let said = match includes(&artifact, &schema, &Options::default()) {
            Ok(Verdict::Included) => return Vec::new(),
            Ok(Verdict::Excluded(witness)) => {
                let message =
                    format!("`{}` lets through what `{}` forbids", self.artifact, self.schema);
                let mut finding = rule.about_file(&self.artifact, message).about("excluded");
                finding.witness = Some(Witness {
                    document: witness.instance.to_string(),
                    fate: "is valid against the first and not against the second".to_owned(),
                });
                return vec![finding];
            }
            Ok(Verdict::Unproven { construct, reason }) => format!("`{construct}` {reason}"),
            Err(error) => error.to_string(),
        };
        let (a, b) = (&self.artifact, &self.schema);
        let message = format!("it is not proven that `{a}` stays within `{b}`: {said}");
        vec![rule.about_file(a, message).about("unproven")]
    }
}
