fn main() {
    use stats::impact::synthetic::*;
    use stats::impact::*;
    let n: u64 = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(200);
    for varied in [false, true] {
        for nocontrol in [false, true] {
            let (mut cover, mut w, mut ow, mut oc, mut zs, mut rej) = (0., 0., 0., 0., 0., 0.);
            let t = std::time::Instant::now();
            let mut fit = 0.;
            for s in 0..n {
                let st = if varied { Store::varied(s + 1000) } else { Store::default() };
                let o = st.oracle().unwrap();
                let d = st.draw(0.0, s);
                let f = o.forecast(&d);
                let post = d.y[st.n_pre..].iter().map(|v| v.ln()).sum::<f64>() / 30.;
                zs += ((post - f) / o.sd).powi(2);
                oc += f64::from(u8::from(((post - f) / o.sd).abs() < 1.96));
                let t0 = std::time::Instant::now();
                let c = [d.control.clone()];
                let r = estimate(
                    &Series { y: &d.y, controls: if nocontrol { &[] } else { &c }, n_pre: st.n_pre },
                    &Options::default(),
                )
                .unwrap();
                fit += t0.elapsed().as_secs_f64();
                cover += f64::from(u8::from(r.ci_low <= 0.0 && r.ci_high >= 0.0));
                rej += 0.0;
                w += (r.ci_high - r.ci_low) / d.base;
                ow += o.width();
                if s < 3 {
                    println!(
                        "{:?}",
                        (
                            r.effect / d.base,
                            r.ci_low / d.base,
                            r.ci_high / d.base,
                            r.p_value,
                            r.certifiable_effect,
                            r.direct_controls,
                            o.width()
                        )
                    );
                }
            }
            let _ = (t, rej);
            let n = n as f64;
            println!(
                "varied {varied} nocontrol {nocontrol} cover {:.3} width {:.4} oracle width {:.4} ratio {:.3} oracle cover {:.3} z2 {:.2} fit s {:.4}",
                cover / n,
                w / n,
                ow / n,
                w / ow,
                oc / n,
                zs / n,
                fit / n
            );
        }
    }
}
