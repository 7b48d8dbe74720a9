//! What real customers would see with the draft, beside what they see now.

use domain::InstantMs;
use personalize::{Ask, Look, Looked, Placement, Service, rules::Rules, service::browse::CustomerLine};

use super::{
    rules::placement_of,
    workbench::{beside, customer_note, href},
};
use crate::{
    problem::Problem,
    view,
    views::{Choice, PreviewItem, PreviewLine, RulesView},
};

/// Customers where nobody is named, taken evenly from the latest, and at most where somebody is.
const USUAL: usize = 6;
const LATEST: usize = 60;
const MOST: usize = 20;
/// Products of each list.
const ITEMS: usize = 8;

/// Fills the page's preview.
///
/// # Errors
/// The work was stopped.
pub async fn fill(
    page: &mut RulesView,
    service: &Service,
    rules: &Rules,
    place: &str,
    who: &str,
    now: InstantMs,
) -> Result<(), Problem> {
    let placement = placement_of(place);
    let (service, rules, names) = (service.clone(), rules.clone(), who.to_owned());
    let work = tokio::task::spawn_blocking(move || {
        let picked = picked(&service, &names);
        let lines = picked.iter().map(|customer| line(&service, customer, placement, &rules, now));
        lines.collect::<Vec<_>>()
    });
    page.is_previewed = true;
    page.preview = work.await.map_err(Problem::internal)?;
    page.preview_places =
        Placement::ALL.map(|each| Choice::new(each.as_str(), each.label(), each == placement)).to_vec();
    page.preview_who = who.trim().to_owned();
    let changed = page.preview.iter().filter(|line| !line.is_same).count();
    let of = view::plural(page.preview.len() as i64, "customer", "customers");
    page.preview_note = match page.preview.len() {
        0 => "Nothing is recorded.".into(),
        _ => format!("{changed} of {of} would see something else. Nothing is recorded."),
    };
    Ok(())
}

fn picked(service: &Service, names: &str) -> Vec<CustomerLine> {
    let named: Vec<&str> = names.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty()).collect();
    if !named.is_empty() {
        return named.into_iter().take(MOST).filter_map(|name| service.customers(name, 1).pop()).collect();
    }
    let latest = service.customers("", LATEST);
    let every = latest.len().div_ceil(USUAL).max(1);
    latest.into_iter().step_by(every).collect()
}

fn line(
    service: &Service,
    customer: &CustomerLine,
    placement: Placement,
    rules: &Rules,
    now: InstantMs,
) -> PreviewLine {
    let ask =
        Ask { placement: Some(placement), customer: Some(customer.pseudonym.clone()), limit: ITEMS, ..Ask::default() };
    let bought = service.bought(&customer.pseudonym, 1);
    let ask = beside(ask, placement, &bought);
    let at_hand = match (placement, bought.first()) {
        (Placement::Product, Some(last)) => format!("; beside {}", last.title),
        (Placement::Cart | Placement::AfterPurchase, Some(last)) => format!("; with {} in the cart", last.title),
        _ => String::new(),
    };
    let before = service.look(&ask, &Look::default(), now);
    let after = service.look(&ask, &Look { rules: Some(rules.clone()), ..Look::default() }, now);
    let (now_items, then_items) = compare(&before, &after);
    PreviewLine {
        href: href("customer", &customer.pseudonym, placement.as_str()),
        who: customer.pseudonym.clone(),
        note: format!("{}{at_hand}", customer_note(customer, false)),
        is_same: now_items.iter().chain(&then_items).all(|item| item.word.is_empty()),
        now: now_items,
        then: then_items,
    }
}

fn compare(before: &Looked, after: &Looked) -> (Vec<PreviewItem>, Vec<PreviewItem>) {
    let position = |looked: &Looked, id: &str| {
        looked.answer.items.iter().find(|item| item.product_id.as_ref() == id).map(|item| item.position)
    };
    let old = before.answer.items.iter().map(|item| {
        let is_gone = position(after, &item.product_id).is_none();
        PreviewItem {
            title: item.title.to_string(),
            mark: if is_gone { "gone" } else { "" },
            word: if is_gone { "Gone".into() } else { String::new() },
        }
    });
    let new = after.answer.items.iter().map(|item| {
        let (mark, word) = moved(position(before, &item.product_id), item.position);
        PreviewItem { title: item.title.to_string(), mark, word }
    });
    (old.collect(), new.collect())
}

fn moved(before: Option<usize>, after: usize) -> (&'static str, String) {
    match before {
        None => ("new", "New".into()),
        Some(before) if before > after => ("up", format!("Up {}", before - after)),
        Some(before) if before < after => ("down", format!("Down {}", after - before)),
        Some(_) => ("", String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn what_moved_is_said() {
        assert_eq!(moved(None, 1).1, "New");
        assert_eq!(moved(Some(4), 1).1, "Up 3");
        assert_eq!(moved(Some(1), 2).1, "Down 1");
        assert_eq!(moved(Some(2), 2).1, "");
    }
}
