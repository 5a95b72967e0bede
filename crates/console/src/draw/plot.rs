//! What the script of charts is given: figures and words, as JSON in an attribute.

use serde::Serialize;

/// Mail by time. The lists are as long as each other, a place for each step.
#[derive(Serialize, Default, PartialEq, Debug)]
pub struct Plot {
    /// A step's name on the axis.
    pub labels: Vec<String>,
    /// What is said of it.
    pub says: Vec<String>,
    /// Mail that went.
    pub up: Vec<i64>,
    /// Mail that came back.
    pub back: Vec<i64>,
    /// Attempts that were put off.
    pub off: Vec<i64>,
}

impl Plot {
    /// For an attribute: the template escapes it.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("invariant: names are texts and values are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_and_words_are_json() {
        let plot = Plot {
            labels: vec!["3 Nov".into()],
            says: vec!["\"<3\"".into()],
            up: vec![5],
            back: vec![0],
            off: vec![1],
        };
        assert_eq!(plot.json(), r#"{"labels":["3 Nov"],"says":["\"<3\""],"up":[5],"back":[0],"off":[1]}"#);
    }
}
