//! Budgets: a ledger of grants, charges and refunds that is only added to. A charge that is not covered is refused.

use contract_embed::{ResourceKind, SpineEventType};
use contract_routing::identity::Identity;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use ulid::Ulid;
use uuid::Uuid;

use crate::face::{check, owner, partition};
use crate::{Emitter, Error, MOST_PER_PAGE, Page, Place, StoreError, Stores, Write};

/// The one log of a ledger; its versions are the lines, in order.
const LOG: &str = "log";

/// How often a line is put at the end, when others come first.
const TRIES: usize = 64;

/// Face of `budget_store`.
#[derive(Clone, Copy)]
pub struct Budget<'s> {
    stores: &'s Stores,
}

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind<'a> {
    /// Adds to the budget.
    Grant,
    /// Takes from it.
    Charge,
    /// Gives back what a charge took; names its line.
    Refund(&'a str),
}

/// A line to add.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// What it does.
    pub kind: EntryKind<'a>,
    /// What was used, such as `tokens`.
    pub resource: &'a str,
    /// How much, in the unit of the resource.
    pub quantity: u64,
    /// The amount, a decimal above 0. A refund gives back what was charged.
    pub amount: &'a str,
    /// ISO 4217, such as `EUR`.
    pub currency: &'a str,
    /// The run and the step.
    pub at: (&'a str, &'a str),
}

impl<'s> Budget<'s> {
    pub(crate) fn new(stores: &'s Stores) -> Self {
        Budget { stores }
    }

    fn place(&self, who: &Identity, currency: &str) -> Result<(Place, String), Error> {
        let place = self.stores.place_of(ResourceKind::BudgetStore, who)?;
        let parts = ["budget", &who.tenant_id, who.mode.as_str(), &who.user_id, currency];
        Ok((place, partition(&parts)))
    }

