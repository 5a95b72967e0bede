//! Every rule: its code, how bad it is, why, and what to do. `docs/lint.md` is this list.

use super::finding::Severity::{self, Error, Hint, Warning};

macro_rules! rules {
    ($($rule:ident = $code:literal, $severity:ident, $reason:literal, $fix:literal;)+) => {
        /// What may be wrong with a mail.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Rule { $($rule),+ }

        impl Rule {
            /// In the order of `docs/lint.md`.
            pub const ALL: &[Rule] = &[$(Rule::$rule),+];

            /// Code, severity, reason, fix.
            #[must_use]
            pub fn facts(self) -> (&'static str, Severity, &'static str, &'static str) {
                match self { $(Rule::$rule => ($code, $severity, $reason, $fix)),+ }
            }
        }
    };
}

rules! {
    // What runs or is fetched.
    Script = "script", Error, "mailboxes remove scripts, and filters refuse mail that has them", "remove it; lead to a page that does this";
    EventHandler = "event-handler", Error, "mailboxes remove event handlers, and filters distrust them", "remove the attribute";
    ScriptLink = "script-link", Error, "mailboxes remove addresses that run or hold something", "lead to a page by https";
    Embed = "embed", Error, "mailboxes remove frames, objects and applets", "show an image that leads to a page";
    MetaRefresh = "meta-refresh", Error, "mail does not lead anybody anywhere by itself", "remove it";
    Form = "form", Warning, "most mailboxes remove forms or warn of them", "lead to a page with the form";
    Media = "media", Warning, "few mailboxes play video or audio", "show an image that leads to it";
    StylesheetLink = "stylesheet-link", Warning, "Gmail, Outlook and Yahoo fetch no style sheets", "write the styles into the mail";
    // Styles.
    CssBreaks = "css-breaks", Warning, "some mailboxes do not know it, and the mail falls apart there", "use what is named";
    CssIgnored = "css-ignored", Hint, "some mailboxes do not know it and show the mail without it", "see that the mail is right without it";
    StyleInBody = "style-in-body", Hint, "Gmail and Outlook (Windows) take style sheets only in the head", "move it into the head";
    StyleTooLong = "style-too-long", Warning, "Gmail ignores style sheets beyond 16 KB", "inline the styles, and remove what is not used";
    // Size.
    Clipped = "clipped", Warning, "Gmail cuts a mail at 102 KB of HTML: its end, the link to unsubscribe and the pixel are not shown", "shorten it, or lead to a page with the rest";
    NearlyClipped = "nearly-clipped", Hint, "Gmail cuts a mail at 102 KB of HTML, and tracking makes links longer", "shorten it";
    HtmlTooLong = "html-too-long", Error, "it is too long to be looked at", "shorten it";
    TextTooLong = "text-too-long", Error, "it is too long to be looked at", "shorten it";
    HtmlUnreadable = "html-unreadable", Error, "the HTML is nested too deep, or a tag is too long", "close what is opened";
    ImageHeavy = "image-heavy", Hint, "an image of more than 300 KB is slow on a phone", "make it smaller";
    ImagesHeavy = "images-heavy", Warning, "images of more than 1 MB together are slow on a phone", "make them smaller or fewer";
    // Images.
    AltMissing = "alt-missing", Warning, "where images are blocked or read aloud, nothing says what it shows", "add alt; an empty one for decoration";
    ImageBroken = "image-broken", Error, "no mailbox can find it", "write an address that begins with https:// or cid:";
    ImageInsecure = "image-insecure", Warning, "mailboxes that are read by https do not load images by http", "use https";
    ImageData = "image-data", Warning, "Outlook (Windows) and Gmail's apps do not show images that are written into the HTML", "attach it and name it by cid:, or use https";
    ImageSvg = "image-svg", Warning, "Gmail and Outlook (Windows) show no SVG", "use PNG";
    ImageSize = "image-size-missing", Hint, "Outlook (Windows) shows an image without width in its own size", "add width";
    ImageOnly = "image-only", Warning, "with images blocked nothing is left, and filters take such mail for spam", "say what matters in words";
    ImageDark = "image-one-colour", Hint, "by its name it is one colour, probably on transparent ground: one mode of a mailbox hides it", "give it a ground or an outline";
    // Links.
    LinkEmpty = "link-empty", Error, "it leads nowhere", "write where it leads";
    LinkBroken = "link-broken", Error, "this is no address that a browser could open", "mend it";
    LinkRelative = "link-relative", Error, "mail has no address that it could be relative to", "begin it with https://";
    LinkScheme = "link-scheme", Warning, "few mailboxes follow such an address", "lead to a page by https";
    LinkPrivate = "link-private", Error, "only one machine or network can open it", "use a public address";
    LinkInsecure = "link-insecure", Warning, "browsers warn of pages without https", "use https";
    LinkByAddress = "link-by-address", Warning, "a number where a name belongs is what phishing looks like", "use a name";
    LinkDeceptive = "link-deceptive", Error, "it shows another host than it leads to, which is what phishing looks like", "show the host that it leads to, or words";
    LinkShortener = "link-shortener", Warning, "filters distrust shortened addresses, since they hide where they lead", "write the whole address";
    LinkWordless = "link-wordless", Warning, "nothing says where it leads when it is read aloud or images are blocked", "put words into it, or alt on its image";
    // What was forgotten.
    TemplateLeft = "template-left", Error, "an expression was not filled in", "fill it in, or remove it";
    PlaceholderText = "placeholder-text", Warning, "text that was to be replaced is left", "replace it";
    Empty = "empty", Error, "there is nothing to read or see", "write something";
    TextMissing = "text-missing", Warning, "who reads without HTML sees nothing, and filters count it", "leave text out of the request, so that it is made of the HTML";
    TextEmpty = "text-empty", Warning, "the text says nothing, the HTML does", "leave text out of the request, so that it is made of the HTML";
    TextDifferent = "text-different", Warning, "text and HTML hardly share a word, which filters take for deceit", "let both say the same";
    PreheaderMissing = "preheader-missing", Hint, "mailboxes show the first words of the mail instead, often a link", "add a preheader";
    PreheaderLong = "preheader-long", Hint, "mailboxes show about 120 characters of it", "shorten it";
    UnsubscribeMissing = "unsubscribe-missing", Error, "marketing mail must show how to leave; the header that is added is not enough", "add a link to postrider:unsubscribe";
    UnsubscribeUnfilled = "unsubscribe-unfilled", Error, "in a stream that is not marketing nothing takes the place of postrider:unsubscribe", "send it in a marketing stream, or remove the link";
    // Subject.
    SubjectMissing = "subject-missing", Error, "mail without a subject is not opened", "write one";
    SubjectLong = "subject-long", Hint, "phones show about 60 characters", "say what matters first";
    SubjectCapitals = "subject-capitals", Warning, "capitals shout, and filters count them", "write as usual";
    SubjectMarks = "subject-marks", Warning, "filters count exclamation marks and signs of money", "one is enough";
    SubjectEmoji = "subject-emoji", Warning, "more than three emoji look like spam", "one is enough";
    SubjectFalseReply = "subject-false-reply", Warning, "it looks like an answer or a forwarded mail; if it is none, it deceives", "remove Re: or Fwd:";
    SubjectHidden = "subject-hidden", Warning, "characters that nobody sees or that turn the text around hide what it says", "remove them";
    SpamWords = "spam-words", Warning, "filters know this phrase", "say it otherwise";
    Urgency = "urgency", Warning, "pressure is what fraud uses", "say what happens, and when";
    // Colours.
    ContrastLow = "contrast-low", Warning, "text and ground are too alike to be read (WCAG 2.2 §1.4.3)", "use colours with a contrast of 4.5, 3 for large text";
    DarkColour = "dark-colour-alone", Hint, "text has a colour and its ground has none: in dark mode the ground turns, the text may not", "set both";
    DarkGround = "dark-ground-alone", Hint, "the ground has a colour and its text has none: in dark mode the text turns, the ground may not", "set both";
    DarkScheme = "color-scheme-missing", Hint, "without it mailboxes guess what to turn in dark mode", "add <meta name=\"color-scheme\" content=\"light dark\">";
    // Layout.
    LangMissing = "lang-missing", Hint, "screen readers must guess the language", "add lang to the html element";
    TableRole = "table-role", Hint, "screen readers read a table for layout cell by cell", "add role=\"presentation\"";
    FontTiny = "font-tiny", Warning, "text below 12 px is not readable on a phone", "use 14 px or more";
    WidthFixed = "width-fixed", Warning, "wider than 640 px does not fit into a mailbox", "use at most 600 px, or max-width";
}
