//! Reports and gates as people read them.

use domain::Currency;
use intake::{Gate, ImportReport, Number, Verdict};

use crate::{
    view,
    views::{CapabilityLine, GateNumber, ImportResult, RejectLine, Stat},
};

fn stat(label: &str, value: String, note: &str) -> Stat {
    Stat { label: label.into(), value, note: note.into(), href: String::new() }
}

/// A report; `would` makes it one of what an import would do.
pub fn result(report: &ImportReport, would: bool) -> ImportResult {
    let (state, tone) = state(report, would);
    let count = |n: u64| view::count(n as i64);
    let mut rows = vec![
        stat("Rows read", count(report.rows_read), ""),
        stat("New", count(report.rows_taken), ""),
        stat("Known already", count(report.rows_known), if report.rows_known > 0 { "counted once" } else { "" }),
        stat("Revised", count(report.rows_revised), if report.rows_revised > 0 { "newer export wins" } else { "" }),
    ];
    if report.rows_rejected > 0 {
        rows.push(stat("Rejected", count(report.rows_rejected), "see the reasons below"));
    }
    if report.rows_skipped > 0 {
        rows.push(stat("Without data", count(report.rows_skipped), "totals and blank lines"));
    }
    let import_id = report.import_id.map(|id| id.to_string());
    let has_file = report.rejects_path.is_some();
    ImportResult {
        name: report.file.clone(),
        kind: view::capital(&report.kind),
        state,
        tone,
        span: report.span.map_or(String::new(), |span| {
            if span.from == span.to {
                view::day(span.from)
            } else {
                format!("{} to {}", view::day(span.from), view::day(span.to))
            }
        }),
        rows,
        money: money(report),
        notes: report.notes.clone(),
        rejects: report.rejects.iter().map(reject).collect(),
        rejected: rejected(report),
        rejects_href: match &import_id {
            Some(id) if has_file => format!("/data/imports/{id}/rejects.csv"),
            _ => String::new(),
        },
        href: import_id.map_or(String::new(), |id| format!("/data/imports/{id}")),
        failure: String::new(),
    }
}

fn state(report: &ImportReport, would: bool) -> (String, &'static str) {
    let news = report.rows_taken + report.rows_revised;
    let rejected = view::plural(report.rows_rejected as i64, "row rejected", "rows rejected");
    match (news, report.rows_rejected, would) {
        (0, 0, _) => ("Nothing new in it".into(), "line"),
        (0, _, _) => (rejected, "bad"),
        (_, 0, true) => ("Every row fits".into(), "good"),
        (_, _, true) => (rejected, "warn"),
        (_, 0, false) => ("Imported".into(), "good"),
        (_, _, false) => (format!("Imported, {rejected}"), "warn"),
    }
}

/// What undoing an import did, in a sentence or two.
pub fn undone(undone: &intake::Undone, at: &str) -> String {
    let sum = |counts: &std::collections::BTreeMap<String, u64>| counts.values().sum::<u64>() as i64;
    let mut parts = Vec::new();
    let mut add = |count: i64, one: &str, many: &str| {
        if count > 0 {
            parts.push(view::plural(count, one, many));
        }
    };
    add(sum(&undone.removed), "fact no longer counts", "facts no longer count");
    add(sum(&undone.restored), "fact stands as it did before", "facts stand as they did before");
    add(undone.products_removed as i64, "product is named by nobody any more", "products are named by nobody any more");
    add(undone.customers_removed as i64, "customer is removed", "customers are removed");
    let what = if parts.is_empty() { "Nothing had come in".to_owned() } else { view::capital(&parts.join(", ")) };
    format!("Undone {at} by {}. {what}. The same file can be imported again.", undone.by)
}

fn rejected(report: &ImportReport) -> String {
    let shown = report.rejects.len() as u64;
    let all = view::plural(report.rows_rejected as i64, "row was not taken", "rows were not taken");
    if report.rows_rejected > shown { format!("{all}; here are the first {shown}") } else { all }
}

