//! Rules on every text file: nothing left to do later, nothing that holds on one machine only.

use crate::tidy::{Finding, Source, line_of, occurrences};

/// Marks of work put off. Written in halves, so that this file does not hold them.
const PUT_OFF: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

/// Folders of one person or one machine.
const FOLDERS: [&str; 3] = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/t", "mp/")];

/// Hosts of package registries: a lock file names packages, not the place that one machine took them from.
const HOSTS: [&str; 5] = [
    concat!("registry.np", "mjs.org"),
    concat!("py", "pi.org"),
    concat!("files.python", "hosted.org"),
    concat!("static.crates", ".io"),
    concat!("deb.deb", "ian.org"),
];

pub fn check(source: &Source) -> Vec<Finding> {
    let text = &source.text;
    let mut findings = Vec::new();
    let mut found = |places: Vec<usize>, rule: String| {
        findings.extend(places.into_iter().map(|at| Finding::new(source, line_of(text, at), rule.clone())));
    };
    for mark in PUT_OFF {
        found(occurrences(text, mark).collect(), format!("{mark}: do it now, or file it"));
    }
    for folder in FOLDERS {
        let absolute =
            |at: &usize| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || "_.}$-".contains(c));
        let places = text.match_indices(folder).map(|(at, _)| at).filter(absolute).collect();
        found(places, format!("{folder}: a folder of one machine"));
    }
    for host in HOSTS {
        found(text.match_indices(host).map(|(at, _)| at).collect(), format!("{host}: a registry's host"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_sees_its_breach_and_nothing_else() {
        let lines = |text: &str| {
            let source = Source { path: "a.md".to_owned(), text: text.to_owned() };
            check(&source).into_iter().map(|finding| finding.line).collect::<Vec<_>>()
        };
        for breach in PUT_OFF.iter().chain(&FOLDERS).chain(&HOSTS) {
            assert_eq!(lines(&format!("fine\nsee {breach} there\n")), [2], "{breach}");
        }
        assert_eq!(lines(concat!("/var/t", "mp/ is a real disk; TO", "DOS")), [0; 0]);
    }
}
