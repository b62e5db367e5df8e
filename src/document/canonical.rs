//! Canonical JSON as RFC 8785 (JCS) defines it: the form whose hash events carry.

use super::{Data, Member, Value};

/// The canonical UTF-8 text of a value. Numbers are IEEE doubles there (RFC 8785 §3.2.2.3);
/// `None` when one is too large to be one.
pub fn canonical_json(value: &Value) -> Option<String> {
    let mut out = String::new();
    write(value, &mut out).then_some(out)
}

fn write(value: &Value, out: &mut String) -> bool {
    match &value.data {
        Data::Null => out.push_str("null"),
        Data::Bool(true) => out.push_str("true"),
        Data::Bool(false) => out.push_str("false"),
        Data::Number(number) => {
            let double = number.to_f64();
            if !double.is_finite() {
                return false;
            }
            out.push_str(ryu_js::Buffer::new().format_finite(double));
        }
        Data::String(text) => write_string(text, out),
        Data::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                if !write(item, out) {
                    return false;
                }
            }
            out.push(']');
        }
        Data::Object(members) => return write_object(members, out),
    }
    true
}

fn write_object(members: &[Member], out: &mut String) -> bool {
    // A stable sort keeps repeated keys in file order; of those the last is the value.
    let mut sorted: Vec<&Member> = members.iter().collect();
    sorted.sort_by(|a, b| a.key.encode_utf16().cmp(b.key.encode_utf16()));
    out.push('{');
    let mut first = true;
    for (i, member) in sorted.iter().enumerate() {
        if sorted.get(i + 1).is_some_and(|next| next.key == member.key) {
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        write_string(&member.key, out);
        out.push(':');
        if !write(&member.value, out) {
            return false;
        }
    }
    out.push('}');
    true
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, Syntax, parse};
    use super::canonical_json;

    fn canonical(text: &str) -> String {
        canonical_json(&parse(text.as_bytes(), Syntax::Json, &Limits::default()).value.unwrap())
            .unwrap()
    }

    #[test]
    fn rfc_8785_section_3_2_2() {
        let input = r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        let expected = concat!(
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
            r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
        assert_eq!(canonical(input), expected);
    }

    #[test]
    fn rfc_8785_sorts_by_utf16_units() {
        // U+1F600 is D83D DE00 in UTF-16 and so comes before U+FB33.
        assert_eq!(
            canonical("{\"\u{fb33}\":1,\"\u{1f600}\":2}"),
            "{\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
    }
}
