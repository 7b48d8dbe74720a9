//! `fortnight doctor`: the data gate.

use intake::{Gate, Verdict};

use crate::{
    failure::Failure,
    output::{Output, paragraph, row, table},
    wire::Wired,
};

/// Prints every gate, then what would mend those that are not ready.
pub async fn run(wired: &Wired, out: Output) -> Result<(), Failure> {
    let gates = intake::doctor(&wired.intake().await?, wired.now).await?;
    out.put(&serde_json::json!({ "gates": gates }), |_| text(&gates));
    Ok(())
}

fn text(gates: &[Gate]) -> String {
    let mut rows = vec![row(["capability", "verdict", "why"])];
    rows.extend(gates.iter().map(|gate| row([gate.title, gate.verdict.label(), &gate.why])));
    let mut text = table(&rows);
    let mut mends: Vec<(&str, Vec<&str>)> = Vec::new();
    for gate in gates.iter().filter(|gate| gate.verdict != Verdict::Ready) {
        let Some(mend) = gate.mend.as_deref() else { continue };
        match mends.iter_mut().find(|(known, _)| *known == mend) {
            Some((_, titles)) => titles.push(gate.title),
            None => mends.push((mend, vec![gate.title])),
        }
    }
    if !mends.is_empty() {
        text.push_str("\nWhat would mend it\n");
        for (mend, titles) in mends {
            text.push_str(&paragraph("- ", "  ", mend));
            text.push_str(&paragraph("  For: ", "       ", &titles.join(", ")));
        }
    }
    text
}
