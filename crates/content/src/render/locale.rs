//! How numbers, money, days and plurals are written, by language. Tables of the languages that our users ask for; others
//! get plain forms that nobody misreads (1,234.50 and 2026-12-01).

use super::moment::Moment;

/// The rules of one locale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Rules {
    language: &'static str,
    marks: Marks,
    words: Option<&'static Words>,
    /// Month before day, hours by twelve.
    american: bool,
}

/// What stands between thousands, and before decimals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Marks {
    group: &'static str,
    decimal: char,
    /// Symbol behind the amount, after a space.
    symbol_last: bool,
}

#[derive(PartialEq, Eq, Debug)]
struct Words {
    months: [&'static str; 12],
    /// Between day, month and year of a long date.
    joint: &'static str,
}

const POINT: Marks = Marks { group: ",", decimal: '.', symbol_last: false };
const COMMA: Marks = Marks { group: ".", decimal: ',', symbol_last: true };
const SPACE: Marks = Marks { group: "\u{a0}", decimal: ',', symbol_last: true };

/// Languages with their marks.
const LANGUAGES: &[(&str, Marks)] = &[
    ("cs", SPACE),
    ("da", COMMA),
    ("de", COMMA),
    ("el", COMMA),
    ("en", POINT),
    ("es", COMMA),
    ("fi", SPACE),
    ("fr", Marks { group: "\u{202f}", decimal: ',', symbol_last: true }),
    ("he", POINT),
    ("hu", SPACE),
    ("id", COMMA),
    ("it", COMMA),
    ("ja", POINT),
    ("ko", POINT),
    ("nb", SPACE),
    ("nl", Marks { group: ".", decimal: ',', symbol_last: false }),
    ("pl", SPACE),
    ("pt", Marks { group: ".", decimal: ',', symbol_last: false }),
    ("ro", COMMA),
    ("ru", SPACE),
    ("sk", SPACE),
    ("sv", SPACE),
    ("th", POINT),
    ("tr", COMMA),
    ("uk", SPACE),
    ("vi", COMMA),
    ("zh", POINT),
];

const WORDS: &[(&str, Words)] = &[
    (
        "de",
        Words {
            months: [
                "Januar",
                "Februar",
                "März",
                "April",
                "Mai",
                "Juni",
                "Juli",
                "August",
                "September",
                "Oktober",
                "November",
                "Dezember",
            ],
            joint: ". ",
        },
    ),
    (
        "en",
        Words {
            months: [
                "January",
                "February",
                "March",
                "April",
                "May",
                "June",
                "July",
                "August",
                "September",
                "October",
                "November",
                "December",
            ],
            joint: " ",
        },
    ),
    (
        "es",
        Words {
            months: [
                "enero",
                "febrero",
                "marzo",
                "abril",
                "mayo",
                "junio",
                "julio",
                "agosto",
                "septiembre",
                "octubre",
                "noviembre",
                "diciembre",
            ],
            joint: " de ",
        },
    ),
    (
        "fr",
        Words {
            months: [
                "janvier",
                "février",
                "mars",
                "avril",
                "mai",
                "juin",
                "juillet",
                "août",
                "septembre",
                "octobre",
                "novembre",
                "décembre",
            ],
            joint: " ",
        },
    ),
    (
        "it",
        Words {
            months: [
                "gennaio",
                "febbraio",
                "marzo",
                "aprile",
                "maggio",
                "giugno",
                "luglio",
                "agosto",
                "settembre",
                "ottobre",
                "novembre",
                "dicembre",
            ],
            joint: " ",
        },
    ),
    (
        "pt",
        Words {
            months: [
                "janeiro",
                "fevereiro",
                "março",
                "abril",
                "maio",
                "junho",
                "julho",
                "agosto",
                "setembro",
                "outubro",
                "novembro",
                "dezembro",
            ],
            joint: " de ",
        },
    ),
];

/// Currencies with a symbol that is understood everywhere; others are written by their code.
const SYMBOLS: &[(&str, &str)] = &[
    ("BRL", "R$"),
    ("CNY", "¥"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("INR", "₹"),
    ("JPY", "¥"),
    ("KRW", "₩"),
    ("USD", "$"),
];

impl Rules {
    pub(super) fn of(locale: &str) -> Rules {
        let mut groups = locale.split('-');
        let language = groups.next().unwrap_or_default();
        let region = groups.next_back().unwrap_or_default();
        let known = LANGUAGES.iter().find(|(name, _)| name.eq_ignore_ascii_case(language));
        let mut marks = known.map_or(POINT, |(_, marks)| *marks);
        match (language, region) {
            // Europe's Portuguese writes the symbol last, as its neighbours do.
            ("pt", "PT") => marks = SPACE,
            ("de" | "fr" | "it", "CH") => marks = Marks { group: "’", decimal: '.', symbol_last: false },
            ("es", "MX" | "US" | "PR" | "GT" | "HN" | "NI" | "PA" | "PE" | "DO" | "SV") => marks = POINT,
            _ => {}
        }
        Rules {
            language: known.map_or("", |(name, _)| *name),
            marks,
            words: known
                .and_then(|(name, _)| WORDS.iter().find(|(of, _)| of == name))
                .map(|(_, words)| words),
            american: language == "en" && (region.is_empty() || region == "US"),
        }
    }

    /// A number with so many decimals; with as many as it has, up to three, when nothing is said.
    pub(super) fn number(self, number: f64, decimals: Option<u8>) -> Result<String, &'static str> {
        let text = match decimals {
            Some(decimals @ 0..=10) => format!("{:.*}", usize::from(decimals), number.abs()),
            Some(_) => return Err("a number has 10 decimals at most"),
            None => {
                let text = format!("{:.3}", number.abs());
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
        };
        if number.abs() >= 1e15 {
            return Err("this number is too large to be shown");
        }
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        let negative = number < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        let mut out = if negative { "-".to_owned() } else { String::new() };
        for (n, digit) in whole.chars().enumerate() {
            // Spanish leaves four digits together, as do its neighbours that follow the same rule.
            let grouped = whole.len() > 4 || !matches!(self.language, "es" | "pl") || self.marks == POINT;
            if n > 0 && (whole.len() - n).is_multiple_of(3) && grouped {
                out.push_str(self.marks.group);
            }
            out.push(digit);
        }
        if !decimals.is_empty() {
            out.push(self.marks.decimal);
            out.push_str(decimals);
        }
        Ok(out)
    }

    pub(super) fn percent(self, share: f64, decimals: u8) -> Result<String, &'static str> {
        let number = self.number(share * 100.0, Some(decimals))?;
        let close = matches!(
            self.language,
            "en" | "pt" | "zh" | "ja" | "ko" | "it" | "nl" | "tr" | "id" | "th" | "he"
        );
        Ok(if close { format!("{number}%") } else { format!("{number}\u{a0}%") })
    }

    /// An amount; `minor` counts in the currency's smallest unit.
    pub(super) fn money(self, amount: f64, currency: &str, minor: bool) -> Result<String, &'static str> {
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err("a currency is three letters, such as EUR");
        }
        let code = currency.to_ascii_uppercase();
        let decimals = match &*code {
            "JPY" | "KRW" | "CLP" | "VND" | "ISK" | "PYG" | "UGX" | "XAF" | "XOF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        };
        let amount = if minor { amount / 10_f64.powi(i32::from(decimals)) } else { amount };
        let number = self.number(amount.abs(), Some(decimals))?;
        let symbol = SYMBOLS.iter().find(|(of, _)| *of == code).map_or(&*code, |(_, symbol)| symbol);
        let sign = if amount < 0.0 && number.contains(|c: char| ('1'..='9').contains(&c)) { "-" } else { "" };
        let tight = matches!(self.language, "en" | "zh" | "ja" | "ko" | "he" | "th" | "")
            || self.language == "es" && self.marks == POINT;
        Ok(match (self.marks.symbol_last, tight && symbol != code) {
            (true, _) => format!("{sign}{number}\u{a0}{symbol}"),
            (false, true) => format!("{sign}{symbol}{number}"),
            (false, false) => format!("{sign}{symbol}\u{a0}{number}"),
        })
    }

