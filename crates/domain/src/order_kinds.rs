//! Kinds of orders that say nothing about what a shop's visitors want next (renewals, wholesale, tests …), and the rules
//! by which they are recognised. What is recognised stays in every total; only opportunities leave it out.

use serde::{Deserialize, Serialize};

use crate::facts::Order;

/// A kind of order or line that opportunities leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderClass {
    /// Placed to try the shop out.
    Test,
    /// By the brand's own people.
    Staff,
    /// Goods in place of returned ones.
    Exchange,
    /// Lines that sell a gift card.
    GiftCard,
    /// Every delivery of a subscription but the first.
    SubscriptionRenewal,
    /// By another business.
    Wholesale,
    /// At a till.
    PointOfSale,
    /// Nothing was paid: samples, gifts to creators.
    Free,
}

impl OrderClass {
    /// All, in the order in which they are shown.
    pub const ALL: [OrderClass; 8] = [
        OrderClass::SubscriptionRenewal,
        OrderClass::Wholesale,
        OrderClass::PointOfSale,
        OrderClass::GiftCard,
        OrderClass::Exchange,
        OrderClass::Test,
        OrderClass::Staff,
        OrderClass::Free,
    ];

    /// The word in files, in SQL and in the interface to programs.
    pub fn as_str(self) -> &'static str {
        match self {
            OrderClass::Test => "test",
            OrderClass::Staff => "staff",
            OrderClass::Exchange => "exchange",
            OrderClass::GiftCard => "gift_card",
            OrderClass::SubscriptionRenewal => "subscription_renewal",
            OrderClass::Wholesale => "wholesale",
            OrderClass::PointOfSale => "point_of_sale",
            OrderClass::Free => "free",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            OrderClass::Test => "Test orders",
            OrderClass::Staff => "Staff orders",
            OrderClass::Exchange => "Exchanges",
            OrderClass::GiftCard => "Gift cards",
            OrderClass::SubscriptionRenewal => "Subscription renewals",
            OrderClass::Wholesale => "Wholesale",
            OrderClass::PointOfSale => "Point of sale",
            OrderClass::Free => "Given away",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<OrderClass> {
        OrderClass::ALL.into_iter().find(|class| class.as_str() == word)
    }
}

/// What an export says about an order beside its money, as written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OrderMarks {
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Where it was placed: `web`, `pos`, the name or number of an app.
    #[serde(default)]
    pub source: String,
    /// How it was paid.
    #[serde(default)]
    pub payment: String,
}

impl OrderMarks {
    /// Whether the export said nothing.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.source.is_empty() && self.payment.is_empty()
    }
}

/// The marks of an order in one canonical text, e.g. `pay:paypal|source:web|tag:vip`: equal for orders that no rule can
/// tell apart by them. Of a customer's e-mail only a digest of the domain is in it. `None` where there are none.
pub fn marks_text(order: &Order) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut put = |name: &str, value: &str| {
        let value = plain(value);
        if !value.is_empty() {
            parts.push(format!("{name}:{value}"));
        }
    };
    order.marks.tags.iter().for_each(|tag| put("tag", tag));
    put("source", &order.marks.source);
    put("pay", &order.marks.payment);
    if let Some((_, domain)) = order.customer_key.as_deref().and_then(|key| key.rsplit_once('@')) {
        put("domain", &domain_digest(domain));
    }
    if !order.lines.is_empty() && order.lines_micros() == i128::from(order.discount_micros) {
        put("free", "yes");
    }
    parts.sort();
    parts.dedup();
    (!parts.is_empty()).then(|| parts.join("|"))
}

/// The number under which a text of marks is known, never negative: it follows from the text.
pub fn marks_id(text: &str) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..8]);
    i64::from_le_bytes(bytes) & i64::MAX
}

/// Sixteen letters that stand for an e-mail's domain; letters, because [`plain`] takes runs of digits for ids.
fn domain_digest(domain: &str) -> String {
    let hash = blake3::hash(domain.trim().trim_start_matches('@').to_lowercase().as_bytes());
    hash.as_bytes()[..8].iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| char::from(b'a' + half)).collect()
}

/// Lower case without what separates marks; numbers of four digits and more (ids, dates) as `#`, so that tags that are
/// new on every order do not make every order's marks unique.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    let lower = text.trim().to_lowercase();
    for c in lower.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_ascii_digit() => digits.push(c),
            c => {
                out.push_str(if digits.len() >= 4 { "#" } else { &digits });
                digits.clear();
                out.extend(c.map(|c| if c == '|' { '/' } else { c }));
            }
        }
    }
    out
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleField {
    /// One of the order's tags.
    Tag,
    /// Where it was placed.
    Source,
    /// How it was paid.
    Payment,
    /// The discount code.
    DiscountCode,
    /// The domain of the customer's e-mail, whole: no `*`.
    EmailDomain,
    /// The line's SKU: the line is of the kind, not the order.
    Sku,
    /// The line's name: the line is of the kind, not the order.
    LineName,
    /// Nothing was paid; takes no texts.
    PriceZero,
}

