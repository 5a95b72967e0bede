//! How well a name fits what was typed: pure, without accents, in any order of words.

/// The better the smaller; none when a word of the query is not in the name at all.
#[must_use]
pub fn rank(query: &str, name: &str) -> Option<usize> {
    let (query, name) = (folded(query), folded(name));
    let mut rank = 0;
    for word in query.split_whitespace() {
        let at = name.find(word)?;
        let begins = name[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        rank += match (at, begins) {
            (0, _) => 0,
            (_, true) => 1,
            (_, false) => 2,
        };
    }
    Some(rank)
}

/// In lower case, Latin letters without their accents.
fn folded(text: &str) -> String {
    let plain = |letter: char| match letter {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    };
    text.chars().flat_map(char::to_lowercase).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_the_beginnings_of_its_words_first() {
        let table = [
            ("supr", "Supresiones", Some(0)),
            ("dominio", "Domínios", Some(0)),
            ("keys", "API keys", Some(1)),
            ("key api", "API keys", Some(1)),
            ("eys", "API keys", Some(2)),
            ("queue", "API keys", None),
            ("名单", "屏蔽名单", Some(2)),
            ("", "anything", Some(0)),
        ];
        for (query, name, wanted) in table {
            assert_eq!(rank(query, name), wanted, "{query} in {name}");
        }
    }
}
