//! What a message gets for one recipient before it is signed: tokens in its links, a pixel, the fields by which to leave.
//!
//! Guarantee: a message that cannot be dressed goes out as it is.

use std::sync::Arc;

use bytes::Bytes;
use content::track::{self, Changes, Link};
use mail::Headers;

use super::courtesy::{self, List};
use super::switches::Switches;
use super::token::{Bearer, Purpose, Secrets};
use super::url;

/// All that dressing needs: it is done on another thread.
pub struct Dress {
    pub base: Arc<str>,
    pub secrets: Arc<Secrets>,
    pub bearer: Bearer,
    pub switches: Switches,
    /// None for mail that its recipient must get.
    pub list: Option<List>,
}

impl Dress {
    /// The message for this recipient.
    #[must_use]
    pub fn put_on(&self, content: &Bytes) -> Bytes {
        let Ok(headers) = Headers::scan_again(content) else { return content.clone() };
        let page = self.url(Purpose::Unsubscribe);
        let token = page.rsplit('/').next().unwrap_or_default();
        let fields = self
            .list
            .as_ref()
            .map_or_else(String::new, |list| courtesy::fields(&headers, list, &page, token));
        let rewritten = self.rewritten(content, &page);
        let rewritten = rewritten.as_deref().unwrap_or(content);
        if fields.is_empty() && rewritten.len() == content.len() {
            return content.clone();
        }
        [fields.as_bytes(), rewritten].concat().into()
    }

    fn rewritten(&self, content: &[u8], page: &str) -> Option<Vec<u8>> {
        let ours = format!("{}/t/", self.base);
        let link = |link: &Link| {
            let wanted = self.switches.clicks && !link.url.starts_with(&ours);
            let bearer = Bearer { link: link.number, ..self.bearer };
            wanted.then(|| url::click(&self.base, &self.secrets, bearer, (&link.id, &link.url)))
        };
        let closing = self.closing();
        let unsubscribe = self.list.is_some().then_some(page);
        let text = self.switches.text && self.switches.clicks;
        track::rewrite_message(content, &Changes { link: &link, unsubscribe, closing: &closing, text })
    }

    /// What stands unseen at the end of the body.
    fn closing(&self) -> String {
        let mut closing = String::new();
        if self.switches.clicks {
            closing.push_str(&track::honeypot(&self.url(Purpose::Trap)));
        }
        if self.switches.opens {
            closing.push_str(&track::pixel(&self.url(Purpose::Open)));
        }
        if self.switches.reading {
            closing.push_str(&track::pixel(&self.url(Purpose::Reading)));
        }
        closing
    }

    fn url(&self, purpose: Purpose) -> String {
        url::plain(&self.base, &self.secrets, purpose, self.bearer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::access::Class;

    const MAIL: &str = "From: a@b.example\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n\
                        see https://x.example, leave by postrider:unsubscribe\r\n--b\r\nContent-Type: text/html\r\n\r\n\
                        <body><a href=\"https://x.example\">x</a><a href=\"https://t.example/t/u/old\">u</a>\
                        <a href=\"postrider:unsubscribe\">u</a></body>\r\n--b--\r\n";

    fn dressed(switches: &str, marketing: bool, content: &str) -> String {
        let list =
            List { stream: "news".into(), workspace: "w".into(), domain: "b.example".into(), mailbox: None };
        let dress = Dress {
            base: "https://t.example".into(),
            secrets: Arc::new(Secrets::new(&[(1, vec![1; 32])]).expect("a secret")),
            bearer: Bearer { workspace: 1, delivery: 2, link: 0, class: Class::Marketing },
            switches: Switches::parse(switches).expect("switches"),
            list: marketing.then_some(list),
        };
        String::from_utf8(dress.put_on(&Bytes::copy_from_slice(content.as_bytes())).to_vec()).expect("UTF-8")
    }

    /// How often each kind of URL of ours stands in it: opens, clicks, pages to leave, traps, readings.
    fn counts(dressed: &str) -> [usize; 5] {
        ['o', 'c', 'u', 'h', 'r']
            .map(|letter| dressed.matches(&format!("https://t.example/t/{letter}/")).count())
    }

    #[test]
    fn each_switch_adds_its_own_and_nothing_else() {
        // The page that the author wrote already counts as one to leave.
        let cases = [
            ("none", false, [0, 0, 1, 0, 0]),
            ("opens", false, [1, 0, 1, 0, 0]),
            ("clicks", false, [0, 1, 1, 1, 0]),
            ("text", false, [0, 0, 1, 0, 0]),
            ("clicks,text", false, [0, 2, 1, 1, 0]),
            ("opens,clicks,text,reading", false, [1, 2, 1, 1, 1]),
            ("none", true, [0, 0, 4, 0, 0]),
            ("clicks,text", true, [0, 2, 4, 1, 0]),
        ];
        for (switches, marketing, wanted) in cases {
            assert_eq!(counts(&dressed(switches, marketing, MAIL)), wanted, "{switches} {marketing}");
        }
        assert_eq!(dressed("none", false, MAIL), MAIL);
    }

    #[test]
    fn sealed_mail_gets_the_fields_and_keeps_its_body() {
        let sealed = "From: a@b.example\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\
                      <a href=\"https://x.example\">x</a>\r\n--b--\r\n";
        let new = dressed("opens,clicks", true, sealed);
        assert!(
            new.ends_with(sealed) && new.starts_with("List-Unsubscribe: <https://t.example/t/u/"),
            "{new}"
        );
    }
}
