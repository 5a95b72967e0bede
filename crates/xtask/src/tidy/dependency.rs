//! Every package that a manifest asks for has a line in the list of dependencies that says why.

use crate::tidy::{Finding, Source, occurrences};

/// Where the reasons are.
const LIST: &str = "docs/dependencies.md";

pub fn undocumented(sources: &[Source]) -> Vec<Finding> {
    let list = sources.iter().find(|source| source.path == LIST).map_or("", |source| source.text.as_str());
    let manifests = sources.iter().filter(|source| source.path.ends_with("Cargo.toml"));
    manifests.flat_map(|manifest| missing(manifest, list)).collect()
}

fn missing(manifest: &Source, list: &str) -> Vec<Finding> {
    let mut in_dependencies = false;
    let mut findings = Vec::new();
    for (index, line) in manifest.text.lines().enumerate() {
        if let Some(section) = line.trim().strip_prefix('[') {
            in_dependencies = section.trim_end_matches(']').ends_with("dependencies");
        } else if in_dependencies && let Some(name) = package(line) {
            let told = list.lines().any(|told| occurrences(told, name).next().is_some());
            if !told {
                findings.push(Finding::new(manifest, index + 1, format!("`{name}` has no line in {LIST}")));
            }
        }
    }
    findings
}

/// The package of a line; none where there is none, where it is one of our own, or where the root manifest tells about it.
fn package(line: &str) -> Option<&str> {
    let (key, value) = line.split_once('=')?;
    let key = key.trim();
    let elsewhere =
        key.ends_with(".workspace") || value.contains("workspace = true") || value.contains("path =");
    (!elsewhere && !key.starts_with('#')).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_a_reason_is_found() {
        let manifest = "[package]\nname = \"a\"\n\n[workspace.dependencies]\nmail = { path = \"crates/mail\" }\n\
                        serde = \"1\"\nserde_json = \"1\"\n\n[dev-dependencies]\nclap.workspace = true\nrand = \"1\"\n";
        let sources = [
            Source { path: "Cargo.toml".to_owned(), text: manifest.to_owned() },
            Source { path: LIST.to_owned(), text: "| `serde_json` | JSON |\n".to_owned() },
        ];
        let found: Vec<_> = undocumented(&sources).into_iter().map(|finding| finding.line).collect();
        assert_eq!(found, [6, 11]);
    }
}
