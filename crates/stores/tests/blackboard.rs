//! The blackboard: versions, writers that come too late, and values that are too large.
use crate::support::{ADA, RUN, by_user, stores};
use contract_stores::{Error, Run};
use serde_json::json;

#[tokio::test]
async fn a_write_that_comes_too_late_is_refused() {
    let (_folder, stores, time) = stores();
    let (board, run) = (stores.blackboard(), Run { who: &ADA, project_id: "garden", run_id: RUN });
    let (a, b) = (json!({"x": 1}), json!("b"));
    let first = board.write(run, ("k", &a), 0, &by_user(), None).await.unwrap().record;
    assert_eq!((first["version"].as_u64(), first["size_bytes"].as_u64()), (Some(1), Some(7)));
    time.pass(5);
    let second = board.write(run, ("k", &b), 1, &by_user(), None).await.unwrap().record;
    assert_eq!(second["created_at"], first["created_at"]);
    assert_ne!(second["updated_at"], first["updated_at"]);
    for late in [0, 1, 3] {
        let refused = board.write(run, ("k", &a), late, &by_user(), None).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
    }
    assert_eq!(board.read(run, "k", None).await.unwrap(), second);
    assert_eq!(board.read(run, "k", Some(1)).await.unwrap(), first);
    let long = json!("x".repeat(63));
    let refused = board.write(run, ("long", &long), 0, &by_user(), None).await;
    assert_eq!(refused.unwrap_err(), Error::TooLarge { size: 65, most: 64 });
    let fits = json!("x".repeat(62));
    board.write(run, ("long", &fits), 0, &by_user(), None).await.unwrap();
    assert_eq!(board.list(run, None, 10).await.unwrap().items.len(), 2);
    let agent = json!({"created_by": "agent"});
    let refused = board.write(run, ("who", &a), 0, &agent, None).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
}

#[tokio::test]
async fn one_idempotency_key_is_one_write() {
    let (_folder, stores, _) = stores();
    let (board, run) = (stores.blackboard(), Run { who: &ADA, project_id: "garden", run_id: RUN });
    let (one, two) = (json!(1), json!(2));
    let first = board.write(run, ("k", &one), 0, &by_user(), Some("key-0001")).await.unwrap();
    board.write(run, ("k", &two), 1, &by_user(), None).await.unwrap();
    let again = board.write(run, ("k", &one), 0, &by_user(), Some("key-0001")).await.unwrap();
    assert_eq!((again.record, again.is_repeated), (first.record, true));
}