impl RuleField {
    /// All.
    pub const ALL: [RuleField; 8] = [
        RuleField::Tag,
        RuleField::Source,
        RuleField::Payment,
        RuleField::DiscountCode,
        RuleField::EmailDomain,
        RuleField::Sku,
        RuleField::LineName,
        RuleField::PriceZero,
    ];

    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            RuleField::Tag => "tag",
            RuleField::Source => "source",
            RuleField::Payment => "payment",
            RuleField::DiscountCode => "discount_code",
            RuleField::EmailDomain => "email_domain",
            RuleField::Sku => "sku",
            RuleField::LineName => "line_name",
            RuleField::PriceZero => "price_zero",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            RuleField::Tag => "Tag",
            RuleField::Source => "Source",
            RuleField::Payment => "Payment method",
            RuleField::DiscountCode => "Discount code",
            RuleField::EmailDomain => "E-mail domain",
            RuleField::Sku => "SKU of the line",
            RuleField::LineName => "Name of the line",
            RuleField::PriceZero => "Nothing was paid",
        }
    }

    /// The field of a word.
    pub fn parse(word: &str) -> Option<RuleField> {
        RuleField::ALL.into_iter().find(|field| field.as_str() == word)
    }

    fn mark(self) -> Option<&'static str> {
        match self {
            RuleField::Tag => Some("tag"),
            RuleField::Source => Some("source"),
            RuleField::Payment => Some("pay"),
            RuleField::EmailDomain => Some("domain"),
            RuleField::PriceZero => Some("free"),
            RuleField::DiscountCode | RuleField::Sku | RuleField::LineName => None,
        }
    }
}

/// Orders or lines in which a field is one of some texts are of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRule {
    /// The kind.
    pub class: OrderClass,
    /// What is looked at.
    pub field: RuleField,
    /// The whole text in any letter case; `*` stands for any text.
    #[serde(default)]
    pub is: Vec<String>,
}

/// Rules in the order in which they count: the first that holds decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRules {
    /// The rules.
    #[serde(default, rename = "rule")]
    pub rules: Vec<OrderRule>,
}

/// Most texts of all rules together.
const MOST_TEXTS: usize = 2_000;

impl OrderRules {
    /// What is wrong with the rules, in a sentence with what to do.
    ///
    /// # Errors
    /// The sentence.
    pub fn check(&self) -> Result<(), String> {
        let mut texts = 0;
        for (at, rule) in self.rules.iter().enumerate() {
            let place = format!("Rule {} ({}, {})", at + 1, rule.class.label(), rule.field.label());
            let given: Vec<&str> = rule.is.iter().map(|text| text.trim()).collect();
            texts += given.len();
            if rule.field == RuleField::PriceZero {
                if !given.is_empty() {
                    return Err(format!("{place} takes no text; leave it empty."));
                }
                continue;
            }
            if given.is_empty() || given.iter().any(|text| text.trim_matches('*').is_empty()) {
                return Err(format!("{place} needs a text; one of stars alone would hold for every order."));
            }
            if rule.field == RuleField::EmailDomain && given.iter().any(|text| text.contains('*')) {
                return Err(format!("{place}: write the whole domain, such as example.com, without a star."));
            }
        }
        match texts {
            0..=MOST_TEXTS => Ok(()),
            _ => Err(format!("The rules have {texts} texts; {MOST_TEXTS} are the most. A star stands for many.")),
        }
    }

    /// The first rule that an order's marks meet, by its place.
    pub fn of_marks(&self, marks: &str) -> Option<usize> {
        let values: Vec<(&str, &str)> = marks.split('|').filter_map(|part| part.split_once(':')).collect();
        self.rules.iter().position(|rule| {
            let Some(name) = rule.field.mark() else { return false };
            let mut found = values.iter().filter(|(mark, _)| *mark == name);
            match rule.field {
                RuleField::PriceZero => found.next().is_some(),
                RuleField::EmailDomain => {
                    found.any(|(_, digest)| rule.is.iter().any(|domain| domain_digest(domain) == *digest))
                }
                _ => found.any(|(_, value)| rule.is.iter().any(|text| is_like(value, &plain(text)))),
            }
        })
    }

    /// The first rule that a line meets by its SKU or name, by its place.
    pub fn of_line(&self, sku: &str, name: &str) -> Option<usize> {
        let (sku, name) = (sku.trim().to_lowercase(), name.trim().to_lowercase());
        self.rules.iter().position(|rule| {
            let value = match rule.field {
                RuleField::Sku => &sku,
                RuleField::LineName => &name,
                _ => return false,
            };
            rule.is.iter().any(|text| is_like(value, &text.trim().to_lowercase()))
        })
    }
}

