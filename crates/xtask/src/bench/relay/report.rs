//! The report: a table for people, one object for programs.

use serde_json::{Value, json};

use crate::bench::relay::Options;
use crate::bench::relay::case::{Case, Result};
use crate::bench::relay::load::Measured;
use crate::bench::table::table;
use crate::bench::{machine, median};
use crate::{postfix, product};

/// Everything that is reported.
pub struct Report<'a> {
    pub options: &'a Options,
    pub cases: &'a [Case],
    pub results: &'a [Result],
    /// The load average before the first round.
    pub load_before: f64,
}

const HEAD: [&str; 12] = [
    "case",
    "harness/s",
    "Postfix in/s",
    "out/s",
    "CPU s/1000",
    "MB",
    "Postrider in/s",
    "out/s",
    "CPU s/1000",
    "MB",
    "rate ratio",
    "CPU ratio",
];

impl Report<'_> {
    pub fn text(&self) -> String {
        let rows: Vec<Vec<String>> =
            self.cases.iter().zip(self.results).map(|(case, result)| row(case, result)).collect();
        let rounds = self.results.iter().map(|result| result.postrider.len().max(result.postfix.len())).max();
        let signed = if self.options.dkim { "signed by both" } else { "unsigned" };
        let note = format!(
            "medians of {} rounds; Postrider on {}; {signed}; {} cores; load {} before, {} after; Postfix {}, Postrider {}\n\
             harness: source straight into sink, which bounds every rate; in/s: messages until accepted; out/s: until delivered; rate ratio of out/s; CPU ratio: Postrider's share of Postfix's\n",
            rounds.unwrap_or(0),
            self.options.database.name(),
            machine::cores(),
            self.load_before,
            machine::load(),
            postfix::version(),
            product::version(),
        );
        let floors = self.cases.iter().zip(self.results).filter_map(|(case, result)| floor(case, result));
        format!("{}{note}{}", table(&HEAD, &rows), floors.collect::<String>())
    }

    pub fn json(&self) -> Value {
        let case = |(case, result): (&Case, &Result)| {
            json!({
                "name": case.name,
                "harness_per_s": number(result.harness_per_s),
                "postfix": figures(&result.postfix),
                "postrider": figures(&result.postrider),
                "bare": figures(&result.bare),
                "rate_ratio": number(rate_ratio(&result.postrider, &result.postfix)),
                "cpu_ratio": number(cpu_ratio(&result.postrider, &result.postfix)),
            })
        };
        json!({
            "cases": self.cases.iter().zip(self.results).map(case).collect::<Vec<_>>(),
            "database": self.options.database.name(),
            "dkim": self.options.dkim,
            "cores": machine::cores(),
            "load_before": number(self.load_before),
            "load_after": number(machine::load()),
            "postfix_version": postfix::version(),
            "postrider_version": product::version(),
        })
    }
}

fn middle(rounds: &[Measured], figure: impl Fn(&Measured) -> f64) -> f64 {
    median(rounds.iter().map(figure))
}

fn rate_ratio(ours: &[Measured], peers: &[Measured]) -> f64 {
    let rate = |rounds: &[Measured]| middle(rounds, |measured| measured.delivered_per_s);
    rate(ours) / rate(peers)
}

fn cpu_ratio(ours: &[Measured], peers: &[Measured]) -> f64 {
    let cpu = |rounds: &[Measured]| middle(rounds, |measured| measured.cpu_s_per_1000);
    cpu(ours) / cpu(peers)
}

/// What is left to be gained in a case, where the bare relay ran.
fn floor(case: &Case, result: &Result) -> Option<String> {
    let bare = &result.bare;
    bare.first()?;
    let line = format!(
        "bare relay, {}: out/s {:.0}, CPU s/1000 {:.3}; of Postfix {:.1} and {:.3}\n",
        case.name,
        middle(bare, |measured| measured.delivered_per_s),
        middle(bare, |measured| measured.cpu_s_per_1000),
        rate_ratio(bare, &result.postfix),
        cpu_ratio(bare, &result.postfix),
    );
    Some(line.replace("NaN", "–"))
}

fn figures(rounds: &[Measured]) -> Value {
    if rounds.is_empty() {
        return Value::Null;
    }
    json!({
        "accepted_per_s": number(middle(rounds, |measured| measured.accepted_per_s)),
        "delivered_per_s": number(middle(rounds, |measured| measured.delivered_per_s)),
        "cpu_s_per_1000": number(middle(rounds, |measured| measured.cpu_s_per_1000)),
        "peak_mb": number(middle(rounds, |measured| measured.peak_mb)),
    })
}

/// Four digits say all that such a measurement knows; what was not measured is null.
fn number(figure: f64) -> Value {
    if !figure.is_finite() {
        return Value::Null;
    }
    let digits = if figure.abs() >= 100.0 {
        0
    } else if figure.abs() >= 1.0 {
        2
    } else {
        4
    };
    format!("{figure:.digits$}").parse::<f64>().map_or(Value::Null, Value::from)
}

fn row(case: &Case, result: &Result) -> Vec<String> {
    let mut cells = vec![case.name.to_owned(), format!("{:.0}", result.harness_per_s)];
    for rounds in [&result.postfix, &result.postrider] {
        cells.push(format!("{:.0}", middle(rounds, |measured| measured.accepted_per_s)));
        cells.push(format!("{:.0}", middle(rounds, |measured| measured.delivered_per_s)));
        cells.push(format!("{:.3}", middle(rounds, |measured| measured.cpu_s_per_1000)));
        cells.push(format!("{:.0}", middle(rounds, |measured| measured.peak_mb)));
    }
    cells.push(format!("{:.1}", rate_ratio(&result.postrider, &result.postfix)));
    cells.push(format!("{:.3}", cpu_ratio(&result.postrider, &result.postfix)));
    cells.into_iter().map(|cell| if cell.contains("NaN") { "–".to_owned() } else { cell }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_compare_medians() {
        let measured = |rate, cpu| Measured {
            accepted_per_s: rate,
            delivered_per_s: rate,
            cpu_s_per_1000: cpu,
            peak_mb: 1.0,
        };
        let result = Result {
            postfix: vec![measured(100.0, 2.0), measured(900.0, 9.0), measured(200.0, 1.0)],
            postrider: vec![measured(3000.0, 0.1)],
            bare: Vec::new(),
            harness_per_s: 9000.0,
        };
        assert_eq!(rate_ratio(&result.postrider, &result.postfix), 15.0);
        assert_eq!(cpu_ratio(&result.postrider, &result.postfix), 0.05);
        assert!(rate_ratio(&[], &[]).is_nan());
        assert_eq!(number(f64::NAN), Value::Null);
        assert_eq!(number(12_345.6), json!(12_346.0));
    }
}
