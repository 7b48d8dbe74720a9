//! `fortnight replay`: what the miners would have sized fortnights ago against what happened.

use domain::Currency;
use sprint::replay::{self, Calibration, Replay};

use crate::{
    args::ReplayArgs,
    failure::Failure,
    output::{Output, paragraph},
    wire::Wired,
};

/// Replays and keeps the result, or shows the newest run.
pub async fn run(wired: &Wired, args: &ReplayArgs, out: Output) -> Result<(), Failure> {
    let ctx = wired.context();
    let kept = match args.show {
        true => replay::newest(&ctx).await?.map(|(_, replay)| replay),
        false => None,
    };
    let replay = match kept {
        Some(replay) => replay,
        None => {
            replay::run(&ctx, args.fortnights, |done, all| eprintln!("{done} of {all} fortnights replayed")).await?
        }
    };
    out.put(&replay, |replay| text(replay, ctx.brand.currency));
    Ok(())
}

fn text(replay: &Replay, currency: Currency) -> String {
    let days = replay.fortnights.len() as i32 * replay::FORTNIGHT_DAYS;
    let mut text = format!(
        "Replay of {} fortnights, {} to {}\n\n",
        replay.fortnights.len(),
        replay.until.plus(-days),
        replay.until.plus(-1)
    );
    text.push_str(
        "| miner | fortnights | pools | people in them | expected to buy | bought | any active customers | \
         bought ÷ expected (95%) | money ÷ expected | speaks |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for one in &replay.miners {
        text.push_str(&row(one));
    }
    text.push('\n');
    for one in &replay.miners {
        text.push_str(&paragraph("- ", "  ", &format!("{}: {}", one.miner.label(), replay::sentence(one, currency))));
    }
    if let (Some(plain), Some(learnt)) = (replay.error_as_sized, replay.error_calibrated) {
        text.push('\n');
        text.push_str(&paragraph(
            "",
            "",
            &format!(
                "Off by a factor of {:.2} as sized, and of {:.2} with what the fortnights before had taught \
                 (root mean deviance, every fortnight weighing by the people in it).",
                plain.exp(),
                learnt.exp()
            ),
        ));
    }
    text
}

fn row(one: &Calibration) -> String {
    let ratio = |ratio: Option<replay::Ratio>| match ratio {
        Some(ratio) => format!("{:.2} ({:.2}–{:.2})", ratio.ratio, ratio.low, ratio.high),
        None => "–".into(),
    };
    if one.heard == 0 {
        return format!("| {} | 0 | – | – | – | – | – | – | – | × {:.2} |\n", one.miner.label(), one.loudness);
    }
    format!(
        "| {} | {} | {} | {} | {:.0} | {} | {:.0} | {} | {} | × {:.2} |\n",
        one.miner.label(),
        one.heard,
        one.opportunities,
        one.people,
        one.expected_people,
        one.bought,
        one.comparable,
        ratio(one.of_people),
        one.of_money.map_or("–".into(), |ratio| format!("{:.2}", ratio.ratio)),
        one.loudness
    )
}
