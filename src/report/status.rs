//! Who holds each sentence of a written contract, as text, Markdown, JSON and HTML.

use serde::Serialize;

use super::escape::visible;
use crate::laws::{Standing, Status};

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFormat {
    /// For people.
    Text,
    /// A table for documents.
    Markdown,
    /// For programs.
    Json,
    /// A page.
    Html,
}

#[derive(Serialize)]
struct Report<'s> {
    format: &'static str,
    totals: Totals,
    sentences: Vec<Sentence<'s>>,
}

#[derive(Serialize, Default)]
struct Totals {
    sentences: usize,
    enforced: usize,
    tested: usize,
    partly: usize,
    waived: usize,
    only_written: usize,
}

#[derive(Serialize)]
struct Sentence<'s> {
    law: &'s str,
    sentence: &'s str,
    text: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<&'s str>,
    standing: &'static str,
    rules: &'s [String],
    remark: &'s str,
    findings: usize,
}

/// Writes the standings of the laws, which are given by name and title.
pub fn render_status(
    laws: &[(&str, &str)],
    statuses: &[Status],
    format: StatusFormat,
    width: usize,
) -> String {
    match format {
        StatusFormat::Text => text(laws, statuses, width),
        StatusFormat::Markdown => markdown(laws, statuses),
        StatusFormat::Json => json(statuses),
        StatusFormat::Html => html(laws, statuses),
    }
}

fn count(statuses: &[&Status], standing: Standing) -> usize {
    statuses.iter().filter(|s| s.standing == standing).count()
}

/// `30 sentences: 12 enforced, 3 tested, …`
pub(super) fn totals(statuses: &[&Status]) -> String {
    let parts: Vec<String> = Standing::ALL
        .iter()
        .map(|standing| (count(statuses, *standing), standing.name()))
        .filter(|(n, _)| *n > 0)
        .map(|(n, name)| format!("{n} {name}"))
        .collect();
    let noun = if statuses.len() == 1 { "sentence" } else { "sentences" };
    format!("{} {noun}: {}", statuses.len(), parts.join(", "))
}

fn by_law<'s>(name: &str, statuses: &'s [Status]) -> Vec<&'s Status> {
    statuses.iter().filter(|s| s.law == name).collect()
}

/// What is to be said besides the standing.
pub(super) fn remarks(status: &Status) -> Vec<String> {
    let mut all = Vec::new();
    if !status.rules.is_empty() {
        all.push(format!("by {}", status.rules.join(", ")));
    }
    if status.findings > 0 {
        let noun = if status.findings == 1 { "finding" } else { "findings" };
        all.push(format!("{} {noun}", status.findings));
    }
    if !status.remark.is_empty() {
        all.push(status.remark.clone());
    }
    if let Some(reading) = &status.reading {
        all.push(format!("reading: {reading}"));
    }
    all
}

fn text(laws: &[(&str, &str)], statuses: &[Status], width: usize) -> String {
    let mut out = String::new();
    for (name, title) in laws {
        let own = by_law(name, statuses);
        if own.is_empty() {
            continue;
        }
        out.push_str(&format!("{} ({})\n", visible(title), visible(name)));
        let column = own.iter().map(|s| s.sentence.len()).max().unwrap_or(0);
        for status in &own {
            let head = format!("  {:column$}  {:12}  ", status.sentence, status.standing.name());
            let indent = " ".repeat(head.len());
            let lines = [status.text.clone()].into_iter().chain(remarks(status));
            for (at, line) in lines.enumerate() {
                let start = if at == 0 { head.as_str() } else { indent.as_str() };
                let options = textwrap::Options::new(width.max(60))
                    .initial_indent(start)
                    .subsequent_indent(&indent);
                out.push_str(&textwrap::fill(&visible(&line), options));
                out.push('\n');
            }
        }
        out.push_str(&format!("{}\n\n", totals(&own)));
    }
    if laws.len() > 1 {
        out.push_str(&format!("all: {}\n", totals(&statuses.iter().collect::<Vec<_>>())));
    }
    format!("{}\n", out.trim_end())
}

fn markdown(laws: &[(&str, &str)], statuses: &[Status]) -> String {
    let cell =
        |text: &str| visible(text).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;");
    let mut out = String::from("# Who holds what\n");
    for (name, title) in laws {
        let own = by_law(name, statuses);
        if own.is_empty() {
            continue;
        }
        out.push_str(&format!("\n## {}\n\n{}.\n\n", cell(title), totals(&own)));
        out.push_str("| sentence | text | standing | by |\n|---|---|---|---|\n");
        for status in own {
            let row = [
                cell(&status.sentence),
                cell(&status.text),
                status.standing.name().to_owned(),
                cell(&remarks(status).join("; ")),
            ];
            out.push_str(&format!("| {} |\n", row.join(" | ")));
        }
    }
    out
}

fn json(statuses: &[Status]) -> String {
    let all: Vec<&Status> = statuses.iter().collect();
    let report = Report {
        format: "contract-guard/laws-status-1",
        totals: Totals {
            sentences: all.len(),
            enforced: count(&all, Standing::Enforced),
            tested: count(&all, Standing::Tested),
            partly: count(&all, Standing::Partly),
            waived: count(&all, Standing::Waived),
            only_written: count(&all, Standing::OnlyWritten),
        },
        sentences: statuses
            .iter()
            .map(|s| Sentence {
                law: &s.law,
                sentence: &s.sentence,
                text: &s.text,
                reading: s.reading.as_deref(),
                standing: s.standing.name(),
                rules: &s.rules,
                remark: &s.remark,
                findings: s.findings,
            })
            .collect(),
    };
    serde_json::to_string_pretty(&report).map_or_else(|_| String::new(), |text| format!("{text}\n"))
}

/// Readable without a network, in light and in dark.
const STYLE: &str = ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;\
margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;\
vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #8884}td:nth-child(3){white-space:nowrap}\
.enforced,.tested{color:#1a7f37}.partly,.waived{color:#9a6700}.only-written{color:#cf222e}\
@media(prefers-color-scheme:dark){.enforced,.tested{color:#3fb950}.partly,.waived{color:#d29922}\
.only-written{color:#f85149}}small{display:block;opacity:.8}";

fn html(laws: &[(&str, &str)], statuses: &[Status]) -> String {
    let escape = |text: &str| {
        let text = visible(text).replace('&', "&amp;").replace('<', "&lt;");
        text.replace('>', "&gt;").replace('"', "&quot;")
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>Who holds what</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<h1>Who holds what</h1>\n"
    );
    for (name, title) in laws {
        let own = by_law(name, statuses);
        if own.is_empty() {
            continue;
        }
        out.push_str(&format!("<h2>{}</h2>\n<p>{}.</p>\n", escape(title), totals(&own)));
        out.push_str("<table>\n<tr><th>Sentence<th>Text<th>Standing<th>By\n");
        for status in own {
            let standing = status.standing.name();
            let class = standing.replace(' ', "-");
            let by: Vec<String> =
                remarks(status).iter().map(|r| format!("<small>{}</small>", escape(r))).collect();
            out.push_str(&format!(
                "<tr><td>{}<td>{}<td class=\"{class}\">{standing}<td>{}\n",
                escape(&status.sentence),
                escape(&status.text),
                by.concat()
            ));
        }
        out.push_str("</table>\n");
    }
    out.push_str("</body>\n</html>\n");
    out
}
