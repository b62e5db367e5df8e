//! Every operation, as a client uses it. The client holds each answer against the contracts.

use contract_embed::{LogEvent, Metric, ResourceKind};
use serde_json::{Value, json};

use crate::http::send;
use crate::server::{RUN, Server};
use crate::setup::{claims, token};

fn note(title: &str) -> Value {
    json!({"surface_id": "chat", "title": title, "content_format": "markdown", "content": "# Sow", "tags": ["seeds"]})
}

#[test]
fn health_is_open_and_says_nothing_of_users() {
    let server = Server::new();
    let health = server.raw("GET", "/v1/health", &[], None);
    assert_eq!((health.status, health.text("status")), (200, "ok"));
    assert_eq!(health.text("contract_version"), contract_embed::VERSION);
}

#[test]
fn notes_are_written_read_replaced_listed_and_deleted() {
    let server = Server::new();
    let once = [("idempotency-key", "note-0001")];
    let made = server.ask("POST", "/v1/notes", &once, Some(&note("Seeds")));
    assert_eq!((made.status, made.header("etag")), (201, Some("\"1\"")));
    let again = server.ask("POST", "/v1/notes", &once, Some(&note("Seeds")));
    assert_eq!(again.body, made.body);
    let path = made.header("location").unwrap().to_owned();
    assert_eq!(server.ask("GET", &path, &[], None).body, made.body);
    let mut next = note("Bulbs");
    next.as_object_mut().unwrap().shift_remove("surface_id");
    assert_eq!(server.ask("PUT", &path, &[], Some(&next)).status, 422);
    let put = server.ask("PUT", &path, &[("if-match", "\"1\"")], Some(&next));
    assert_eq!((put.status, put.header("etag"), put.text("title")), (200, Some("\"2\""), "Bulbs"));
    let late = server.ask("PUT", &path, &[("if-match", "\"1\"")], Some(&next));
    assert_eq!((late.status, late.text("code")), (412, "version_conflict"));
    for n in 0..3 {
        server.ask("POST", "/v1/notes", &[], Some(&note(&format!("n{n}"))));
    }
    let page = server.ask("GET", "/v1/notes?limit=3&tag=seeds", &[], None);
    assert_eq!(page.body["items"].as_array().unwrap().len(), 3);
    let rest = format!("/v1/notes?limit=3&tag=seeds&cursor={}", page.text("next_cursor"));
    assert!(server.ask("GET", &rest, &[], None).body["items"].as_array().unwrap().len() <= 1);
    assert_eq!(server.ask("GET", "/v1/notes?user_id=bob", &[], None).status, 403);
    assert_eq!(server.ask("GET", "/v1/notes?limit=0", &[], None).status, 422);
    assert_eq!(server.ask("DELETE", &path, &[("if-match", "\"2\"")], None).status, 204);
    assert_eq!(server.ask("GET", &path, &[], None).status, 404);
    server.published("NOTE_UPDATED", 1);
    server.published("NOTE_DELETED", 1);
    assert!(!server.published("NOTE_CREATED", 4)[0].to_string().contains("Sow"));
}

#[test]
fn memory_is_set_read_and_deleted() {
    let server = Server::new();
    let path = "/v1/memory/s-1/tone";
    let body = json!({"surface_id": "chat", "value": {"formal": true}, "band": "GREEN", "ttl_seconds": 60});
    assert_eq!(server.ask("GET", path, &[], None).status, 404);
    let set = server.ask("PUT", path, &[("if-match", "\"0\"")], Some(&body));
    assert_eq!((set.status, set.header("etag")), (200, Some("\"1\"")));
    assert_eq!(server.ask("GET", path, &[], None).body, set.body);
    assert_eq!(server.ask("PUT", path, &[("if-match", "\"0\"")], Some(&body)).status, 412);
    assert_eq!(server.ask("PUT", path, &[("if-match", "1")], Some(&body)).status, 422);
    assert_eq!(server.ask("DELETE", path, &[("if-match", "\"1\"")], None).status, 204);
    server.published("MEMORY_WRITTEN", 2);
}

