//! `fortnight import list` and `fortnight import undo`.

use store::imports::{self, Import, ImportStatus};

use crate::{
    failure::Failure,
    output::{Output, count, row, table},
    wire::Wired,
};

/// Who undoes, in the audit log.
const ACTOR: &str = "command line";

/// How many imports are searched for an id's end.
const SEARCHED: i64 = 10_000;

/// Prints the newest imports.
pub async fn list(wired: &Wired, limit: u32, out: Output) -> Result<(), Failure> {
    let found = imports::recent(&wired.store, i64::from(limit)).await?;
    out.put(&found, |found| {
        if found.is_empty() {
            return "Nothing was imported yet.".to_owned();
        }
        let mut rows = vec![row(["id", "file", "source", "day", "state"])];
        for import in found {
            let (id, day) = (import.id.to_string(), import.started_at.day_in(&jiff::tz::TimeZone::UTC).to_string());
            rows.push(row([&id, &import.file_name, &import.source, &day, import.status.as_str()]));
        }
        table(&rows)
    });
    Ok(())
}

/// Takes an import back and says what that did.
pub async fn undo(wired: &Wired, id: &str, out: Output) -> Result<(), Failure> {
    let import = find(wired, id).await?;
    let undone = intake::undo(&wired.intake().await?, import.id, ACTOR, wired.now).await?;
    out.put(&undone, |undone| {
        let mut lines = vec![format!("{} is undone.", undone.file)];
        for (name, number) in &undone.removed {
            lines.push(format!("  {name}: {} no longer counted", count(*number, "fact")));
        }
        for (name, number) in &undone.restored {
            lines.push(format!("  {name}: {} as before", count(*number, "fact")));
        }
        for (number, text) in [(undone.products_removed, "product"), (undone.customers_removed, "customer")] {
            if number > 0 {
                lines.push(format!("  {} that nobody else names removed", count(number, text)));
            }
        }
        lines.push("The same file can be imported again.".into());
        lines.join("\n")
    });
    Ok(())
}

async fn find(wired: &Wired, id: &str) -> Result<Import, Failure> {
    let all = imports::recent(&wired.store, SEARCHED).await?;
    let mut found: Vec<Import> = match id {
        "last" => all.into_iter().find(|import| import.status != ImportStatus::Undone).into_iter().collect(),
        end => all.into_iter().filter(|import| import.id.to_string().ends_with(end)).collect(),
    };
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Failure::input("not_found", format!("there is no import `{id}`; `fortnight import list` shows them"))),
        _ => Err(Failure::input("not_found", format!("`{id}` is the end of several ids; write more of it"))),
    }
}
