//! The operations of the API, as the frozen OpenAPI documents describe them: which there are, what a request may
//! hold, and what a response must. Serving and calling them is done elsewhere.

mod check;
mod read;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use check::{Problem, Request, Response};
pub(crate) use read::Site;

/// The document that lists every path.
const MAIN: &str = "api/openapi/main.yaml";

/// An operation (OpenAPI 3.1, section 4.8.10).
#[derive(Debug)]
pub struct Operation {
    /// Its `operationId`.
    pub id: String,
    /// The method, in upper case.
    pub method: String,
    /// The path with its parameters in braces.
    pub path: String,
    /// Whether anybody may call it: its `security` asks for nothing.
    pub is_open: bool,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    body: Option<Body>,
    /// By status.
    responses: BTreeMap<String, Answer>,
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `path`, `query` or `header`.
    pub place: String,
    /// Whether a request must have it.
    pub is_required: bool,
    schema: Site,
}

#[derive(Debug)]
struct Body {
    is_required: bool,
    /// By media type.
    content: BTreeMap<String, Site>,
}

#[derive(Debug)]
struct Answer {
    content: BTreeMap<String, Site>,
    /// Headers by lower-case name, and whether they must be there.
    headers: BTreeMap<String, (bool, Site)>,
}

/// What a method and a path lead to.
#[derive(Debug)]
pub enum Found {
    /// An operation, and the values of the parameters in its path, percent-encoded as they came.
    Operation(&'static Operation, Vec<(String, String)>),
    /// The path is there, but only with these methods.
    OtherMethods(Vec<&'static str>),
    /// There is no such path.
    Nothing,
}

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| read::operations(MAIN));

/// Every operation, in the order of the document.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter()
}

/// The operation with this `operationId`.
pub fn operation(id: &str) -> Option<&'static Operation> {
    operations().find(|operation| operation.id == id)
}

/// What a request line means. A path of text only comes before one with a parameter.
pub fn find(method: &str, path: &str) -> Found {
    let mut fitting: Vec<(&'static Operation, Vec<(String, String)>)> =
        operations().filter_map(|operation| Some((operation, operation.values(path)?))).collect();
    let fewest = fitting.iter().map(|(_, values)| values.len()).min();
    fitting.retain(|(_, values)| Some(values.len()) == fewest);
    let methods: Vec<&'static str> = fitting.iter().map(|(o, _)| o.method.as_str()).collect();
    match fitting.into_iter().find(|(operation, _)| operation.method == method) {
        Some((found, values)) => Found::Operation(found, values),
        None if methods.is_empty() => Found::Nothing,
        None => Found::OtherMethods(methods),
    }
}

impl Operation {
    /// The values of the parameters, when a path fits.
    fn values(&self, path: &str) -> Option<Vec<(String, String)>> {
        let (mut wanted, mut given) = (self.path.split('/'), path.split('/'));
        let mut values = Vec::new();
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(values),
                (Some(wanted), Some(given)) => {
                    match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                        Some(name) if !given.is_empty() => {
                            values.push((name.to_owned(), given.to_owned()));
                        }
                        None if wanted == given => {}
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }
}
