//! The settings as a text to read, and to copy: a sample file that says everything and changes nothing.

use std::fmt::Write;

use super::declaration::{Section, Setting, variable_of};
use super::sections::SECTIONS;

/// Width of the sample's comment lines, in characters.
const WIDTH: usize = 100;

/// A `postrider.toml` with every setting at its default, and what each means in comments.
///
/// Lists of tables are examples, and stand in comments: there is none by default.
#[must_use]
pub fn explain() -> String {
    let mut out = String::new();
    comment(
        &mut out,
        "Every setting of Postrider, at its default: keep the lines that you change. Each can be overridden by the \
         environment variable named beside it, except those in lists of tables.",
    );
    for section in SECTIONS {
        explain_section(&mut out, section);
    }
    out
}

fn explain_section(out: &mut String, section: &Section) {
    out.push('\n');
    comment(out, section.doc.trim());
    let mark = if section.repeated { "#" } else { "" };
    if section.repeated {
        line(out, format_args!("{mark}[[{}]]", section.path));
    } else if !section.path.is_empty() {
        line(out, format_args!("[{}]", section.path));
    }
    for setting in section.settings {
        out.push('\n');
        comment(out, setting.doc.trim());
        comment(out, &facts(section, setting));
        comment(out, &format!("Why: {}.", setting.because));
        let value =
            if section.repeated { setting.example.unwrap_or(setting.default) } else { setting.default };
        line(out, format_args!("{mark}{} = {value}", setting.key));
    }
}

/// Unit, bounds, example and variable, in one sentence each.
fn facts(section: &Section, setting: &Setting) -> String {
    let mut facts = match setting.range {
        Some((least, greatest)) => format!("{least} to {greatest} {}.", setting.unit),
        None => format!("Written as: {}.", setting.unit),
    };
    if section.repeated {
        return facts;
    }
    if let Some(example) = setting.example {
        write!(facts, " Example: {example}.").expect("writing to a String cannot fail");
    }
    let variable = variable_of(&section.path_of(setting));
    write!(facts, " Variable: {variable}.").expect("writing to a String cannot fail");
    facts
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("writing to a String cannot fail");
}

/// `text` as comment lines, broken between words.
fn comment(out: &mut String, text: &str) {
    let mut room = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count() + 1;
        if length > room {
            out.push_str(if room == 0 && (out.is_empty() || out.ends_with('\n')) { "#" } else { "\n#" });
            room = WIDTH;
        }
        out.push(' ');
        out.push_str(word);
        room = room.saturating_sub(length);
    }
    out.push('\n');
}
