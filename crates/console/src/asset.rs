//! Styles, scripts and drawings that browsers load: compiled in, named by their content.
//!
//! Guarantees
//! 1. A name changes when its octets do, so what a browser has under it never ages.
//! 2. Each is compressed once.
//! 3. What a page loads is at most [`PAGE_OCTETS_MAX`], compressed.

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Compressed octets of styles and scripts of a page that is no editor, at most.
pub const PAGE_OCTETS_MAX: usize = 60 * 1024;

/// Where assets are served.
pub const PATH: &str = "/console/asset/";

/// A file for browsers.
pub struct Asset {
    /// With the digest of its content: `console.5f3c….css`.
    pub name: String,
    pub content_type: &'static str,
    pub octets: &'static [u8],
    /// With gzip.
    pub packed: Vec<u8>,
}

impl Asset {
    fn new((stem, extension): (&str, &str), content_type: &'static str, octets: &'static [u8]) -> Asset {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(octets).expect("invariant: memory takes everything");
        let packed = packer.finish().expect("invariant: memory takes everything");
        Asset { name: format!("{stem}.{:016x}.{extension}", digest(octets)), content_type, octets, packed }
    }

    /// As pages name it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{PATH}{}", self.name)
    }
}

/// FNV-1a: it tells versions of a file apart; nobody has a reason to forge one.
fn digest(octets: &[u8]) -> u64 {
    octets
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, octet| (hash ^ u64::from(*octet)).wrapping_mul(0x100_0000_01b3))
}

/// What pages load: the first five every page, the others those that chart, that are live, or that edit.
pub struct Assets {
    pub style: Asset,
    pub script: Asset,
    pub htmx: Asset,
    pub htmx_csp: Asset,
    pub icon: Asset,
    /// Charts: the library, its style, and what draws with it.
    pub plot: Asset,
    pub plot_style: Asset,
    pub chart: Asset,
    /// Live pages.
    pub sse: Asset,
    pub live: Asset,
    /// Passkeys: the pages that sign in and that list them.
    pub passkey: Asset,
    /// CodeMirror, and what is written on it: the template editor's alone.
    pub code: Asset,
    pub editor: Asset,
}

impl Assets {
    /// All of them.
    pub fn all(&self) -> [&Asset; 13] {
        let Assets {
            style,
            script,
            htmx,
            htmx_csp,
            icon,
            plot,
            plot_style,
            chart,
            sse,
            live,
            passkey,
            code,
            editor,
        } = self;
        [style, script, htmx, htmx_csp, icon, plot, plot_style, chart, sse, live, passkey, code, editor]
    }

    /// Those that every page loads.
    pub fn everywhere(&self) -> [&Asset; 5] {
        [&self.style, &self.script, &self.htmx, &self.htmx_csp, &self.icon]
    }
}

/// The assets; the first call compresses them.
#[must_use]
pub fn assets() -> &'static Assets {
    static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
        const CSS: &str = "text/css; charset=utf-8";
        const JS: &str = "text/javascript; charset=utf-8";
        Assets {
            style: Asset::new(("console", "css"), CSS, include_bytes!("../static/console.css")),
            script: Asset::new(("console", "js"), JS, include_bytes!("../static/console.js")),
            htmx: Asset::new(("htmx", "js"), JS, include_bytes!("../static/vendor/htmx.min.js")),
            htmx_csp: Asset::new(("hx-csp", "js"), JS, include_bytes!("../static/vendor/hx-csp.min.js")),
            icon: Asset::new(("icon", "svg"), "image/svg+xml", include_bytes!("../static/icon.svg")),
            plot: Asset::new(("uplot", "js"), JS, include_bytes!("../static/vendor/uplot.iife.min.js")),
            plot_style: Asset::new(("uplot", "css"), CSS, include_bytes!("../static/vendor/uplot.min.css")),
            chart: Asset::new(("chart", "js"), JS, include_bytes!("../static/chart.js")),
            sse: Asset::new(("hx-sse", "js"), JS, include_bytes!("../static/vendor/hx-sse.min.js")),
            live: Asset::new(("live", "js"), JS, include_bytes!("../static/live.js")),
            passkey: Asset::new(("passkey", "js"), JS, include_bytes!("../static/passkey.js")),
            code: Asset::new(
                ("codemirror", "js"),
                JS,
                include_bytes!("../static/vendor/codemirror/codemirror.min.js"),
            ),
            editor: Asset::new(("editor", "js"), JS, include_bytes!("../static/editor.js")),
        }
    });
    &ASSETS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_loads_little() {
        let loaded: usize = assets().everywhere().iter().map(|asset| asset.packed.len()).sum();
        assert!(loaded <= PAGE_OCTETS_MAX, "{loaded} octets");
    }

    #[test]
    fn a_name_follows_the_content() {
        let named = |octets| Asset::new(("a", "css"), "text/css", octets).name;
        assert_ne!(named(b"a"), named(b"b"));
        assert_eq!(named(b"a"), named(b"a"));
    }

    #[test]
    fn what_is_vendored_is_what_the_list_says() {
        let list = include_str!("../static/vendor/VENDOR.toml");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/static/vendor");
        let names = |folder: &str| {
            let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
            let names = entries.map(|entry| entry.file_name().into_string().expect("a name"));
            names.collect::<Vec<_>>()
        };
        let within =
            names(&format!("{folder}/codemirror")).into_iter().map(|name| format!("codemirror/{name}"));
        for name in names(folder).into_iter().filter(|name| name != "codemirror").chain(within) {
            let told = name == "VENDOR.toml" || list.contains(&format!("\"{name}\""));
            assert!(told, "{name} has no entry in VENDOR.toml");
        }
    }

    #[test]
    fn only_the_editors_load_codemirror() {
        let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut loading = Vec::new();
        for folder in ["component", "layout", "screen"] {
            for entry in std::fs::read_dir(format!("{templates}/{folder}")).expect("a folder") {
                let path = entry.expect("an entry").path();
                let text = std::fs::read_to_string(&path).expect("readable");
                if text.contains("assets().code") || text.contains("assets().editor") {
                    loading.push(path.file_name().expect("a name").to_owned());
                }
            }
        }
        loading.sort();
        assert_eq!(loading, ["part.html", "template.html"]);
    }
}
