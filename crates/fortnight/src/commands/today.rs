//! `fortnight today`: the brand's own money in sentences, and what must be decided.

use sprint::today::{self, Item};

use crate::{
    args,
    failure::Failure,
    output::{Output, paragraph},
    wire::Wired,
};

/// Prints the sentences, then what to decide, to watch and to know.
pub async fn run(wired: &Wired, args: &args::TodayArgs, out: Output) -> Result<(), Failure> {
    let ctx = wired.context();
    if let Some(key) = &args.people {
        let list = today::segment::export(&ctx, key, args.name.as_deref().unwrap_or_default()).await?;
        eprintln!("{}.", list.told());
        out.put(&list, |_| list.csv());
        return Ok(());
    }
    let missing = today::missing(&ctx).await?;
    let sentences = today::sentences(&ctx).await?;
    let lists = today::lists(&ctx).await?;
    let object = serde_json::json!({
        "brand": ctx.brand,
        "day": ctx.today(),
        "sentences": sentences,
        "decide": lists.decide,
        "watch": lists.watch,
        "know": lists.know,
        "missing": missing,
    });
    out.put(&object, |_| {
        let mut text = format!("{} on {}\n\n", ctx.brand.name, ctx.today());
        for sentence in &sentences {
            text.push_str(&paragraph("", "", &sentence.text));
        }
        if sentences.is_empty() {
            let empty =
                "No orders of the last weeks yet. Import your shop's export: `fortnight import shopify orders.csv`.";
            text.push_str(&paragraph("", "", empty));
        }
        for (heading, items) in
            [("To decide", &lists.decide), ("To watch", &lists.watch), ("Good to know", &lists.know)]
        {
            list(&mut text, heading, items);
        }
        if !sentences.is_empty() && !missing.is_empty() {
            text.push_str("\nWhat more exports would add\n");
            for one in &missing {
                text.push_str(&paragraph("- ", "  ", &format!("{}: {}", one.export, one.adds)));
            }
        }
        text
    });
    Ok(())
}

fn list(text: &mut String, heading: &str, items: &[Item]) {
    if items.is_empty() {
        return;
    }
    text.push_str(&format!("\n{heading}\n"));
    for item in items {
        text.push_str(&paragraph("- ", "  ", &item.text));
    }
}
