//! People who sign in, and what they may do.

use domain::{InstantMs, UserId};

use crate::{Result, Row, Store, StoreError, Tx, Value};

/// What somebody may do. Each role includes the ones below it, except that approving is separate from editing by rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Writes briefs, concepts, drafts; imports data.
    Editor,
    /// Also approves drafts, launches and signs.
    Approver,
    /// Also manages people, keys and settings.
    Owner,
}

impl Role {
    /// All roles, from least to most.
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Editor, Role::Approver, Role::Owner];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Editor => "editor",
            Role::Approver => "approver",
            Role::Owner => "owner",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| text.to_owned())
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UserRow {
    /// Id.
    pub id: UserId,
    /// E-mail address, lower case; what they sign in with.
    pub email: String,
    /// Name as colleagues read it.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// PHC string of the password; `None` until an invitation is taken.
    #[serde(skip)]
    pub password_hash: Option<String>,
    /// Until when the one-time link works, where one is open.
    pub invite_expires_at: Option<InstantMs>,
    /// Since when they are known.
    pub created_at: InstantMs,
    /// When they last signed in.
    pub last_seen_at: Option<InstantMs>,
    /// Since when they are shut out.
    pub disabled_at: Option<InstantMs>,
}

const COLUMNS: &str = "id, email, name, role, password_hash, invite_expires_at, created_at, last_seen_at, disabled_at";

/// Whether anybody is known yet; the first run makes the owner.
///
/// # Errors
/// The database refused.
pub async fn any(store: &Store) -> Result<bool> {
    Ok(store.fetch_one("SELECT id FROM users LIMIT 1", &[]).await?.is_some())
}

/// Makes the owner on the first run. The check and the insert are one statement, so two browsers cannot both win.
///
/// # Errors
/// [`StoreError::Conflict`] when there is somebody already; or the database refused.
pub async fn create_owner(tx: &mut Tx, email: &str, name: &str, password_hash: &str, at: InstantMs) -> Result<UserId> {
    let email = email.trim().to_lowercase();
    let id = UserId::derive(at, &[&email]);
    let sql = "INSERT INTO users (id, email, name, role, password_hash, created_at) \
               SELECT $1, $2, $3, 'owner', $4, $5 WHERE NOT EXISTS (SELECT 1 FROM users)";
    let params = [Value::text(id), (&email).into(), name.trim().into(), password_hash.into(), at.into()];
    match tx.execute(sql, &params).await? {
        0 => Err(StoreError::Conflict("there is an owner already; ask them for an invitation".into())),
        _ => Ok(id),
    }
}

/// Invites somebody by a one-time link, of which only the hash is stored. Inviting again renews the link.
///
/// # Errors
/// [`StoreError::Conflict`] when that address has a password already; or the database refused.
pub async fn invite(
    tx: &mut Tx,
    email: &str,
    name: &str,
    role: Role,
    invite_hash: &str,
    expires_at: InstantMs,
    at: InstantMs,
) -> Result<UserId> {
    let email = email.trim().to_lowercase();
    let id = UserId::derive(at, &[&email]);
    let sql = "INSERT INTO users (id, email, name, role, invite_hash, invite_expires_at, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO UPDATE SET name = excluded.name, \
               role = excluded.role, invite_hash = excluded.invite_hash, \
               invite_expires_at = excluded.invite_expires_at WHERE users.password_hash IS NULL RETURNING id";
    let params = [
        Value::text(id),
        (&email).into(),
        name.trim().into(),
        role.as_str().into(),
        invite_hash.into(),
        expires_at.into(),
        at.into(),
    ];
    match tx.fetch_one(sql, &params).await? {
        Some(row) => row.parse("id"),
        None => Err(StoreError::Conflict(format!("{email} signs in already; change the role instead"))),
    }
}

/// Who an open one-time link belongs to.
///
/// # Errors
/// The database refused.
pub async fn by_invite(store: &Store, invite_hash: &str, now: InstantMs) -> Result<Option<UserRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM users WHERE invite_hash = $1 AND invite_expires_at > $2 AND disabled_at IS NULL"
    );
    store.fetch_one(&sql, &[invite_hash.into(), now.into()]).await?.as_ref().map(read).transpose()
}

/// Takes an invitation: sets name and password and burns the link.
///
/// # Errors
/// [`StoreError::NotFound`] when the link was used or has expired; or the database refused.
pub async fn accept_invite(
    tx: &mut Tx,
    invite_hash: &str,
    name: &str,
    password_hash: &str,
    now: InstantMs,
) -> Result<UserId> {
    let sql = "UPDATE users SET name = $2, password_hash = $3, invite_hash = NULL, invite_expires_at = NULL \
               WHERE invite_hash = $1 AND invite_expires_at > $4 AND disabled_at IS NULL RETURNING id";
    let params = [invite_hash.into(), name.trim().into(), password_hash.into(), now.into()];
    match tx.fetch_one(sql, &params).await? {
        Some(row) => row.parse("id"),
        None => Err(StoreError::NotFound("open invitation behind this link".into())),
    }
}

