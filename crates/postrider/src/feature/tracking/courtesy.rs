//! Headers of good manners for mail that its recipient may not have asked for: how to leave, which list it is, who answers for it.
//!
//! Guarantee: a field that the author wrote stays as it is, and stands alone.

use std::sync::Arc;

use mail::{Address, Headers};

/// Letters of a field's part that a stream or a workspace names.
const PART_MAX: usize = 40;

/// What the fields of a marketing stream's mail say.
#[derive(Clone, Debug)]
pub struct List {
    pub stream: Arc<str>,
    pub workspace: Box<str>,
    /// Of the author.
    pub domain: String,
    /// A mailbox that somebody reads, who unsubscribes those that write to it.
    pub mailbox: Option<Address>,
}

/// The fields to put on top of a message, each ended by CRLF. `page` is the recipient's own URL to unsubscribe, `token` its token.
#[must_use]
pub fn fields(headers: &Headers<'_>, list: &List, page: &str, token: &str) -> String {
    let mut out = String::new();
    let absent = |name: &str| headers.count(name) == 0;
    if absent("List-Unsubscribe") && absent("List-Unsubscribe-Post") {
        out.push_str("List-Unsubscribe: ");
        if let Some(mailbox) = &list.mailbox {
            out.push_str(&format!("<mailto:{mailbox}?subject=unsubscribe%20{token}>,\r\n "));
        }
        out.push_str(&format!("<{page}>\r\n"));
        // RFC 8058 §3.1: only by HTTPS.
        if page.starts_with("https://") {
            out.push_str("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
        }
    }
    let (stream, workspace) = (part(&list.stream), part(&list.workspace));
    if absent("List-Id") {
        // RFC 2919 §3: the list's name below a domain of its owner.
        out.push_str(&format!("List-Id: <{stream}.{}>\r\n", list.domain));
    }
    if absent("Feedback-ID") {
        out.push_str(&format!("Feedback-ID: {stream}:{workspace}:marketing:postrider\r\n"));
    }
    out
}

/// Names of streams and workspaces are letters, digits, `-` and `_`; others of theirs would end a part.
fn part(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(PART_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(fields_of: &str, mailbox: Option<&str>, page: &str) -> String {
        let raw = format!("From: a@b.example\r\n{fields_of}\r\nbody\r\n");
        let list = List {
            stream: "news".into(),
            workspace: "default".into(),
            domain: "b.example".into(),
            mailbox: mailbox.map(|text| Address::parse(text).expect("an address")),
        };
        fields(&Headers::scan(raw.as_bytes()).expect("headers"), &list, page, "TOKEN")
    }

    #[test]
    fn a_recipient_can_leave_by_one_click_and_by_mail() {
        let rest = "List-Id: <news.b.example>\r\nFeedback-ID: news:default:marketing:postrider\r\n";
        let post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
        let cases = [
            ("", None, "https://t/u", format!("List-Unsubscribe: <https://t/u>\r\n{post}{rest}")),
            ("", None, "http://t/u", format!("List-Unsubscribe: <http://t/u>\r\n{rest}")),
            (
                "",
                Some("out@b.example"),
                "https://t/u",
                format!(
                    "List-Unsubscribe: <mailto:out@b.example?subject=unsubscribe%20TOKEN>,\r\n <https://t/u>\r\n{post}{rest}"
                ),
            ),
            ("list-unsubscribe: <x>\r\n", None, "https://t/u", rest.to_owned()),
            ("List-Unsubscribe: <x>\r\nLIST-ID: y\r\nFeedback-ID: z\r\n", None, "https://t/u", String::new()),
        ];
        for (fields_of, mailbox, page, wanted) in cases {
            assert_eq!(added(fields_of, mailbox, page), wanted, "{fields_of:?}");
        }
    }
}
