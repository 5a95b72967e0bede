//! What a peer's reply to EHLO offers (RFC 5321 §4.1.1.1). Unknown keywords mean nothing to us.

/// Nothing is offered until EHLO was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Offer {
    /// The peer refused EHLO: what it would take is not known.
    pub unsaid: bool,
    pub pipelining: bool,
    pub starttls: bool,
    pub eight_bit: bool,
    pub smtputf8: bool,
    pub dsn: bool,
    pub auth_plain: bool,
    pub auth_login: bool,
    /// SIZE is offered, so `SIZE=` may be said.
    pub size: bool,
    /// The largest message that the peer takes; 0: it did not say (RFC 1870 §4).
    pub size_max_bytes: u64,
}

impl Offer {
    /// `text`: the reply's lines without codes; the first is the peer's greeting.
    pub(super) fn read(text: &str) -> Offer {
        let mut offer = Offer::default();
        for line in text.split('\n').skip(1) {
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            let keyword = words.next().unwrap_or("");
            let is = |name: &str| keyword.eq_ignore_ascii_case(name);
            if is("PIPELINING") {
                offer.pipelining = true;
            } else if is("STARTTLS") {
                offer.starttls = true;
            } else if is("8BITMIME") {
                offer.eight_bit = true;
            } else if is("SMTPUTF8") {
                offer.smtputf8 = true;
            } else if is("DSN") {
                offer.dsn = true;
            } else if is("SIZE") {
                offer.size = true;
                offer.size_max_bytes = words.next().and_then(|limit| limit.parse().ok()).unwrap_or(0);
            } else if is("AUTH") {
                for mechanism in words {
                    offer.auth_plain |= mechanism.eq_ignore_ascii_case("PLAIN");
                    offer.auth_login |= mechanism.eq_ignore_ascii_case("LOGIN");
                }
            }
        }
        offer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_in_any_case_and_the_old_form_of_auth() {
        let none = Offer::default();
        let cases: &[(&str, Offer)] = &[
            ("mx.test greets", none),
            ("PIPELINING", none),
            ("mx\nPIPELINING\n8bitmime\nX-NEW a b", Offer { pipelining: true, eight_bit: true, ..none }),
            ("mx\nSIZE 1000\nSTARTTLS", Offer { size: true, size_max_bytes: 1000, starttls: true, ..none }),
            ("mx\nSIZE\nDSN\nSMTPUTF8", Offer { size: true, dsn: true, smtputf8: true, ..none }),
            ("mx\nAUTH=LOGIN", Offer { auth_login: true, ..none }),
            ("mx\nAUTH CRAM-MD5 plain", Offer { auth_plain: true, ..none }),
        ];
        for (text, expected) in cases {
            assert_eq!(Offer::read(text), *expected, "{text:?}");
        }
    }
}
