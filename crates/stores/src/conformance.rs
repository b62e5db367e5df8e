//! What every backend has to do, as checks that a test runs against each. They take partitions of their own, so that
//! they can run against a store that is in use.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{MOST_PER_COMMIT, Record, StoreError, VersionedStore, Write};

type Outcome = Result<(), Failure>;

/// What a check saw.
struct Failure(String);

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure(error.to_string())
    }
}

/// Runs every check against a store and returns what failed, by the name of the check. `mark` keeps partitions of
/// several runs apart.
pub async fn failures(store: Arc<dyn VersionedStore>, mark: &str) -> Vec<(&'static str, String)> {
    let at = |name: &str| format!("conformance/{mark}/{name}");
    let outcomes = [
        ("versions-begin-at-one", versions_begin_at_one(&*store, &at("begin")).await),
        ("values-come-back", values_come_back(&*store, &at("values")).await),
        ("conflicts-write-nothing", conflicts_write_nothing(&*store, &at("conflicts")).await),
        ("commits-are-whole", commits_are_whole(&*store, &at("whole")).await),
        ("lists-are-in-order", lists_are_in_order(&*store, &at("lists")).await),
        ("deletes-take-all", deletes_take_all(&*store, &at("deletes")).await),
        ("histories-are-whole", histories_are_whole(&*store, &at("histories")).await),
        ("partitions-are-apart", partitions_are_apart(&*store, &at("apart")).await),
        ("writers-do-not-overwrite", writers_do_not_overwrite(&store, &at("writers")).await),
    ];
    outcomes.into_iter().filter_map(|(name, outcome)| Some((name, outcome.err()?.0))).collect()
}

fn write(id: &str, base: u64, body: Value) -> Write {
    Write { id: id.to_owned(), base, body: Some(body) }
}

fn gone(id: &str, base: u64) -> Write {
    Write { id: id.to_owned(), base, body: None }
}

fn same<T: PartialEq + std::fmt::Debug>(is: T, should: T) -> Outcome {
    let both = (is, should);
    if both.0 == both.1 {
        return Ok(());
    }
    Err(Failure(format!("it is {:?}, and should be {:?}", both.0, both.1)))
}

fn record(id: &str, version: u64, body: Value) -> Record {
    Record { id: id.to_owned(), version, body: Some(body) }
}

fn refused(result: Result<(), StoreError>) -> Outcome {
    match result {
        Err(StoreError::Conflict { .. }) => Ok(()),
        other => Err(Failure(format!("it should be a conflict, and is {other:?}"))),
    }
}

async fn versions_begin_at_one(store: &dyn VersionedStore, at: &str) -> Outcome {
    same(store.read(at, "a").await?, None)?;
    store.commit(at, &[write("a", 0, json!(1))]).await?;
    same(store.read(at, "a").await?, Some(record("a", 1, json!(1))))?;
    store.commit(at, &[write("a", 1, json!(2))]).await?;
    same(store.read(at, "a").await?, Some(record("a", 2, json!(2))))?;
    same(store.read_version(at, "a", 1).await?, Some(record("a", 1, json!(1))))?;
    for none in [0, 3, u64::MAX >> 12] {
        same(store.read_version(at, "a", none).await?, None)?;
    }
    Ok(())
}

async fn values_come_back(store: &dyn VersionedStore, at: &str) -> Outcome {
    let long = "ä".repeat(100_000);
    let number: Value = serde_json::from_str("123456789012345678901234567890.000000001")
        .map_err(|error| Failure(error.to_string()))?;
    let values = [
        json!({}),
        json!({"": "", "a/b~c": {"$ref": "#"}, "_id": 1, "__proto__": []}),
        json!([1, -1, 0.1, 1e-7, 9_007_199_254_740_993_u64, -0.0, u64::MAX, i64::MIN]),
        json!("text \u{0} \u{1f600} \\ \" \r\n"),
        json!(long),
        number,
        json!(true),
        json!({"z": 1, "a": {"z": [], "a": null}}),
    ];
    for (n, value) in values.into_iter().enumerate() {
        let id = format!("v-{n}");
        store.commit(at, &[write(&id, 0, value.clone())]).await?;
        same(store.read(at, &id).await?, Some(record(&id, 1, value)))?;
    }
    Ok(())
}

async fn conflicts_write_nothing(store: &dyn VersionedStore, at: &str) -> Outcome {
    refused(store.commit(at, &[write("a", 1, json!("too early"))]).await)?;
    same(store.read(at, "a").await?, None)?;
    store.commit(at, &[write("a", 0, json!(1))]).await?;
    for base in [0, 2, 7] {
        refused(store.commit(at, &[write("a", base, json!("late"))]).await)?;
        refused(store.commit(at, &[gone("a", base)]).await)?;
    }
    same(store.read(at, "a").await?, Some(record("a", 1, json!(1))))?;
    same(store.read_version(at, "a", 2).await?, None)
}

async fn commits_are_whole(store: &dyn VersionedStore, at: &str) -> Outcome {
    store.commit(at, &[write("last", 0, json!(1))]).await?;
    let mut writes: Vec<Write> =
        (1..MOST_PER_COMMIT).map(|n| write(&format!("new-{n}"), 0, json!(n))).collect();
    writes.push(write("last", 0, json!("late")));
    refused(store.commit(at, &writes).await)?;
    same(store.list(at, "", 100).await?, vec![record("last", 1, json!(1))])?;
    if let Some(last) = writes.last_mut() {
        last.base = 1;
    }
    store.commit(at, &writes).await?;
    same(store.list(at, "", 100).await?.len(), MOST_PER_COMMIT)
}

