//! Templates as Markdown files: front matter between two `---` lines, then the text.

use domain::Day;
use store::prompts::{Prompt, Version};

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Name of the template.
    pub name: String,
    /// Labels.
    pub labels: Vec<String>,
    /// What changed and why.
    pub note: String,
    /// The text.
    pub body: String,
}

/// Writes a version as a file.
pub(crate) fn write(prompt: &Prompt, version: &Version, made_on: Day) -> String {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(
        "---\nname: {}\nversion: {}\nlabels: {}\nauthor: {}\nmade: {made_on}\nnote: {}\n---\n{}\n",
        prompt.name,
        version.version,
        prompt.labels.join(", "),
        one_line(&version.author),
        one_line(&version.note),
        version.body.trim_end_matches('\n'),
    )
}

/// Reads a file.
///
/// # Errors
/// It does not begin with front matter, or that has no name.
pub(crate) fn read(text: &str) -> Result<File, String> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let missing = "The file must begin with `---`, a line `name: …`, and `---` before the template's text.";
    let rest = text.strip_prefix("---\n").ok_or(missing)?;
    let (front, body) = rest.split_once("\n---\n").or_else(|| rest.split_once("\n---")).ok_or(missing)?;
    let mut file = File { name: String::new(), labels: Vec::new(), note: String::new(), body: String::new() };
    for line in front.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim().trim_matches('"');
        match key.trim() {
            "name" => file.name = value.to_owned(),
            "note" => file.note = value.to_owned(),
            "labels" => {
                let list = value.trim_start_matches('[').trim_end_matches(']').split(',');
                file.labels = list.map(|label| label.trim().to_owned()).filter(|label| !label.is_empty()).collect();
            }
            _ => {}
        }
    }
    if file.name.is_empty() {
        return Err(missing.to_owned());
    }
    file.body = body.trim_matches('\n').to_owned();
    Ok(file)
}

#[cfg(test)]
mod tests {
    use domain::{InstantMs, PromptId};

    use super::*;

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let id = PromptId::derive(InstantMs(0), &["copy"]);
        let prompt =
            Prompt { id, name: "copy".into(), labels: vec!["ads".into(), "short".into()], made_at: InstantMs(0) };
        let version = Version {
            prompt_id: id,
            version: 2,
            body: "Write for {{ brand }}.\n\n---\n\nAs JSON.".into(),
            note: "Shorter:\nfor phones".into(),
            author: "Ada".into(),
            made_at: InstantMs(0),
        };
        let text = write(&prompt, &version, Day::parse("2026-05-04").expect("day"));
        let read = read(&text.replace('\n', "\r\n")).expect("front matter");
        assert_eq!((read.name.as_str(), read.labels), ("copy", prompt.labels));
        assert_eq!((read.note.as_str(), read.body), ("Shorter: for phones", version.body));
    }

    #[test]
    fn a_file_without_front_matter_is_refused_with_what_to_do() {
        for text in ["Write copy.", "---\nlabels: a\n---\nWrite", "---\nname: x\nno end"] {
            assert!(read(text).expect_err("no name").contains("name: …"), "{text}");
        }
    }
}
