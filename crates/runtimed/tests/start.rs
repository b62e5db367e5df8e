//! What must be there before the first request.

use contract_embed::{LogEvent, Mode, ResourceKind};
use contract_runtimed::StartError;

use crate::server::Server;
use crate::setup::configuration;

#[test]
fn a_required_kind_without_a_route_refuses_to_start() {
    for kind in contract_routing::required(Mode::Saas) {
        let others: Vec<ResourceKind> =
            ResourceKind::ALL.iter().copied().filter(|o| o != kind).collect();
        let mut config = configuration(&others);
        // A durable mode keeps records in a cloud.
        config["mode"] = "saas".into();
        for route in config["routes"].as_array_mut().unwrap() {
            route["mode"] = "saas".into();
            route["backend"] = "dynamodb".into();
            route["target"]["kind"] = "table".into();
        }
        match Server::of(&config, |app| app).map(drop) {
            Err(StartError::Missing(missing)) => {
                assert!(missing.to_string().contains(kind.as_str()), "{missing}");
            }
            other => panic!("{kind}: {other:?}"),
        }
    }
}

#[test]
fn files_are_refused_outside_of_lab() {
    let mut config = configuration(ResourceKind::ALL);
    config["mode"] = "saas".into();
    for route in config["routes"].as_array_mut().unwrap() {
        route["mode"] = "saas".into();
    }
    assert!(matches!(Server::of(&config, |app| app), Err(StartError::Configuration(_))));
}

/// In lab a kind may be missing; whoever uses it is refused, and told what to add.
#[test]
fn an_operation_without_a_route_is_refused() {
    let kinds: Vec<ResourceKind> = ResourceKind::ALL
        .iter()
        .copied()
        .filter(|kind| *kind != ResourceKind::NotesStore)
        .collect();
    let server = Server::of(&configuration(&kinds), |app| app).unwrap();
    let refused = server.ask("GET", "/v1/notes", &[], None);
    assert_eq!((refused.status, refused.text("code")), (503, "route_missing"));
    assert!(refused.text("detail").contains("notes_store"), "{refused:?}");
    assert_eq!(server.log(LogEvent::RouteMissing)[0]["resource_kind"], "notes_store");
    assert_eq!(server.ask("GET", "/v1/flows", &[], None).status, 200);
}
