//! A draft of the rules: kept in the store until somebody saves or discards it, so that a reload loses nothing and
//! another person can go on with it. Lists of rules are handled as JSON, as they all move, pause and go the same way.

use domain::InstantMs;
use personalize::rules::Rules;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Store, Tx, settings};

use crate::problem::Problem;

const DRAFT: &str = "recommend.rules_draft";

/// A draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The version that it was begun from.
    pub base: i64,
    /// The rules.
    pub rules: Rules,
    /// Who began it.
    pub begun_by: String,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: InstantMs,
}

/// The draft, if there is one.
///
/// # Errors
/// The database refused.
pub async fn draft(store: &Store) -> Result<Option<Draft>, Problem> {
    Ok(settings::get::<Option<Draft>>(store, DRAFT).await?.flatten())
}

/// Keeps a draft, or none.
///
/// # Errors
/// The database refused.
pub async fn keep(tx: &mut Tx, draft: Option<&Draft>) -> Result<(), Problem> {
    Ok(settings::set(tx, DRAFT, &draft).await?)
}

/// The lists of rules by their words in addresses.
pub const LISTS: [&str; 5] = ["filters", "never_for", "never_together", "pins", "boosts"];
/// Rules that there is one of each.
pub const SINGLES: [&str; 5] = ["stock", "bought", "margin", "frequency", "diversity"];

/// Where a rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// One of [`LISTS`].
    pub list: &'static str,
    /// The index; `None` for one that is yet to be added.
    pub index: Option<usize>,
    /// Among those that are paused.
    pub is_paused: bool,
}

impl Place {
    /// Reads `pins.0`, `paused.pins.0` or `pins.new`.
    pub fn parse(path: &str) -> Option<Place> {
        let (is_paused, rest) = match path.strip_prefix("paused.") {
            Some(rest) => (true, rest),
            None => (false, path),
        };
        let (list, index) = rest.split_once('.')?;
        let list = LISTS.into_iter().find(|known| *known == list)?;
        let index = if index == "new" { None } else { Some(index.parse().ok()?) };
        Some(Place { list, index, is_paused })
    }

    /// The same as text.
    pub fn path(&self) -> String {
        let paused = if self.is_paused { "paused." } else { "" };
        let index = self.index.map_or_else(|| "new".to_owned(), |index| index.to_string());
        format!("{paused}{}.{index}", self.list)
    }
}

/// Rules as JSON, every list there.
pub fn open(rules: &Rules) -> Value {
    let mut value = serde_json::to_value(rules).unwrap_or_else(|_| json!({}));
    for list in LISTS {
        let lists = [format!("/{list}"), format!("/paused/{list}")];
        if value.pointer(&lists[1]).is_none() {
            value["paused"][list] = json!([]);
        }
        if value.pointer(&lists[0]).is_none() {
            value[list] = json!([]);
        }
    }
    value
}

/// JSON as rules.
///
/// # Errors
/// It is not what rules look like.
pub fn close(value: Value) -> Result<Rules, Problem> {
    serde_json::from_value(value).map_err(Problem::internal)
}

/// The list that a place stands in.
pub fn list_of<'v>(value: &'v mut Value, list: &str, is_paused: bool) -> Option<&'v mut Vec<Value>> {
    let path = if is_paused { format!("/paused/{list}") } else { format!("/{list}") };
    value.pointer_mut(&path)?.as_array_mut()
}

/// The rule at a place.
pub fn at(rules: &Rules, place: Place) -> Option<Value> {
    let mut value = open(rules);
    list_of(&mut value, place.list, place.is_paused)?.get(place.index?).cloned()
}

/// Puts a rule where it stood, or at the end of its list.
///
/// # Errors
/// There is no such place any more.
pub fn put(rules: &Rules, place: Place, rule: Value) -> Result<Rules, Problem> {
    let mut value = open(rules);
    let list = list_of(&mut value, place.list, place.is_paused).ok_or_else(gone)?;
    match place.index {
        Some(index) => *list.get_mut(index).ok_or_else(gone)? = rule,
        None => list.push(rule),
    }
    close(value)
}

fn gone() -> Problem {
    Problem::invalid("This rule is not there any more; somebody changed the draft. Look again.")
}

/// Moves, pauses, resumes or removes a rule.
///
/// # Errors
/// There is no such place any more, or no such verb.
pub fn act(rules: &Rules, place: Place, verb: &str) -> Result<Rules, Problem> {
    let mut value = open(rules);
    let index = place.index.ok_or_else(gone)?;
    let list = list_of(&mut value, place.list, place.is_paused).ok_or_else(gone)?;
    if index >= list.len() {
        return Err(gone());
    }
    match verb {
        "up" if index > 0 => list.swap(index, index - 1),
        "down" if index + 1 < list.len() => list.swap(index, index + 1),
        "up" | "down" => {}
        "remove" => drop(list.remove(index)),
        "pause" | "resume" => {
            let rule = list.remove(index);
            list_of(&mut value, place.list, verb == "pause").ok_or_else(gone)?.push(rule);
        }
        _ => return Err(Problem::invalid("A rule can be moved, paused, resumed or removed.")),
    }
    close(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(rules: &Rules) -> Vec<&str> {
        rules.pins.iter().map(|pin| pin.product.as_str()).collect()
    }

    #[test]
    fn rules_move_pause_and_come_back() {
        let place = |path: &str| Place::parse(path).expect("a place");
        let pin = |id: &str| json!({ "product": id, "position": 1 });
        let rules = put(&Rules::default(), place("pins.new"), pin("a")).expect("added");
        let rules = put(&rules, place("pins.new"), pin("b")).expect("added");
        assert_eq!(pins(&rules), ["a", "b"]);
        let rules = act(&rules, place("pins.1"), "up").expect("moved");
        assert_eq!(pins(&rules), ["b", "a"]);
        let rules = act(&rules, place("pins.0"), "pause").expect("paused");
        assert_eq!((pins(&rules), rules.paused.pins.len()), (vec!["a"], 1));
        let rules = act(&rules, place("paused.pins.0"), "resume").expect("back");
        assert_eq!(pins(&rules), ["a", "b"]);
        assert!(rules.paused.is_empty());
        let rules = act(&rules, place("pins.0"), "remove").expect("gone");
        assert_eq!(pins(&rules), ["b"]);
        assert!(act(&rules, place("pins.7"), "remove").is_err());
        assert!(act(&rules, place("pins.0"), "dance").is_err());
        assert_eq!(
            put(&rules, place("pins.0"), pin("c")).map(|rules| rules.pins[0].product.clone()).expect("put"),
            "c"
        );
        assert_eq!(Place::parse("nothing.0"), None);
        assert_eq!(place("paused.boosts.3").path(), "paused.boosts.3");
    }
}
