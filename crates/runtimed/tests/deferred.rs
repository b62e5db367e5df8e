//! What is deferred: nothing of it is built in, has a route, or is an operation of the API.

use contract_embed::{ResourceKind, api};

/// Words of rehydration, retrieval, registries of tools and canvases, vectors, embeddings and connectors.
const DEFERRED: [&str; 9] = [
    "rehydrat",
    "hydrat",
    "rag",
    "vector",
    "embedding",
    "embedder",
    "tool_registry",
    "canvas_registry",
    "connector",
];

/// Packages that keep or make vectors, or reach other services for somebody.
const PACKAGES: [&str; 14] = [
    "pinecone",
    "qdrant",
    "weaviate",
    "chroma",
    "milvus",
    "lancedb",
    "faiss",
    "usearch",
    "hnsw",
    "pgvector",
    "fastembed",
    "candle",
    "tokenizers",
    "octocrab",
];

#[test]
fn nothing_depends_on_what_is_deferred() {
    let parts = |name: &str| -> Vec<String> {
        name.to_lowercase().split(['-', '/', '{', '}']).map(str::to_owned).collect()
    };
    let is_deferred = |name: &str| {
        parts(name).iter().any(|part| {
            DEFERRED
                .iter()
                .any(|word| part.split('_').any(|p| p == *word) || part.contains("_registry"))
        })
    };
    assert!(is_deferred("vector_store") && is_deferred("tool_registry"));
    for kind in ResourceKind::ALL {
        assert!(!is_deferred(kind.as_str()), "{kind}");
    }
    for operation in api::operations() {
        assert!(!is_deferred(&operation.path), "{}", operation.path);
    }
    let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
    let lock = std::fs::read_to_string(lock).unwrap();
    let names: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("name = \"")).collect();
    assert!(names.len() > 100, "{}", names.len());
    for name in names {
        assert!(!PACKAGES.iter().any(|package| name.starts_with(package)), "{name}");
    }
}
