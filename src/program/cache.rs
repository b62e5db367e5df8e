//! What is asked of a program again and again, worked out once: names by what they stand for, the full
//! names of calls, the paths that texts make, the files that are used. And each of these as one text, so
//! that a rule which cannot fit a program is told so by one search.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::facts::{Call, Program, Text};
use super::writes::{self, FileUse};
use super::{Composed, Programs, compose};

/// Filled when it is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Cache {
    /// Import by alias: its index in `imports`.
    pub aliases: HashMap<String, usize>,
    /// Bindings by name: their indices in `bindings`.
    pub bindings: HashMap<String, Vec<usize>>,
    names: OnceLock<Vec<Vec<String>>>,
    all_names: OnceLock<String>,
    values: OnceLock<Vec<Vec<Composed>>>,
    paths: OnceLock<Vec<Vec<Composed>>>,
    all_paths: OnceLock<String>,
    uses: OnceLock<Vec<FileUse>>,
    all_used: OnceLock<String>,
}

impl Program {
    /// Orders names, once the program has been read.
    pub(super) fn index(&mut self) {
        for (at, import) in self.imports.iter().enumerate() {
            if !import.alias.is_empty() {
                self.cache.aliases.entry(import.alias.clone()).or_insert(at);
            }
        }
        for (at, binding) in self.bindings.iter().enumerate() {
            self.cache.bindings.entry(binding.name.clone()).or_default().push(at);
        }
    }
}

impl Programs {
    /// The full names of a call: as it is written with imports resolved, and by the type of what the
    /// method is called on where the code says which that is.
    pub fn names_of<'p>(&self, program: &'p Program, call: &Call) -> &'p [String] {
        let all = program.cache.names.get_or_init(|| {
            program.calls.iter().map(|call| self.find_names(program, call)).collect()
        });
        all.get(call.id).map_or(&[], Vec::as_slice)
    }

    /// All names of calls, a line each.
    pub fn all_names<'p>(&self, program: &'p Program) -> &'p str {
        program.cache.all_names.get_or_init(|| {
            let names = program.calls.iter().flat_map(|call| self.names_of(program, call));
            lines(names)
        })
    }

    /// The values that a text of this program may have.
    pub fn values_of<'p>(&self, program: &'p Program, text: &Text) -> &'p [Composed] {
        let all = program.cache.values.get_or_init(|| {
            let find = |text: &Text| match text.is_part {
                true => Vec::new(),
                false => self.values(program, text.place, &text.value),
            };
            program.texts.iter().map(find).collect()
        });
        all.get(text.id).map_or(&[], Vec::as_slice)
    }

    /// The same as paths.
    pub fn paths_of<'p>(&self, program: &'p Program, text: &Text) -> &'p [Composed] {
        let all = program.cache.paths.get_or_init(|| {
            let texts = program.texts.iter();
            texts.map(|text| compose::paths(self.values_of(program, text))).collect()
        });
        all.get(text.id).map_or(&[], Vec::as_slice)
    }

    /// All paths of texts, a line each.
    pub fn all_paths<'p>(&self, program: &'p Program) -> &'p str {
        program.cache.all_paths.get_or_init(|| {
            lines(program.texts.iter().flat_map(|text| self.paths_of(program, text)))
        })
    }

    /// The files that a program uses.
    pub fn file_uses<'p>(&self, program: &'p Program) -> &'p [FileUse] {
        program.cache.uses.get_or_init(|| writes::file_uses(self, program))
    }

    /// All paths of used files, a line each.
    pub fn all_used<'p>(&self, program: &'p Program) -> &'p str {
        program
            .cache
            .all_used
            .get_or_init(|| lines(self.file_uses(program).iter().flat_map(|used| &used.paths)))
    }
}

fn lines<'s>(all: impl Iterator<Item = &'s String>) -> String {
    let mut text = String::new();
    for line in all {
        text.push_str(line);
        text.push('\n');
    }
    text
}
