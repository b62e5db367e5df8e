//! The parts of a Markdown text that are no text of its own.

/// Whether lines are inside of a code fence or of a comment (CommonMark 0.31, sections 4.5 and 4.6).
#[derive(Debug, Default)]
pub struct Fence {
    open: Option<(char, usize)>,
    in_comment: bool,
}

impl Fence {
    /// Whether the next line is inside, the marks themselves included.
    pub fn is_in(&mut self, line: &str) -> bool {
        let text = line.trim_start();
        if self.in_comment || (self.open.is_none() && text.starts_with("<!--")) {
            self.in_comment = !line.contains("-->");
            return true;
        }
        let mark = text.chars().next().filter(|c| matches!(c, '`' | '~')).unwrap_or(' ');
        let length = text.chars().take_while(|c| *c == mark).count();
        let rest = text.get(length..).unwrap_or_default().trim();
        match self.open {
            Some((open, least)) => {
                if mark == open && length >= least && rest.is_empty() {
                    self.open = None;
                }
                true
            }
            None if mark != ' ' && length >= 3 && !(mark == '`' && rest.contains('`')) => {
                self.open = Some((mark, length));
                true
            }
            None => false,
        }
    }
}
