//! BigCommerce's `Product Details`: all lines of an order in one cell.

/// Labels inside the cell, in the order in which they stand.
const LABELS: [&str; 8] = [
    "Product ID:",
    "Product Qty:",
    "Product SKU:",
    "Product Name:",
    "Product Weight:",
    "Product Variation Details:",
    "Product Unit Price:",
    "Product Total Price:",
];

/// One line as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Detail {
    pub(crate) quantity: String,
    pub(crate) sku: String,
    pub(crate) name: String,
    pub(crate) unit_price: String,
}

/// The lines of a cell such as `Product ID: 7, Product Qty: 2, Product SKU: MUG, Product Name: Mug, large, Product Unit
/// Price: 9.50, Product Total Price: 19.00|Product ID: …`. A name may hold commas: a value ends where the next label
/// begins.
pub(crate) fn parse(cell: &str) -> Vec<Detail> {
    let starts: Vec<usize> = cell.match_indices(LABELS[0]).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([cell.len()]);
    starts.iter().zip(ends).map(|(&start, end)| line(&cell[start..end])).collect()
}

fn line(text: &str) -> Detail {
    let places: Vec<Option<usize>> = LABELS.iter().map(|label| text.find(label)).collect();
    let value = |label: usize| {
        let Some(at) = places[label] else { return String::new() };
        let from = at + LABELS[label].len();
        let to = places.iter().flatten().copied().filter(|&place| place >= from).min().unwrap_or(text.len());
        text[from..to].trim().trim_end_matches(['|', ';', ',']).trim().to_owned()
    };
    let price: String = value(6).chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-')).collect();
    Detail { quantity: value(1), sku: value(2), name: value(3), unit_price: price }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_their_labels() {
        let cell = "Product ID: 7, Product Qty: 2, Product SKU: MUG-L, Product Name: Mug, large, Product Weight: 1.0000, \
                    Product Variation Details: , Product Unit Price: $9.50, Product Total Price: $19.00|Product ID: 8, \
                    Product Qty: 1, Product SKU: , Product Name: Plate, Product Unit Price: 1,234.00";
        let detail = |quantity: &str, sku: &str, name: &str, unit_price: &str| Detail {
            quantity: quantity.into(),
            sku: sku.into(),
            name: name.into(),
            unit_price: unit_price.into(),
        };
        assert_eq!(parse(cell), [detail("2", "MUG-L", "Mug, large", "9.50"), detail("1", "", "Plate", "1,234.00")]);
        assert!(parse("Mug x 2").is_empty());
    }
}
