//! Values that are bound to placeholders.

/// A parameter of a statement. Typed also when NULL, because PostgreSQL needs the type.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A whole number, also booleans (0, 1) and times (ms UTC).
    Int(Option<i64>),
    /// A floating-point number.
    Float(Option<f64>),
    /// Text, also JSON documents and ids.
    Text(Option<String>),
    /// Raw bytes.
    Bytes(Option<Vec<u8>>),
}

impl Value {
    /// A JSON document.
    ///
    /// # Panics
    /// Never for the types of this workspace: they have string keys and no failing serialisers.
    pub fn json<T: serde::Serialize + ?Sized>(value: &T) -> Value {
        Value::Text(Some(serde_json::to_string(value).expect("documents have string keys")))
    }

    /// The word by which an enum without fields is stored: its serde name.
    ///
    /// # Panics
    /// The type does not serialise to a text; never for the enums of this workspace.
    pub fn word<T: serde::Serialize + ?Sized>(value: &T) -> Value {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::String(word)) => Value::Text(Some(word)),
            other => panic!("a word was expected, not {other:?}"),
        }
    }

    /// The text of anything with a textual form (ids, days).
    pub fn text(value: impl std::fmt::Display) -> Value {
        Value::Text(Some(value.to_string()))
    }
}

macro_rules! from {
    ($($type:ty => $variant:ident($convert:expr)),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Value::$variant(Some($convert(value)))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Value::$variant(value.map($convert))
            }
        }
    )*};
}

from! {
    i64 => Int(|v| v),
    i32 => Int(i64::from),
    u32 => Int(i64::from),
    bool => Int(i64::from),
    domain::InstantMs => Int(|v: domain::InstantMs| v.0),
    f64 => Float(|v| v),
    String => Text(|v| v),
    &str => Text(|v: &str| v.to_owned()),
    &String => Text(|v: &String| v.clone()),
    domain::Day => Text(|v: domain::Day| v.to_string()),
    Vec<u8> => Bytes(|v| v),
    &[u8] => Bytes(|v: &[u8]| v.to_vec()),
}
