//! Expressions as far as they make texts: what a path is composed of.

use super::names::{Node, callee, dotted, is_call, is_string};

/// An expression, reduced to what matters for the text that it makes.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A literal.
    Text(String),
    /// A name: `LOG`, `self.path`, `config.paths.LOG`.
    Name(String),
    /// One after the other, without a separator.
    Concat(Vec<Expression>),
    /// One of them.
    Either(Vec<Expression>),
    /// A list.
    List(Vec<Expression>),
    /// A call: name, what it is called on, arguments with their keywords.
    Call(Box<Called>),
    /// `a / b`.
    Join(Box<Expression>, Box<Expression>),
    /// A member of what has no name: `Path(x).parent`.
    Member(Box<Expression>, String),
    /// A map or object literal.
    Map,
    /// A number, as it is written.
    Number(String),
    /// Anything else.
    Unknown,
}

/// A call within an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    /// The name, as written.
    pub name: String,
    /// What the method is called on.
    pub receiver: Option<Expression>,
    /// What is given.
    pub arguments: Vec<(Option<String>, Expression)>,
}

impl Expression {
    /// The literal, when it is nothing but one.
    pub fn literal(&self) -> Option<&str> {
        match self {
            Expression::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the expression is, or passes on, this name.
    pub fn names(&self, wanted: &str) -> bool {
        match self {
            Expression::Name(name) => name == wanted || name.ends_with(&format!(".{wanted}")),
            Expression::Call(called) => called.arguments.iter().any(|(_, e)| e.names(wanted)),
            Expression::List(all) | Expression::Either(all) => all.iter().any(|e| e.names(wanted)),
            _ => false,
        }
    }

    /// Whether it makes a text out of more than a name.
    pub fn is_composed(&self) -> bool {
        match self {
            Expression::Concat(_) | Expression::Join(..) | Expression::Text(_) => true,
            Expression::Call(called) => makes_text(&called.name) && !called.arguments.is_empty(),
            _ => false,
        }
    }
}

/// Calls that make a path or a text of their arguments.
pub(super) fn makes_text(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let joins = ["join", "Join", "joinpath", "resolve", "format", "format!", "Sprintf", "concat!"];
    let makes = ["Path", "PurePath", "PosixPath", "File", "with_name"];
    let makes_by_name = ["Path.new", "PathBuf.from", "Paths.get", "Path.of", "String.format"];
    joins.contains(&last)
        || makes.contains(&last)
        || makes_by_name.iter().any(|m| name == *m || name.ends_with(&format!(".{m}")))
}

/// How deep expressions are followed.
const DEPTH: usize = 48;

/// The expression that a node is.
pub(super) fn of(node: &Node<'_>) -> Expression {
    read(node, 0)
}

fn read(node: &Node<'_>, depth: usize) -> Expression {
    if depth > DEPTH {
        return Expression::Unknown;
    }
    let kind = node.kind();
    let inner = |n: &Node<'_>| read(n, depth + 1);
    if is_string(&kind) {
        return string(node, depth);
    }
    match kind.as_ref() {
        "identifier"
        | "this"
        | "self"
        | "field_identifier"
        | "type_identifier"
        | "word"
        | "variable_name"
        | "number"
        | "integer"
        | "int_literal"
        | "integer_literal"
        | "float"
        | "property_identifier"
        | "decimal_integer_literal" => name_or_word(node, &kind),
        "simple_expansion" | "expansion" => {
            let name = node.named_children().next().map(|n| n.text().into_owned());
            name.map_or(Expression::Unknown, Expression::Name)
        }
        "concatenation" => Expression::Concat(node.named_children().map(|n| inner(&n)).collect()),
        "attribute"
        | "member_expression"
        | "selector_expression"
        | "field_expression"
        | "field_access"
        | "scoped_identifier" => member(node, depth),
        "binary_operator" | "binary_expression" => binary(node, depth),
        "boolean_operator" => sides(node, depth),
        "conditional_expression" | "ternary_expression" => Expression::Either(
            node.named_children()
                .enumerate()
                .filter(|(at, _)| *at != 1)
                .map(|(_, n)| inner(&n))
                .collect(),
        ),
        "list" | "tuple" | "array" | "set" | "expression_list" | "array_expression"
        | "array_initializer" => {
            Expression::List(node.named_children().take(200).map(|n| inner(&n)).collect())
        }
        "parenthesized_expression"
        | "await"
        | "await_expression"
        | "reference_expression"
        | "try_expression"
        | "as_expression"
        | "non_null_expression"
        | "command_substitution"
        | "unary_expression"
        | "cast_expression"
        | "literal_value" => {
            node.named_children().last().map_or(Expression::Unknown, |n| inner(&n))
        }
        "dictionary" | "object" | "dictionary_comprehension" | "composite_literal" => {
            Expression::Map
        }
        "subscript" => subscript(node, depth),
        _ if is_call(&kind) => call(node, depth),
        _ => Expression::Unknown,
    }
}

/// `Path(x).parents[1]`
fn subscript(node: &Node<'_>, depth: usize) -> Expression {
    let (Some(base), Some(key)) = (node.field("value"), node.field("subscript")) else {
        return Expression::Unknown;
    };
    if key.kind() != "integer" {
        return Expression::Name(dotted(node));
    }
    let object = match read(&base, depth + 1) {
        Expression::Name(name) => match name.rsplit_once('.') {
            Some((owner, "parents")) => Expression::Member(
                Box::new(Expression::Name(owner.to_owned())),
                "parents".to_owned(),
            ),
            _ => return Expression::Name(dotted(node)),
        },
        other => other,
    };
    Expression::Member(Box::new(object), format!("[{}]", key.text()))
}

fn name_or_word(node: &Node<'_>, kind: &str) -> Expression {
    let text = node.text().into_owned();
    match kind {
        // A word of a shell is a literal.
        "word" => Expression::Text(text),
        "number"
        | "integer"
        | "int_literal"
        | "integer_literal"
        | "float"
        | "decimal_integer_literal" => Expression::Number(text),
        _ => Expression::Name(text),
    }
}

fn member(node: &Node<'_>, depth: usize) -> Expression {
    let name = dotted(node);
    let object = ["object", "operand", "value", "path", "scope"].iter().find_map(|f| node.field(f));
    match object {
        Some(object) if is_call(&object.kind()) || object.kind() == "parenthesized_expression" => {
            let last = name.rsplit('.').next().unwrap_or_default().to_owned();
            Expression::Member(Box::new(read(&object, depth + 1)), last)
        }
        _ => Expression::Name(name),
    }
}

fn sides(node: &Node<'_>, depth: usize) -> Expression {
    let side = |field: &str| node.field(field).map(|n| read(&n, depth + 1));
    Expression::Either([side("left"), side("right")].into_iter().flatten().collect())
}

fn binary(node: &Node<'_>, depth: usize) -> Expression {
    let operator = node.field("operator").map(|o| o.text().into_owned()).unwrap_or_default();
    let side = |field: &str| node.field(field).map(|n| read(&n, depth + 1));
    let (Some(left), Some(right)) = (side("left"), side("right")) else {
        return Expression::Unknown;
    };
    match operator.as_str() {
        "+" => Expression::Concat(vec![left, right]),
        "/" => Expression::Join(Box::new(left), Box::new(right)),
        "%" => Expression::Concat(filled(&left, &positional(right))),
        "||" | "??" => Expression::Either(vec![left, right]),
        _ => Expression::Unknown,
    }
}

fn positional(right: Expression) -> Vec<Expression> {
    match right {
        Expression::List(all) => all,
        one => vec![one],
    }
}

/// The text of a format, its placeholders replaced by what fills them. `%s`, `{}`, `{name}`.
pub(super) fn filled(format: &Expression, with: &[Expression]) -> Vec<Expression> {
    let Expression::Text(text) = format else {
        return vec![Expression::Unknown];
    };
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut next = with.iter();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_placeholder = match c {
            '%' => {
                while chars.next_if(|c| c.is_ascii_digit() || "-+.#".contains(*c)).is_some() {}
                if chars.next_if_eq(&'(').is_some() {
                    while chars.next_if(|c| *c != ')').is_some() {}
                    chars.next();
                }
                chars.next_if(char::is_ascii_alphabetic).is_some()
            }
            '{' => {
                let mut closed = false;
                for inside in chars.by_ref() {
                    if inside == '}' {
                        closed = true;
                        break;
                    }
                }
                closed
            }
            _ => false,
        };
        if is_placeholder {
            parts.push(Expression::Text(std::mem::take(&mut plain)));
            parts.push(next.next().cloned().unwrap_or(Expression::Unknown));
        } else {
            plain.push(c);
        }
    }
    parts.push(Expression::Text(plain));
    parts
}

/// A string literal, with what is interpolated into it.
fn string(node: &Node<'_>, depth: usize) -> Expression {
    if node.kind() == "concatenated_string" {
        return Expression::Concat(node.named_children().map(|n| read(&n, depth + 1)).collect());
    }
    let mut parts = Vec::new();
    let mut has_content = false;
    for child in node.children() {
        match child.kind().as_ref() {
            "string_content"
            | "string_fragment"
            | "interpreted_string_literal_content"
            | "raw_string_literal_content"
            | "escape_sequence"
            | "escape_interpolation" => {
                has_content = true;
                // Interpolations of a Python string may stand within its content.
                if child.named_children().next().is_none() || child.kind() == "string_content" {
                    parts.push(Expression::Text(unescaped(&child.text())));
                }
            }
            "interpolation" | "template_substitution" => {
                has_content = true;
                let value = child.field("expression").or_else(|| child.named_children().next());
                parts.push(value.map_or(Expression::Unknown, |n| read(&n, depth + 1)));
            }
            "simple_expansion" | "expansion" | "command_substitution" => {
                has_content = true;
                parts.push(read(&child, depth + 1));
            }
            _ => {}
        }
    }
    if !has_content {
        let text = node.text();
        let plain = text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '#');
        return Expression::Text(plain.trim_matches(['"', '\'', '`', '#']).to_owned());
    }
    match parts.len() {
        1 => parts.pop().unwrap_or(Expression::Unknown),
        _ if parts.iter().all(|p| matches!(p, Expression::Text(_))) => {
            Expression::Text(parts.iter().filter_map(Expression::literal).collect())
        }
        _ => Expression::Concat(parts),
    }
}

