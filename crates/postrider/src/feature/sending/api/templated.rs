//! Emails that name a template: it is rendered here, and from then on they are emails as any other.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use memchr::memmem;
use net::clock::Stopwatch;
use serde::Deserialize;

use super::request::{EmailRequest, TemplateRequest};
use crate::app::App;
use crate::feature::sending::MadeFrom;
use crate::feature::template::admin::Named;
use crate::feature::template::api::preview::told;
use crate::feature::template::programs::Ready;
use crate::http::error::{ApiError, Code, FieldError, Mistakes};

/// How long the templates of one request may be rendered together. Reason: a batch has a thousand; each takes milliseconds,
/// unless somebody means harm.
const RENDERING_MAX: Duration = Duration::from_secs(20);

/// Different templates, or versions, that the emails of one request name. Reason: each is read, and in memory until the last of
/// them is rendered.
const TEMPLATES_MAX: usize = 50;

/// The published templates that the emails of one request name, each looked up once.
#[derive(Default)]
pub(super) struct Templates {
    found: HashMap<(Named, Option<i64>), Ready>,
    /// For how long they were rendered.
    spent: Cell<Duration>,
}

/// What of an email says which template it wants.
#[derive(Deserialize)]
struct Wanting {
    template: Option<Wanted>,
}

#[derive(Deserialize)]
struct Wanted {
    id: Option<String>,
    version: Option<i64>,
}

impl Templates {
    /// Whether a body may name templates: one that does not is spared the look for them.
    pub(super) fn mentioned(body: &[u8]) -> bool {
        memmem::find(body, b"template").is_some()
    }

    /// Looks up what some emails name. An email that cannot be read names nothing: it is refused later.
    ///
    /// # Errors
    /// They are too many; the database does not answer.
    pub(super) async fn named_in(app: &App, workspace: i64, emails: &[&[u8]]) -> Result<Templates, ApiError> {
        let mut all = HashSet::new();
        for email in emails.iter().filter(|email| Templates::mentioned(email)) {
            let wanted = serde_json::from_slice::<Wanting>(email).ok().and_then(|email| email.template);
            let Some(Wanted { id: Some(id), version }) = wanted else { continue };
            all.insert((Named::read(&id), version));
            if all.len() > TEMPLATES_MAX {
                let why = format!("the emails of a request name at most {TEMPLATES_MAX} different templates");
                return Err(ApiError::field("", Code::InvalidValue, why));
            }
        }
        let mut templates = Templates::default();
        for wanted in all {
            let ready = app.programs.fetch(&app.store, workspace, (&wanted.0, wanted.1)).await?;
            templates.found.extend(ready.map(|ready| (wanted, ready)));
        }
        Ok(templates)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Puts the rendered parts in their places; gives the version that they were made from, if they were.
    ///
    /// # Errors
    /// Every wrong field; then the places hold something, so that the rest of the email can be judged too.
    pub(super) fn fill(&self, request: &mut EmailRequest) -> Result<Option<MadeFrom>, Vec<FieldError>> {
        let Some(template) = request.template.take() else { return Ok(None) };
        let filled = self.rendered(template, request);
        if filled.is_err() {
            request.subject.get_or_insert_default();
            request.html.get_or_insert_default();
        }
        filled.map(Some)
    }

    fn rendered(
        &self,
        template: TemplateRequest,
        request: &mut EmailRequest,
    ) -> Result<MadeFrom, Vec<FieldError>> {
        let mut mistakes = Mistakes::default();
        for (field, given) in [("/html", &request.html), ("/text", &request.text)] {
            if given.is_some() {
                mistakes.add(field, Code::InvalidValue, "an email has a template, or html and text");
            }
        }
        let ready = template.id.map(|id| self.found.get(&(Named::read(&id), template.version)));
        match &ready {
            None => mistakes.add("/template/id", Code::MissingRequiredField, "the template's id or key"),
            Some(None) => {
                let why = "there is no such published template in this workspace";
                mistakes.add("/template/id", Code::InvalidValue, why);
            }
            Some(Some(_)) if self.spent.get() >= RENDERING_MAX => {
                let why = "the templates of this request take too long: send fewer emails at once";
                mistakes.add("/template", Code::InvalidValue, why);
            }
            Some(Some(_)) => {}
        }
        let Some(ready) = ready.flatten().filter(|_| mistakes.0.is_empty()) else {
            return Err(mistakes.0);
        };
        let locale = template.locale.unwrap_or_default();
        let variables = template.variables.unwrap_or_default().0;
        let clock = Stopwatch::start();
        let rendered = ready.program.render(&locale, &variables);
        self.spent.set(self.spent.get() + clock.elapsed());
        let rendered = rendered.map_err(|failure| told(&failure, "/template/variables", "/template"))?;
        request.subject = request.subject.take().or(rendered.subject);
        request.html = rendered.html;
        // A template without a text has none on purpose.
        request.text = rendered.text.or_else(|| Some(String::new()));
        Ok(ready.made_from())
    }
}
