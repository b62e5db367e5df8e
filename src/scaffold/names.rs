//! One name in the spellings that contracts ask for.

use super::Blocked;

/// Names of devices that Windows takes for no files, whatever their extension.
const DEVICES: [&str; 4] = ["aux", "con", "nul", "prn"];

/// Longest name: it becomes part of file names.
const MOST: usize = 80;

/// The words of a name: lower-case letters and digits of ASCII.
pub(super) fn words(name: &str) -> Result<Vec<String>, Blocked> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for c in plain(name).chars() {
        let is_word = c.is_ascii_alphanumeric();
        let begins =
            c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        if (begins || !is_word) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| is_word) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    let shown: String = name.chars().take(40).collect();
    let Some(first) = words.first() else {
        let message = format!("`{shown}` has no letter from a to z to make a name of");
        return Err(Blocked::new(message, "write a name such as `user_preference`"));
    };
    if first.starts_with(|c: char| c.is_ascii_digit()) {
        let message = format!("`{shown}` begins with a digit, which topics and operations may not");
        return Err(Blocked::new(message, "begin the name with a letter"));
    }
    let snake = words.join("_");
    if snake.len() > MOST {
        let message = format!("the name has {} characters", snake.len());
        return Err(Blocked::new(message, format!("a name has {MOST} characters at most")));
    }
    let is_port = |word: &str| {
        let port = word.strip_prefix("com").or(word.strip_prefix("lpt"));
        port.is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    if DEVICES.contains(&snake.as_str()) || is_port(&snake) {
        let message = format!("`{snake}` is the name of a device on Windows");
        return Err(Blocked::new(message, "take another name"));
    }
    Ok(words)
}

/// Letters without their marks: `Größe` is `Grosse`.
fn plain(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let is_mark = |c: &char| matches!(c, '\u{300}'..='\u{36f}');
    let bare = name.nfkd().filter(|c| !is_mark(c)).collect::<String>();
    bare.replace('ß', "ss")
        .replace(['æ', 'Æ'], "ae")
        .replace(['ø', 'Ø'], "o")
        .replace(['ł', 'Ł'], "l")
}

/// `user_preference`
pub(super) fn snake(words: &[String]) -> String {
    words.join("_")
}

/// `user-preference`
pub(super) fn kebab(words: &[String]) -> String {
    words.join("-")
}

/// `USER_PREFERENCE`
pub(super) fn screaming(words: &[String]) -> String {
    snake(words).to_ascii_uppercase()
}

/// `UserPreference`
pub(super) fn pascal(words: &[String]) -> String {
    words.iter().map(|word| capital(word)).collect()
}

/// `userPreference`
pub(super) fn camel(words: &[String]) -> String {
    let mut rest = words.iter();
    let first = rest.next().cloned().unwrap_or_default();
    first + &rest.map(|word| capital(word)).collect::<String>()
}

/// `User preference`
pub(super) fn title(words: &[String]) -> String {
    capital(&words.join(" "))
}

fn capital(word: &str) -> String {
    let mut rest = word.chars();
    rest.next().map_or_else(String::new, |c| c.to_ascii_uppercase().to_string() + rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_comes_from_the_same_words() {
        for name in ["user_preference", "UserPreference", "user-preference", "  User preference! "]
        {
            let words = words(name).unwrap();
            assert_eq!(snake(&words), "user_preference", "{name}");
            assert_eq!(screaming(&words), "USER_PREFERENCE");
            assert_eq!(
                (pascal(&words), camel(&words)),
                ("UserPreference".into(), "userPreference".into())
            );
            assert_eq!(
                (kebab(&words), title(&words)),
                ("user-preference".into(), "User preference".into())
            );
        }
        assert_eq!(snake(&words("Über Größe").unwrap()), "uber_grosse");
        for name in ["", "日本", "..", "2fa", "con", "COM1", &"x".repeat(81)] {
            words(name).unwrap_err();
        }
    }
}
