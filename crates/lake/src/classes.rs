//! The kind of an order's line as SQL. Rules are matched here, on the few distinct texts of marks and on the catalogue,
//! so that a query only compares whole numbers; a snapshot takes the rules that stood at its `seq`.

use std::collections::BTreeMap;

use domain::order_kinds::{OrderRules, RuleField};

use crate::quote;

/// An expression over the columns of `order_lines` that gives the word of the line's kind, null where no rule holds.
/// `marks` are the texts by number, `products` ids with titles.
pub fn sql<'p>(
    rules: &OrderRules,
    marks: &[(i64, String)],
    products: impl Iterator<Item = (&'p str, &'p str)>,
) -> String {
    let mut ids: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (id, text) in marks {
        if let Some(rule) = rules.of_marks(text) {
            ids.entry(rule).or_default().push(id.to_string());
        }
    }
    let mut lines: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let is_of_lines = |field| matches!(field, RuleField::Sku | RuleField::LineName);
    if rules.rules.iter().any(|rule| is_of_lines(rule.field)) {
        for (id, title) in products {
            if let Some(rule) = rules.of_line(id, title) {
                lines.entry(rule).or_default().push(quote(id));
            }
        }
    }
    let mut cases = String::new();
    for (at, rule) in rules.rules.iter().enumerate() {
        let mut conditions = Vec::new();
        if let Some(ids) = ids.get(&at) {
            conditions.push(format!("marks_id IN ({})", ids.join(", ")));
        }
        if let Some(lines) = lines.get(&at) {
            conditions.push(format!("product_id IN ({})", lines.join(", ")));
        }
        if rule.field == RuleField::DiscountCode {
            let likes = rule.is.iter().map(|text| format!("lower(discount_code) LIKE {}", quote(&like(text))));
            conditions.extend(likes);
        }
        if !conditions.is_empty() {
            cases += &format!(" WHEN {} THEN '{}'", conditions.join(" OR "), rule.class.as_str());
        }
    }
    if cases.is_empty() { "CAST(NULL AS VARCHAR)".into() } else { format!("CASE{cases} END") }
}

/// A text of a rule as a pattern of SQL, whose escape is the backslash.
fn like(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.trim().to_lowercase().chars() {
        match c {
            '*' => pattern.push('%'),
            '%' | '_' | '\\' => pattern.extend(['\\', c]),
            c => pattern.push(c),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_become_numbers_and_ids() {
        let marks = [(7, "source:pos".to_owned()), (8, "source:web".to_owned())];
        let products = [("A", "Gift card 50"), ("B", "Mug")];
        let text = sql(&OrderRules::default(), &marks, products.into_iter());
        assert!(text.contains("WHEN marks_id IN (7) THEN 'point_of_sale'"), "{text}");
        assert!(text.contains("WHEN product_id IN ('A') THEN 'gift_card'"), "{text}");
        assert!(text.contains("lower(discount_code) LIKE 'staff%'"), "{text}");
        assert_eq!(sql(&OrderRules { rules: Vec::new() }, &marks, products.into_iter()), "CAST(NULL AS VARCHAR)");
        assert_eq!(like("50%_O*"), "50\\%\\_o%");
    }
}
