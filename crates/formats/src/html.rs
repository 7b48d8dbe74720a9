//! HTML of product descriptions to plain text.

/// Tags off, block ends to line ends, entities to characters, white space collapsed. Scripts, styles and comments go
/// with their content.
pub(crate) fn to_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = match rest.as_bytes()[0] {
            b'<' => tag(rest, &mut text),
            _ => entity(rest, &mut text),
        };
    }
    text.push_str(rest);
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Consumes a tag (or a bare `<`) and returns what follows.
fn tag<'a>(rest: &'a str, text: &mut String) -> &'a str {
    if let Some(comment) = rest.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_, after)| after);
    }
    let name: String = rest[1..].trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    let is_tag = name.starts_with(|first: char| first.is_ascii_alphabetic());
    if !is_tag && !rest.starts_with("<!") {
        text.push('<');
        return &rest[1..];
    }
    let after = rest.split_once('>').map_or("", |(_, after)| after);
    match name.as_str() {
        "script" | "style" if !rest.starts_with("</") => {
            let end = after.to_ascii_lowercase().find(&format!("</{name}"));
            return end.map_or("", |at| after[at..].split_once('>').map_or("", |(_, after)| after));
        }
        "br" | "p" | "div" | "li" | "ul" | "ol" | "tr" | "table" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        | "section" => {
            text.push('\n');
        }
        "td" | "th" | "img" => text.push(' '),
        _ => {}
    }
    after
}

/// Consumes an entity (or a bare `&`) and returns what follows.
fn entity<'a>(rest: &'a str, text: &mut String) -> &'a str {
    let end = rest.bytes().take(10).position(|byte| byte == b';');
    let decoded = end.and_then(|end| decode(&rest[1..end]).map(|character| (character, end)));
    match decoded {
        Some((character, end)) => {
            text.push(character);
            &rest[end + 1..]
        }
        None => {
            text.push('&');
            &rest[1..]
        }
    }
}

fn decode(name: &str) -> Option<char> {
    if let Some(code) = name.strip_prefix('#') {
        let code = match code.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => code.parse().ok()?,
        };
        return char::from_u32(code).filter(|character| !character.is_control());
    }
    let known = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("ndash", '–'),
        ("mdash", '—'),
        ("hellip", '…'),
        ("rsquo", '’'),
        ("lsquo", '‘'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("bdquo", '„'),
        ("euro", '€'),
        ("pound", '£'),
        ("copy", '©'),
        ("reg", '®'),
        ("trade", '™'),
        ("deg", '°'),
        ("times", '×'),
        ("frac12", '½'),
        ("bull", '•'),
        ("auml", 'ä'),
        ("ouml", 'ö'),
        ("uuml", 'ü'),
        ("Auml", 'Ä'),
        ("Ouml", 'Ö'),
        ("Uuml", 'Ü'),
        ("szlig", 'ß'),
        ("eacute", 'é'),
        ("egrave", 'è'),
        ("agrave", 'à'),
        ("ecirc", 'ê'),
        ("ccedil", 'ç'),
        ("ntilde", 'ñ'),
        ("aacute", 'á'),
        ("iacute", 'í'),
        ("oacute", 'ó'),
        ("uacute", 'ú'),
    ];
    known.into_iter().find(|(entity, _)| *entity == name).map(|(_, character)| character)
}

#[cfg(test)]
mod tests {
    use super::to_text;

    #[test]
    fn html_becomes_readable_text() {
        let cases = [
            (
                "<p>Soy wax candle, <strong>220&nbsp;g</strong>.</p><ul><li>40 h</li><li>Vegan</li></ul>",
                "Soy wax candle, 220 g.\n40 h\nVegan",
            ),
            ("Fish &amp; chips &#8364;5 &lt;b&gt; &unknown; & co", "Fish & chips €5 <b> &unknown; & co"),
            ("<style>p{color:red}</style><!-- note --><SCRIPT>alert('<p>')</SCRIPT>x", "x"),
            ("a < b and 3<4", "a < b and 3<4"),
            ("plain\n\n  text", "plain\ntext"),
            ("<p>unclosed <b", "unclosed"),
            ("", ""),
        ];
        for (html, want) in cases {
            assert_eq!(to_text(html), want, "{html}");
        }
    }
}