async fn lists_are_in_order(store: &dyn VersionedStore, at: &str) -> Outcome {
    let ids = ["r:b", "r:B", "r:a", "r:a-1", "r:a.1", "r:a_1", "r:0", "i:x", "log", "r:aa"];
    for id in ids {
        store.commit(at, &[write(id, 0, json!(id))]).await?;
    }
    let mut sorted = ids.map(str::to_owned);
    sorted.sort();
    let names = |found: Vec<Record>| found.into_iter().map(|r| r.id).collect::<Vec<_>>();
    same(names(store.list(at, "", 100).await?), sorted.to_vec())?;
    let mut after = String::new();
    for expected in sorted.chunks(3) {
        let found = names(store.list(at, &after, 3).await?);
        same(found.clone(), expected.to_vec())?;
        after = found.last().cloned().unwrap_or_default();
    }
    same(names(store.list(at, "r:", 2).await?), vec!["r:0".into(), "r:B".into()])?;
    // More than any page of a backend.
    for n in 0..250 {
        let id = format!("s:{n:04}");
        store.commit(at, &[write(&id, 0, json!("x".repeat(100)))]).await?;
    }
    let first = names(store.list(at, "s:", 200).await?);
    same((first.len(), first.last().cloned()), (200, Some("s:0199".to_owned())))?;
    same(store.list(at, "s:0199", 200).await?.len(), 50)
}

async fn deletes_take_all(store: &dyn VersionedStore, at: &str) -> Outcome {
    for (base, body) in [(0, "one"), (1, "two")] {
        store.commit(at, &[write("a", base, json!(body))]).await?;
    }
    store.commit(at, &[gone("a", 2)]).await?;
    let deleted = Record { id: "a".to_owned(), version: 3, body: None };
    same(store.read(at, "a").await?, Some(deleted.clone()))?;
    same(store.list(at, "", 10).await?, vec![])?;
    for before in [1, 2] {
        same(store.read_version(at, "a", before).await?, None)?;
    }
    same(store.versions(at, "a", 0, 10).await?, vec![deleted.clone()])?;
    refused(store.commit(at, &[write("a", 0, json!("again"))]).await)?;
    store.commit(at, &[write("a", 3, json!("again"))]).await?;
    same(store.read(at, "a").await?, Some(record("a", 4, json!("again"))))?;
    same(store.read_version(at, "a", 2).await?, None)?;
    let history = store.versions(at, "a", 0, 10).await?;
    same(history, vec![deleted, record("a", 4, json!("again"))])?;
    // Lists are as long as they can be, whatever was deleted between.
    for id in ["b", "c", "d", "e"] {
        store.commit(at, &[write(id, 0, json!(id))]).await?;
    }
    for id in ["b", "c"] {
        store.commit(at, &[gone(id, 1)]).await?;
    }
    let found = store.list(at, "", 2).await?;
    same(found.iter().map(|r| r.id.as_str()).collect(), vec!["a", "d"])
}

async fn histories_are_whole(store: &dyn VersionedStore, at: &str) -> Outcome {
    for base in 0..230 {
        store.commit(at, &[write("log", base, json!({"n": base + 1}))]).await?;
    }
    let numbers = |found: Vec<Record>| found.into_iter().map(|r| r.version).collect::<Vec<_>>();
    same(numbers(store.versions(at, "log", 0, 5).await?), vec![1, 2, 3, 4, 5])?;
    same(numbers(store.versions(at, "log", 8, 4).await?), vec![9, 10, 11, 12])?;
    same(numbers(store.versions(at, "log", 98, 4).await?), vec![99, 100, 101, 102])?;
    same(store.versions(at, "log", 0, 200).await?.len(), 200)?;
    same(store.versions(at, "log", 200, 200).await?.len(), 30)?;
    same(store.versions(at, "log", 230, 200).await?, vec![])?;
    same(store.versions(at, "none", 0, 5).await?, vec![])
}

async fn partitions_are_apart(store: &dyn VersionedStore, at: &str) -> Outcome {
    let (one, other) = (format!("{at}/a"), format!("{at}/a/b"));
    store.commit(&one, &[write("x", 0, json!("one"))]).await?;
    store.commit(&other, &[write("x", 0, json!("other"))]).await?;
    for partition in [at.to_owned(), format!("{at}/"), format!("{at}/a/"), format!("{at}/A")] {
        same(store.read(&partition, "x").await?, None)?;
        same(store.list(&partition, "", 10).await?, vec![])?;
        same(store.versions(&partition, "x", 0, 10).await?, vec![])?;
    }
    same(store.list(&one, "", 10).await?, vec![record("x", 1, json!("one"))])?;
    same(store.list(&other, "", 10).await?, vec![record("x", 1, json!("other"))])
}

/// Of all writers that start from one version exactly one comes through, round after round.
async fn writers_do_not_overwrite(store: &Arc<dyn VersionedStore>, at: &str) -> Outcome {
    for base in 0..5 {
        let attempts = (0..8).map(|n| {
            let (store, at) = (Arc::clone(store), at.to_owned());
            async move { store.commit(&at, &[write("a", base, json!({"by": n}))]).await }
        });
        let mut won = 0;
        for outcome in all_at_once(attempts.collect()).await {
            match outcome {
                Ok(()) => won += 1,
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        same(won, 1)?;
    }
    same(store.versions(at, "a", 0, 100).await?.len(), 5)
}

/// Polls futures side by side until each is done.
async fn all_at_once<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut open: Vec<_> = futures.into_iter().map(|f| (Box::pin(f), None)).collect();
    std::future::poll_fn(|context| {
        let mut is_done = true;
        for (future, output) in &mut open {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => is_done = false,
                }
            }
        }
        if is_done { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    open.into_iter().filter_map(|(_, output)| output).collect()
}
