//! The API in code says what the documents say: of every operation, and of requests and responses that break them.

use contract_embed::api::{self, Found, Request, Response};
use serde_json::{Value, json};

fn note() -> Value {
    let examples = contract_embed::files();
    let text =
        examples.iter().find(|f| f.path == "storage/examples/note.example.json").unwrap().text;
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_operation_is_there_and_compiles() {
    let all: Vec<_> = api::operations().collect();
    assert!(all.len() >= 25, "{}", all.len());
    for operation in all {
        assert!(operation.path.starts_with("/v1/"), "{}", operation.path);
        let value = json!({"no": "such thing"});
        for problem in operation.check_request(&Request {
            body: Some(("application/json", &value)),
            ..Default::default()
        }) {
            assert!(
                !problem.detail.contains("has no schema at"),
                "{}: {}",
                operation.id,
                problem.detail
            );
        }
        // Every problem document is the same everywhere.
        let problem = json!({"type": "about:blank", "title": "No", "status": 400, "code": "no", "detail": "no"});
        let response = Response {
            status: 400,
            body: Some(("application/problem+json", &problem)),
            ..Default::default()
        };
        assert_eq!(operation.check_response(&response), vec![], "{}", operation.id);
        let broken = json!({"title": "No"});
        let response = Response { body: Some(("application/problem+json", &broken)), ..response };
        assert_ne!(operation.check_response(&response), vec![], "{}", operation.id);
        let response = Response { status: 599, body: None, headers: &[] };
        assert_ne!(operation.check_response(&response), vec![], "{}", operation.id);
    }
}

#[test]
fn a_path_leads_to_its_operation() {
    let id = "62f746b4-84e6-4ceb-95bd-447e7184d454";
    let Found::Operation(found, values) = api::find("GET", &format!("/v1/notes/{id}")) else {
        panic!()
    };
    assert_eq!(
        (found.id.as_str(), &values[..]),
        ("getNote", &[("note_id".to_owned(), id.to_owned())][..])
    );
    assert!(
        matches!(api::find("PATCH", "/v1/notes"), Found::OtherMethods(methods) if methods.contains(&"GET"))
    );
    for nothing in ["/", "/v1", "/v1/notes/", "/v1/notes/a/b", "/V1/notes", "//v1/notes"] {
        assert!(matches!(api::find("GET", nothing), Found::Nothing), "{nothing}");
    }
    assert!(api::operation("getHealth").unwrap().is_open);
    assert!(!api::operation("getNote").unwrap().is_open);
}

#[test]
fn responses_are_checked_over_all_documents() {
    let get = api::operation("getNote").unwrap();
    let (note, etag) = (note(), [("etag".to_owned(), "\"3\"".to_owned())]);
    let good = Response { status: 200, headers: &etag, body: Some(("application/json", &note)) };
    assert_eq!(get.check_response(&good), vec![]);
    assert_eq!(get.check_response(&Response { headers: &[], ..good })[0].at, "etag");
    let bad_tag = [("etag".to_owned(), "3".to_owned())];
    assert_eq!(get.check_response(&Response { headers: &bad_tag, ..good })[0].at, "etag");
    let mut broken = note.clone();
    broken["version"] = json!(0);
    let response = Response { body: Some(("application/json", &broken)), ..good };
    assert_eq!(get.check_response(&response)[0].at, "/version");
    let response = Response { body: Some(("text/plain", &note)), ..good };
    assert_eq!(get.check_response(&response)[0].at, "content-type");
}

#[test]
fn parameters_are_checked_as_what_they_are() {
    let list = api::operation("listNotes").unwrap();
    let of = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    };
    let ask = |pairs: &[(&str, &str)]| -> Vec<String> {
        let query = of(pairs);
        let problems = list.check_request(&Request { query: &query, ..Default::default() });
        problems.into_iter().map(|p| p.at).filter(|at| at == "limit").collect()
    };
    assert!(ask(&[("limit", "200")]).is_empty());
    for bad in ["0", "201", "ten", "1.5", ""] {
        assert_eq!(ask(&[("limit", bad)]), ["limit"], "{bad}");
    }
    assert_eq!(ask(&[("limit", "1"), ("limit", "2")]), ["limit"]);
}
