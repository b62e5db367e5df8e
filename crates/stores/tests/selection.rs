//! Who picks the backend: the route, and nothing else.
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use contract_backends::Backends;
use contract_embed::{Backend, Mode, ResourceKind};
use contract_routing::{Registry, Route};
use contract_stores::{Error, Open, Routed, StoreError, VersionedStore};
use serde_json::{Value, json};

/// Opens nothing, and remembers what it was asked for.
struct Asked(Arc<Mutex<Vec<(Backend, String)>>>);

impl Open for Asked {
    fn open(&self, route: &Route) -> Result<Arc<dyn VersionedStore>, StoreError> {
        self.0.lock().unwrap().push((route.backend, route.target.name.clone()));
        Err(StoreError::Unavailable {
            backend: route.backend.as_str(),
            why: "nobody is there".to_owned(),
        })
    }
}

const CLOUDS: [(&str, Backend); 3] =
    [("acme", Backend::CosmosDb), ("globex", Backend::Firestore), ("initech", Backend::Dynamodb)];

/// A route of every kind for each of three tenants, each in another cloud.
fn routes() -> Vec<Value> {
    let each =
        ResourceKind::ALL.iter().flat_map(|kind| CLOUDS.iter().map(move |cloud| (kind, cloud)));
    let route =
        |(number, (kind, (tenant, backend))): (usize, (&ResourceKind, &(&str, Backend)))| {
            json!({
                "route_id": format!("01M7W5QYQ0B27BE7PQH8EW0B{number:02}"),
                "resource_kind": kind,
                "tenant_id": tenant,
                "mode": "saas",
                "backend": backend,
                "target": {"kind": target(*backend), "name": format!("{kind}_{tenant}")},
                "max_value_bytes": 64,
                "created_at": "2026-11-22T09:00:00Z",
                "updated_at": "2026-11-22T09:00:00Z",
            })
        };
    each.enumerate().map(route).collect()
}

/// What the contracts call the place of a backend.
fn target(backend: Backend) -> &'static str {
    match backend {
        Backend::CosmosDb => "container",
        Backend::Firestore => "collection",
        Backend::Dynamodb => "table",
        Backend::Filesystem => "directory",
    }
}

/// What every kind of every tenant asks for, in order.
fn asked() -> Vec<(Backend, String)> {
    let (asked, registry) =
        (Arc::new(Mutex::default()), Arc::new(Registry::new(&routes()).unwrap()));
    let routed = Routed::new(registry, Asked(Arc::clone(&asked)));
    for kind in ResourceKind::ALL.iter().copied() {
        for (tenant, backend) in CLOUDS {
            let refused = routed.place(kind, Mode::Saas, tenant).unwrap_err();
            assert!(refused.to_string().contains(backend.as_str()), "{refused}");
        }
        // A tenant without a route asks for nothing.
        assert!(matches!(routed.place(kind, Mode::Saas, "umbrella"), Err(Error::Missing(_))));
    }
    let asked = asked.lock().unwrap();
    asked.clone()
}

#[test]
fn the_route_alone_names_the_backend() {
    let each = ResourceKind::ALL.iter().flat_map(|kind| CLOUDS.map(|cloud| (kind, cloud)));
    let named: Vec<(Backend, String)> =
        each.map(|(kind, (tenant, backend))| (backend, format!("{kind}_{tenant}"))).collect();
    assert_eq!(asked(), named);
}

const CHILD: &str = "STORES_TEST_SELECTION";

/// The test runs itself with every variable set that could be meant to pick a backend: the same backends are asked.
#[test]
fn no_variable_of_the_environment_selects_a_backend() {
    if std::env::var_os(CHILD).is_some() {
        println!("asked {:?}", asked());
        return;
    }
    let run = |variables: &[(&str, &str)]| {
        let test = "selection::no_variable_of_the_environment_selects_a_backend";
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
        let output = child.envs(variables.iter().copied()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find(|line| line.contains("asked [")).unwrap().to_owned()
    };
    let others = [
        ("BACKEND", "memory"),
        ("STORE_BACKEND", "filesystem"),
        ("NOTES_STORE_BACKEND", "memory"),
        ("STORAGE_BACKEND", "dynamodb"),
        ("EVENT_SPINE_BACKEND", "stdout"),
        ("USE_IN_MEMORY", "1"),
        ("MODE", "lab"),
    ];
    assert_eq!(run(&others), run(&[]));
    // Nor does any code between a route and its backend look at the environment.
    for folder in ["src", "../routing/src", "../backends/src"] {
        reads_no_environment(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    }
}

fn reads_no_environment(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            reads_no_environment(&path);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["env::var", "env::vars", "option_env!"] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

/// What is not built is refused by its name: no other backend stands in.
#[test]
fn nothing_stands_in_for_a_backend_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Arc::new(Registry::new(&routes()).unwrap());
    let routed = Routed::new(registry, Backends::new(folder.path()));
    for (tenant, backend) in CLOUDS {
        match routed.place(ResourceKind::NotesStore, Mode::Saas, tenant) {
            Err(Error::Store(StoreError::Unavailable { backend: named, .. })) => {
                assert_eq!(named, backend.as_str());
            }
            // Built with this cloud: then it is the one of the route.
            Ok(place) => assert_eq!(place.route.backend, backend),
            Err(other) => panic!("{backend}: {other}"),
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file stands in");
}
