//! Operations of HTTP APIs, and what they hang on besides `$ref`: parameters of their path, kinds of
//! credentials, discriminators.

use super::build::Builder;
use super::{EdgeKind, NodeKind, Place};
use crate::catalog::{Api, ApiPart, Kind, Operation};
use crate::document::{Pointer, Value};
use crate::tree::ArtifactPath;

/// Adds a node for each operation. Calls back are a part of the operation that asks for them.
pub(super) fn operations<'c>(builder: &mut Builder<'c>) -> Api<'c> {
    let api = Api::of(builder.catalog);
    for operation in api.operations.values() {
        let place = &operation.part.place;
        let place = Place::new(place.0, &place.1);
        let id = format!("operation:{}", operation.name);
        let number = builder.part(id, NodeKind::Operation, &operation.name, place);
        if let Some(node) = builder.graph.nodes.get_mut(number) {
            node.alias = operation.part.value.str_at("operationId").map(str::to_owned);
        }
    }
    api
}

/// What a reference inside an operation is for, by the pointer from the operation.
pub(super) fn role(below: &str) -> Option<EdgeKind> {
    match below.split('/').nth(1)? {
        "parameters" => Some(EdgeKind::Parameter),
        "requestBody" => Some(EdgeKind::Request),
        "responses" => Some(EdgeKind::Response),
        _ => None,
    }
}

/// Adds the references that are none by `$ref`.
pub(super) fn add(builder: &mut Builder<'_>, api: &Api<'_>) {
    for operation in api.operations.values() {
        shared_parameters(builder, operation);
        credentials(builder, operation);
    }
    discriminators(builder);
}

fn shared_parameters(builder: &mut Builder<'_>, operation: &Operation<'_>) {
    let shared = &operation.shared;
    let Some(list) = shared.value.get("parameters").filter(|list| !list.items().is_empty()) else {
        return;
    };
    let at = Place::new(operation.part.place.0, &operation.part.place.1);
    let list_at = shared.place.1.join("parameters");
    for (i, _) in list.items().iter().enumerate() {
        let target = Place::new(shared.place.0, list_at.index(i));
        builder.refer(EdgeKind::Parameter, at.clone(), target, "");
    }
}

/// Kinds of credentials are named, not referred to (OpenAPI 3.1, section 4.8.30): in the document that the
/// operation is reached from, or in its own.
fn credentials(builder: &mut Builder<'_>, operation: &Operation<'_>) {
    let (part, document) = (&operation.part, &operation.document);
    let own = ApiPart::read(builder.catalog, part.place.0, &Pointer::root());
    let holder = if part.value.get("security").is_some() { part } else { document };
    let Some(demands) = holder.value.get("security") else { return };
    for (i, demand) in demands.items().iter().enumerate() {
        for member in demand.members() {
            let written = holder.place.1.join("security").index(i).join(&member.key);
            let schemes = ["components", "securitySchemes", &member.key];
            let scheme = Pointer::root().path(&schemes);
            let places = [Some(document), own.as_ref()].into_iter().flatten();
            let found = places
                .filter(|document| document.value.at(&scheme).is_some())
                .map(|document| Place::new(document.place.0, &scheme))
                .next();
            let Some(target) = found else { continue };
            builder.definition(target.clone());
            let is_own = std::ptr::eq(holder, part);
            let (file, at) = (part.place.0, if is_own { &written } else { &part.place.1 });
            builder.refer(EdgeKind::Security, Place::new(file, at), target, &member.key);
        }
    }
}

/// `discriminator.mapping` names schemas by reference or by name (OpenAPI 3.1, section 4.8.25).
fn discriminators(builder: &mut Builder<'_>) {
    let catalog = builder.catalog;
    for (item, document) in catalog.of_kind(Kind::OpenApi) {
        let Some(value) = document.value() else { continue };
        for (at, found) in value.everything() {
            if at.tokens().last().as_deref() != Some("discriminator") {
                continue;
            }
            for member in found.get("mapping").map(Value::members).unwrap_or_default() {
                let Some(text) = member.value.as_str() else { continue };
                let written = Place::new(item, at.join("mapping").join(&member.key));
                match mapped(builder, &document.path, (item, value), text) {
                    Some(target) => builder.refer(EdgeKind::Refers, written, target, text),
                    None => builder.dangle(EdgeKind::Refers, written, text),
                }
            }
        }
    }
}

fn mapped(
    builder: &Builder<'_>,
    from: &ArtifactPath,
    (item, value): (usize, &Value),
    text: &str,
) -> Option<Place> {
    let named = Pointer::root().path(&["components", "schemas", text]);
    if value.at(&named).is_some() {
        return Some(Place::new(item, named));
    }
    let (document, fragment) = text.split_once('#').unwrap_or((text, ""));
    let file = match document {
        "" => item,
        path => builder.catalog.find(&from.join(path)?)?,
    };
    let at = Pointer::from(fragment);
    builder.catalog.value_at(file, &at).map(|_| Place::new(file, at))
}
