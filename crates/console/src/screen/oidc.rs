//! The way to an issuer of accounts: a page, so that no form leads to another site.

use askama::Template;

use crate::page::Page;

#[derive(Template)]
#[template(path = "screen/oidc.html")]
pub struct Onward {
    pub page: Page,
    /// What people know the issuer by.
    pub name: String,
    pub url: String,
}
