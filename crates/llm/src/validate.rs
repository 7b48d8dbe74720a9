//! Whether an answer is what was asked for.

use serde_json::Value;

use crate::provider::without;

/// Most errors that are told.
const MOST_ERRORS: usize = 5;

/// The JSON of an answer that satisfies the schema. More array items than asked for are no fault: whoever reads the
/// answer takes what it can use.
///
/// # Errors
/// What does not hold, in sentences a model can act on.
pub(crate) fn validate(text: &str, schema: &Value, is_cut: bool) -> Result<Value, Vec<String>> {
    let Some(value) = json_in(text) else {
        let reason = if is_cut {
            "the JSON breaks off because the answer is too long; write shorter texts"
        } else {
            "no JSON object was found"
        };
        return Err(vec![reason.to_owned()]);
    };
    let schema = without(schema, &["maxItems"]);
    let validator =
        jsonschema::validator_for(&schema).map_err(|error| vec![format!("the schema is invalid: {error}")])?;
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .take(MOST_ERRORS)
        .map(|error| {
            let place = error.instance_path().to_string();
            let words: String = error.to_string().chars().take(200).collect();
            if place.is_empty() { words } else { format!("at {place}: {words}") }
        })
        .collect();
    if errors.is_empty() { Ok(value) } else { Err(errors) }
}

/// The JSON object of an answer: the whole of it, or the outermost braces of prose or a fence.
fn json_in(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(value @ Value::Object(_)) = serde_json::from_str(text) {
        return Some(value);
    }
    let (start, end) = (text.find('{')?, text.rfind('}')?);
    serde_json::from_str(text.get(start..=end)?).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_judged_by_the_schema() {
        let schema = json!({
            "type": "object", "required": ["headline"], "additionalProperties": false,
            "properties": {"headline": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2}}
        });
        assert!(validate(r#"{"headline": ["a", "b", "c"]}"#, &schema, false).is_ok());
        assert!(validate("Here:\n```json\n{\"headline\": [\"a\"]}\n```", &schema, false).is_ok());
        for (text, word) in [
            (r#"{"headlines": ["a"]}"#, "headline"),
            (r#"{"headline": "a"}"#, "array"),
            (r#"{"headline": []}"#, "at /headline"),
            ("nothing", "no JSON"),
        ] {
            let errors = validate(text, &schema, false).err().unwrap_or_default();
            assert!(errors.iter().any(|error| error.contains(word)), "{text}: {errors:?}");
        }
        assert!(validate("{\"headline\": [\"a", &schema, true).err().unwrap_or_default()[0].contains("breaks off"));
    }
}
