//! The shop whose year it is: a workspace with its domains, streams, keys, templates and people, made by the functions that make
//! them for everybody.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use content::{Library, Limits, Program, gallery};
use mail::{At, Domain};
use store::Store;

use super::kind::KINDS;
use super::scene::LOCALES;
use super::studio;
use crate::feature::access::{self, Class, Scope, admin as places, keys};
use crate::feature::domain::{Status, admin as domains, check};
use crate::feature::event::By;
use crate::feature::person::{self, password::Hashing, permission::Role};
use crate::feature::template::admin as templates;
use crate::feature::tracking::switches::Switches;
use crate::http::page::Page;
use crate::id::Mint;

/// The owner's address.
pub const OWNER: &str = "lucia@marea.example";
/// The title that people see.
const TITLE: &str = "Marea";

/// A stream.
#[derive(Clone, Copy)]
pub struct Lane {
    pub id: i64,
    pub class: Class,
    pub tracking: Switches,
}

/// What a kind of mail says in a language.
#[derive(Clone)]
pub struct Body {
    pub html: Option<String>,
    pub text: Option<String>,
}

/// A kind's mail in every language, in the order of [`LOCALES`].
pub struct Written {
    /// The template that it is made of, with its version.
    pub template: Option<(i64, i64)>,
    pub bodies: Vec<Body>,
}

/// What the mail of the year needs of it.
pub struct Firm {
    pub workspace: i64,
    pub streams: HashMap<Arc<str>, Lane>,
    pub keys: Vec<i64>,
    /// By kind.
    pub bodies: HashMap<&'static str, Written>,
    pub owner: i64,
}

/// Where it is made.
pub struct Site<'s> {
    pub store: &'s Store,
    pub mint: &'s Arc<Mint>,
    /// The first day.
    pub at: At,
    /// The newest moment of the year.
    pub now: At,
}

/// Makes it.
///
/// # Errors
/// As [`Store::write`].
pub async fn found(site: &Site<'_>, password: &str) -> anyhow::Result<Firm> {
    let made = (&**site.mint, site.at);
    let workspace = places::workspace_add(site.store, site.mint, site.at, access::DEFAULT_WORKSPACE).await?;
    let mut title = store::Write::default();
    places::workspace_title(&mut title, workspace, TITLE);
    site.store.write(title).await?;
    let tracked = Switches { reading: false, ..Switches::MARKETING };
    places::stream_add(site.store, made, workspace, ("cuentas", Class::Transactional, tracked)).await?;
    let streams = access::streams(site.store).await?;
    let streams = streams.into_iter().map(|stream| {
        let lane = Lane { id: stream.id, class: stream.class, tracking: stream.tracking };
        (stream.name.clone(), lane)
    });
    let streams = streams.collect();
    own_domains(site, workspace).await?;
    let owner = people(site, workspace, password).await?;
    let mut keys = Vec::new();
    for (name, scope) in [("tienda", Scope::Full), ("ERP", Scope::Sending), ("boletín", Scope::Sending)] {
        let (role, by) = (Some(Role::Owner), By::Person(owner));
        let grant = keys::Grant { workspace, name, scope, domain: None, role, by };
        keys.push(keys::key_add(site.store, site.mint, site.at, grant).await?.id);
    }
    let bodies = written(site, workspace).await?;
    Ok(Firm { workspace, streams, keys, bodies, owner })
}

/// Notes that domains were looked for of late, and found as before.
///
/// # Errors
/// As [`Store::write`].
pub async fn look_again(store: &Store, now: At, workspace: i64) -> anyhow::Result<()> {
    let all = domains::domain_list(store, workspace, Page::first(100)).await?;
    for listed in &all {
        let found = check::read(listed.findings.as_deref().unwrap_or_default());
        domains::domain_checked(store, now, (workspace, listed), &found).await?;
    }
    Ok(())
}

/// Verified ones, one whose records are missing, and one in whose place others stand.
async fn own_domains(site: &Site<'_>, workspace: i64) -> anyhow::Result<()> {
    let all = [
        ("marea.example", check::FindingState::Found),
        ("cuentas.marea.example", check::FindingState::Found),
        ("boletin.marea.example", check::FindingState::Found),
        ("promo.marea.example", check::FindingState::Different),
        ("marea.test", check::FindingState::Missing),
    ];
    for (name, state) in all {
        let name = Domain::parse(name)?;
        let made = (site.mint, site.at, By::Operator);
        let id = domains::domain_add(site.store, made, workspace, &name, Status::Pending).await?;
        let listed = domains::domain_find(site.store, workspace, id).await?.context("what was just made")?;
        let keys = domains::published_keys(site.store, workspace, id).await?;
        let instead = (state == check::FindingState::Different).then(|| "v=DKIM1; k=rsa; p=".to_owned());
        let finding = |key| check::Finding {
            name: check::record_name(key, name.as_str()),
            state,
            instead: instead.clone(),
        };
        let findings: Vec<_> = keys.iter().map(finding).collect();
        domains::domain_checked(site.store, site.at, (workspace, &listed), &findings).await?;
    }
    Ok(())
}

