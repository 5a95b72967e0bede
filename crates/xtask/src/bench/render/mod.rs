//! `cargo xtask bench render`: a template of 20 KB with 20 links, from data to signed octets: microseconds each on one core, and
//! messages a second from the request to the next hop.
//!
//! The steps are measured by `crates/content/examples/render.rs`, built for release: publishing once, then rendering, composing,
//! rewriting the links of and signing 2,000 mails of different data. The whole way is [`whole`]'s, with the product itself.

mod whole;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::machine;
use crate::bench::table::table;
use crate::command::{command, run_quietly};
use crate::place::root;
use crate::product;

/// How it is shown.
#[derive(clap::Args)]
pub struct Options {
    /// Print one JSON object instead of the table
    #[arg(long)]
    json: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let load_before = machine::load();
    let arguments = ["run", "--release", "--quiet", "-p", "content", "--example", "render"];
    let printed = run_quietly(command("cargo").args(arguments).current_dir(root()))?;
    let mut report: Value =
        serde_json::from_str(printed.trim()).context("the example prints one JSON object")?;
    product::build(product::Build::Release)?;
    report["whole"] = Value::Array(vec![whole::measure(false)?, whole::measure(true)?]);
    if options.json {
        println!("{report}");
    } else {
        println!("{}load {load_before} before, {} after", text(&report), machine::load());
    }
    Ok(())
}

fn text(report: &Value) -> String {
    let steps = [
        ("publish, once", "publish_us"),
        ("render", "render_us"),
        ("MIME", "mime_us"),
        ("links rewritten", "track_us"),
        ("sign, Ed25519", "sign_ed25519_us"),
        ("sign, RSA 2048 and Ed25519", "sign_rsa_ed25519_us"),
    ];
    let row = |(name, field): (&str, &str)| vec![name.to_owned(), format!("{}", report[field])];
    let rows: Vec<_> = steps.into_iter().map(row).collect();
    let about = format!(
        "{} octets of HTML, {} links, {} octets of message, {} rounds\n",
        report["html_bytes"], report["links"], report["message_bytes"], report["rounds"]
    );
    let whole = report["whole"].as_array().map_or(&[][..], Vec::as_slice);
    let ways: Vec<_> = whole.iter().map(way).collect();
    let head = ["whole way", "messages", "accepted/s", "delivered/s", "CPU s/1000"];
    about + &table(&["step", "µs"], &rows) + &table(&head, &ways)
}

fn way(figures: &Value) -> Vec<String> {
    let name =
        if figures["signed"] == true { "tracked, signed by RSA and Ed25519" } else { "tracked, unsigned" };
    let number = |field: &str| figures[field].as_f64().unwrap_or(f64::NAN);
    vec![
        name.to_owned(),
        format!("{:.0}", number("messages")),
        format!("{:.0}", number("accepted_per_s")),
        format!("{:.0}", number("delivered_per_s")),
        format!("{:.3}", number("cpu_s_per_1000")),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_step_has_a_line() {
        let report = json!({
            "links": 20, "html_bytes": 1, "message_bytes": 2, "rounds": 3,
            "publish_us": 4.0, "render_us": 5.5, "mime_us": 6.0, "track_us": 6.5, "sign_ed25519_us": 7.0, "sign_rsa_ed25519_us": 8.0,
            "whole": [{ "signed": true, "messages": 4, "accepted_per_s": 5.0, "delivered_per_s": 6.0, "cpu_s_per_1000": 7.0 }],
        });
        let shown = text(&report);
        assert!(
            shown.contains("\nrender") && shown.contains("5.5\n") && shown.contains("7.000\n"),
            "{shown}"
        );
        assert_eq!(shown.lines().count(), 10);
    }
}
