//! What `cargo xtask screens` and the browser tests read: every screen of the console, one JSON array.

use postrider::console::screens;
use postrider::http::endpoint::Method;
use serde_json::{Value, json};

fn main() {
    let all = screens().into_iter().map(|screen| {
        let method = match screen.method {
            Method::Get => "GET",
            _ => "POST",
        };
        json!({ "method": method, "path": screen.path })
    });
    println!("{}", Value::Array(all.collect()));
}
