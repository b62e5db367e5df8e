//! Amazon DynamoDB: a table with the partition key `pk` and the sort key `sk`, both strings. Rows of latest versions
//! are `l#<id>`, those of versions `v#<id>#<version>`; `#` is in no id. Reads are consistent, and a commit is one
//! TransactWriteItems with conditions.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Config, Credentials, Region, SharedCredentialsProvider,
};
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, DeleteRequest, KeySchemaElement, KeyType,
    Put, ScalarAttributeType, TransactWriteItem, WriteRequest,
};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use contract_embed::Backend;
use contract_stores::StoreError;
use serde_json::Value;
use ureq::Agent;

use crate::http;
use crate::rows::{Applied, Change, Latest, Rows, body, corrupt, refused, unavailable};

/// The most deletes of one BatchWriteItem.
const BATCH: u64 = 25;

/// How DynamoDB is reached.
#[derive(Debug, Clone)]
pub struct DynamodbSettings {
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// Another endpoint than that of the region, such as `http://127.0.0.1:8000`.
    pub endpoint: Option<String>,
    /// Who signs requests.
    pub credentials: SharedCredentialsProvider,
}

impl DynamodbSettings {
    /// With the long-lived keys of a user. Roles and their short-lived keys need a provider of their own.
    pub fn with_keys(region: &str, endpoint: Option<&str>, id: &str, secret: &str) -> Self {
        let credentials = Credentials::new(id, secret, None, None, "configuration");
        DynamodbSettings {
            region: region.to_owned(),
            endpoint: endpoint.map(str::to_owned),
            credentials: SharedCredentialsProvider::new(credentials),
        }
    }
}

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    client: Client,
    name: String,
}

type Item = HashMap<String, AttributeValue>;

impl Table {
    pub(crate) fn new(settings: &DynamodbSettings, name: &str) -> Table {
        let connector = SharedHttpConnector::new(Connector(http::agent()));
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(settings.region.clone()))
            .credentials_provider(settings.credentials.clone())
            .http_client(http_client_fn(move |_, _| connector.clone()));
        if let Some(endpoint) = &settings.endpoint {
            config = config.endpoint_url(endpoint);
        }
        Table { client: Client::from_conf(config.build()), name: name.to_owned() }
    }

    /// Makes the table. One that is there already stays as it is.
    pub(crate) async fn create(&self) -> Result<(), StoreError> {
        let mut create = self.client.create_table().table_name(&self.name);
        for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
            let key = KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
            let attribute = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build();
            create = create
                .key_schema(key.map_err(refused::<Table>)?)
                .attribute_definitions(attribute.map_err(refused::<Table>)?);
        }
        match create.billing_mode(BillingMode::PayPerRequest).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("ResourceInUseException") => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Rows of a partition with sort keys from one to another, both included.
    async fn between(
        &self,
        partition: &str,
        first: &str,
        last: &str,
        limit: usize,
    ) -> Result<Vec<Item>, StoreError> {
        let mut rows = Vec::new();
        let mut start = None;
        while rows.len() < limit {
            let wanted = i32::try_from(limit - rows.len()).unwrap_or(i32::MAX);
            let query = self.client.query().table_name(&self.name).consistent_read(true);
            let answer = query
                .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
                .expression_attribute_values(":pk", text(partition))
                .expression_attribute_values(":first", text(first))
                .expression_attribute_values(":last", text(last))
                .set_exclusive_start_key(start)
                .limit(wanted)
                .send()
                .await
                .map_err(|error| failed(&error))?;
            rows.extend(answer.items.unwrap_or_default());
            // A page ends after 1 MiB, too.
            start = answer.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        Ok(rows)
    }

    fn put(
        &self,
        partition: &str,
        sort: &str,
        latest: &Latest,
        base: Option<u64>,
    ) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&self.name);
        let put = match base {
            None => put.condition_expression("attribute_not_exists(sk)"),
            Some(base) => put
                .condition_expression("version = :base")
                .expression_attribute_values(":base", number(base)),
        };
        let mut put = put
            .item("pk", text(partition))
            .item("sk", text(sort))
            .item("version", number(latest.version))
            .item("floor", number(latest.floor))
            .item("kept", number(latest.kept));
        if let Some(body) = &latest.body {
            put = put.item("body", text(&body.to_string()));
        }
        let put = put.build().map_err(refused::<Table>)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn latest_key(id: &str) -> String {
    format!("l#{id}")
}

fn version_key(id: &str, version: u64) -> String {
    format!("v#{id}#{version:020}")
}

fn read(id: &str, item: &Item) -> Result<Latest, StoreError> {
    let number = |name: &str| {
        let found = item.get(name).and_then(|value| value.as_n().ok());
        found.and_then(|text| text.parse().ok()).ok_or_else(|| corrupt::<Table>(id, name))
    };
    let text = match item.get("body") {
        None => None,
        Some(AttributeValue::S(text)) => Some(text.as_str()),
        Some(_) => return Err(corrupt::<Table>(id, "the body is no text")),
    };
    Ok(Latest {
        version: number("version")?,
        floor: number("floor")?,
        kept: number("kept")?,
        body: body::<Table>(id, text)?,
    })
}

