//! People added without a browser: the command line makes the first owner, and everybody else.

use domain::{InstantMs, UserId};
use store::{Store, StoreError, users, users::Role};

use super::secret::{MIN_PASSWORD_CHARS, hash_password, hex, token_hash};
use crate::Random;

/// Why somebody was not added; the sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// What was given cannot be used.
    #[error("{0}")]
    Input(String),
    /// The address is taken, or the database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds a person who can sign in at once. The first one of all has to be the owner; later ones are invited and take
/// their invitation in the same transaction. Written into the audit log as done from the command line.
///
/// # Errors
/// The address or the password cannot be used, the first person is no owner, somebody signs in by that address
/// already, or the database refused.
pub async fn add_user(
    store: &Store,
    random: &Random,
    now: InstantMs,
    email: &str,
    name: &str,
    role: Role,
    password: &str,
) -> Result<UserId, JoinError> {
    let email = email.trim().to_lowercase();
    let (local, host) = email.split_once('@').unwrap_or_default();
    if local.is_empty() || host.is_empty() || email.contains(char::is_whitespace) {
        return Err(JoinError::Input(format!(
            "`{email}` is not an e-mail address; write one such as ann@shop.example"
        )));
    }
    if password.chars().count() < MIN_PASSWORD_CHARS {
        return Err(JoinError::Input(format!(
            "a password has at least {MIN_PASSWORD_CHARS} characters; length is the only rule"
        )));
    }
    let name = if name.trim().is_empty() { local } else { name.trim() };
    let hash = hash_password(password, &random()).map_err(|error| JoinError::Input(error.to_string()))?;
    let mut tx = store.begin().await?;
    let is_first = tx.fetch_one("SELECT id FROM users LIMIT 1", &[]).await?.is_none();
    let id = if is_first {
        if role != Role::Owner {
            let message = "nobody is known yet: the first person is the owner; add them with --role owner";
            return Err(JoinError::Input(message.into()));
        }
        users::create_owner(&mut tx, &email, name, &hash, now).await?
    } else {
        let link = token_hash(&hex(&random()));
        users::invite(&mut tx, &email, name, role, &link, now.plus_days(1), now).await?;
        users::accept_invite(&mut tx, &link, name, &hash, now).await?
    };
    store::audit::record(&mut tx, now, "command line", "user.add", &email, role.as_str()).await?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::auth::secret::verify_password;

    #[tokio::test]
    async fn the_first_is_the_owner_and_everybody_can_sign_in_at_once() {
        let store = store::testing::sqlite().await;
        let random: Random = Arc::new(|| [7; 32]);
        let add = async |email: &str, role, password: &str| {
            add_user(&store, &random, InstantMs(1_000), email, "", role, password).await
        };
        assert!(matches!(add("bob@shop.example", Role::Editor, "correct horse").await, Err(JoinError::Input(_))));
        assert!(matches!(add("ann@shop.example", Role::Owner, "short").await, Err(JoinError::Input(_))));
        add("Ann@shop.example", Role::Owner, "correct horse").await.expect("the owner");
        add("bob@shop.example", Role::Editor, "battery staple").await.expect("an editor");
        assert!(matches!(add("bob@shop.example", Role::Editor, "battery staple").await, Err(JoinError::Store(_))));
        let bob = users::by_email(&store, "bob@shop.example").await.expect("read").expect("there");
        assert_eq!((bob.name.as_str(), bob.role), ("bob", Role::Editor));
        assert!(verify_password("battery staple", bob.password_hash.as_deref().unwrap_or_default()));
    }
}
