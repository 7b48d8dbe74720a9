//! What a route asks of whoever calls it.

use domain::UserId;
use store::users::Role;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, also before anybody signed in.
    Public,
    /// Shop pages with the storefront's public key, from any origin; programs and people with at least the role of an
    /// editor as well.
    Storefront,
    /// Everybody with at least this role.
    AtLeast(Role),
}

impl Access {
    /// Readers.
    pub const VIEW: Access = Access::AtLeast(Role::Viewer);
    /// Those who write.
    pub const EDIT: Access = Access::AtLeast(Role::Editor);
    /// Those who approve, launch and sign.
    pub const APPROVE: Access = Access::AtLeast(Role::Approver);
    /// Those who manage people, keys and settings.
    pub const OWN: Access = Access::AtLeast(Role::Owner);

    /// Whether somebody with this role may.
    pub fn allows(self, role: Option<Role>) -> bool {
        match self {
            Access::Public => true,
            Access::Storefront => role.is_some_and(|role| role >= Role::Editor),
            Access::AtLeast(least) => role.is_some_and(|role| role >= least),
        }
    }
}

/// Who is asking; handlers take it as `Extension<Who>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Their id; `None` for API keys and visitors.
    pub id: Option<UserId>,
    /// How the audit log names them: an e-mail address, `key NAME`, or `visitor`.
    pub actor: String,
    /// Their name as colleagues read it.
    pub name: String,
    /// What they may do; `None` for visitors.
    pub role: Option<Role>,
    /// The CSRF token that their forms carry.
    pub csrf: String,
}

impl Who {
    /// Somebody who has not signed in.
    pub fn visitor(csrf: String) -> Who {
        Who { id: None, actor: "visitor".into(), name: String::new(), role: None, csrf }
    }

    /// A page of the shop.
    pub fn storefront() -> Who {
        Who { id: None, actor: "storefront".into(), name: "storefront".into(), role: None, csrf: String::new() }
    }

    /// Whether they may do what a role may.
    pub fn can(&self, role: Role) -> bool {
        self.role.is_some_and(|mine| mine >= role)
    }

    /// Whether they may write.
    pub fn can_edit(&self) -> bool {
        self.can(Role::Editor)
    }

    /// Whether they may approve, launch and sign.
    pub fn can_approve(&self) -> bool {
        self.can(Role::Approver)
    }

    /// Whether they may manage people, keys and settings.
    pub fn can_own(&self) -> bool {
        self.can(Role::Owner)
    }
}