fn failed<E, R>(error: &SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    let why = DisplayErrorContext(error).to_string();
    match error.code() {
        Some("ValidationException" | "ItemCollectionSizeLimitExceededException") => {
            refused::<Table>(why)
        }
        _ => unavailable::<Table>(why),
    }
}

#[async_trait]
impl Rows for Table {
    const NAME: &'static str = "dynamodb";

    type Tag = u64;

    async fn latest(&self, partition: &str, id: &str) -> Result<Option<(Latest, u64)>, StoreError> {
        debug_assert_eq!(Self::NAME, Backend::Dynamodb.as_str());
        let get = self.client.get_item().table_name(&self.name).consistent_read(true);
        let get = get.key("pk", text(partition)).key("sk", text(&latest_key(id)));
        let answer = get.send().await.map_err(|error| failed(&error))?;
        let latest = answer.item.map(|item| read(id, &item)).transpose()?;
        Ok(latest.map(|latest| (latest.clone(), latest.version)))
    }

    async fn page(
        &self,
        partition: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<(String, Latest)>, StoreError> {
        // `!` comes before every character of an id, and after its end.
        let (first, last) = (format!("{}!", latest_key(after)), "l$".to_owned());
        let mut page = Vec::new();
        for item in self.between(partition, &first, &last, limit).await? {
            let key = item.get("sk").and_then(|key| key.as_s().ok());
            let id = key.and_then(|key| key.strip_prefix("l#"));
            let id = id.ok_or_else(|| corrupt::<Table>(partition, "a row has another key"))?;
            page.push((id.to_owned(), read(id, &item)?));
        }
        Ok(page)
    }

    async fn history(
        &self,
        partition: &str,
        id: &str,
        (first, last): (u64, u64),
        limit: usize,
    ) -> Result<Vec<(u64, Option<Value>)>, StoreError> {
        let (first, last) = (version_key(id, first), version_key(id, last));
        let items = self.between(partition, &first, &last, limit).await?;
        let rows = items.iter().map(|item| read(id, item).map(|row| (row.version, row.body)));
        rows.collect()
    }

    async fn apply(&self, partition: &str, changes: &[Change<u64>]) -> Result<Applied, StoreError> {
        let mut write = self.client.transact_write_items();
        for Change { id, before, next } in changes {
            write = write
                .transact_items(self.put(partition, &latest_key(id), next, *before)?)
                .transact_items(self.put(partition, &version_key(id, next.version), next, None)?);
        }
        let Err(error) = write.send().await else { return Ok(Applied::Done) };
        let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
            error.as_service_error()
        else {
            return Err(failed(&error));
        };
        let codes = canceled.cancellation_reasons().iter().filter_map(|reason| reason.code());
        let codes: Vec<&str> = codes.filter(|code| *code != "None").collect();
        let is_lost =
            |code: &&str| ["ConditionalCheckFailed", "TransactionConflict"].contains(code);
        if !codes.is_empty() && codes.iter().all(is_lost) {
            return Ok(Applied::Lost);
        }
        let why = DisplayErrorContext(&error).to_string();
        let is_ours =
            |code: &&str| ["ValidationError", "ItemCollectionSizeLimitExceeded"].contains(code);
        if codes.iter().any(is_ours) {
            Err(refused::<Table>(why))
        } else {
            Err(unavailable::<Table>(why))
        }
    }

    async fn purge(
        &self,
        partition: &str,
        id: &str,
        first: u64,
        end: u64,
    ) -> Result<(), StoreError> {
        let mut first = first;
        while first < end {
            let until = end.min(first.saturating_add(BATCH));
            let mut requests = Vec::new();
            for version in first..until {
                let key = [("pk", text(partition)), ("sk", text(&version_key(id, version)))];
                let key = key.map(|(name, value)| (name.to_owned(), value)).into();
                let delete = DeleteRequest::builder().set_key(Some(key)).build();
                let delete = delete.map_err(refused::<Table>)?;
                requests.push(WriteRequest::builder().delete_request(delete).build());
            }
            let batch = self.client.batch_write_item().request_items(&self.name, requests);
            let answer = batch.send().await.map_err(|error| failed(&error))?;
            if answer.unprocessed_items.is_some_and(|left| !left.is_empty()) {
                return Err(unavailable::<Table>("some rows were not removed yet"));
            }
            first = until;
        }
        Ok(())
    }
}

/// Our HTTP client as the SDK wants it.
#[derive(Debug)]
struct Connector(Agent);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let agent = self.0.clone();
        HttpConnectorFuture::new(async move {
            let sent = tokio::task::spawn_blocking(move || forward(&agent, request)).await;
            sent.map_err(|error| ConnectorError::other(error.into(), None))?
        })
    }
}

fn forward(agent: &Agent, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    let bytes = body.bytes().map(<[u8]>::to_vec);
    let bytes = bytes.ok_or_else(|| ConnectorError::user("the body is a stream".into()))?;
    let request = ureq::http::Request::from_parts(parts, bytes);
    let response = http::send(agent, request).map_err(|error| ConnectorError::io(error.into()))?;
    HttpResponse::try_from(response.map(SdkBody::from))
        .map_err(|error| ConnectorError::other(error.into(), None))
}
