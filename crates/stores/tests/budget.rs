//! Budgets: lines that add up, charges that are covered, refunds that are given once, and everything on the spine.
use crate::support::{ADA, RUN, stores, text};
use contract_embed::Mode;
use contract_stores::{Entry, EntryKind, Error, SpineFilter};

fn entry<'a>(kind: EntryKind<'a>, amount: &'a str) -> Entry<'a> {
    let (resource, quantity) = ("tokens", 10);
    Entry { kind, resource, quantity, amount, currency: "EUR", at: (RUN, "one") }
}

#[tokio::test]
async fn a_charge_that_is_not_covered_is_refused() {
    let (_folder, stores, _) = stores();
    let budget = stores.budget();
    let refused = budget.add(&ADA, entry(EntryKind::Charge, "0.000000001")).await;
    assert!(matches!(refused, Err(Error::Overdrawn { .. })), "{refused:?}");
    budget.add(&ADA, entry(EntryKind::Grant, "0.3")).await.unwrap();
    let first = budget.add(&ADA, entry(EntryKind::Charge, "0.1")).await.unwrap();
    budget.add(&ADA, entry(EntryKind::Charge, "0.2")).await.unwrap();
    assert_eq!(budget.balance(&ADA, "EUR").await.unwrap().parse(), Ok(0.0));
    assert!(budget.add(&ADA, entry(EntryKind::Charge, "0.1")).await.is_err());
    let line = text(&first, "line_id");
    assert!(matches!(
        budget.add(&ADA, entry(EntryKind::Refund(line), "0.2")).await,
        Err(Error::Refused(_))
    ));
    let refund = budget.add(&ADA, entry(EntryKind::Refund(line), "0.10")).await.unwrap();
    assert_eq!((text(&refund, "refunds_line_id"), text(&refund, "balance_after")), (line, "0.1"));
    let again = budget.add(&ADA, entry(EntryKind::Refund(line), "0.1")).await;
    assert!(matches!(again, Err(Error::Exists { .. })), "{again:?}");
    for bad in ["0", "-1", "1e3", "x", "", "0.0000000001", "99999999999999999999999999999999"] {
        let refused = budget.add(&ADA, entry(EntryKind::Grant, bad)).await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{bad}: {refused:?}");
    }
    let lines = budget.lines(&ADA, "EUR", None, 100).await.unwrap().items;
    let spine = stores.spine().list(Mode::Lab, "acme", &SpineFilter::default(), None, 100).await;
    let told: Vec<String> =
        spine.unwrap().items.iter().map(|e| text(e, "event_id").to_owned()).collect();
    let should: Vec<String> = lines.iter().map(|l| text(l, "spine_event_id").to_owned()).collect();
    assert_eq!((told.len(), told), (4, should));
}

/// Whoever spends at the same time spends what is there, and no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn spending_at_once_never_overdraws() {
    let (_folder, stores, _) = stores();
    stores.budget().add(&ADA, entry(EntryKind::Grant, "5")).await.unwrap();
    let spenders = (0..8).map(|_| {
        let stores = stores.clone();
        tokio::spawn(async move {
            stores.budget().add(&ADA, entry(EntryKind::Charge, "1")).await.is_ok()
        })
    });
    let mut spent = 0;
    for spender in spenders.collect::<Vec<_>>() {
        spent += usize::from(spender.await.unwrap());
    }
    assert_eq!(spent, 5);
    assert_eq!(stores.budget().balance(&ADA, "EUR").await.unwrap(), "0");
}