fn unescaped(text: &str) -> String {
    match text {
        "\\\\" => "\\".to_owned(),
        "\\n" => "\n".to_owned(),
        "\\t" => "\t".to_owned(),
        "\\\"" => "\"".to_owned(),
        "\\'" => "'".to_owned(),
        "{{" => "{".to_owned(),
        "}}" => "}".to_owned(),
        other => other.replace("\\\\", "\\"),
    }
}

fn call(node: &Node<'_>, depth: usize) -> Expression {
    if node.field("function").is_some_and(|f| f.text() == "getattr") {
        return Expression::Name(dotted(node));
    }
    let name = match callee(node) {
        Some(_) if node.kind() == "method_invocation" => dotted(node),
        Some(callee) => dotted(&callee),
        None => return Expression::Unknown,
    };
    let name = if node.kind() == "macro_invocation" { format!("{name}!") } else { name };
    Expression::Call(Box::new(Called {
        name,
        receiver: receiver(node, depth),
        arguments: arguments(node)
            .into_iter()
            .map(|(keyword, value)| (keyword, read(&value, depth + 1)))
            .collect(),
    }))
}

/// What a method is called on.
pub(super) fn receiver(call: &Node<'_>, depth: usize) -> Option<Expression> {
    let holder = if call.kind() == "method_invocation" { call.clone() } else { callee(call)? };
    let object = ["object", "operand", "value"].iter().find_map(|field| holder.field(field))?;
    Some(read(&object, depth + 1))
}

/// The arguments of a call, with their keywords.
pub(super) fn arguments<'r>(call: &Node<'r>) -> Vec<(Option<String>, Node<'r>)> {
    if call.kind() == "command" {
        return call.field_children("argument").map(|node| (None, node)).collect();
    }
    let list = call.field("arguments").or_else(|| {
        call.children().find(|c| matches!(c.kind().as_ref(), "token_tree" | "argument_list"))
    });
    let Some(list) = list else { return Vec::new() };
    list.named_children()
        .filter(|node| !super::names::is_comment(&node.kind()))
        .take(200)
        .map(|node| match node.kind().as_ref() {
            "keyword_argument" => {
                let keyword = node.field("name").map(|n| n.text().into_owned());
                (keyword, node.field("value").unwrap_or(node))
            }
            "list_splat" | "spread_element" => {
                let inner = node.named_children().next();
                (None, inner.unwrap_or(node))
            }
            _ => (None, node),
        })
        .collect()
}
