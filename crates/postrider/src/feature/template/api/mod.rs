//! `/templates` and `/template-parts`.

pub(super) mod draft;
pub(super) mod gallery;
pub(super) mod lint;
pub(super) mod part;
pub mod preview;
mod template;
pub(super) mod version;

use crate::http::endpoint::{Deleted, Endpoint, Method};
use crate::http::page::{List, PageParams};

/// This slice's endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [templates(), versions(), galleries(), parts()].into_iter().flatten().collect()
}

fn templates() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Post, "/templates", template::create)
            .summary("Make a template; it is sent once it is published.")
            .takes::<draft::TemplateRequest>()
            .answers::<template::TemplateBody>(201),
        Endpoint::new(Method::Get, "/templates", template::list)
            .summary("List templates, newest first.")
            .query::<PageParams>()
            .answers::<List<template::TemplateEntry>>(200),
        Endpoint::new(Method::Get, "/templates/{id}", template::one)
            .summary("Show a template, by its id or its key, with its draft or a version's source.")
            .query::<template::VersionParam>()
            .answers::<template::TemplateBody>(200),
        Endpoint::new(Method::Patch, "/templates/{id}", template::change)
            .summary("Change fields of a template's draft; null removes one.")
            .takes::<draft::TemplateRequest>()
            .answers::<template::TemplateBody>(200),
        Endpoint::new(Method::Delete, "/templates/{id}", template::delete)
            .summary("Delete a template with its versions.")
            .answers::<Deleted>(200),
        Endpoint::new(Method::Post, "/templates/{id}/duplicate", template::duplicate)
            .summary("Make a new template with the same draft.")
            .takes::<template::DuplicateRequest>()
            .answers::<template::TemplateBody>(201),
    ]
}

fn versions() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/templates/{id}/versions", version::list)
            .summary("List a template's published versions, newest first.")
            .query::<PageParams>()
            .answers::<List<version::VersionEntry>>(200),
        Endpoint::new(Method::Post, "/templates/{id}/publish", version::publish)
            .summary("Publish the draft as the next version, or tell everything that is wrong with it.")
            .answers::<version::Published>(200),
        Endpoint::new(Method::Post, "/templates/{id}/render", preview::render)
            .summary("Render a template without sending it.")
            .takes::<preview::RenderRequest>()
            .answers::<preview::RenderedBody>(200),
        Endpoint::new(Method::Post, "/templates/{id}/lint", lint::lint)
            .summary("Look at a template in each of its languages: what breaks, deceives or is not shown.")
            .takes::<lint::LintRequest>()
            .answers::<lint::TemplateAdvice>(200),
    ]
}

fn galleries() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/templates/{id}/export", gallery::export)
            .summary("Get a template's draft as JSON that can be imported elsewhere.")
            .answers::<draft::TemplateRequest>(200),
        Endpoint::new(Method::Post, "/templates/import", gallery::import)
            .summary("Make a template of what an export gave, or replace the draft of the one with its key.")
            .takes::<draft::TemplateRequest>()
            .answers::<template::TemplateBody>(200),
        Endpoint::new(Method::Get, "/templates/gallery", gallery::list)
            .summary("List the ready templates of the gallery.")
            .answers::<gallery::Gallery>(200),
        Endpoint::new(Method::Post, "/templates/gallery/{id}/use", gallery::make)
            .summary("Make a template of one of the gallery, by its name.")
            .takes::<gallery::UseRequest>()
            .answers::<template::TemplateBody>(201),
    ]
}

fn parts() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Post, "/template-parts", part::create)
            .summary("Make a layout, a partial or a theme that templates can name.")
            .takes::<part::PartRequest>()
            .answers::<part::PartBody>(201),
        Endpoint::new(Method::Get, "/template-parts", part::list)
            .summary("List layouts, partials and themes, newest first.")
            .query::<part::PartFilter>()
            .answers::<List<part::PartBody>>(200),
        Endpoint::new(Method::Get, "/template-parts/{id}", part::one)
            .summary("Show a layout, a partial or a theme.")
            .answers::<part::PartBody>(200),
        Endpoint::new(Method::Patch, "/template-parts/{id}", part::change)
            .summary("Change a layout, a partial or a theme; what is published stays as it is.")
            .takes::<part::PartRequest>()
            .answers::<part::PartBody>(200),
        Endpoint::new(Method::Delete, "/template-parts/{id}", part::delete)
            .summary("Delete a layout, a partial or a theme; what is published stays as it is.")
            .answers::<Deleted>(200),
    ]
}