impl Default for OrderRules {
    /// What shops and their apps commonly write. Subscriptions: Recharge, Shopify's own, Appstle, WooCommerce.
    fn default() -> OrderRules {
        use OrderClass::*;
        use RuleField::*;
        let rule = |class, field, is: &[&str]| OrderRule { class, field, is: is.iter().map(|&t| t.into()).collect() };
        OrderRules {
            rules: vec![
                rule(Test, Tag, &["test", "test order*", "checkout test"]),
                rule(Test, Payment, &["*bogus*", "*test gateway*"]),
                rule(Test, Sku, &["TEST", "TEST-*"]),
                rule(Staff, Tag, &["staff", "staff order*", "employee*", "mitarbeiter*"]),
                rule(Staff, DiscountCode, &["STAFF*", "EMPLOYEE*", "MITARBEITER*"]),
                rule(Exchange, Tag, &["exchange", "exchange order*", "exchange-*", "*-exchange", "loop exchange*"]),
                rule(Exchange, Source, &["loop returns*", "returnly*", "*exchange*"]),
                rule(Exchange, Payment, &["exchange*", "*exchange credit*"]),
                rule(
                    GiftCard,
                    LineName,
                    &[
                        "gift card*",
                        "*gift card",
                        "giftcard*",
                        "gift voucher*",
                        "e-gift*",
                        "geschenkgutschein*",
                        "geschenkkarte*",
                        "carte cadeau*",
                        "tarjeta regalo*",
                    ],
                ),
                rule(GiftCard, Sku, &["GIFTCARD*", "GIFT-CARD*"]),
                rule(
                    SubscriptionRenewal,
                    Tag,
                    &[
                        "subscription recurring*",
                        "recurring order*",
                        "subscription renewal*",
                        "renewal order*",
                        "*subscription_recurring*",
                    ],
                ),
                rule(SubscriptionRenewal, Source, &["subscription_contract", "subscription"]),
                rule(Wholesale, Tag, &["wholesale*", "b2b", "b2b *", "faire*"]),
                rule(Wholesale, Source, &["*wholesale*", "faire*", "b2b*"]),
                rule(Wholesale, DiscountCode, &["WHOLESALE*"]),
                rule(PointOfSale, Source, &["pos", "point of sale", "shopify pos*"]),
                rule(Free, PriceZero, &[]),
            ],
        }
    }
}

/// Whether a text is the pattern, in which `*` stands for any text.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or("")) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (text, pattern, want) in [
            ("gift card 50", "gift card*", true),
            ("a gift card", "*gift card", true),
            ("greeting & gift card set", "gift card*", false),
            ("abc", "a*c", true),
            ("ac", "a*c", true),
            ("a", "a*a", false),
            ("aXbXc", "a*b*c", true),
            ("pos", "pos", true),
            ("poser", "pos", false),
            ("", "*", true),
            ("é", "*é*", true),
        ] {
            assert_eq!(is_like(text, pattern), want, "{text} like {pattern}");
        }
    }

    #[test]
    fn the_first_rule_that_holds_decides() {
        let rules = OrderRules::default();
        let class = |marks: &str| rules.of_marks(marks).map(|at| rules.rules[at].class);
        assert_eq!(class("source:pos|tag:staff|tag:test"), Some(OrderClass::Test));
        assert_eq!(class("source:web|tag:subscription recurring order"), Some(OrderClass::SubscriptionRenewal));
        assert_eq!(class("source:subscription_contract_checkout_one"), None, "the first delivery is demand");
        assert_eq!(class("free:yes|source:web"), Some(OrderClass::Free));
        assert_eq!(class("source:web|tag:first order"), None);
        let line = |sku, name| rules.of_line(sku, name).map(|at| rules.rules[at].class);
        assert_eq!(line("GIFTCARD-50", "x"), Some(OrderClass::GiftCard));
        assert_eq!(line("M-1", "Gift wrap"), None);
        assert!(rules.check().is_ok());
    }

    #[test]
    fn long_numbers_do_not_tell_orders_apart_and_domains_are_not_readable() {
        assert_eq!(plain(" Sub-123456 | b2b "), "sub-# / b2b");
        let mut rules = OrderRules { rules: Vec::new() };
        let rule =
            OrderRule { class: OrderClass::Staff, field: RuleField::EmailDomain, is: vec!["Halm.example".into()] };
        rules.rules.push(rule);
        let marks = format!("domain:{}", domain_digest("halm.EXAMPLE"));
        assert!(!marks.contains("halm"));
        assert_eq!(rules.of_marks(&marks), Some(0));
        rules.rules[0].is = vec!["*".into()];
        assert!(rules.check().is_err());
    }
}
