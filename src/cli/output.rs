//! Standard output and error: colour, width, and what a failed write means.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::args::Color;
use crate::report::{Style, visible};
use crate::source::below_top;

/// Standard output as the system has it. That of the standard library says of a descriptor which cannot be written
/// that all is well.
#[cfg(not(windows))]
pub(super) fn standard_output() -> io::Result<impl Write> {
    use std::os::fd::AsFd;
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

/// The same; a console is left to the standard library, which knows how it takes text.
#[cfg(windows)]
pub(super) fn standard_output() -> io::Result<Box<dyn Write>> {
    use std::os::windows::io::AsHandle;
    let stdout = io::stdout();
    if stdout.is_terminal() {
        return Ok(Box::new(stdout));
    }
    let file = stdout.as_handle().try_clone_to_owned().map(File::from)?;
    Ok(Box::new(file))
}

/// What the output can show.
pub(super) struct Terminal {
    pub color: bool,
    color_stderr: bool,
    pub width: usize,
    pub unicode: bool,
    pub is_terminal: bool,
}

/// Columns where nobody says how many there are.
const DEFAULT_WIDTH: usize = 100;

impl Terminal {
    /// Looks at the environment: <https://no-color.org>, `TERM=dumb`, `COLUMNS`.
    pub(super) fn look(choice: Color) -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = |is_terminal: bool| match choice {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !is_set("NO_COLOR") && !is_dumb,
        };
        let is_terminal = io::stdout().is_terminal();
        let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok());
        let measured = || {
            terminal_size::terminal_size().filter(|_| is_terminal).map(|(w, _)| usize::from(w.0))
        };
        Terminal {
            color: color(is_terminal),
            color_stderr: color(io::stderr().is_terminal()),
            width: columns.or_else(measured).unwrap_or(DEFAULT_WIDTH).clamp(40, 160),
            unicode: !is_dumb,
            is_terminal,
        }
    }

    /// The style of a report.
    pub(super) fn style(&self, prefix: String, seconds: f64) -> Style {
        Style {
            color: self.color,
            width: self.width,
            unicode: self.unicode,
            below: below_top(Path::new(&prefix)),
            prefix,
            seconds: self.is_terminal.then_some(seconds),
        }
    }

    /// Writes everything at once and gives the exit code: a closed pipe changes nothing, any other
    /// failure means that a pass did not reach anybody.
    pub(super) fn write(&self, bytes: &[u8], code: u8) -> u8 {
        let written = standard_output()
            .and_then(|mut stdout| stdout.write_all(bytes).and_then(|()| stdout.flush()));
        match written {
            Ok(()) => code,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => code,
            Err(error) => {
                self.error(&format!("cannot write the answer: {error}"), None);
                code.max(if code == 0 { 3 } else { code })
            }
        }
    }

    /// An error message, on standard error.
    pub(super) fn error(&self, message: &str, help: Option<&str>) {
        self.error_about(message, &[], help);
    }

    /// Something to know, on standard error.
    pub(super) fn note(&self, message: &str) {
        let (bold, off) = if self.color_stderr { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let text = format!("{bold}note:{off} {}\n", visible(message));
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Something to look after, on standard error.
    pub(super) fn warning(&self, message: &str) {
        let (yellow, bold, off) = match self.color_stderr {
            true => ("\u{1b}[1;33m", "\u{1b}[1m", "\u{1b}[0m"),
            false => ("", "", ""),
        };
        let text = format!("{yellow}warning{off}{bold}:{off} {}\n", visible(message));
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// An error message with what it is about, a line each.
    pub(super) fn error_about(&self, message: &str, details: &[String], help: Option<&str>) {
        let (red, bold, off) = if self.color_stderr {
            ("\u{1b}[1;31m", "\u{1b}[1m", "\u{1b}[0m")
        } else {
            ("", "", "")
        };
        let mut text = format!("{red}error{off}{bold}:{off} {}\n", visible(message));
        for detail in details {
            text.push_str(&format!("  {}\n", visible(detail)));
        }
        if let Some(help) = help {
            text.push_str(&format!("{bold}help:{off} {}\n", visible(help)));
        }
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}