/// Somebody by e-mail address, in any case.
///
/// # Errors
/// The database refused.
pub async fn by_email(store: &Store, email: &str) -> Result<Option<UserRow>> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE email = $1");
    store.fetch_one(&sql, &[email.trim().to_lowercase().into()]).await?.as_ref().map(read).transpose()
}

/// Somebody by id.
///
/// # Errors
/// The database refused.
pub async fn get(store: &Store, id: UserId) -> Result<Option<UserRow>> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE id = $1");
    store.fetch_one(&sql, &[Value::text(id)]).await?.as_ref().map(read).transpose()
}

/// Everybody, by name.
///
/// # Errors
/// The database refused.
pub async fn list(store: &Store) -> Result<Vec<UserRow>> {
    let sql = format!("SELECT {COLUMNS} FROM users ORDER BY name, email");
    store.fetch(&sql, &[]).await?.iter().map(read).collect()
}

/// Changes a role, or shuts somebody out or lets them in again (`disabled_at`). The last active owner stays one.
///
/// # Errors
/// [`StoreError::Conflict`] when no owner would be left; [`StoreError::NotFound`]; or the database refused.
pub async fn update(tx: &mut Tx, id: UserId, role: Role, disabled_at: Option<InstantMs>) -> Result<()> {
    if role != Role::Owner || disabled_at.is_some() {
        let others = "SELECT id FROM users WHERE role = 'owner' AND disabled_at IS NULL AND password_hash IS NOT NULL \
                      AND id <> $1 LIMIT 1";
        if tx.fetch_one(others, &[Value::text(id)]).await?.is_none() {
            return Err(StoreError::Conflict("one owner has to stay; make somebody else owner first".into()));
        }
    }
    let sql = "UPDATE users SET role = $2, disabled_at = $3 WHERE id = $1";
    if tx.execute(sql, &[Value::text(id), role.as_str().into(), disabled_at.into()]).await? == 0 {
        return Err(StoreError::NotFound("such person".into()));
    }
    if disabled_at.is_some() {
        tx.execute("DELETE FROM sessions WHERE user_id = $1", &[Value::text(id)]).await?;
    }
    Ok(())
}

/// Notes a sign-in.
///
/// # Errors
/// The database refused.
pub async fn seen(tx: &mut Tx, id: UserId, at: InstantMs) -> Result<()> {
    tx.execute("UPDATE users SET last_seen_at = $2 WHERE id = $1", &[Value::text(id), at.into()]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<UserRow> {
    Ok(UserRow {
        id: row.parse("id")?,
        email: row.text("email")?,
        name: row.text("name")?,
        role: row.parse("role")?,
        password_hash: row.opt_text("password_hash")?,
        invite_expires_at: row.opt_int("invite_expires_at")?.map(InstantMs),
        created_at: row.instant("created_at")?,
        last_seen_at: row.opt_int("last_seen_at")?.map(InstantMs),
        disabled_at: row.opt_int("disabled_at")?.map(InstantMs),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_run_makes_one_owner_who_has_to_stay() {
        for store in crate::testing::stores().await {
            assert!(!any(&store).await.expect("read"));
            let at = InstantMs(1_000);
            let mut tx = store.begin().await.expect("begin");
            let owner = create_owner(&mut tx, "Ann@Shop.example", "Ann", "hash", at).await.expect("owner");
            assert!(matches!(create_owner(&mut tx, "b@x", "B", "h", at).await, Err(StoreError::Conflict(_))));
            assert!(matches!(update(&mut tx, owner, Role::Viewer, None).await, Err(StoreError::Conflict(_))));
            invite(&mut tx, "bob@shop.example", "Bob", Role::Editor, "link", at.plus_days(7), at)
                .await
                .expect("invite");
            tx.commit().await.expect("commit");
            assert!(by_invite(&store, "link", at.plus_days(8)).await.expect("read").is_none(), "expired");
            let bob = by_invite(&store, "link", at).await.expect("read").expect("open");
            assert_eq!((bob.role, bob.password_hash), (Role::Editor, None));
            let mut tx = store.begin().await.expect("begin");
            accept_invite(&mut tx, "link", "Bob B.", "hash", at).await.expect("taken");
            assert!(accept_invite(&mut tx, "link", "Eve", "hash", at).await.is_err(), "a link works once");
            update(&mut tx, bob.id, Role::Owner, None).await.expect("promote");
            update(&mut tx, owner, Role::Viewer, Some(at)).await.expect("another owner is left");
            tx.commit().await.expect("commit");
            let ann = by_email(&store, "ANN@shop.example").await.expect("read").expect("there");
            assert_eq!((ann.role, ann.disabled_at), (Role::Viewer, Some(at)));
        }
    }
}
