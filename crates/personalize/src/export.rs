//! The best products per customer or per product, as CSV for tools that pull: one row each, one column a product.

use std::io::Write;

use domain::InstantMs;

use crate::{Ask, Look, Placement, Service};

/// Of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// Every customer with an order.
    Customer,
    /// Every product on sale.
    Product,
}

impl std::str::FromStr for Per {
    type Err = String;
    fn from_str(text: &str) -> Result<Per, String> {
        match text {
            "customer" => Ok(Per::Customer),
            "product" => Ok(Per::Product),
            other => Err(other.to_owned()),
        }
    }
}

/// Writes the rows, header first: `customer` or `product`, then `recommended_1` … and `reason_1` …; returns how many.
/// `name` makes what is written of a customer's pseudonym (e.g. the customer id that the e-mail tool knows).
///
/// # Errors
/// `out` cannot be written.
pub fn write(
    service: &Service,
    per: Per,
    top: usize,
    now: InstantMs,
    name: &dyn Fn(&str) -> String,
    out: &mut dyn Write,
) -> std::io::Result<u64> {
    let state = service.state();
    let head = if per == Per::Customer { "customer" } else { "product" };
    write!(out, "{head}")?;
    for number in 1..=top {
        write!(out, ",recommended_{number},reason_{number}")?;
    }
    writeln!(out)?;
    let mut rows = 0;
    let mut row = |out: &mut dyn Write, key: &str, ask: &Ask| -> std::io::Result<()> {
        let looked = service.look(ask, &Look::default(), now);
        write!(out, "{}", cell(key))?;
        for number in 0..top {
            match looked.answer.items.get(number) {
                Some(item) => write!(out, ",{},{}", cell(&item.product_id), cell(&item.reason.text))?,
                None => write!(out, ",,")?,
            }
        }
        rows += 1;
        writeln!(out)
    };
    match per {
        Per::Customer => {
            let Some(model) = &state.active else { return Ok(0) };
            for (pseudonym, _) in model.trained.customers.iter() {
                let ask = Ask {
                    placement: Some(Placement::Email),
                    customer: Some(pseudonym.to_owned()),
                    limit: top,
                    ..Ask::default()
                };
                row(out, &name(pseudonym), &ask)?;
            }
        }
        Per::Product => {
            for stocked in state.shelf.goods().iter().filter(|stocked| stocked.is_active) {
                let ask = Ask {
                    placement: Some(Placement::Product),
                    product: Some(stocked.id.to_string()),
                    limit: top,
                    ..Ask::default()
                };
                row(out, &stocked.id, &ask)?;
            }
        }
    }
    Ok(rows)
}

/// A cell; what a spreadsheet would take for a formula gets an apostrophe in front.
fn cell(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '@', '\t', '\r']) || text.starts_with('-') && text.parse::<f64>().is_err();
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_are_quoted_and_are_no_formulas() {
        assert_eq!(super::cell("a,b \"c\""), "\"a,b \"\"c\"\"\"");
        assert_eq!(super::cell("=1+1"), "'=1+1");
        assert_eq!(super::cell("-5"), "-5");
    }
}
