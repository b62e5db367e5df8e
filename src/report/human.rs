//! Findings for people: the adapter to miette, here and nowhere else.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents, ThemeCharacters,
    ThemeStyles,
};

use super::{Style, Text, Texts, details, visible};
use crate::document::{LineIndex, Span};
use crate::finding::{Level, Location};
use crate::gate::{Item, Outcome};

/// Longest piece of one line that is shown.
const LONG_LINE: usize = 400;
/// What is shown around a span in a longer line.
const AROUND: usize = 80;

pub(super) fn render(
    outcome: &Outcome,
    texts: &Texts<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let theme = GraphicalTheme {
        characters: if style.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false)
        .with_context_lines(1)
        .with_primary_span_start()
        // Paths and identifiers are to be copied: lines break at spaces only.
        .with_break_words(false)
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .without_syntax_highlighting();
    for item in &outcome.items {
        let report = report(item, texts, style);
        write_report(&handler, &report, out)?;
        for related in &report.elsewhere {
            write_report(&handler, related, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn write_report(
    handler: &GraphicalReportHandler,
    report: &Report,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut text = String::new();
    handler
        .render_report(&mut text, report)
        .map_err(|_| io::Error::other("a finding cannot be shown"))?;
    // The handler begins with an empty line, and indents empty lines too.
    for line in text.trim_matches('\n').lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// A finding as miette sees it. Its labels belong to one source, so that places in other artifacts
/// become reports of their own below it.
struct Report {
    code: String,
    message: String,
    severity: Severity,
    help: Option<String>,
    source: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Report>,
}

fn report(item: &Item, texts: &Texts<'_>, style: &Style) -> Report {
    let finding = &item.finding;
    let mut labels = vec![label(&finding.primary, &finding.label, texts, true)];
    let mut elsewhere = Vec::new();
    for other in &finding.related {
        if is_near(&finding.primary, &other.location, texts) {
            labels.push(label(&other.location, &other.label, texts, false));
        } else {
            elsewhere.push(Report {
                code: String::new(),
                message: visible(&other.label),
                severity: Severity::Advice,
                help: None,
                source: excerpt(&other.location, texts, style),
                labels: vec![label(&other.location, "", texts, true)],
                elsewhere: Vec::new(),
            });
        }
    }
    let help: Vec<String> = details(item).iter().map(|text| visible(text)).collect();
    let source = excerpt(&finding.primary, texts, style);
    // A place without text to show still has a name.
    let message = match &source {
        Some(_) => visible(&finding.message),
        None => format!("{}: {}", style.path(&finding.primary), visible(&finding.message)),
    };
    Report {
        code: format!("{}[{}]", item.word(), finding.code),
        message,
        severity: match item.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note | Level::Off => Severity::Advice,
        },
        help: (!help.is_empty()).then(|| help.join("\n")),
        source,
        labels,
        elsewhere,
    }
}

/// Lines between two labels of one picture.
const NEAR: usize = 12;

/// Whether two places fit into one picture: near each other, in lines of a common length.
fn is_near(a: &Location, b: &Location, texts: &Texts<'_>) -> bool {
    let (Some(one), Some(other)) = (a.span, b.span) else {
        return false;
    };
    if a.artifact != b.artifact {
        return false;
    }
    let text = texts.of(&a.artifact);
    let (one, other) =
        (text.lines.line_of(one.start as usize), text.lines.line_of(other.start as usize));
    let (first, last) = (one.min(other), one.max(other));
    let is_short = |line: usize| {
        let (start, end) = text.lines.range(line);
        end - start <= LONG_LINE
    };
    last - first <= NEAR && (first.saturating_sub(1)..=last + 1).all(is_short)
}

fn excerpt(location: &Location, texts: &Texts<'_>, style: &Style) -> Option<Excerpt> {
    location.span?;
    let text = texts.of(&location.artifact);
    let name = style.path(location);
    Some(Excerpt { name, text })
}

fn label(location: &Location, label: &str, texts: &Texts<'_>, primary: bool) -> LabeledSpan {
    let text = texts.of(&location.artifact);
    let span = first_line(location.span.unwrap_or_default(), &text.lines, &text.shown);
    let (start, length) = (span.start as usize, (span.end - span.start) as usize);
    let label = (!label.is_empty()).then(|| visible(label));
    if primary {
        LabeledSpan::new_primary_with_span(label, (start, length))
    } else {
        LabeledSpan::new_with_span(label, (start, length))
    }
}

/// The part of a span on its first line, without the line's break.
fn first_line(span: Span, lines: &LineIndex, bytes: &[u8]) -> Span {
    let (start, mut end) = (span.start as usize, lines.range(lines.line_of(span.start as usize)).1);
    while end > start && bytes.get(end - 1).is_some_and(|b| matches!(b, b'\n' | b'\r')) {
        end -= 1;
    }
    let clipped = end.min(span.end as usize).min(start + LONG_LINE / 2);
    Span::new(start, clipped.max(start))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.code.is_empty()).then(|| Box::new(&self.code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// The text of an artifact, of which miette asks for the lines around a span. Lines are found by the
/// index, not by reading the file again for every finding.
struct Excerpt {
    name: String,
    text: Arc<Text>,
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let lines = &self.text.lines;
        let (from, to) = (span.offset(), span.offset() + span.len());
        let first = lines.line_of(from).saturating_sub(before);
        let last =
            (lines.line_of(to.max(from + 1) - 1) + after).min(lines.count().saturating_sub(1));
        let (mut start, mut end) = (lines.range(first).0, lines.range(last).1);
        let mut line = first;
        let mut column = 0;
        // Without context miette asks where the span itself begins, for the header.
        if before == 0 && after == 0 {
            line = lines.line_of(from);
            start = from;
            column = lines.position(&self.text.shown, from).column - 1;
        }
        // A minified file is one line: show what is around the span.
        if from - start.min(from) > LONG_LINE {
            line = lines.line_of(from);
            start = floor(&self.text.shown, (from - AROUND.min(from)).max(lines.range(line).0));
            column = start - lines.range(line).0;
        }
        if end.saturating_sub(to) > LONG_LINE {
            end = floor(&self.text.shown, (to + AROUND).min(end));
        }
        let data = self.text.shown.get(start..end).ok_or(MietteError::OutOfBounds)?;
        let span = SourceSpan::from((start, end - start));
        let count = last.saturating_sub(line) + 1;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data,
            span,
            line,
            column,
            count,
        )))
    }
}

/// The nearest start of a character at or before an offset.
fn floor(bytes: &[u8], offset: usize) -> usize {
    let mut at = offset.min(bytes.len());
    while at > 0 && bytes.get(at).is_some_and(|b| b & 0xc0 == 0x80) {
        at -= 1;
    }
    at
}
