//! `track` calls of the Segment e-commerce specification as JSON: what storefront libraries and event pipelines send.

use domain::{
    InstantMs, Micros,
    event::{Event, EventName, EventProduct, Shown},
};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Clocks of senders that differ less are left alone, ms.
const SKEW_MS: i64 = 60_000;
/// How far ahead of the receiver an event may be once its sender's clock is allowed for, ms.
const AHEAD_MS: i64 = 3_600_000;

/// Reads one call. `received` is the receiver's time, `None` for files. A product is known by `sku`, else
/// `product_id`; a customer by `userId`, else the e-mail address among the traits. Keys may be written in camel or snake
/// case, and properties may stand at the top.
///
/// A sender that says `sentAt` has its clock corrected by it, as Segment does (timestamp = received − (sent − original)).
///
/// # Errors
/// In words for the sender: what is missing or wrong.
pub fn event(value: &Value, received: Option<InstantMs>) -> Result<Event, String> {
    let Some(call) = value.as_object() else { return Err("it is no JSON object".into()) };
    match text(call, &["type"]).as_deref() {
        None | Some("track") => {}
        Some(other) => return Err(format!("`{other}` calls are not taken; send `track` calls")),
    }
    let Some(word) = text(call, &["event"]) else { return Err("`event`, its name, is missing".into()) };
    let Some(name) = EventName::parse(&word) else {
        let names: Vec<&str> = EventName::ALL.iter().map(|name| name.spec()).collect();
        return Err(format!("`{}` is not taken; the names are {}", short(&word), names.join(", ")));
    };
    let empty = Map::new();
    let properties = call.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let property = |keys: &[&str]| text(properties, keys).or_else(|| text(call, keys));
    let at = when(call, received)?;
    let mut event = Event {
        message_id: text(call, &["messageId", "message_id"]).unwrap_or_default(),
        name,
        at,
        anonymous_id: text(call, &["anonymousId", "anonymous_id"]),
        user_id: text(call, &["userId", "user_id"]).or_else(|| email(call, properties)),
        products: products(call, properties)?,
        order_id: property(&["order_id", "orderId"]),
        shown: Shown {
            placement: property(&["placement"]),
            change: property(&["change_id", "changeId", "change"]),
            arm: property(&["arm"]),
        },
    };
    if event.message_id.is_empty() {
        event.message_id = event.derive_id();
    }
    event.check()?;
    Ok(event)
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// A text or number as text, without white space around it; `None` where it is empty or something else.
fn text(map: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match map.get(*key)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

fn email(call: &Map<String, Value>, properties: &Map<String, Value>) -> Option<String> {
    let traits = |map: &Map<String, Value>| text(map.get("traits")?.as_object()?, &["email"]);
    let context = call.get("context").and_then(Value::as_object);
    context.and_then(traits).or_else(|| traits(call)).or_else(|| text(properties, &["email"]))
}

/// An instant as RFC 3339, or as milliseconds or seconds since 1970.
fn instant(map: &Map<String, Value>, keys: &[&str]) -> Result<Option<InstantMs>, String> {
    let Some(word) = text(map, keys) else { return Ok(None) };
    parse_instant(&word)
        .map(Some)
        .ok_or_else(|| format!("`{}` is not a time; write 2026-01-31T09:00:00Z", short(&word)))
}

/// RFC 3339, or 9 to 14 digits: seconds since 1970 up to 11 of them, else milliseconds.
pub(crate) fn parse_instant(word: &str) -> Option<InstantMs> {
    if (9..=14).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i64 = word.parse().ok()?;
        return Some(InstantMs(if word.len() <= 11 { number * 1_000 } else { number }));
    }
    word.parse::<Timestamp>().ok().map(InstantMs::from)
}

fn when(call: &Map<String, Value>, received: Option<InstantMs>) -> Result<InstantMs, String> {
    let said = instant(call, &["timestamp"])?;
    let original = instant(call, &["originalTimestamp", "original_timestamp"])?;
    let passed_on = instant(call, &["receivedAt", "received_at"])?;
    let told = said.or(original).or(passed_on);
    let (told, received) = match (told, received) {
        (Some(told), Some(received)) => (told, received),
        // Nobody's clock but the receiver's is in it.
        (None, Some(received)) => return Ok(received),
        (Some(told), None) => return Ok(told),
        (None, None) => return Err("`timestamp` is missing".into()),
    };
    let skew = match instant(call, &["sentAt", "sent_at"])? {
        // Whoever received it before us has corrected it already.
        Some(sent) if passed_on.is_none() && (received.0 - sent.0).abs() > SKEW_MS => received.0 - sent.0,
        _ => 0,
    };
    match told.0.saturating_add(skew) {
        at if at > received.0 + AHEAD_MS => Err("`timestamp` lies in the future".into()),
        at => Ok(InstantMs(at.min(received.0))),
    }
}

fn products(call: &Map<String, Value>, properties: &Map<String, Value>) -> Result<Vec<EventProduct>, String> {
    let listed = properties.get("products").or_else(|| call.get("products")).and_then(Value::as_array);
    if let Some(listed) = listed {
        let each = listed.iter().filter_map(Value::as_object).map(product);
        return each.filter_map(Result::transpose).collect();
    }
    Ok(match product(properties)? {
        Some(product) => vec![product],
        None => product(call)?.into_iter().collect(),
    })
}

fn product(map: &Map<String, Value>) -> Result<Option<EventProduct>, String> {
    let Some(product_id) = text(map, &["sku", "product_id", "productId"]) else { return Ok(None) };
    let number = |key: &str| match text(map, &[key]) {
        None => Ok(None),
        Some(word) => match word.parse::<f64>() {
            Ok(number) if number.is_finite() && number.abs() < 1e9 => Ok(Some(number)),
            _ => Err(format!("`{key}` of `{}` is no number: `{}`", short(&product_id), short(&word))),
        },
    };
    let quantity = number("quantity")?.map_or(1, |quantity| quantity.round() as i64);
    let price_micros = number("price")?.map(|price| (price * 1e6).round() as Micros);
    Ok(Some(EventProduct { product_id, quantity, price_micros }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: InstantMs = InstantMs(1_767_225_600_000);

    #[test]
    fn a_call_of_the_specification_is_read() {
        let call = json!({
            "type": "track", "event": "Order Completed", "messageId": "ajs-1", "anonymousId": "d-1", "userId": null,
            "timestamp": "2025-12-31T23:59:00.500Z",
            "context": {"traits": {"email": "Ada@example.com"}, "page": {"url": "…"}},
            "properties": {"order_id": 50314, "placement": "cart", "change_id": "c", "arm": "change", "products": [
                {"product_id": "507f", "sku": "45790-32", "price": "19.90", "quantity": 2, "name": "Monopoly"},
                {"product_id": 505, "price": 3}
            ]}
        });
        let read = event(&call, Some(NOW)).expect("an event");
        assert_eq!((read.name, read.message_id.as_str()), (EventName::OrderCompleted, "ajs-1"));
        assert_eq!(read.at, InstantMs(NOW.0 - 59_500));
        assert_eq!(read.user_id.as_deref(), Some("Ada@example.com"));
        assert_eq!(read.order_id.as_deref(), Some("50314"));
        let first = EventProduct { product_id: "45790-32".into(), quantity: 2, price_micros: Some(19_900_000) };
        assert_eq!(read.products[0], first);
        assert_eq!(read.products[1].product_id, "505");
        assert_eq!(read.shown.arm.as_deref(), Some("change"));
    }

    #[test]
    fn flat_calls_without_an_id_get_one() {
        let call =
            json!({"event": "product_viewed", "anonymous_id": "a", "timestamp": 1_767_225_599_000_i64, "sku": "X"});
        let read = event(&call, None).expect("an event");
        assert!(read.message_id.starts_with("fn-"));
        assert_eq!(event(&call, None).expect("an event"), read);
        assert_eq!(read.at, InstantMs(1_767_225_599_000));
        let seconds = json!({"event": "product_viewed", "anonymous_id": "a", "timestamp": 1_767_225_599, "sku": "X"});
        assert_eq!(event(&seconds, None).expect("an event").message_id, read.message_id);
    }

    #[test]
    fn a_wrong_clock_is_corrected_and_the_future_refused() {
        let call = |timestamp: &str, sent: &str| json!({"event": "Cart Viewed", "anonymousId": "a", "timestamp": timestamp, "sentAt": sent});
        // Sent at noon by its own clock, half an hour after the event; received at midnight.
        let read = event(&call("2026-01-01T11:30:00Z", "2026-01-01T12:00:00Z"), Some(NOW)).expect("an event");
        assert_eq!(read.at, InstantMs(NOW.0 - 1_800_000));
        let ahead = json!({"event": "Cart Viewed", "anonymousId": "a", "timestamp": "2026-01-01T00:10:00Z"});
        assert_eq!(event(&ahead, Some(NOW)).expect("an event").at, NOW);
        let untimed = json!({"event": "Cart Viewed", "anonymousId": "a", "sentAt": "2025-12-31T12:00:00Z"});
        assert_eq!(event(&untimed, Some(NOW)).expect("an event").at, NOW);
        let future = json!({"event": "Cart Viewed", "anonymousId": "a", "timestamp": "2027-01-01T00:10:00Z"});
        assert!(event(&future, Some(NOW)).expect_err("refused").contains("future"));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |call: Value| event(&call, Some(NOW)).expect_err("wrong");
        insta::assert_snapshot!(
            [
                wrong(json!([])),
                wrong(json!({"type": "page", "anonymousId": "a"})),
                wrong(json!({"anonymousId": "a"})),
                wrong(json!({"event": "Signed Up", "anonymousId": "a"})),
                wrong(json!({"event": "Product Viewed", "anonymousId": "a"})),
                wrong(json!({"event": "Product Viewed", "properties": {"sku": "A"}})),
                wrong(json!({"event": "Cart Viewed", "anonymousId": "a", "timestamp": "yesterday"})),
                wrong(json!({"event": "Product Added", "anonymousId": "a", "properties": {"sku": "A", "quantity": "many"}})),
            ]
            .join("\n"),
            @r"
        it is no JSON object
        `page` calls are not taken; send `track` calls
        `event`, its name, is missing
        `Signed Up` is not taken; the names are Products Searched, Product List Viewed, Product Clicked, Product Viewed, Product Added, Product Removed, Cart Viewed, Checkout Started, Order Completed
        `Product Viewed` needs `properties.product_id`
        it names nobody; give `anonymousId`, `userId` or both
        `yesterday` is not a time; write 2026-01-31T09:00:00Z
        `quantity` of `A` is no number: `many`
        "
        );
    }
}
