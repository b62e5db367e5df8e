//! Regular languages: whether every string that one pattern matches another matches, too, and if not, a
//! string that shows it. By the product of two automata (Hopcroft, Motwani, Ullman, section 4.2.1).

use std::collections::{HashSet, VecDeque};

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::{primitives::StateID, start};
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::Hir;

use super::pattern;

/// Bytes of one automaton, and of the work to make it.
const MOST_BYTES: usize = 1 << 20;

/// Pairs of states that are looked at.
const MOST_STATES: usize = 6_000;

/// What two patterns say of each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Languages {
    /// Every string of the first is one of the second.
    Within,
    /// This string is of the first, and not of the second.
    Outside(String),
}

/// Compares the strings in which `old` matches somewhere with those in which `new` does; `None` where one
/// of them is no regular language, or too large.
pub(crate) fn compare(old: &str, new: &str) -> Option<Languages> {
    compare_both(old, None, new)
}

/// The same for strings that `also` matches, too.
pub(crate) fn compare_both(old: &str, also: Option<&str>, new: &str) -> Option<Languages> {
    if old == new || also == Some(new) {
        return Some(Languages::Within);
    }
    let machine = |text: &str| Machine::of(&pattern::read(text)?);
    let (old, new) = (machine(old)?, machine(new)?);
    // What is no text is no string either.
    let text = machine(also.unwrap_or("^[\\s\\S]*$"))?;
    let text = (text, machine("^[\\s\\S]*$")?);
    search(&old, &new, &text)
}

/// The pattern of strings with so many characters; `None` where that is too many.
pub(crate) fn of_length(least: u64, most: Option<u64>) -> Option<String> {
    let fits = |n: u64| n <= 300;
    let most = match most {
        Some(most) if fits(most) => most.to_string(),
        Some(_) => return None,
        None => String::new(),
    };
    fits(least).then(|| format!("^[\\s\\S]{{{least},{most}}}$"))
}

/// The pattern of these strings and no others.
pub(crate) fn of_names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let all: Vec<String> = names.map(regex_syntax::escape).collect();
    // An empty list matches nothing.
    if all.is_empty() { "[^\\s\\S]".to_owned() } else { format!("^(?:{})$", all.join("|")) }
}

/// Strings that no automaton has to be told to prefer: the readable ones first.
fn bytes() -> Vec<u8> {
    let mut all: Vec<u8> = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').collect();
    all.extend((b' '..=b'~').filter(|b| !b.is_ascii_alphanumeric()));
    all.extend((0..b' ').chain(0x7f..=0xff));
    all
}

struct Machine {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
}

/// A state; `None` once a match was seen, which nothing undoes.
type State = Option<StateID>;

impl Machine {
    fn of(hir: &Hir) -> Option<Machine> {
        let config = dense::Config::new()
            .start_kind(StartKind::Unanchored)
            .match_kind(MatchKind::All)
            .dfa_size_limit(Some(MOST_BYTES))
            .determinize_size_limit(Some(MOST_BYTES));
        let nfa = thompson::Compiler::new()
            .configure(thompson::Config::new().nfa_size_limit(Some(MOST_BYTES)))
            .build_from_hir(hir)
            .ok()?;
        let dfa = dense::Builder::new().configure(config).build_from_nfa(&nfa).ok()?;
        let start = dfa.start_state(&start::Config::new().anchored(Anchored::No)).ok()?;
        Some(Machine { dfa, start })
    }

    fn begin(&self) -> State {
        (!self.dfa.is_match_state(self.start)).then_some(self.start)
    }

    fn step(&self, state: State, byte: u8) -> State {
        let next = self.dfa.next_state(state?, byte);
        (!self.dfa.is_match_state(next)).then_some(next)
    }

    fn accepts(&self, state: State) -> bool {
        state.is_none_or(|state| self.dfa.is_match_state(self.dfa.next_eoi_state(state)))
    }

    fn is_dead(&self, state: State) -> bool {
        state.is_some_and(|state| self.dfa.is_dead_state(state))
    }
}

type Four = (State, State, State, State);

/// The shortest string that `old` and the first of `text` accept, and `new` does not, breadth first. The
/// second of `text` tells what is UTF-8.
fn search(old: &Machine, new: &Machine, text: &(Machine, Machine)) -> Option<Languages> {
    let bytes = bytes();
    let (also, utf8) = text;
    let first: Four = (old.begin(), new.begin(), also.begin(), Some(utf8.start));
    let mut seen: HashSet<Four> = HashSet::from([first]);
    let mut open: VecDeque<(Four, Vec<u8>)> = VecDeque::from([(first, Vec::new())]);
    while let Some(((a, b, c, u), path)) = open.pop_front() {
        // The validity of text is asked at its end, not at its first match.
        let is_text = u.is_some_and(|u| utf8.dfa.is_match_state(utf8.dfa.next_eoi_state(u)));
        if is_text && old.accepts(a) && also.accepts(c) && !new.accepts(b) {
            return String::from_utf8(path).ok().map(Languages::Outside);
        }
        for byte in &bytes {
            let next = (
                old.step(a, *byte),
                new.step(b, *byte),
                also.step(c, *byte),
                u.map(|u| utf8.dfa.next_state(u, *byte)),
            );
            let is_hopeless = old.is_dead(next.0)
                || next.1.is_none()
                || also.is_dead(next.2)
                || utf8.is_dead(next.3);
            if is_hopeless || !seen.insert(next) {
                continue;
            }
            if seen.len() > MOST_STATES {
                return None;
            }
            let mut longer = path.clone();
            longer.push(*byte);
            open.push_back((next, longer));
        }
    }
    Some(Languages::Within)
}

#[cfg(test)]
mod tests {
    use super::{Languages, compare, compare_both, of_length, of_names};

    fn outside(old: &str, new: &str) -> Option<String> {
        match compare(old, new) {
            Some(Languages::Outside(text)) => Some(text),
            _ => None,
        }
    }

    #[test]
    fn languages_are_compared() {
        for (old, new) in [
            ("^(a|b|c)$", "^[a-c]$"),
            ("^[a-c]$", "^(a|b|c)$"),
            ("^abc$", "b"),
            ("[0-9]+", "[0-9]"),
            ("^[a-z]{3}$", "^[a-z]+$"),
            ("^\\d+$", "^[0-9]*$"),
            ("^(foo|bar)baz$", "^\\w+$"),
            ("^a", ""),
            ("^\u{e9}$", "^.$"),
        ] {
            assert_eq!(compare(old, new), Some(Languages::Within), "{old} {new}");
        }
        assert_eq!(outside("^[a-z]+$", "^[a-z]{3}$").as_deref(), Some("a"));
        assert_eq!(outside("[0-9a-f]+", "[0-9]+").as_deref(), Some("a"));
        assert_eq!(outside("^[a-d]$", "^[a-c]$").as_deref(), Some("d"));
        assert_eq!(outside("^.$", "^[\\x00-\\x7f]$").map(|t| t.chars().count()), Some(1));
        assert_eq!(outside("", "^a").as_deref(), Some(""));
        let short = of_length(0, Some(5)).unwrap();
        let within = Some(Languages::Within);
        assert_eq!(compare_both("^(ab)*$", Some(&short), "^(ab){0,3}$"), within);
        assert_eq!(compare("^emai(l|k)$", &of_names(["email", "emaik"].into_iter())), within);
        assert_eq!(outside("a", &of_names([].into_iter())).as_deref(), Some("a"));
        // Looking around is no regular language here.
        assert_eq!(compare("^(?=a)b$", "b"), None);
    }
}
