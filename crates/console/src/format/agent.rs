//! What a browser says of itself, in two words: which one, on what.
//!
//! Guarantee: only names that are known here come out. What a stranger sends is not repeated.

use crate::words::Words;

/// The browser: what stands first wins, because the later ones are in the former ones' texts too.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// `Firefox on Linux`.
#[must_use]
pub fn words(words: Words, agent: &str) -> String {
    let known = |table: &'static [(&'static str, &'static str)]| {
        table.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    match (known(&BROWSERS), known(&SYSTEMS)) {
        (Some(browser), Some(system)) => words.t2("agent", ("browser", browser), ("system", system)),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => words.t("agent-unknown"),
    }
}

/// Whether it is carried about.
#[must_use]
pub fn is_phone(agent: &str) -> bool {
    ["Android", "iPhone", "iPad"].iter().any(|sign| agent.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Locale;

    #[test]
    fn a_browser_is_called_by_its_name() {
        let table = [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 CriOS/142.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            ("curl/8.14", "An unknown program"),
            ("<script>alert(1)</script> Linux", "Linux"),
            ("", "An unknown program"),
        ];
        for (agent, wanted) in table {
            assert_eq!(words(Words::of(Locale::En), agent), wanted);
        }
    }
}
