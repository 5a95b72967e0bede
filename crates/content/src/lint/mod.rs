//! Advice on a mail before it is sent: what breaks, deceives, or is not shown, each with a reason and a fix.
//!
//! Guarantees
//! 1. Total, and linear in what it is given; HTML or a text beyond [`HTML_MAX_BYTES`], or HTML nested beyond
//!    [`MEMORY_MAX`], is told of, not read.
//! 2. At most [`OF_A_RULE_MAX`] findings a rule; how many more there were is counted.
//! 3. A code never changes its meaning. All are in `docs/lint.md`.
//! 4. What stands in comments, conditional ones for Outlook too, is not looked at.
//!
//! What clients support (`clients.txt`) and what filters know (`words.txt`) is data.
//!
//! Not here: links followed, images fetched, the score of a spam filter (`feature/lint` of `postrider`).

mod active;
mod clients;
mod colour;
mod css;
mod finding;
mod image;
mod layout;
mod link;
mod parts;
mod rules;
mod subject;
mod tag;
#[cfg(test)]
mod tests;
mod walk;

pub use finding::{Field, Finding, OF_A_RULE_MAX, Report, Severity};
pub use rules::Rule;
pub use walk::{HTML_MAX_BYTES, MEMORY_MAX};

use finding::Findings;

/// A mail as its author hands it over, rendered.
#[derive(Clone, Copy, Default)]
pub struct Mail<'a> {
    pub subject: &'a str,
    pub preheader: Option<&'a str>,
    pub html: Option<&'a str>,
    pub text: Option<&'a str>,
    /// Whether it goes to a marketing stream; none when that is not known yet.
    pub marketing: Option<bool>,
    /// Images whose size is known: as their `src` names them, with their octets.
    pub images: &'a [(&'a str, u64)],
}

impl<'a> Mail<'a> {
    fn field(&self, field: Field) -> &'a str {
        match field {
            Field::Subject => self.subject,
            Field::Preheader => self.preheader.unwrap_or_default(),
            Field::Html => self.html.unwrap_or_default(),
            Field::Text => self.text.unwrap_or_default(),
        }
    }
}

/// Looks at a mail.
#[must_use]
pub fn lint(mail: &Mail<'_>) -> Report {
    let mut findings = Findings::default();
    subject::check(mail, &mut findings);
    let seen = mail.html.map(|html| walk::walk(html, mail.images, &mut findings));
    parts::check(mail, seen.as_ref(), &mut findings);
    findings.report(mail)
}