fn reject(sample: &intake::RejectSample) -> RejectLine {
    RejectLine {
        line: if sample.line == 0 { "–".into() } else { view::count(sample.line as i64) },
        column: sample.column.clone(),
        value: sample.value.clone(),
        reason: sample.reason.clone(),
    }
}

/// Money of the file as read. A report of ads has spend, a catalogue has none.
fn money(report: &ImportReport) -> Vec<Stat> {
    let amount = |minor: i64| view::money(minor, report.currency);
    let count = |n: u64| view::count(n as i64);
    let mut stats = Vec::new();
    if report.orders > 0 || report.gross_minor != 0 || report.returns_minor != 0 {
        stats.push(stat("Orders", count(report.orders), ""));
        stats.push(stat("Customers", count(report.customers), ""));
        stats.push(stat("Products", count(report.products), ""));
        stats.push(stat("Gross", amount(report.gross_minor), ""));
        if report.discounts_minor != 0 {
            stats.push(stat("Discounts", amount(-report.discounts_minor), ""));
        }
        stats.push(stat("Returns", amount(report.returns_minor), "cancellations and refunds"));
        if report.adjustments_minor != 0 {
            stats.push(stat("Adjustments", amount(report.adjustments_minor), "neither sale nor return"));
        }
        stats.push(stat("Net", amount(report.net_minor), "gross less discounts and returns"));
        return stats;
    }
    if report.spend_minor != 0 {
        stats.push(stat("Ad spend", amount(report.spend_minor), "as the platform wrote it"));
    }
    if report.products > 0 {
        stats.push(stat("Products", count(report.products), ""));
    }
    if report.customers > 0 {
        stats.push(stat("Customers", count(report.customers), ""));
    }
    stats
}

/// Net of a report for the list, where it has any.
pub fn net(report: &ImportReport) -> String {
    let amount = |minor: i64, currency: Currency| view::money_round(minor, currency);
    match (report.orders, report.spend_minor) {
        (0, 0) => "–".into(),
        (0, spend) => format!("{} spend", amount(spend, report.currency)),
        _ => amount(report.net_minor, report.currency),
    }
}

/// A gate as people read it.
pub fn gate(gate: &Gate) -> CapabilityLine {
    // A later version's gate has numbers that inform and none that decides.
    let decides = |number: &Number| number.thin_from.is_some() || number.ready_from.is_some();
    let is_later = !gate.numbers.iter().any(decides);
    let (state, tone) = match (gate.verdict, is_later) {
        (_, true) => ("later", "line"),
        (Verdict::Ready, _) => ("pass", "good"),
        (Verdict::Thin, _) => ("warn", "warn"),
        (Verdict::NotReady, _) => ("block", "bad"),
    };
    CapabilityLine {
        name: gate.title.into(),
        state,
        tone,
        word: if is_later { "Later version".into() } else { gate.verdict.label().into() },
        why: gate.why.clone(),
        numbers: gate.numbers.iter().map(number).collect(),
        mend: gate.mend.as_deref().unwrap_or_default().replace('`', ""),
    }
}

fn number(number: &Number) -> GateNumber {
    let wanted = match (number.thin_from, number.ready_from) {
        (Some(thin), _) if number.value < thin => Some(thin),
        (_, Some(ready)) if number.value < ready => Some(ready),
        _ => None,
    };
    GateNumber {
        value: view::count(number.value),
        label: number.label.into(),
        needs: wanted
            .map_or(String::new(), |wanted| format!("ready from {}", view::count(number.ready_from.unwrap_or(wanted)))),
        enough: wanted.is_none(),
    }
}

/// The gates in a line: `8 ready, 2 thin, 1 not ready`.
pub fn gate_line(gates: &[CapabilityLine]) -> String {
    let of = |state: &str, word: &str| {
        let n = gates.iter().filter(|gate| gate.state == state).count();
        (n > 0).then(|| format!("{n} {word}"))
    };
    let parts: Vec<String> =
        [of("pass", "ready"), of("warn", "thin"), of("block", "not ready")].into_iter().flatten().collect();
    parts.join(", ")
}
