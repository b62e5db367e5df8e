//! What happens where a route is missing: at the start, at the first operation, and in what operators see. Every kind
//! is taken out in turn.

use contract_embed::{Backend, Mode, ResourceKind, files};
use contract_routing::{MissingRoute, Registry, RegistryError, required};
use serde_json::{Value, json};

const DURABLE: [Mode; 3] = [Mode::Saas, Mode::Enterprise, Mode::System];

fn route(number: usize, kind: ResourceKind, mode: Mode, tenant: Option<&str>) -> Value {
    let mut route = json!({
        "route_id": format!("01JD4YM1N2P3Q4R5S6T7V8{:0>4}", number),
        "resource_kind": kind.as_str(),
        "mode": mode.as_str(),
        "backend": Backend::Dynamodb.as_str(),
        "target": {"kind": "table", "name": kind.as_str()},
        "max_value_bytes": 65536,
        "created_at": "2026-11-20T06:00:00Z",
        "updated_at": "2026-11-20T06:00:00Z",
    });
    if let Some(tenant) = tenant {
        route["tenant_id"] = json!(tenant);
    }
    route
}

/// A registry with a route for every kind but one.
fn without(mode: Mode, left_out: Option<ResourceKind>) -> Registry {
    let kinds = ResourceKind::ALL.iter().enumerate().filter(|(_, kind)| Some(**kind) != left_out);
    let routes: Vec<Value> = kinds.map(|(n, kind)| route(n, *kind, mode, None)).collect();
    Registry::new(&routes).unwrap()
}

#[test]
fn a_missing_route_stops_the_start() {
    for mode in DURABLE {
        assert_eq!(without(mode, None).require_all(mode), Ok(()));
        for kind in ResourceKind::ALL.iter().copied() {
            assert!(required(mode).contains(&kind), "{kind} in {mode}");
            let registry = without(mode, Some(kind));
            let missing = registry.require_all(mode).unwrap_err();
            assert_eq!(missing.missing, [MissingRoute { kind, mode, tenant: None }]);
            let said = missing.to_string();
            assert!(said.contains(kind.as_str()) && said.contains(mode.as_str()), "{said}");
            // A service that does not need it starts.
            let others: Vec<ResourceKind> =
                ResourceKind::ALL.iter().copied().filter(|other| *other != kind).collect();
            assert_eq!(registry.require(&others, mode), Ok(()));
        }
        // The routes of another mode help nobody.
        let elsewhere = without(Mode::Lab, None);
        let missing = elsewhere.require_all(mode).unwrap_err().missing;
        assert_eq!(missing.len(), ResourceKind::ALL.len());
    }
}

#[test]
fn a_missing_route_refuses_the_first_operation() {
    for mode in Mode::ALL.iter().copied() {
        for kind in ResourceKind::ALL.iter().copied() {
            let registry = without(mode, Some(kind));
            let error = registry.resolve(kind, mode, "acme").unwrap_err();
            assert_eq!(error, MissingRoute { kind, mode, tenant: Some("acme".to_owned()) });
            assert_eq!((error.code(), error.status()), ("route_missing", 503));
            assert_eq!(
                error.to_string(),
                format!(
                    "no route for `{kind}` in mode `{mode}` for tenant `acme`; add one to `routes` of the runtime \
                     configuration with \"resource_kind\": \"{kind}\", \"mode\": \"{mode}\", and \"tenant_id\": \
                     \"acme\" or none for everybody"
                )
            );
            for other in ResourceKind::ALL.iter().copied().filter(|other| *other != kind) {
                assert_eq!(registry.resolve(other, mode, "acme").unwrap().resource_kind, other);
            }
            for other in Mode::ALL.iter().copied().filter(|other| *other != mode) {
                assert!(registry.resolve(ResourceKind::ALL[0], other, "acme").is_err());
            }
        }
    }
}

#[test]
fn diagnostics_name_the_missing_route() {
    for mode in Mode::ALL.iter().copied() {
        for kind in ResourceKind::ALL.iter().copied() {
            let registry = without(mode, Some(kind));
            let all = registry.diagnostics(mode);
            let kinds: Vec<ResourceKind> = all.iter().map(|one| one.kind).collect();
            assert_eq!(kinds, ResourceKind::ALL);
            for one in &all {
                assert_eq!(one.is_missing(), one.kind == kind, "{one}");
                assert_eq!(one.route.is_none(), one.kind == kind, "{one}");
                let said = one.to_string();
                assert_eq!(said.contains("missing: no route for"), one.kind == kind, "{said}");
                assert!(said.starts_with(one.kind.as_str()), "{said}");
                assert_eq!(one.required, mode != Mode::Lab);
            }
        }
    }
}

#[test]
fn the_route_of_a_tenant_comes_before_that_of_everybody() {
    let (kind, mode) = (ResourceKind::NotesStore, Mode::Enterprise);
    let routes = [route(1, kind, mode, None), route(2, kind, mode, Some("acme"))];
    let registry = Registry::new(&routes).unwrap();
    let id = |tenant| registry.resolve(kind, mode, tenant).unwrap().route_id.clone();
    assert_eq!(id("acme"), routes[1]["route_id"]);
    assert_eq!(id("globex"), routes[0]["route_id"]);
    assert_eq!(registry.routes().count(), 2);
}