/// The owner, who can sign in, and others, whose passwords nobody knows; gives the owner's id.
async fn people(site: &Site<'_>, workspace: i64, password: &str) -> anyhow::Result<i64> {
    let hashing = Hashing::default();
    let others = [
        ("tiago@marea.example", "Tiago Moreira", Role::Admin),
        ("chenli@marea.example", "李晨", Role::Developer),
        ("olivia@marea.example", "Olivia Whitfield", Role::Marketer),
        ("carmen@marea.example", "Carmen Ortega", Role::Seller),
    ];
    let made = (&**site.mint, site.at);
    let busy = |_| anyhow::anyhow!("passwords are hashed by too many at once");
    let hash = hashing.make(password.to_owned()).await.map_err(busy)?;
    let owner = person::setup::first_add(site.store, made, (OWNER, "Lucía Ferrer", &hash), workspace).await?;
    for (email, name, role) in others {
        let hash = hashing.make(person::random_token()).await.map_err(busy)?;
        person::person_add(site.store, made, (email, name, &hash), (workspace, role)).await?;
    }
    Ok(owner)
}

/// Templates of the gallery, published, with what they say in each language; and a draft that nobody published.
async fn written(site: &Site<'_>, workspace: i64) -> anyhow::Result<HashMap<&'static str, Written>> {
    studio::furnish(site, workspace).await?;
    let mut bodies = HashMap::new();
    for kind in KINDS {
        let made = match kind.template {
            Some(name) => published(site, workspace, name).await?,
            None => Written { template: None, bodies: LOCALES.iter().map(|locale| plain(locale)).collect() },
        };
        bodies.insert(kind.name, made);
    }
    let draft = gallery::find("holiday").context("the gallery has it")?;
    let new = templates::New { workspace, key: "holiday", name: "Felices fiestas", draft: &draft.source() };
    templates::template_add(site.store, (site.mint, site.now), new).await?;
    Ok(bodies)
}

async fn published(site: &Site<'_>, workspace: i64, name: &'static str) -> anyhow::Result<Written> {
    let entry = gallery::find(name).with_context(|| format!("the gallery has no {name}"))?;
    let (source, title) = (entry.source(), entry.about().title);
    let limits = Limits::default();
    let refused = |problems: Vec<content::Problem>| anyhow::anyhow!("{name}: {problems:?}");
    let compiled = content::publish(&source, &Library::default(), &limits).map_err(refused)?;
    let made = (&**site.mint, site.at);
    let new = templates::New { workspace, key: name, name: &title, draft: &source };
    let id = templates::template_add(site.store, made, new).await?;
    let named = templates::Named { id, key: String::new() };
    let template = templates::template_one(site.store, workspace, &named).await?;
    let template = template.context("what was just made")?;
    let version = templates::version_add(site.store, made, (workspace, &template), &compiled).await?;
    let program =
        Program::load(&compiled, &limits).map_err(|problem| anyhow::anyhow!("{name}: {problem:?}"))?;
    let mut bodies = Vec::new();
    for locale in LOCALES {
        let mut data = entry.sample(locale);
        for own in ["product", "shop"].into_iter().filter(|own| entry.sample(locale).contains_key(*own)) {
            data.insert(own.to_owned(), TITLE.into());
        }
        let rendered = program.render(locale, &data);
        let rendered = rendered.map_err(|failure| anyhow::anyhow!("{name}, {locale}: {failure}"))?;
        bodies.push(Body { html: rendered.html, text: rendered.text });
    }
    Ok(Written { template: Some((id, version)), bodies })
}

/// What the ERP writes.
fn plain(locale: &str) -> Body {
    let text = match locale {
        "es" => {
            "Hola:\r\n\r\nAdjuntamos la factura del mes. Vence a los 30 días.\r\n\r\nUn saludo,\r\nMarea\r\n"
        }
        "pt-BR" => {
            "Olá,\r\n\r\nA fatura do mês está disponível. Vencimento em 30 dias.\r\n\r\nAtenciosamente,\r\nMarea\r\n"
        }
        "zh-CN" => "您好：\r\n\r\n本月发票已开具，请在 30 天内付款。\r\n\r\nMarea\r\n",
        _ => {
            "Hello,\r\n\r\nThis month's invoice is ready. It is due within 30 days.\r\n\r\nKind regards,\r\nMarea\r\n"
        }
    };
    Body { html: None, text: Some(text.to_owned()) }
}
