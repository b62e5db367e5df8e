//! JUnit XML, as Jenkins and GitLab read it: a test case for each artifact, so that a server can tell since
//! when a file is broken. A case takes one failure, which has all errors of the file; what does not fail it
//! stands in its output.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::super::escape::xml;
use super::{View, lines};
use crate::finding::Level;
use crate::gate::{Item, without_side};

/// What became of a test case.
#[derive(Default)]
struct Case {
    failures: Vec<String>,
    output: Vec<String>,
    error: Option<String>,
}

pub(super) fn render(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let cases = cases(view);
    let count =
        |has: fn(&Case) -> bool| cases.values().filter(|case| has(case)).count().to_string();
    let attributes = [
        ("name", "contract-guard".to_owned()),
        ("tests", cases.len().to_string()),
        ("failures", count(|case| !case.failures.is_empty())),
        ("errors", count(|case| case.error.is_some())),
    ];
    let attributes = || attributes.iter().map(|(name, value)| (*name, value.as_str()));
    let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites = writer.create_element("testsuites").with_attributes(attributes());
    suites.write_inner_content(|writer| {
        let suite = writer.create_element("testsuite").with_attributes(attributes());
        suite.write_inner_content(|writer| {
            cases.iter().try_for_each(|(name, case)| write(name, case, writer))
        })?;
        Ok(())
    })?;
    writeln!(out)
}

/// By path: every artifact that was looked at, and every other that a finding is about.
fn cases(view: &View<'_>) -> BTreeMap<String, Case> {
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    if let Some(nothing) = view.nothing {
        let said = [Some(&nothing.message), nothing.help.as_ref()];
        let said: Vec<&str> = said.into_iter().flatten().map(String::as_str).collect();
        let case = Case { error: Some(said.join("\n")), ..Case::default() };
        cases.insert("contract-guard".to_owned(), case);
    }
    let paths = view.texts.iter().flat_map(|texts| texts.tree.artifacts.keys());
    for path in paths.filter(|path| without_side(path) == path.as_str()) {
        cases.entry(format!("{}{path}", view.below)).or_default();
    }
    for item in &view.items {
        let case = cases.entry(view.path(&item.finding.primary)).or_default();
        let text = text(view, item);
        if item.level == Level::Error && item.waived.is_none() {
            case.failures.push(text);
        } else {
            case.output.push(text);
        }
    }
    cases
}

/// The place, as editors find it, and what the finding says.
fn text(view: &View<'_>, item: &Item) -> String {
    let (place, said) = (view.place(item), lines(item).join("\n  "));
    format!("{place}: {}[{}]: {said}\n", item.word(), item.finding.code)
}

fn write<W: Write>(name: &str, case: &Case, writer: &mut Writer<W>) -> io::Result<()> {
    let name = xml(name);
    let element = writer
        .create_element("testcase")
        .with_attributes([("name", name.as_str()), ("classname", "contract-guard")]);
    let Case { failures, output, error } = case;
    if failures.is_empty() && output.is_empty() && error.is_none() {
        return element.write_empty().map(drop);
    }
    element.write_inner_content(|writer| {
        if let Some(error) = error {
            let first = xml(error.lines().next().unwrap_or_default());
            let attributes = [("message", first.as_str()), ("type", "no-verdict")];
            let error = xml(error);
            let element = writer.create_element("error").with_attributes(attributes);
            element.write_text_content(BytesText::new(&error))?;
        }
        if !failures.is_empty() {
            let first = failures.first().and_then(|text| text.lines().next()).unwrap_or_default();
            let message = match failures.len() {
                1 => xml(first),
                n => xml(&format!("{n} errors: {first}")),
            };
            let text = xml(&failures.concat());
            let attributes = [("message", message.as_str()), ("type", "error")];
            let element = writer.create_element("failure").with_attributes(attributes);
            element.write_text_content(BytesText::new(&text))?;
        }
        if !output.is_empty() {
            let text = xml(&output.concat());
            writer.create_element("system-out").write_text_content(BytesText::new(&text))?;
        }
        Ok(())
    })?;
    Ok(())
}
