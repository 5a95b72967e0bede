//! Programs to paste that send a first mail, in several languages.
//!
//! Guarantee: none has a key in it, but [`PLACEHOLDER`] where one belongs.

/// What stands where a key belongs.
pub const PLACEHOLDER: &str = "YOUR_API_KEY";

/// A program.
pub struct Snippet {
    /// The language, and the way that the mail takes.
    pub title: &'static str,
    pub code: String,
}

/// What programs have to know.
pub struct Target<'t> {
    /// The API's address, without a slash at its end.
    pub http: &'t str,
    pub smtp_host: &'t str,
    pub smtp_port: u16,
    /// An address that may send.
    pub from: &'t str,
}

/// Each program with where to connect in it.
#[must_use]
pub fn snippets(target: &Target<'_>) -> Vec<Snippet> {
    let port = target.smtp_port.to_string();
    let filled = |(title, code): &(&'static str, &str)| Snippet {
        title,
        code: code
            .trim()
            .replace("{http}", target.http)
            .replace("{host}", target.smtp_host)
            .replace("{port}", &port)
            .replace("{from}", target.from)
            .replace("{key}", PLACEHOLDER),
    };
    PROGRAMS.iter().map(filled).collect()
}

const PROGRAMS: [(&str, &str); 8] = [
    ("curl · HTTP", include_str!("snippet/curl.txt")),
    ("Node.js · HTTP", include_str!("snippet/node.txt")),
    ("Python · SMTP", include_str!("snippet/python.txt")),
    ("PHP · HTTP", include_str!("snippet/php.txt")),
    ("Ruby · HTTP", include_str!("snippet/ruby.txt")),
    ("Go · SMTP", include_str!("snippet/go.txt")),
    ("Java · HTTP", include_str!("snippet/java.txt")),
    ("C# · HTTP", include_str!("snippet/csharp.txt")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_knows_where_to_connect_and_none_has_a_key() {
        let target = Target {
            http: "https://m.example",
            smtp_host: "smtp.m.example",
            smtp_port: 587,
            from: "me@a.example",
        };
        for Snippet { title, code } in snippets(&target) {
            let there = if title.ends_with("HTTP") { "https://m.example/emails" } else { "smtp.m.example" };
            for wanted in [there, "me@a.example", PLACEHOLDER] {
                assert!(code.contains(wanted), "{title} without {wanted}");
            }
            for left in ["{http}", "{host}", "{port}", "{from}", "{key}"] {
                assert!(!code.contains(left), "{title} has {left}");
            }
        }
    }
}
