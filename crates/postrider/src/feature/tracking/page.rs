//! The page on which a person unsubscribes: asks on GET, and only a POST changes anything.

use ::console::page::Brand;

use crate::feature::access::Class;

/// The words of one language.
struct Words {
    /// As in `Accept-Language`.
    tag: &'static str,
    title: &'static str,
    ask: &'static str,
    this: &'static str,
    all: &'static str,
    done: &'static str,
    done_all: &'static str,
    later: &'static str,
}

const LANGUAGES: [Words; 4] = [
    Words {
        tag: "en",
        title: "Unsubscribe",
        ask: "Do you no longer want to receive these emails?",
        this: "Unsubscribe from these emails",
        all: "Unsubscribe from all newsletters and offers of this sender",
        done: "You are unsubscribed. You will not receive these emails any more.",
        done_all: "You are unsubscribed from all newsletters and offers of this sender.",
        later: "That did not work just now. Please try again in a few minutes.",
    },
    Words {
        tag: "es",
        title: "Cancelar la suscripción",
        ask: "¿Ya no quieres recibir estos correos?",
        this: "Dejar de recibir estos correos",
        all: "Dejar de recibir todos los boletines y ofertas de este remitente",
        done: "Suscripción cancelada. No recibirás más estos correos.",
        done_all: "Has cancelado la suscripción a todos los boletines y ofertas de este remitente.",
        later: "No ha funcionado en este momento. Inténtalo de nuevo en unos minutos.",
    },
    Words {
        tag: "pt-BR",
        title: "Cancelar inscrição",
        ask: "Não quer mais receber estes e-mails?",
        this: "Parar de receber estes e-mails",
        all: "Parar de receber todas as newsletters e ofertas deste remetente",
        done: "Inscrição cancelada. Você não receberá mais estes e-mails.",
        done_all: "Você cancelou a inscrição em todas as newsletters e ofertas deste remetente.",
        later: "Não funcionou agora. Tente novamente em alguns minutos.",
    },
    Words {
        tag: "zh-CN",
        title: "退订",
        ask: "您不想再收到这类邮件了吗?",
        this: "退订这类邮件",
        all: "退订该发件人的所有资讯和优惠邮件",
        done: "已退订。您将不再收到这类邮件。",
        done_all: "您已退订该发件人的所有资讯和优惠邮件。",
        later: "暂时无法完成,请几分钟后重试。",
    },
];

/// What the page says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Say {
    /// Asks; the class decides which buttons there are.
    Ask(Class),
    Done,
    DoneAll,
    Later,
}

/// The page in the language that its reader prefers.
#[must_use]
pub fn page(accept_language: &str, brand: &Brand, say: Say) -> String {
    let words = language(accept_language);
    let mut out = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title>\
         <style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;color:#222;background:#fff}}\
         button{{font:inherit;display:block;width:100%;margin:1rem 0;padding:.8rem;border:1px solid #555;border-radius:.4rem;\
         background:#fff;color:inherit;cursor:pointer}}@media(prefers-color-scheme:dark){{body,button{{background:#181818;color:#eee}}}}\
         .of{{display:flex;align-items:center;gap:.8rem}}.of img{{width:48px;height:48px;object-fit:contain}}\
         </style></head><body><main>{}<h1>{}</h1>",
        words.tag,
        words.title,
        whose(brand),
        words.title
    );
    let mut paragraph = |text: &str| out.push_str(&format!("<p role=\"status\">{text}</p>"));
    match say {
        Say::Done => paragraph(words.done),
        Say::DoneAll => paragraph(words.done_all),
        Say::Later => paragraph(words.later),
        Say::Ask(class) => {
            let all = match class {
                Class::Marketing => {
                    format!("<button name=\"scope\" value=\"marketing\">{}</button>", words.all)
                }
                Class::Transactional => String::new(),
            };
            out.push_str(&format!(
                "<p>{}</p><form method=\"post\"><button name=\"scope\" value=\"stream\">{}</button>{all}</form>",
                words.ask, words.this
            ));
        }
    }
    out.push_str("</main></body></html>");
    out
}

/// Whose mail it was: name and logo. The page is two folders below the root of this host.
fn whose(brand: &Brand) -> String {
    if brand.title.is_empty() && brand.logo.is_none() {
        return String::new();
    }
    let logo =
        brand.logo.as_ref().map_or_else(String::new, |path| format!("<img src=\"../..{path}\" alt=\"\">"));
    format!("<p class=\"of\">{logo}<b>{}</b></p>", escaped(&brand.title))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// The language with the highest weight (RFC 9110 §12.5.4); a language stands for each of its regions. English when none fits.
fn language(accept: &str) -> &'static Words {
    let mut best: (f32, &Words) = (0.0, &LANGUAGES[0]);
    for range in accept.split(',').take(50) {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=").and_then(|text| text.parse().ok()).unwrap_or(0.0);
        let primary = |tag: &str| tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let words = LANGUAGES.iter().find(|words| primary(words.tag) == primary(tag));
        if let Some(words) = words
            && weight > best.0
        {
            best = (weight, words);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_gets_the_language_that_it_prefers() {
        let cases = [
            ("", "en"),
            ("de-DE,de;q=0.9", "en"),
            ("pt-PT,pt;q=0.9,en;q=0.8", "pt-BR"),
            ("en;q=0.3, es-419;q=0.8", "es"),
            ("zh", "zh-CN"),
            ("zh-Hans-CN;q=x, es;q=0.1", "es"),
            ("*", "en"),
        ];
        for (accept, tag) in cases {
            assert_eq!(language(accept).tag, tag, "{accept}");
        }
    }

    #[test]
    fn only_marketing_mail_offers_to_leave_all_of_it() {
        let buttons = |class| page("en", &Brand::default(), Say::Ask(class)).matches("<button name").count();
        assert_eq!((buttons(Class::Marketing), buttons(Class::Transactional)), (2, 1));
    }

    #[test]
    fn a_page_says_whose_mail_it_was_and_no_name_is_markup() {
        let brand =
            Brand { title: "A&B <script>\"".into(), logo: Some("/i/00ff".into()), ..Brand::default() };
        let shown = page("en", &brand, Say::Done);
        assert!(shown.contains("<b>A&amp;B &lt;script&gt;&quot;</b>"), "{shown}");
        assert!(shown.contains("<img src=\"../../i/00ff\" alt=\"\">"), "{shown}");
        assert!(!page("en", &Brand::default(), Say::Done).contains("class=\"of\""));
    }
}
