//! `fortnight library`: the prompt library, Markdown in and out.

use sprint::library::{self, PromptView};

use crate::{
    args,
    failure::Failure,
    output::{Output, row, table},
    wire::{self, Wired},
};

/// Lists, prints or takes in a template.
pub async fn run(wired: &Wired, command: &args::Library, out: Output) -> Result<(), Failure> {
    let ctx = wired.context();
    library::ensure_built_in(&ctx).await?;
    match command {
        args::Library::List => {
            let prompts = library::list(&ctx).await?;
            out.put(&serde_json::json!({ "templates": prompts }), |_| list(&prompts));
        }
        args::Library::Export { name, number } => {
            let view = library::get(&ctx, name).await?;
            let newest = view.versions.last().map_or(1, |view| view.version.version);
            let version = number.unwrap_or(newest);
            let markdown = library::export(&ctx, name, version).await?;
            let object = serde_json::json!({ "name": name, "version": version, "markdown": markdown });
            out.put(&object, |_| markdown.clone());
        }
        args::Library::Import { file } => {
            let version = library::import(&ctx, &wire::read_text(file)?).await?;
            out.put(&version, |version| format!("Kept as version {}.", version.version));
        }
    }
    Ok(())
}

fn list(prompts: &[PromptView]) -> String {
    let mut rows = vec![row(["template", "version", "drafts", "approved", "kept", "by", "note"])];
    for prompt in prompts {
        for view in &prompt.versions {
            let kept = view.usage.kept_percent.map(|percent| format!("{percent}%")).unwrap_or_default();
            let (version, usage) = (&view.version, &view.usage);
            let numbers = (version.version.to_string(), usage.drafts.to_string(), usage.approved.to_string());
            let name = &prompt.prompt.name;
            rows.push(row([name, &numbers.0, &numbers.1, &numbers.2, &kept, &version.author, &version.note]));
        }
    }
    table(&rows)
}
