//! What is told first, and how much of it where room is short. No format.

use std::cmp::Reverse;

use crate::gate::Item;

/// Findings, those that count before those that are waived, the worst first.
pub(super) fn worst_first(items: &[Item]) -> Vec<&Item> {
    let mut sorted: Vec<&Item> = items.iter().collect();
    sorted.sort_by_key(|item| (item.waived.is_some(), Reverse(item.level)));
    sorted
}

/// The first pieces that fit into `room` bytes; where some do not, what `rest` says of how many these are.
pub(super) fn within(room: usize, pieces: &[String], rest: impl Fn(usize) -> String) -> String {
    let length: usize = pieces.iter().map(String::len).sum();
    if length <= room {
        return pieces.concat();
    }
    let room = room.saturating_sub(rest(pieces.len()).len());
    let mut used = 0;
    let fit = pieces.iter().take_while(|piece| {
        used += piece.len();
        used <= room
    });
    let fit: Vec<&str> = fit.map(String::as_str).collect();
    fit.concat() + &rest(pieces.len() - fit.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_counted() {
        let pieces: Vec<String> = (0..10).map(|n| format!("{n}{n}{n}{n}\n")).collect();
        let rest = |n: usize| format!("{n} more\n");
        assert_eq!(within(50, &pieces, rest), pieces.concat());
        let cut = within(49, &pieces, rest);
        assert!(cut.len() <= 49 && cut.ends_with("7777\n2 more\n"), "{cut}");
        assert_eq!(within(3, &pieces, rest), "10 more\n");
    }
}