    /// What is left.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn balance(&self, who: &Identity, currency: &str) -> Result<String, Error> {
        let (place, partition) = self.place(who, currency)?;
        let last = place.store.read(&partition, LOG).await?.and_then(|last| last.body);
        Ok(balance(last.as_ref())?.to_string())
    }

    /// The lines in order. The cursor is the number of the last one.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn lines(
        &self,
        who: &Identity,
        currency: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, Error> {
        let (place, partition) = self.place(who, currency)?;
        let after = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
        let limit = limit.clamp(1, MOST_PER_PAGE);
        let lines = place.store.versions(&partition, LOG, after, limit).await?;
        let next = lines.last().filter(|_| lines.len() == limit).map(|l| l.version.to_string());
        Ok(Page {
            items: lines.into_iter().filter_map(|line| line.body).collect(),
            next_cursor: next,
        })
    }

    /// Adds a line, and its record on the spine. When the spine fails after the line was written, the next line
    /// writes the record that is missing before anything else.
    ///
    /// # Errors
    /// [`Error::Overdrawn`] when a charge is not covered. When ledger or spine has no route, neither is written.
    pub async fn add(&self, who: &Identity, entry: Entry<'_>) -> Result<Value, Error> {
        let (place, partition) = self.place(who, entry.currency)?;
        self.stores.spine().is_there(who.mode, &who.tenant_id)?;
        for _ in 0..TRIES {
            let last = place.store.read(&partition, LOG).await?;
            let base = last.as_ref().map_or(0, |last| last.version);
            let before = last.and_then(|last| last.body);
            if let Some(before) = &before {
                self.mirror(before).await?;
            }
            let (line, mut writes) =
                self.line(&place, &partition, who, entry, balance(before.as_ref())?).await?;
            writes.push(Write { id: LOG.to_owned(), base, body: Some(line.clone()) });
            match place.store.commit(&partition, &writes).await {
                Ok(()) => {
                    self.mirror(&line).await?;
                    return Ok(line);
                }
                // Another line came first; the balance is another now.
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict { what: "budget", id: entry.currency.to_owned(), base: 0 })
    }

    /// The line, and what is written beside it: where a charge is found, and that it was refunded.
    async fn line(
        &self,
        place: &Place,
        partition: &str,
        who: &Identity,
        entry: Entry<'_>,
        balance: Decimal,
    ) -> Result<(Value, Vec<Write>), Error> {
        let amount = amount(entry.amount)?;
        let id = Ulid::generate().to_string();
        let (kind, after) = match entry.kind {
            EntryKind::Grant => ("grant", balance.checked_add(amount)),
            EntryKind::Charge => ("charge", balance.checked_sub(amount)),
            EntryKind::Refund(_) => ("refund", balance.checked_add(amount)),
        };
        let after = after.ok_or_else(|| Error::Refused("the amount is too large".to_owned()))?;
        if kind == "charge" && after.is_sign_negative() {
            let balance = balance.to_string();
            return Err(Error::Overdrawn { balance, amount: amount.to_string() });
        }
        let mut line = json!({
            "line_id": id,
            "scope": who.scope(),
            "run_id": entry.at.0,
            "step_id": entry.at.1,
            "kind": kind,
            "resource": entry.resource,
            "quantity": entry.quantity,
            "amount": amount.to_string(),
            "currency": entry.currency,
            "balance_after": after.to_string(),
            "spine_event_id": Uuid::new_v4().to_string(),
            "recorded_at": self.stores.now().to_string(),
        });
        let mut writes = Vec::new();
        match entry.kind {
            EntryKind::Charge => {
                let body = Some(json!({"amount": amount.to_string()}));
                writes.push(Write { id: format!("c:{id}"), base: 0, body });
            }
            EntryKind::Refund(charge) => {
                let known = place.store.read(partition, &format!("c:{charge}")).await?;
                let charged = known.as_ref().and_then(|c| c.body.as_ref()?.get("amount")?.as_str());
                if charged != Some(amount.to_string().as_str()) {
                    return Err(Error::Refused(format!("no charge `{charge}` took {amount}")));
                }
                let again = format!("d:{charge}");
                if place.store.read(partition, &again).await?.is_some() {
                    return Err(Error::Exists { what: "refund", id: charge.to_owned() });
                }
                writes.push(Write { id: again, base: 0, body: Some(json!({"line_id": id})) });
                if let Some(fields) = line.as_object_mut() {
                    fields.insert("refunds_line_id".to_owned(), json!(charge));
                }
            }
            EntryKind::Grant => {}
        }
        check("storage/budget_ledger_line", &line)?;
        Ok((line, writes))
    }

    /// Puts a line on the spine, unless it is there.
    async fn mirror(&self, line: &Value) -> Result<(), Error> {
        let who = owner(line)?;
        let event = json!({
            "event_id": line.get("spine_event_id"),
            "surface_id": who.surface_id,
            "run_id": line.get("run_id"),
            "step_id": line.get("step_id"),
            "timestamp": line.get("recorded_at"),
            "event_type": SpineEventType::Budget,
            "source": "system",
            "payload": {
                "line_id": line.get("line_id"),
                "kind": line.get("kind"),
                "amount": line.get("amount"),
                "currency": line.get("currency"),
                "balance_after": line.get("balance_after"),
            },
        });
        match self.stores.spine().append(Emitter::Identity(&who), &event).await {
            Ok(_) | Err(Error::Exists { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn amount(text: &str) -> Result<Decimal, Error> {
    // The contracts write no exponents.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let amount = text.parse::<Decimal>().ok().filter(|_| is_plain).map(|amount| amount.normalize());
    let amount = amount.filter(|amount| *amount > Decimal::ZERO && amount.scale() <= 9);
    amount.ok_or_else(|| {
        Error::Refused(format!("`{text}` is no amount above 0 with up to 9 decimals"))
    })
}

fn balance(last: Option<&Value>) -> Result<Decimal, Error> {
    let Some(last) = last else { return Ok(Decimal::ZERO) };
    let text = last.get("balance_after").and_then(Value::as_str).unwrap_or_default();
    text.parse().map_err(|_| Error::Refused(format!("the last line has the balance `{text}`")))
}
