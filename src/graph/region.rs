//! Which part of a document a pointer belongs to. What stands below `$defs` is no part of the schema around
//! it until something refers to it, so that a change there is no change of the whole.

use crate::catalog::holds_named;
use crate::document::Pointer;

/// How many bytes of a pointer lead to the innermost store entry around it: `#/$defs/Ulid` of
/// `#/$defs/Ulid/pattern`, `#/components/schemas/Note` of whatever lies in it; 0 where there is none.
pub(super) fn home(at: &Pointer) -> usize {
    let text = at.as_str();
    let (mut length, mut home) = (0, 0);
    // A name is no keyword, whatever it looks like.
    let (mut names_left, mut is_store) = (0, false);
    for (depth, token) in text.split('/').skip(1).enumerate() {
        length += token.len() + 1;
        if names_left > 0 {
            names_left -= 1;
            if names_left == 0 && is_store {
                home = length;
            }
            continue;
        }
        is_store = matches!(token, "$defs" | "definitions");
        names_left = match token {
            // `components/schemas/Note`: a section, then a name.
            "components" if depth == 0 => {
                is_store = true;
                2
            }
            "paths" | "webhooks" if depth == 0 => 1,
            "responses" | "content" | "headers" | "callbacks" | "encoding" => 1,
            keyword => usize::from(holds_named(keyword)),
        };
    }
    // The store itself is no part of the schema around it, either.
    if names_left > 0 && is_store { length } else { home }
}

/// The pointers of which `at` is a part: itself, then what stands around it, up to its store entry.
pub fn around(at: &Pointer) -> impl Iterator<Item = Pointer> {
    let home = home(at);
    let upwards = std::iter::successors(Some(at.clone()), Pointer::parent);
    upwards.take_while(move |pointer| pointer.as_str().len() >= home)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home_of(text: &str) -> &str {
        text.get(..home(&Pointer::from(text))).unwrap()
    }

    #[test]
    fn definitions_are_homes() {
        assert_eq!(home_of(""), "");
        assert_eq!(home_of("/properties/title"), "");
        assert_eq!(home_of("/$defs"), "/$defs");
        assert_eq!(home_of("/components/schemas"), "/components/schemas");
        assert_eq!(home_of("/properties"), "");
        assert_eq!(home_of("/$defs/Ulid/pattern"), "/$defs/Ulid");
        assert_eq!(home_of("/$defs/A/properties/x/$defs/B/items"), "/$defs/A/properties/x/$defs/B");
        assert_eq!(home_of("/components/schemas/Note/properties/id"), "/components/schemas/Note");
    }

    #[test]
    fn a_property_may_be_named_like_a_store() {
        assert_eq!(home_of("/properties/$defs/properties/definitions/type"), "");
        assert_eq!(home_of("/paths/~1components/get/responses/definitions/content"), "");
    }

    #[test]
    fn a_part_belongs_to_what_is_around_it_up_to_its_home() {
        let all = |text: &str| -> Vec<String> {
            around(&Pointer::from(text)).map(|p| p.to_string()).collect()
        };
        assert_eq!(all("/properties/a"), ["/properties/a", "/properties", ""]);
        assert_eq!(all("/$defs/A/items"), ["/$defs/A/items", "/$defs/A"]);
        let (a, ab) = (Pointer::from("/a"), Pointer::from("/ab"));
        assert!(a.is_within(&a) && a.is_within(&Pointer::root()) && !ab.is_within(&a));
    }
}
