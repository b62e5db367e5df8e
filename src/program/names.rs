//! The syntax trees of seven languages, under one set of names.

use std::borrow::Cow;

use ast_grep_core::tree_sitter::StrDoc;
use ast_grep_language::SupportLang;

use crate::document::Span;

/// A node of the syntax tree.
pub(super) type Node<'r> = ast_grep_core::Node<'r, StrDoc<SupportLang>>;

/// The extent of a node.
pub(super) fn span(node: &Node<'_>) -> Span {
    let range = node.range();
    Span::new(range.start, range.end)
}

/// From the start of one node to the start of another.
pub(super) fn until(from: &Node<'_>, to: &Node<'_>) -> Span {
    Span::new(from.range().start, to.range().start.max(from.range().start))
}

/// Calls of all languages; `new X()` is one.
pub(super) fn is_call(kind: &str) -> bool {
    matches!(
        kind,
        "call"
            | "call_expression"
            | "new_expression"
            | "method_invocation"
            | "object_creation_expression"
            | "command"
            | "macro_invocation"
    )
}

/// Named functions and methods.
pub(super) fn is_function(kind: &str) -> bool {
    matches!(
        kind,
        "function_definition"
            | "function_declaration"
            | "generator_function_declaration"
            | "method_definition"
            | "method_declaration"
            | "constructor_declaration"
            | "function_item"
    )
}

/// Functions without a name.
pub(super) fn is_lambda(kind: &str) -> bool {
    matches!(
        kind,
        "lambda"
            | "lambda_expression"
            | "arrow_function"
            | "function_expression"
            | "generator_function"
            | "closure_expression"
            | "func_literal"
            | "async_block"
    )
}

/// Classes and what holds methods.
pub(super) fn is_class(kind: &str) -> bool {
    matches!(
        kind,
        "class_definition"
            | "class_declaration"
            | "class"
            | "interface_declaration"
            | "enum_declaration"
            | "record_declaration"
            | "impl_item"
            | "trait_item"
    )
}

/// Loops.
pub(super) fn is_loop(kind: &str) -> bool {
    matches!(
        kind,
        "for_statement"
            | "while_statement"
            | "for_in_statement"
            | "do_statement"
            | "enhanced_for_statement"
            | "loop_expression"
            | "while_expression"
            | "for_expression"
            | "c_style_for_statement"
    )
}

/// Conditions.
pub(super) fn is_condition(kind: &str) -> bool {
    matches!(kind, "if_statement" | "if_expression" | "elif_clause")
}

/// `try`.
pub(super) fn is_try(kind: &str) -> bool {
    matches!(kind, "try_statement" | "try_with_resources_statement")
}

/// Comments.
pub(super) fn is_comment(kind: &str) -> bool {
    matches!(kind, "comment" | "line_comment" | "block_comment")
}

/// Strings of any quoting.
pub(super) fn is_string(kind: &str) -> bool {
    matches!(
        kind,
        "string"
            | "concatenated_string"
            | "template_string"
            | "string_literal"
            | "raw_string_literal"
            | "interpreted_string_literal"
            | "raw_string"
            | "string_expansion"
            | "ansi_c_string"
            | "byte_string_literal"
    )
}

/// What is called: the node that names it.
pub(super) fn callee<'r>(call: &Node<'r>) -> Option<Node<'r>> {
    ["function", "constructor", "name", "type", "macro"].iter().find_map(|field| call.field(field))
}

/// The dotted name of an expression: `os.path.join`, `self.load`. `::` is a dot, a call within loses its
/// parentheses, and what has no name is `?`.
pub(super) fn dotted(node: &Node<'_>) -> String {
    let mut name = String::new();
    write_dotted(node, &mut name, 0);
    name
}

fn write_dotted(node: &Node<'_>, name: &mut String, depth: usize) {
    if depth > 64 {
        name.push('?');
        return;
    }
    let kind = node.kind();
    let mut pair = |object: &str, member: &str| -> bool {
        let (Some(object), Some(member)) = (node.field(object), node.field(member)) else {
            return false;
        };
        write_dotted(&object, name, depth + 1);
        name.push('.');
        name.push_str(&member.text());
        true
    };
    let is_pair = match kind.as_ref() {
        "attribute" => pair("object", "attribute"),
        "member_expression" => pair("object", "property"),
        "selector_expression" => pair("operand", "field"),
        "field_expression" => pair("value", "field"),
        "field_access" => pair("object", "field"),
        "scoped_identifier" | "scoped_type_identifier" => {
            pair("path", "name") || pair("scope", "name")
        }
        "qualified_type" => pair("package", "name"),
        "method_invocation" => pair("object", "name"),
        _ => false,
    };
    if is_pair {
        return;
    }
    match kind.as_ref() {
        "call" | "call_expression" if write_getattr(node, name, depth) => {}
        _ if is_call(&kind) => match callee(node) {
            Some(callee) => write_dotted(&callee, name, depth + 1),
            None => name.push('?'),
        },
        "parenthesized_expression"
        | "await"
        | "await_expression"
        | "non_null_expression"
        | "generic_function"
        | "reference_expression"
        | "try_expression"
        | "as_expression"
        | "command_name"
        | "pointer_type"
        | "generic_type" => match node.named_children().next() {
            Some(inner) => write_dotted(&inner, name, depth + 1),
            None => name.push_str(&node.text()),
        },
        "subscript" | "subscript_expression" | "index_expression" => {
            let base = ["value", "object", "operand"].iter().find_map(|field| node.field(field));
            if let Some(base) = base.or_else(|| node.named_children().next()) {
                write_dotted(&base, name, depth + 1);
            }
            name.push_str("[]");
        }
        "lambda"
        | "arrow_function"
        | "function_expression"
        | "closure_expression"
        | "func_literal"
        | "list"
        | "dictionary"
        | "array"
        | "object"
        | "conditional_expression"
        | "binary_expression"
        | "binary_operator"
        | "boolean_operator" => name.push('?'),
        _ if is_string(&kind) && kind != "string" => name.push('?'),
        _ => {
            let text: Cow<'_, str> = node.text();
            if text.len() <= 120 && !text.contains(char::is_whitespace) {
                name.push_str(text.trim_matches(['"', '\'']));
            } else {
                name.push('?');
            }
        }
    }
}

/// `getattr(plugin, "run")` is `plugin.run`; with a computed name it is `plugin.?`.
fn write_getattr(call: &Node<'_>, name: &mut String, depth: usize) -> bool {
    if call.field("function").is_none_or(|f| f.text() != "getattr") {
        return false;
    }
    let Some(arguments) = call.field("arguments") else { return false };
    let mut given = arguments.named_children();
    let (Some(object), Some(member)) = (given.next(), given.next()) else { return false };
    write_dotted(&object, name, depth + 1);
    name.push('.');
    let text = member.text();
    let literal = text.trim_matches(['"', '\'']);
    let is_literal = member.kind() == "string" && !literal.contains(['{', '"', '\'']);
    name.push_str(if is_literal { literal } else { "?" });
    true
}
