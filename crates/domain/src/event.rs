//! What visitors of a shop do, in the words of the Segment e-commerce specification (version 2, "Events summary").

use serde::{Deserialize, Serialize};

use crate::{InstantMs, Micros};

/// Most products that one event may name.
pub const MOST_PRODUCTS: usize = 100;

/// Longest id or word that an event may carry, bytes.
pub const LONGEST_TEXT: usize = 200;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $spec:literal;)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum EventName { $($(#[$doc])* $name,)* }

        impl EventName {
            /// All of them, in the order of a visit.
            pub const ALL: &'static [EventName] = &[$(EventName::$name,)*];

            /// The word stored in inbox and lake.
            pub fn as_str(self) -> &'static str { match self { $(EventName::$name => $word,)* } }

            /// The name as the specification writes it.
            pub fn spec(self) -> &'static str { match self { $(EventName::$name => $spec,)* } }
        }
    };
}

names! {
    /// Somebody searched; what they typed is not kept.
    ProductsSearched = "products_searched", "Products Searched";
    /// A list or category was shown.
    ProductListViewed = "product_list_viewed", "Product List Viewed";
    /// A product in a list, or a recommended one, was clicked.
    ProductClicked = "product_clicked", "Product Clicked";
    /// A product page was seen.
    ProductViewed = "product_viewed", "Product Viewed";
    /// Put into the cart.
    ProductAdded = "product_added", "Product Added";
    /// Taken out of the cart.
    ProductRemoved = "product_removed", "Product Removed";
    /// The cart was looked at.
    CartViewed = "cart_viewed", "Cart Viewed";
    /// The checkout was begun.
    CheckoutStarted = "checkout_started", "Checkout Started";
    /// The order was placed. Money is counted from orders, never from this event.
    OrderCompleted = "order_completed", "Order Completed";
}

impl EventName {
    /// Finds a name however it is written: `Product Viewed`, `product_viewed`, `productViewed`.
    pub fn parse(text: &str) -> Option<EventName> {
        let same = |word: &str| {
            let mut letters = text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
            word.bytes().filter(u8::is_ascii_alphanumeric).all(|byte| letters.next() == Some(byte))
                && letters.next().is_none()
        };
        EventName::ALL.iter().copied().find(|name| same(name.as_str()))
    }

    /// Whether the event means nothing without a product.
    pub fn needs_product(self) -> bool {
        use EventName as E;
        matches!(self, E::ProductClicked | E::ProductViewed | E::ProductAdded | E::ProductRemoved)
    }
}

impl std::str::FromStr for EventName {
    type Err = String;
    fn from_str(text: &str) -> Result<EventName, String> {
        EventName::parse(text).ok_or_else(|| text.to_owned())
    }
}

/// A product of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventProduct {
    /// What the shop's orders call it: SKU, stock code or variant id.
    pub product_id: String,
    /// Units, at least 1.
    pub quantity: i64,
    /// Price of one unit in millionths, where the event names it.
    pub price_micros: Option<Micros>,
}

impl EventProduct {
    /// One unit of a product.
    pub fn one(product_id: &str) -> EventProduct {
        EventProduct { product_id: product_id.to_owned(), quantity: 1, price_micros: None }
    }
}

/// The recommendation that was clicked or led here, as the answer that showed it named it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Shown {
    /// Placement, e.g. `product`.
    pub placement: Option<String>,
    /// Id of the change in the ledger.
    pub change: Option<String>,
    /// Arm of the change: `change` or `baseline`.
    pub arm: Option<String>,
}

/// One event, in one canonical form whatever it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Identity: received twice, it counts once.
    pub message_id: String,
    /// What happened.
    pub name: EventName,
    /// When.
    pub at: InstantMs,
    /// The device's id, drawn by whoever tracks it. Kept as a keyed hash.
    pub anonymous_id: Option<String>,
    /// The customer, by the identifier that orders use. Kept as a pseudonym.
    pub user_id: Option<String>,
    /// Products, in the event's order.
    pub products: Vec<EventProduct>,
    /// Order number, of [`EventName::OrderCompleted`].
    pub order_id: Option<String>,
    /// What was shown, where a recommendation had part in it.
    pub shown: Shown,
}