    /// The category of a count (CLDR): `zero`, `one`, `two`, `few`, `many` or `other`.
    pub(super) fn plural(self, count: f64) -> &'static str {
        let count = count.abs();
        let whole = count.fract() == 0.0;
        let (ten, hundred) = (count % 10.0, count % 100.0);
        let teen = (11.0..=14.0).contains(&hundred);
        match self.language {
            "zh" | "ja" | "ko" | "vi" | "th" | "id" => "other",
            "fr" | "pt" => {
                if count < 2.0 {
                    "one"
                } else {
                    "other"
                }
            }
            "ru" | "uk" => match () {
                () if !whole => "other",
                () if ten == 1.0 && !teen => "one",
                () if (2.0..=4.0).contains(&ten) && !teen => "few",
                () => "many",
            },
            "pl" => match () {
                () if !whole => "other",
                () if count == 1.0 => "one",
                () if (2.0..=4.0).contains(&ten) && !teen => "few",
                () => "many",
            },
            "cs" | "sk" => match () {
                () if !whole => "many",
                () if count == 1.0 => "one",
                () if (2.0..=4.0).contains(&count) => "few",
                () => "other",
            },
            "ro" => match () {
                () if count == 1.0 => "one",
                () if !whole || count == 0.0 || (1.0..=19.0).contains(&hundred) => "few",
                () => "other",
            },
            "he" if count == 2.0 => "two",
            _ => {
                if count == 1.0 {
                    "one"
                } else {
                    "other"
                }
            }
        }
    }

    /// A moment as `date`, `time` or `datetime`, `short`, `medium`, `long` or `iso`.
    pub(super) fn moment(self, moment: &Moment, what: &str, style: &str) -> Result<String, &'static str> {
        if !matches!(style, "short" | "medium" | "long" | "iso") {
            return Err("a style is short, medium, long or iso");
        }
        Ok(match what {
            "date" => self.date(moment, style),
            "time" => self.time(moment, style),
            _ => {
                let joint = if style == "long" && self.language == "en" { " at " } else { " " };
                format!("{}{joint}{}", self.date(moment, style), self.time(moment, style))
            }
        })
    }

    fn date(self, moment: &Moment, style: &str) -> String {
        let Moment { year, month, day, .. } = *moment;
        let iso = format!("{year:04}-{month:02}-{day:02}");
        if style == "iso" {
            return iso;
        }
        if style == "short" {
            return match self.language {
                "en" if self.american => format!("{month}/{day}/{year}"),
                "es" | "pt" | "fr" | "it" | "en" => format!("{day:02}/{month:02}/{year}"),
                "de" | "ru" | "uk" | "pl" | "cs" | "tr" | "fi" | "nb" | "ro" | "sk" => {
                    format!("{day:02}.{month:02}.{year}")
                }
                "zh" | "ja" => format!("{year}/{month}/{day}"),
                _ => iso,
            };
        }
        match (self.language, self.words) {
            ("zh" | "ja", _) => format!("{year}年{month}月{day}日"),
            ("ko", _) => format!("{year}년 {month}월 {day}일"),
            ("en", Some(words)) if self.american => format!("{} {day}, {year}", words.months[month - 1]),
            ("de", Some(words)) => format!("{day}{}{} {year}", words.joint, words.months[month - 1]),
            (_, Some(words)) => format!("{day}{0}{1}{0}{year}", words.joint, words.months[month - 1]),
            (_, None) => iso,
        }
    }

    fn time(self, moment: &Moment, style: &str) -> String {
        let Moment { hour, minute, .. } = *moment;
        if self.american && style != "iso" {
            let half = if hour < 12 { "AM" } else { "PM" };
            return format!("{}:{minute:02} {half}", (hour + 11) % 12 + 1);
        }
        format!("{hour:02}:{minute:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_money_follow_the_locale() {
        let cases = [
            ("en", "1,234.5", "$1,234.50", "12%"),
            ("es", "1234,5", "1234,50\u{a0}$", "12\u{a0}%"),
            ("es-MX", "1,234.5", "$1,234.50", "12\u{a0}%"),
            ("pt-BR", "1.234,5", "$\u{a0}1.234,50", "12%"),
            ("zh-CN", "1,234.5", "$1,234.50", "12%"),
            ("de", "1.234,5", "1.234,50\u{a0}$", "12\u{a0}%"),
            ("de-CH", "1’234.5", "$\u{a0}1’234.50", "12\u{a0}%"),
            ("fr", "1\u{202f}234,5", "1\u{202f}234,50\u{a0}$", "12\u{a0}%"),
            ("xx", "1,234.5", "$1,234.50", "12\u{a0}%"),
        ];
        for (locale, number, money, percent) in cases {
            let rules = Rules::of(locale);
            let got = (rules.number(1234.5, None), rules.money(1234.5, "usd", false), rules.percent(0.12, 0));
            assert_eq!(got, (Ok(number.into()), Ok(money.into()), Ok(percent.into())), "{locale}");
        }
        let rules = Rules::of("en");
        for (amount, currency, minor, expected) in [
            (-5.0, "EUR", false, Ok("-€5.00")),
            (-0.001, "EUR", false, Ok("€0.00")),
            (1999.0, "GBP", true, Ok("£19.99")),
            (1999.0, "JPY", true, Ok("¥1,999")),
            (1.5, "CHF", false, Ok("CHF\u{a0}1.50")),
            (1.0, "Euro", false, Err("a currency is three letters, such as EUR")),
            (1e300, "EUR", false, Err("this number is too large to be shown")),
        ] {
            assert_eq!(rules.money(amount, currency, minor).as_deref().map_err(|why| *why), expected);
        }
        assert_eq!(Rules::of("pt-BR").money(10.0, "BRL", false).as_deref(), Ok("R$\u{a0}10,00"));
        assert_eq!(rules.number(-0.0001, None).as_deref(), Ok("0"));
    }

    #[test]
    fn plurals_follow_the_language() {
        let cases: &[(&str, &[(f64, &str)])] = &[
            ("en", &[(1.0, "one"), (0.0, "other"), (2.0, "other"), (1.5, "other")]),
            ("pt-BR", &[(0.0, "one"), (1.0, "one"), (1.5, "one"), (2.0, "other")]),
            ("zh-CN", &[(1.0, "other")]),
            (
                "ru",
                &[(1.0, "one"), (3.0, "few"), (5.0, "many"), (11.0, "many"), (21.0, "one"), (1.5, "other")],
            ),
            ("pl", &[(1.0, "one"), (22.0, "few"), (12.0, "many"), (21.0, "many")]),
            ("cs", &[(1.0, "one"), (4.0, "few"), (5.0, "other"), (1.5, "many")]),
        ];
        for (locale, counts) in cases {
            for (count, expected) in *counts {
                assert_eq!(Rules::of(locale).plural(*count), *expected, "{locale} {count}");
            }
        }
    }

    #[test]
    fn days_follow_the_locale() {
        let moment = Moment::parse("2026-12-01T15:04:00Z").unwrap();
        let cases = [
            ("en", "12/1/2026", "December 1, 2026", "December 1, 2026 at 3:04 PM"),
            ("en-GB", "01/12/2026", "1 December 2026", "1 December 2026 at 15:04"),
            ("es", "01/12/2026", "1 de diciembre de 2026", "1 de diciembre de 2026 15:04"),
            ("pt-BR", "01/12/2026", "1 de dezembro de 2026", "1 de dezembro de 2026 15:04"),
            ("zh-CN", "2026/12/1", "2026年12月1日", "2026年12月1日 15:04"),
            ("de", "01.12.2026", "1. Dezember 2026", "1. Dezember 2026 15:04"),
            ("xx", "2026-12-01", "2026-12-01", "2026-12-01 15:04"),
        ];
        for (locale, short, medium, long) in cases {
            let show = |what, style| Rules::of(locale).moment(&moment, what, style).unwrap();
            let got = (show("date", "short"), show("date", "medium"), show("datetime", "long"));
            assert_eq!(got, (short.into(), medium.into(), long.into()), "{locale}");
        }
    }
}
