//! What each rule of the lint is called, by its code. Reasons and fixes are the lint's own, in English.

use ::console::words::Word;

/// The title of a finding.
pub(super) fn title(code: &str) -> Word {
    match code {
        "script" => Word("lint-script"),
        "event-handler" => Word("lint-event-handler"),
        "script-link" => Word("lint-script-link"),
        "embed" => Word("lint-embed"),
        "meta-refresh" => Word("lint-meta-refresh"),
        "form" => Word("lint-form"),
        "media" => Word("lint-media"),
        "stylesheet-link" => Word("lint-stylesheet-link"),
        "css-breaks" => Word("lint-css-breaks"),
        "css-ignored" => Word("lint-css-ignored"),
        "style-in-body" => Word("lint-style-in-body"),
        "style-too-long" => Word("lint-style-too-long"),
        "clipped" => Word("lint-clipped"),
        "nearly-clipped" => Word("lint-nearly-clipped"),
        "html-too-long" => Word("lint-html-too-long"),
        "text-too-long" => Word("lint-text-too-long"),
        "html-unreadable" => Word("lint-html-unreadable"),
        "image-heavy" => Word("lint-image-heavy"),
        "images-heavy" => Word("lint-images-heavy"),
        "alt-missing" => Word("lint-alt-missing"),
        "image-broken" => Word("lint-image-broken"),
        "image-insecure" => Word("lint-image-insecure"),
        "image-data" => Word("lint-image-data"),
        "image-svg" => Word("lint-image-svg"),
        "image-size-missing" => Word("lint-image-size-missing"),
        "image-only" => Word("lint-image-only"),
        "image-one-colour" => Word("lint-image-one-colour"),
        "link-empty" => Word("lint-link-empty"),
        "link-broken" => Word("lint-link-broken"),
        "link-relative" => Word("lint-link-relative"),
        "link-scheme" => Word("lint-link-scheme"),
        "link-private" => Word("lint-link-private"),
        "link-insecure" => Word("lint-link-insecure"),
        "link-by-address" => Word("lint-link-by-address"),
        "link-deceptive" => Word("lint-link-deceptive"),
        "link-shortener" => Word("lint-link-shortener"),
        "link-wordless" => Word("lint-link-wordless"),
        "template-left" => Word("lint-template-left"),
        "placeholder-text" => Word("lint-placeholder-text"),
        "empty" => Word("lint-empty"),
        "text-missing" => Word("lint-text-missing"),
        "text-empty" => Word("lint-text-empty"),
        "text-different" => Word("lint-text-different"),
        "preheader-missing" => Word("lint-preheader-missing"),
        "preheader-long" => Word("lint-preheader-long"),
        "unsubscribe-missing" => Word("lint-unsubscribe-missing"),
        "unsubscribe-unfilled" => Word("lint-unsubscribe-unfilled"),
        "subject-missing" => Word("lint-subject-missing"),
        "subject-long" => Word("lint-subject-long"),
        "subject-capitals" => Word("lint-subject-capitals"),
        "subject-marks" => Word("lint-subject-marks"),
        "subject-emoji" => Word("lint-subject-emoji"),
        "subject-false-reply" => Word("lint-subject-false-reply"),
        "subject-hidden" => Word("lint-subject-hidden"),
        "spam-words" => Word("lint-spam-words"),
        "urgency" => Word("lint-urgency"),
        "contrast-low" => Word("lint-contrast-low"),
        "dark-colour-alone" => Word("lint-dark-colour-alone"),
        "dark-ground-alone" => Word("lint-dark-ground-alone"),
        "color-scheme-missing" => Word("lint-color-scheme-missing"),
        "lang-missing" => Word("lint-lang-missing"),
        "table-role" => Word("lint-table-role"),
        "font-tiny" => Word("lint-font-tiny"),
        "width-fixed" => Word("lint-width-fixed"),
        // A test sees that there is none.
        _ => Word("lint-other"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_title() {
        for rule in content::lint::Rule::ALL {
            assert_ne!(title(rule.facts().0), Word("lint-other"), "{rule:?}");
        }
    }
}
