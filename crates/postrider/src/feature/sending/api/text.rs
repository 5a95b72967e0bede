//! The text parts that are made of HTML within one request.

use std::sync::{Arc, Mutex, PoisonError};

/// Remembers the last HTML and its text: the messages of a batch often have the same.
#[derive(Default)]
pub(super) struct Texts(Mutex<Option<(String, Arc<str>)>>);

impl Texts {
    /// The text of `html`.
    pub(super) fn of(&self, html: &str) -> Arc<str> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, text)) = &*last
            && known == html
        {
            return text.clone();
        }
        let text: Arc<str> = content::text_of(html).into();
        *last = Some((html.to_owned(), text.clone()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_html_has_its_own_text_and_the_same_is_made_once() {
        let texts = Texts::default();
        let first = texts.of("<p>one</p>");
        assert!(Arc::ptr_eq(&first, &texts.of("<p>one</p>")));
        assert_eq!(
            (&*first, &*texts.of("<p>two</p>"), &*texts.of("<p>one</p>")),
            ("one\n", "two\n", "one\n")
        );
    }
}
