//! Programs: source code in seven languages, read once into facts that laws ask about: calls, imports,
//! paths, definitions, and the places they stand in.
//!
//! Parsing is ast-grep's (tree-sitter); a broken function leaves the others readable. Facts name no rule,
//! and nothing here touches the disk.

mod cache;
mod compose;
mod endpoints;
mod expression;
mod facts;
mod imports;
mod language;
mod names;
mod patterns;
mod places;
mod value;
mod walk;
mod walk_expressions;
mod writes;

pub use compose::{Composed, UNKNOWN};
pub(crate) use endpoints::shape;
pub use endpoints::{Endpoint, served};
pub use expression::Expression;
pub use facts::{
    Access, Argument, Binding, Call, Definition, Handler, Import, Place, PlaceId, PlaceKind,
    Program, Return, Subscript, Text,
};
pub use language::Language;
pub use patterns::{BadPattern, Pattern};
pub use value::Programs;
pub use walk::read;
pub use writes::{Deed, FileUse};
