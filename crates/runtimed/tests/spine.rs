//! The spine over the API, and what has to be on it before anything else happens.

use contract_embed::{Mode, ResourceKind};
use contract_routing::identity::Identity;
use contract_runtimed::tuning::tune;
use serde_json::json;

use crate::server::{RUN, Server};
use crate::setup::{claims, configuration, token};

fn event(id: &str) -> serde_json::Value {
    json!({"event_id": id, "surface_id": "chat", "run_id": RUN, "step_id": "one",
        "timestamp": "2026-11-22T09:30:00Z", "event_type": "analytics", "source": "agent", "payload": {"clicks": 1}})
}

#[test]
fn records_are_appended_and_read_and_nothing_else() {
    let server = Server::new();
    let id = "62f746b4-84e6-4ceb-95bd-447e7184d454";
    let made = server.ask("POST", "/v1/spine/events", &[], Some(&event(id)));
    assert_eq!((made.status, made.text("user_id"), made.text("tenant_id")), (201, "ada", "acme"));
    assert_eq!(server.ask("POST", "/v1/spine/events", &[], Some(&event(id))).status, 409);
    let mut forged = event("62f746b4-84e6-4ceb-95bd-447e7184d455");
    forged["tenant_id"] = json!("other");
    assert_eq!(server.ask("POST", "/v1/spine/events", &[], Some(&forged)).status, 422);
    let mut as_system = event("62f746b4-84e6-4ceb-95bd-447e7184d456");
    as_system["source"] = json!("system");
    assert_eq!(server.ask("POST", "/v1/spine/events", &[], Some(&as_system)).status, 403);
    // Reading the spine is for those whose role gives it.
    let read = server.ask("GET", "/v1/spine/events", &[], None);
    assert_eq!((read.status, read.text("code")), (403, "forbidden"));
    assert!(read.text("detail").contains("`user:ada` in `system:operations`"), "{read:?}");
    let grace = format!("Bearer {}", token(&claims("grace")));
    let read = server.raw("GET", "/v1/spine/events", &[("authorization", &grace)], None);
    assert_eq!((read.status, &read.body["items"][0]["event_id"]), (200, &json!(id)));
    for method in ["PUT", "DELETE", "PATCH"] {
        assert_eq!(server.ask(method, &format!("/v1/spine/events/{id}"), &[], None).status, 405);
    }
}

#[test]
fn tuning_is_blocked_without_a_route() {
    let who = Identity::of_server("acme", Mode::Lab, "ada", "chat", None).unwrap();
    let value = json!(0.2);
    for has_spine in [false, true] {
        let kinds: Vec<ResourceKind> = ResourceKind::ALL
            .iter()
            .copied()
            .filter(|kind| has_spine || *kind != ResourceKind::EventSpine)
            .collect();
        let server = Server::of(&configuration(&kinds), |app| app).unwrap();
        let mut applied = false;
        let tuned =
            tune(server.app.stores(), &who, (RUN, "one"), ("rate", &value), || applied = true);
        assert_eq!(server.runtime.block_on(tuned).is_ok(), has_spine);
        assert_eq!(applied, has_spine);
    }
}