#[test]
fn sensitive_data_is_on_record_before_it_is_given() {
    let server = Server::new();
    let put = |key: &str, band: &str| {
        let body = json!({"surface_id": "chat", "value": "secret", "band": band});
        let path = format!("/v1/memory/s-1/{key}");
        server.ask("PUT", &path, &[("if-match", "\"0\"")], Some(&body)).status
    };
    // Devices here are trusted half-way: BLACK is for those that are trusted wholly.
    assert_eq!((put("green", "GREEN"), put("red", "RED"), put("black", "BLACK")), (200, 200, 403));
    assert_eq!(server.ask("GET", "/v1/memory/s-1/green", &[], None).status, 200);
    let audits = || {
        let records = server.spine(contract_embed::SpineEventType::Audit);
        let said = |record: &Value| {
            let part = |key: &str| record["payload"][key].as_str().unwrap().to_owned();
            (part("action"), part("outcome"))
        };
        records.iter().map(said).collect::<Vec<_>>()
    };
    let of = |action: &str, outcome: &str| (action.to_owned(), outcome.to_owned());
    let written = vec![of("write", "allowed"), of("write", "denied")];
    assert_eq!(audits(), written);
    assert_eq!(server.ask("GET", "/v1/memory/s-1/red", &[], None).status, 200);
    assert_eq!(audits(), [written, vec![of("read", "allowed")]].concat());
    assert!(!server.published("AUDIT_RECORDED", 3)[0].to_string().contains("secret"));
}

#[test]
fn blackboards_are_shared_in_versions() {
    let server = Server::new();
    let entries = format!("/v1/blackboards/garden/{RUN}/entries");
    let path = format!("{entries}/layout");
    let first = server.ask("PUT", &path, &[("if-match", "\"0\"")], Some(&json!({"value": [1]})));
    assert_eq!((first.status, first.header("location")), (201, Some(path.as_str())));
    let second = server.ask("PUT", &path, &[("if-match", "\"1\"")], Some(&json!({"value": [2]})));
    assert_eq!(second.status, 200);
    assert_eq!(
        server.ask("PUT", &path, &[("if-match", "\"1\"")], Some(&json!({"value": 3}))).status,
        412
    );
    let old = server.ask("GET", &format!("{path}?version=1"), &[], None);
    assert_eq!(old.body, first.body);
    let long = json!({"value": "x".repeat(2000)});
    assert_eq!(server.ask("PUT", &path, &[("if-match", "\"2\"")], Some(&long)).status, 413);
    assert_eq!(server.ask("GET", &entries, &[], None).body["items"], json!([second.body]));
    // A project of somebody else.
    let other = server.ask("GET", &format!("/v1/blackboards/house/{RUN}/entries"), &[], None);
    assert_eq!((other.status, other.text("code")), (403, "identity_mismatch"));
    server.published("BLACKBOARD_WRITTEN", 2);
}

#[test]
fn flows_graphs_and_overlays_are_saved_in_versions() {
    let server = Server::new();
    let flow = json!({"steps": [{"step_id": "one", "uses": "echo"}]});
    let graph = json!({"nodes": [{"node_id": "a"}], "edges": []});
    for (folder, blob, kind) in
        [("flows", flow, None), ("graphs", graph, None), ("overlays", json!({}), Some("lens"))]
    {
        let mut body = json!({"surface_id": "chat", "name": "first", "json_blob": blob});
        if let Some(kind) = kind {
            body["kind"] = json!(kind);
        }
        let made = server.ask("POST", &format!("/v1/{folder}"), &[], Some(&body));
        assert_eq!(made.status, 201, "{folder}: {made:?}");
        let path = made.header("location").unwrap().to_owned();
        let mut save = json!({"name": "second", "json_blob": blob});
        if let Some(kind) = kind {
            save["kind"] = json!(kind);
        }
        let saved = server.ask("PUT", &path, &[("if-match", "\"1\"")], Some(&save));
        assert_eq!(
            (saved.status, saved.header("etag")),
            (200, Some("\"2\"")),
            "{folder}: {saved:?}"
        );
        assert_eq!(server.ask("GET", &format!("{path}?version=1"), &[], None).body, made.body);
        assert_eq!(server.ask("GET", &path, &[], None).body, saved.body);
        let list = server.ask("GET", &format!("/v1/{folder}?surface_id=chat"), &[], None);
        assert_eq!(list.body["items"], json!([saved.body]));
        assert_eq!(server.ask("DELETE", &path, &[("if-match", "\"1\"")], None).status, 412);
        assert_eq!(server.ask("DELETE", &path, &[("if-match", "\"2\"")], None).status, 204);
        assert_eq!(server.ask("GET", &path, &[], None).status, 404);
    }
    server.published("FLOW_SAVED", 2);
}

