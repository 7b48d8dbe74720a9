//! How an answer is put: one JSON object, one line per group, or text.

use serde::Serialize;

use crate::{JudgeError, table::Group};

#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(flatten)]
    answer: &'a T,
}

/// Judges every group (in parallel, as many at a time as there are processors) and puts the answers in the order of
/// the groups: with `json` one object a line, otherwise what `text` says under each group's name.
///
/// # Errors
/// The first group's error, with the group's name before it.
pub fn by_group<T: Serialize + Send>(
    groups: &[Group],
    json: bool,
    judge: impl Fn(&Group) -> Result<T, JudgeError> + Sync,
    text: impl Fn(&T) -> String,
) -> Result<String, JudgeError> {
    let mut lines = Vec::with_capacity(groups.len());
    for (group, answer) in groups.iter().zip(in_parallel(groups, &judge)) {
        let answer = answer.map_err(|error| match (&group.name, error) {
            (Some(name), JudgeError::Invalid(reason)) => JudgeError::Invalid(format!("{name}: {reason}")),
            (_, error) => error,
        })?;
        lines.push(match (json, &group.name) {
            (true, name) => to_json(&Line { group: name.as_deref(), answer: &answer })?,
            (false, Some(name)) => format!("{name}\n{}", text(&answer)),
            (false, None) => text(&answer),
        });
    }
    Ok(lines.join("\n"))
}

/// One line of JSON.
///
/// # Errors
/// The answer cannot be written as JSON.
pub fn to_json<T: Serialize>(answer: &T) -> Result<String, JudgeError> {
    serde_json::to_string(answer).map_err(|error| JudgeError::Invalid(error.to_string()))
}

fn in_parallel<T: Send>(
    groups: &[Group],
    judge: &(impl Fn(&Group) -> Result<T, JudgeError> + Sync),
) -> Vec<Result<T, JudgeError>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(groups.len().max(1));
    if threads == 1 {
        return groups.iter().map(judge).collect();
    }
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut answers: Vec<Option<Result<T, JudgeError>>> = groups.iter().map(|_| None).collect();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(group) = groups.get(place) else { break };
                    if sender.send((place, judge(group))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (place, answer) in receiver {
            answers[place] = Some(answer);
        }
    });
    answers.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Answer {
        rows: usize,
    }

    #[test]
    fn one_line_a_group_in_order() {
        let groups: Vec<Group> =
            (0..50).map(|k| Group { name: Some(format!("g{k}")), rows: (0..k).collect() }).collect();
        let judge = |group: &Group| Ok(Answer { rows: group.rows.len() });
        let text = by_group(&groups, true, judge, |_| String::new()).expect("answers");
        let want: Vec<String> = (0..50).map(|k| format!("{{\"group\":\"g{k}\",\"rows\":{k}}}")).collect();
        assert_eq!(text, want.join("\n"));
    }

    #[test]
    fn a_groups_error_carries_its_name() {
        let groups = [Group { name: Some("north".into()), rows: vec![] }];
        let judge = |_: &Group| Err::<Answer, _>(JudgeError::Invalid("no rows".into()));
        assert_eq!(by_group(&groups, true, judge, |_| String::new()).expect_err("error").to_string(), "north: no rows");
    }
}
