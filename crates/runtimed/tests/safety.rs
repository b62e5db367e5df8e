//! Nothing is executed for anybody unless what the gate decided is on the spine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use contract_embed::{ResourceKind, SpineEventType};
use contract_routing::identity::Identity;
use contract_runtimed::{Gate, Ruling};
use serde_json::json;

use crate::server::{RUN, Server};
use crate::setup::configuration;

fn call(server: &Server, function: &str) -> crate::http::Answer {
    let body = json!({"function": function, "arguments": {}, "run_id": RUN, "step_id": "one"});
    server.ask("POST", "/v1/plugins/echo/calls", &[], Some(&body))
}

#[test]
fn nothing_runs_without_the_sink() {
    let kinds: Vec<ResourceKind> = ResourceKind::ALL
        .iter()
        .copied()
        .filter(|kind| *kind != ResourceKind::EventSpine)
        .collect();
    let server = Server::of(&configuration(&kinds), |app| app).unwrap();
    server.app.plugins().start_all();
    let refused = call(&server, "run");
    assert_eq!((refused.status, refused.text("code")), (429, "safety_record_unavailable"));
    assert_eq!(server.app.plugins().plugin("echo").unwrap().success_count, 0);
}

struct Picky(Arc<AtomicUsize>);

impl Gate for Picky {
    fn name(&self) -> &'static str {
        "picky"
    }

    fn decide(&self, _: &Identity, _: &str, function: &str) -> Ruling {
        self.0.fetch_add(1, Ordering::SeqCst);
        assert!(function != "fault", "the gate itself fails");
        let is_allowed = function != "forbidden";
        Ruling { is_allowed, justification: format!("the function is named {function}") }
    }
}

#[test]
fn every_decision_is_on_the_spine() {
    let asked = Arc::new(AtomicUsize::new(0));
    let gate = Picky(Arc::clone(&asked));
    let server = Server::of(&configuration(ResourceKind::ALL), |app| app.gate(gate)).unwrap();
    server.app.plugins().start_all();
    assert_eq!(call(&server, "run").status, 200);
    assert_eq!(call(&server, "forbidden").status, 403);
    assert_eq!(call(&server, "fault").status, 403);
    let decisions = server.spine(SpineEventType::Safety);
    let said: Vec<(&str, bool)> = decisions
        .iter()
        .map(|record| &record["payload"])
        .map(|p| (p["decision"].as_str().unwrap(), p["gate_failed"].as_bool().unwrap()))
        .collect();
    assert_eq!(said, [("allow", false), ("deny", false), ("deny", true)]);
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    assert_eq!(server.app.plugins().plugin("echo").unwrap().success_count, 1);
}

struct Nameless;

impl Gate for Nameless {
    fn name(&self) -> &'static str {
        panic!("the gate has no name")
    }

    fn decide(&self, _: &Identity, _: &str, _: &str) -> Ruling {
        Ruling { is_allowed: true, justification: "whatever it may be".to_owned() }
    }
}

#[test]
fn a_fault_ends_one_request_and_is_told_under_its_trace() {
    let server = Server::of(&configuration(ResourceKind::ALL), |app| app.gate(Nameless)).unwrap();
    server.app.plugins().start_all();
    let refused = call(&server, "run");
    // The API has no 503 here.
    assert_eq!((refused.status, refused.text("code")), (429, "internal"));
    let spans = server.spans();
    let mut told = spans.iter().filter(|span| span["trace_id"] == refused.text("trace_id"));
    let told = told.find(|span| span["span"] == "api.request").unwrap();
    assert!(told["attributes"]["fault"].as_str().unwrap().contains("has no name"), "{told}");
    assert_eq!(server.app.plugins().plugin("echo").unwrap().success_count, 0);
    assert_eq!(server.ask("GET", "/v1/health", &[], None).status, 200);
}
