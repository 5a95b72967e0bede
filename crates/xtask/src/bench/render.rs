//! `cargo xtask bench render`: a template of 20 KB with 20 links, from data to signed octets: microseconds each, on one core.
//!
//! What is measured is `crates/content/examples/render.rs`, built for release: publishing once, then rendering, composing,
//! rewriting the links of and signing 2,000 mails of different data. Not here: the way into the database.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::machine;
use crate::bench::table::table;
use crate::command::{command, run_quietly};
use crate::place::root;

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
    let report: Value = serde_json::from_str(printed.trim()).context("the example prints one JSON object")?;
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
    about + &table(&["step", "µs"], &rows)
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
        });
        let shown = text(&report);
        assert!(shown.contains("\nrender") && shown.contains("5.5\n"), "{shown}");
        assert_eq!(shown.lines().count(), 8);
    }
}