impl Event {
    /// What is wrong with it, in words for whoever sends it.
    ///
    /// # Errors
    /// It names nobody, lacks its product, names too many, or a text is too long.
    pub fn check(&self) -> Result<(), String> {
        if self.anonymous_id.is_none() && self.user_id.is_none() {
            return Err("it names nobody; give `anonymousId`, `userId` or both".into());
        }
        if self.name.needs_product() && self.products.is_empty() {
            return Err(format!("`{}` needs `properties.product_id`", self.name.spec()));
        }
        if self.products.len() > MOST_PRODUCTS {
            return Err(format!("it names {} products; {MOST_PRODUCTS} are the most", self.products.len()));
        }
        let shown = [&self.shown.placement, &self.shown.change, &self.shown.arm];
        let texts = [Some(&self.message_id), self.anonymous_id.as_ref(), self.user_id.as_ref(), self.order_id.as_ref()]
            .into_iter()
            .chain(shown.map(Option::as_ref))
            .flatten()
            .chain(self.products.iter().map(|product| &product.product_id));
        for text in texts {
            if text.len() > LONGEST_TEXT || text.contains(char::is_control) {
                let head: String = text.chars().take(20).collect();
                return Err(format!("`{head}…` is no id: at most {LONGEST_TEXT} bytes, no control characters"));
            }
        }
        match self.products.iter().find(|product| !(1..=1_000_000).contains(&product.quantity)) {
            Some(product) => {
                Err(format!("quantity {} of `{}` is not 1 to 1,000,000", product.quantity, product.product_id))
            }
            None => Ok(()),
        }
    }

    /// An id out of the content, for events that come without one: the same event twice gets the same id.
    pub fn derive_id(&self) -> String {
        let mut hash = blake3::Hasher::new();
        let mut put = |text: &str| {
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        put(self.name.as_str());
        put(&self.at.0.to_string());
        for text in [&self.anonymous_id, &self.user_id, &self.order_id] {
            put(text.as_deref().unwrap_or_default());
        }
        for product in &self.products {
            put(&product.product_id);
            put(&product.quantity.to_string());
        }
        format!("fn-{}", &hash.finalize().to_hex()[..24])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            message_id: "m1".into(),
            name: EventName::ProductViewed,
            at: InstantMs(1),
            anonymous_id: Some("a".into()),
            user_id: None,
            products: vec![EventProduct::one("SKU")],
            order_id: None,
            shown: Shown::default(),
        }
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        for &name in EventName::ALL {
            assert_eq!(EventName::parse(name.spec()), Some(name));
            assert_eq!(EventName::parse(name.as_str()), Some(name));
        }
        assert_eq!(EventName::parse("productViewed"), Some(EventName::ProductViewed));
        for wrong in ["", "Product", "Product Viewed Twice", "Prodüct Viewed"] {
            assert_eq!(EventName::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |change: fn(&mut Event)| {
            let mut event = event();
            change(&mut event);
            event.check().expect_err("wrong")
        };
        assert_eq!(event().check(), Ok(()));
        assert!(wrong(|event| event.anonymous_id = None).contains("nobody"));
        assert!(wrong(|event| event.products.clear()).contains("product_id"));
        assert!(wrong(|event| event.products = vec![EventProduct::one("x"); 101]).contains("100 are the most"));
        assert!(wrong(|event| event.order_id = Some("x".repeat(201))).contains("no id"));
        assert!(wrong(|event| event.products[0].quantity = 0).contains("quantity 0"));
    }

    #[test]
    fn an_id_follows_the_content() {
        let (a, mut b) = (event(), event());
        assert_eq!(a.derive_id(), b.derive_id());
        b.at = InstantMs(2);
        assert_ne!(a.derive_id(), b.derive_id());
    }
}