/// Where a mode serves named tenants alone, each of them needs every kind; with a route for everybody in it, everybody
/// does.
#[test]
fn a_tenant_that_lacks_a_route_stops_the_start() {
    let (notes, flows, mode) = (ResourceKind::NotesStore, ResourceKind::FlowStore, Mode::System);
    let kinds = [notes, flows];
    let of = |routes: &[(ResourceKind, Option<&str>)]| {
        let routes = routes.iter().enumerate();
        let routes: Vec<Value> =
            routes.map(|(n, (kind, tenant))| route(n, *kind, mode, *tenant)).collect();
        Registry::new(&routes).unwrap().require(&kinds, mode).map_err(|missing| missing.missing)
    };
    let missing = |kind, tenant: Option<&str>| {
        Err(vec![MissingRoute { kind, mode, tenant: tenant.map(str::to_owned) }])
    };
    let (acme, globex) = (Some("acme"), Some("globex"));
    assert_eq!(of(&[(notes, acme), (flows, acme)]), Ok(()));
    assert_eq!(of(&[(notes, acme), (flows, acme), (notes, globex)]), missing(flows, globex));
    assert_eq!(of(&[(notes, None), (flows, acme)]), missing(flows, None));
    assert_eq!(of(&[(notes, None), (flows, None), (flows, acme)]), Ok(()));
}

#[test]
fn contradictions_are_refused() {
    let (kind, mode) = (ResourceKind::NotesStore, Mode::Saas);
    let again = [route(1, kind, mode, None), route(2, kind, mode, None)];
    assert!(matches!(Registry::new(&again), Err(RegistryError::Twice { second: 1, .. })));
    let mut elsewhere = route(2, kind, mode, Some("acme"));
    elsewhere["target"]["name"] = json!("other");
    let again = [route(1, kind, mode, Some("acme")), elsewhere];
    assert!(matches!(Registry::new(&again), Err(RegistryError::Twice { .. })));
    let same_id = [route(1, kind, mode, None), route(1, kind, Mode::System, None)];
    assert!(matches!(Registry::new(&same_id), Err(RegistryError::SameId { .. })));
    let mut shared = route(2, ResourceKind::EventSpine, mode, None);
    shared["target"]["name"] = json!(kind.as_str());
    let shared = [route(1, kind, mode, None), shared];
    let error = Registry::new(&shared).unwrap_err();
    assert!(matches!(error, RegistryError::Shared { first: 0, second: 1, .. }));
    assert!(error.to_string().contains("`notes_store`"), "{error}");
}

/// The examples of the contracts: a route is one, and every example that is none is refused, among them the file
/// system outside lab or without a label.
#[test]
fn routes_are_those_of_the_contracts() {
    let mut counts = (0, 0);
    for file in files().iter().filter(|file| file.path.starts_with("storage/examples/route.")) {
        let value: Value = serde_json::from_str(file.text).unwrap();
        let registry = Registry::new(std::slice::from_ref(&value));
        if file.path.contains(".invalid.") {
            assert!(matches!(registry, Err(RegistryError::Invalid(0, _))), "{}", file.path);
            counts.1 += 1;
        } else {
            let registry = registry.unwrap();
            let route = registry.routes().next().unwrap();
            assert_eq!(serde_json::to_value(route).unwrap(), value, "{}", file.path);
            counts.0 += 1;
        }
    }
    assert!(counts.0 >= 3 && counts.1 >= 3, "{counts:?}");
    for file in files().iter().filter(|file| file.path.contains("/runtime_configuration.")) {
        let Some(name) = file.path.strip_prefix("storage/examples/") else { continue };
        let value: Value = serde_json::from_str(file.text).unwrap();
        let registry = Registry::from_configuration(&value);
        assert_eq!(registry.is_err(), name.contains(".invalid."), "{name}");
    }
}

#[test]
fn the_file_system_is_for_lab_with_a_label_that_users_see() {
    let mut lab = route(1, ResourceKind::NotesStore, Mode::Lab, None);
    lab["backend"] = json!(Backend::Filesystem.as_str());
    lab["target"]["kind"] = json!("directory");
    let refused = |route: &Value| Registry::new(std::slice::from_ref(route)).is_err();
    assert!(refused(&lab));
    lab["label"] = json!({"text": "Lab: notes are kept on this machine", "visible": false});
    assert!(refused(&lab));
    lab["label"]["visible"] = json!(true);
    assert!(!refused(&lab));
    let registry = Registry::new(std::slice::from_ref(&lab)).unwrap();
    let shown = registry.diagnostics(Mode::Lab);
    let shown = shown.iter().find(|one| one.kind == ResourceKind::NotesStore).unwrap();
    assert!(shown.to_string().contains("(Lab: notes are kept on this machine)"), "{shown}");
    for mode in DURABLE {
        lab["mode"] = json!(mode.as_str());
        assert!(refused(&lab), "{mode}");
    }
}

/// No kind has a place in memory, and none a file of the host but in lab.
#[test]
fn every_kind_is_kept_in_a_cloud_outside_lab() {
    let words = ["container", "collection", "table", "directory"];
    for kind in ResourceKind::ALL.iter().copied() {
        for (mode, target) in
            Mode::ALL.iter().copied().flat_map(|mode| words.map(|word| (mode, word)))
        {
            let mut route = route(1, kind, mode, None);
            route["target"]["kind"] = json!(target);
            route["label"] = json!({"text": "Lab: kept on this machine", "visible": true});
            let is_taken = |backend: &str| {
                let mut route = route.clone();
                route["backend"] = json!(backend);
                Registry::new(&[route]).is_ok()
            };
            let taken: Vec<&str> = Backend::ALL
                .iter()
                .map(|backend| backend.as_str())
                .chain(["memory", "in_memory", "local", "redis", "stdout", ""])
                .filter(|backend| is_taken(backend))
                .collect();
            let expected: &[&str] = match target {
                "container" => &["cosmos_db"],
                "collection" => &["firestore"],
                "table" => &["dynamodb"],
                _ if mode == Mode::Lab => &["filesystem"],
                _ => &[],
            };
            assert_eq!(taken, expected, "{kind} in {mode}, a {target}");
        }
    }
}
