//! `fortnight orders`: kinds of orders and the rules by which they are recognised.

use std::path::Path;

use domain::{Money, order_kinds::OrderRules};
use intake::OrderKinds;

use crate::{
    args::Orders,
    failure::Failure,
    output::{Output, row, table},
    wire::Wired,
};

/// Counts kinds, prints rules, saves rules.
pub async fn run(wired: &Wired, command: &Orders, out: Output) -> Result<(), Failure> {
    let intake = wired.intake().await?;
    match command {
        Orders::Kinds { rules } => {
            let tried = rules.as_deref().map(read).transpose()?;
            let kinds = intake::order_kinds(&intake, tried.as_ref(), wired.now).await?;
            out.put(&kinds, text);
        }
        Orders::Rules => {
            let (_, rules) = intake::order_rules(&intake).await?;
            out.put(&rules, |rules| toml::to_string_pretty(rules).unwrap_or_default());
        }
        Orders::Save { file, note } => {
            let rules = read(file)?;
            let version = intake::save_order_rules(&intake, &rules, note, wired.now, &wired.actor).await?;
            let kinds = intake::order_kinds(&intake, None, wired.now).await?;
            out.put(&kinds, |kinds| format!("Version {version} stands.\n\n{}", text(kinds)));
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<OrderRules, Failure> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::input("file_not_opened", format!("{name} cannot be read: {error}")))?;
    toml::from_str(&text).map_err(|error| Failure::input("order_rules_invalid", format!("{name}: {error}")))
}

fn text(kinds: &OrderKinds) -> String {
    let money = |minor| Money { minor, currency: kinds.currency }.to_string();
    let mut rows = vec![row(["kind", "orders", "lines", "net"])];
    for kind in &kinds.kinds {
        let label = kind.class.map_or("Ordinary orders", |class| class.label());
        rows.push(row([label, &kind.orders.to_string(), &kind.lines.to_string(), &money(kind.net_minor)]));
    }
    rows.push(row(["All", &kinds.orders.to_string(), &kinds.lines.to_string(), &money(kinds.net_minor)]));
    let rules = match kinds.version {
        None => "Counted under the rules of the file; nothing was saved.".to_owned(),
        Some(0) => "The built-in rules stand; `fortnight orders rules` prints them.".to_owned(),
        Some(version) => format!("Version {version} of the rules stands."),
    };
    format!(
        "{}\n{rules} Opportunities are made of ordinary orders only; every total counts all. An order with lines of \
         two kinds is counted under both; lines and money add up.\n",
        table(&rows)
    )
}