#[test]
fn plugins_fail_and_the_server_answers() {
    let server = Server::new();
    server.app.plugins().start_all();
    let list = server.ask("GET", "/v1/plugins", &[], None);
    let states: Vec<(&str, &str)> = list.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["name"].as_str().unwrap(), p["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states, [("absent", "UNAVAILABLE"), ("echo", "READY"), ("misbehave", "READY")]);
    let call = |name: &str, function: &str| {
        let body = json!({"function": function, "arguments": {"a": 1}, "run_id": RUN});
        server.ask("POST", &format!("/v1/plugins/{name}/calls"), &[], Some(&body))
    };
    assert_eq!(call("echo", "run").body["ok"], true);
    for function in ["crash", "hang"] {
        let called = call("misbehave", function);
        assert_eq!(
            (called.status, called.text("state")),
            (200, "FAILED"),
            "{function}: {called:?}"
        );
        server.app.plugins().start("misbehave").unwrap();
    }
    assert_eq!(call("absent", "run").status, 409);
    assert_eq!(call("nobody", "run").status, 404);
    for (name, status) in [("misbehave", 200), ("absent", 200), ("nobody", 404)] {
        assert_eq!(server.ask("GET", &format!("/v1/plugins/{name}"), &[], None).status, status);
        assert_eq!(
            server.ask("GET", &format!("/v1/plugins/{name}/health"), &[], None).status,
            status
        );
    }
    server.published("PLUGIN_CALL_FAILED", 2);
}

#[test]
fn whoever_is_not_who_they_say_is_refused() {
    let server = Server::new();
    let path = "/v1/notes";
    let none = server.raw("GET", path, &[], None);
    assert_eq!((none.status, none.header("www-authenticate")), (401, Some("Bearer")));
    for token in ["x", "a.b.c", ""] {
        let bearer = format!("Bearer {token}");
        assert_eq!(server.raw("GET", path, &[("authorization", &bearer)], None).status, 401);
    }
    let mut over = claims("ada");
    over["exp"] = json!(1);
    let bearer = format!("Bearer {}", token(&over));
    assert_eq!(server.raw("GET", path, &[("authorization", &bearer)], None).status, 401);
    // A user whom the policy gives nothing.
    let bearer = format!("Bearer {}", token(&claims("bob")));
    let bob = server.raw("GET", path, &[("authorization", &bearer)], None);
    assert_eq!((bob.status, bob.text("code")), (403, "forbidden"));
    // Headers that do not agree are refused and on record, without what they said.
    let mismatch = server.ask("GET", path, &[("x-user-id", "mallory")], None);
    assert_eq!((mismatch.status, mismatch.text("code")), (403, "identity_mismatch"));
    let recorded = server.spine(contract_embed::SpineEventType::Audit);
    assert_eq!(recorded.len(), 1);
    assert!(!recorded[0].to_string().contains("mallory"));
}

#[test]
fn versions_and_media_types_are_negotiated() {
    let server = Server::new();
    for (header, value, status) in [
        ("x-contract-version", "1.0.0", 200),
        ("contract-version", "1.0.0", 200),
        ("x-contract-version", "2.0.0", 406),
        ("contract-version", "1.99.0", 406),
        ("x-contract-version", "latest", 406),
        ("accept", "application/json", 200),
        ("accept", "text/html, */*;q=0.1", 200),
        ("accept", "text/html", 406),
        ("accept", "application/json;q=0", 406),
    ] {
        let answer = server.raw("GET", "/v1/health", &[(header, value)], None);
        assert_eq!(answer.status, status, "{header}: {value}");
    }
}

#[test]
fn what_is_no_request_of_the_api_is_a_problem() {
    let server = Server::new();
    for (method, path, status) in [
        ("GET", "/", 404),
        ("GET", "/v2/notes", 404),
        ("PATCH", "/v1/notes", 405),
        ("GET", "/v1/notes/%ff", 400),
        ("GET", "/v1/notes/not-a-uuid", 422),
        ("GET", "/v1/notes?limit=%zz", 422),
    ] {
        let answer = server.ask(method, path, &[], None);
        assert_eq!(
            (answer.status, answer.body["status"].as_u64()),
            (status, Some(status.into())),
            "{method} {path}"
        );
    }
    let headers = [("content-type", "application/json")];
    let broken = |body: &[u8]| {
        let bearer = format!("Bearer {}", token(&claims("ada")));
        let mut all = headers.to_vec();
        all.push(("authorization", &bearer));
        server.raw("POST", "/v1/notes", &all, Some(body)).status
    };
    let deep = "[".repeat(100_000);
    for (body, status) in
        [(&b"{"[..], 400), (b"\xff", 400), (deep.as_bytes(), 400), (b"null", 422), (b"[]", 422)]
    {
        assert_eq!(broken(body), status);
    }
    let plain = server.ask("POST", "/v1/notes", &[], None);
    assert_eq!(plain.status, 422);
    // Two megabytes are not read.
    let long = vec![b' '; 2 << 20];
    let bearer = format!("Bearer {}", token(&claims("ada")));
    let refused =
        send(server.address, "POST", "/v1/notes", &[("authorization", &bearer)], Some(&long));
    assert!(refused.is_none_or(|answer| answer.status == 413));
}

/// Every line that is looked through must have the level and fields of the contracts.
#[test]
fn what_the_log_says_is_as_the_contracts_have_it() {
    let server = Server::new();
    server.app.plugins().start_all();
    server.ask("GET", "/v1/notes", &[("x-user-id", "eve")], None);
    let body = json!({"function": "crash", "arguments": {}, "run_id": RUN});
    let trace = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
    server.ask("POST", "/v1/plugins/misbehave/calls", &trace, Some(&body));
    let mismatch = &server.log(LogEvent::IdentityMismatch)[0];
    assert_eq!(mismatch["tenant_id"], "acme");
    assert!(!mismatch["claimed"].as_str().unwrap().contains("eve"), "{mismatch}");
    let ruling = &server.log(LogEvent::SafetyDecided)[0];
    assert_eq!(ruling["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(server.log(LogEvent::LabRouteInUse).len(), ResourceKind::ALL.len());
    for event in [LogEvent::PluginUnavailable, LogEvent::PluginFailed] {
        assert!(!server.log(event).is_empty(), "{event}");
    }
}

#[test]
fn metrics_have_the_names_and_labels_of_the_contracts() {
    let server = Server::new();
    server.app.plugins().start_all();
    server.ask("POST", "/v1/notes", &[], Some(&note("n")));
    server.ask("GET", "/v1/notes", &[("x-user-id", "eve")], None);
    let body = json!({"function": "crash", "arguments": {}, "run_id": RUN});
    server.ask("POST", "/v1/plugins/misbehave/calls", &[], Some(&body));
    let text = server.app.metrics_text();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, rest) = line.split_once('{').unwrap();
        let ends = ["_bucket", "_sum", "_count"];
        let name = ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        let metric: Metric = name.parse().unwrap();
        let mut labels: Vec<&str> =
            rest.split("=\"").filter_map(|part| part.rsplit([',', '{', '"']).next()).collect();
        labels.pop();
        labels.retain(|label| *label != "le");
        assert_eq!(labels, metric.labels(), "{line}");
    }
}
