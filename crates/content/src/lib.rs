//! What mail says: templates, what is made of them, the text of HTML, the links of a message, and advice. Pure: no IO, no clock.
//!
//! Guarantees
//! 1. [`publish`] tells every problem of a source at once, each with its place; what it gives is complete: nothing else is
//!    looked up when it is rendered.
//! 2. [`Program::render`] ends within its [`Limits`], whatever the template and the data say.
//! 3. A rendered subject and preheader are one line without control characters.
//! 4. What finds and rewrites links (`track`) and what gives advice (`lint`) is total, and takes time linear in what it is given.
//!
//! Not here: where templates are kept (`feature/template` of `postrider`), how a message is composed (`mail::compose`).

mod check;
mod compiled;
pub mod danger;
mod depth;
mod flatten;
pub mod gallery;
mod html;
pub mod image;
mod limits;
pub mod lint;
mod mask;
pub mod names;
mod problem;
mod publish;
pub mod render;
mod schema;
mod source;
mod tags;
pub mod text;
pub mod track;

pub use compiled::{Body, Compiled, Parts};
pub use limits::{Limit, Limits};
pub use problem::{Place, Problem};
pub use publish::publish;
pub use render::{Failure, Program, Rendered, Wrong};
pub use source::{BodyKind, Library, Part, PartKind, Source, ThemeChoice, Variant, theme_default};
pub use text::text_of;
