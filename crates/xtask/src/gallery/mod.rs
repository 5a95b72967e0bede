//! `cargo xtask gallery`: every ready template as its recipient gets it, in every language: as a file, in pictures, with scores.
//!
//! Guarantees: what is looked at is what the product sends (published, rendered, composed, dressed, signed), taken from its
//! capture mailbox; nothing leaves the machine; it fails when a text cannot be read on its background, light or dark, or when
//! a mail is wider than a narrow screen.

mod mail;
mod picture;
mod score;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::place::Scratch;
use crate::{product, setup};
use mail::Mail;
use score::Scores;

/// The languages of every entry, in the order of the table.
const LOCALES: [&str; 4] = ["en", "es", "pt-BR", "zh-CN"];

/// What to make.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// Where the files go: html/, eml/, text/, pictures/, scores/ and table.md
    #[arg(long)]
    out: PathBuf,
    /// Only entries of this name; may be given more than once
    #[arg(long)]
    only: Vec<String>,
    /// Leave the pictures out, and with them the look at contrast and width
    #[arg(long)]
    no_pictures: bool,
    /// Leave the scores out
    #[arg(long)]
    no_scores: bool,
}

pub fn run(options: &Options) -> Result<ExitCode> {
    setup::gallery()?;
    product::build(product::Build::Tests)?;
    let scratch = Scratch::new("gallery")?;
    let mails = mail::all(&scratch, &options.only)?;
    let out = std::path::absolute(&options.out)?;
    write(&mails, &out)?;
    println!("{} mails are in {}", mails.len(), out.display());
    let readable = options.no_pictures || picture::take(&scratch, &out)?;
    let scores = match options.no_scores {
        true => Scores::default(),
        false => score::all(&scratch, &mails, &out)?,
    };
    let table = table(&mails, &scores);
    fs::write(out.join("table.md"), &table)?;
    print!("\n{table}");
    Ok(if readable { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes each mail whole, and the two forms in which it is read.
fn write(mails: &[Mail], out: &Path) -> Result<()> {
    for folder in ["html", "eml", "text", "pictures", "scores"] {
        let folder = out.join(folder);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    for mail in mails {
        fs::write(out.join("html").join(format!("{}.html", mail.file())), &mail.html)?;
        fs::write(out.join("text").join(format!("{}.txt", mail.file())), &mail.text)?;
        fs::write(out.join("eml").join(format!("{}.eml", mail.file())), &mail.raw)?;
    }
    Ok(())
}

/// A line for each entry: its subjects, its scores and its size.
fn table(mails: &[Mail], scores: &Scores) -> String {
    let mut out = format!("| template | {} | SpamAssassin | rspamd | KB |\n|---|", LOCALES.join(" | "));
    out.push_str(&"---|".repeat(LOCALES.len() + 3));
    out.push('\n');
    for entry in mails.chunk_by(|a, b| a.name == b.name) {
        let subjects: Vec<_> = entry.iter().map(|mail| mail.subject.replace('|', "\\|")).collect();
        let each = |of: &dyn Fn(&Mail) -> Option<f64>| {
            let shown = entry.iter().map(|mail| of(mail).map_or("–".into(), shown));
            shown.collect::<Vec<_>>().join(" / ")
        };
        let assassin = each(&|mail| scores.spamassassin.get(&mail.file()).copied());
        let rspamd = each(&|mail| scores.rspamd.get(&mail.file()).copied());
        let longest = entry.iter().map(|mail| mail.raw.len()).max().unwrap_or(0);
        out.push_str(&format!(
            "| {} | {} | {assassin} | {rspamd} | {:.0} |\n",
            entry[0].name,
            subjects.join(" | "),
            longest as f64 / 1024.0
        ));
    }
    out
}

/// A score with one decimal; nothing is never negative.
fn shown(score: f64) -> String {
    format!("{:.1}", (score * 10.0).round() / 10.0 + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_line_for_each_entry() {
        let mail = |name: &str, locale| Mail {
            name: name.into(),
            locale,
            subject: format!("S|{locale}"),
            from: String::new(),
            html: String::new(),
            text: String::new(),
            raw: vec![0; 2_100],
        };
        let mails: Vec<_> =
            ["a", "b"].iter().flat_map(|name| LOCALES.map(|locale| mail(name, locale))).collect();
        let mut scores = Scores::default();
        scores.rspamd.insert("a.es".into(), -0.04);
        let table = table(&mails, &scores);
        let lines: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(
            lines[0],
            "| a | S\\|en | S\\|es | S\\|pt-BR | S\\|zh-CN | – / – / – / – | – / 0.0 / – / – | 2 |"
        );
    }
}
