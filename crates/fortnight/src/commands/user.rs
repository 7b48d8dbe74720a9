//! `fortnight user`: people who may sign in.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use store::users::{self, Role};

use crate::{
    args,
    failure::Failure,
    output::{Output, table},
    wire::Wired,
};

/// Adds or lists.
pub async fn run(wired: &Wired, command: &args::User, out: Output) -> Result<(), Failure> {
    match command {
        args::User::Add { email, role, name } => add(wired, email, role, name, out).await,
        args::User::List => list(wired, out).await,
    }
}

async fn add(wired: &Wired, email: &str, role: &str, name: &str, out: Output) -> Result<(), Failure> {
    let role: Role = role.parse().map_err(|_| {
        Failure::input("role", format!("`{role}` is not a role; choose owner, editor, approver or viewer"))
    })?;
    let password = password()?;
    server::auth::add_user(&wired.store, &server::system_random(), wired.now, email, name, role, &password)
        .await
        .map_err(|error| Failure::input("user", error.to_string()))?;
    out.say(&format!("{email} may sign in as {}.", role.as_str()));
    Ok(())
}

/// From `FORTNIGHT_PASSWORD`, or one line of standard input. Never a flag: flags are seen by every process.
fn password() -> Result<String, Failure> {
    if let Ok(password) = std::env::var("FORTNIGHT_PASSWORD") {
        return Ok(password);
    }
    let input = std::io::stdin();
    if input.is_terminal() {
        eprint!("Password (shown as you type; at least 10 characters): ");
        std::io::stderr().flush()?;
    }
    let mut line = String::new();
    input.lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn list(wired: &Wired, out: Output) -> Result<(), Failure> {
    let users = users::list(&wired.store).await?;
    let rows: Vec<serde_json::Value> = users
        .iter()
        .map(|user| serde_json::json!({ "email": user.email, "name": user.name, "role": user.role.as_str(), "disabled": user.disabled_at.is_some() }))
        .collect();
    out.put(&serde_json::json!({ "users": rows }), |_| {
        if users.is_empty() {
            return "Nobody yet. The first is the owner: `fortnight user add ann@shop.example --role owner`."
                .to_owned();
        }
        let mut lines = vec![vec!["e-mail".to_owned(), "name".into(), "role".into(), "state".into()]];
        for user in &users {
            let state = if user.disabled_at.is_some() { "disabled" } else { "active" };
            lines.push(vec![user.email.clone(), user.name.clone(), user.role.as_str().into(), state.into()]);
        }
        table(&lines)
    });
    Ok(())
}
