//! `/emails`: handing over mail by HTTP, and looking at what became of it. A superset of Resend's wire format.
//!
//! Guarantees
//! 1. An answer 200 is written after the commit; a batch is one transaction.
//! 2. Every wrong field of a request is told at once; a field that asks for what does not exist yet is refused, never
//!    ignored.
//! 3. What is asked again under the same `Idempotency-Key` is answered as before, byte for byte.
//!
//! Not here: what may be sent (`policy`), how it becomes durable (`accept`), how a message is taken back
//! (`egress::cancel`).

pub mod asked;
mod attached;
mod change;
mod linked;
pub mod listed;
pub mod metadata;
mod moment;
pub mod request;
pub(crate) mod send;
pub(super) mod shown;
mod submission;
mod templated;
#[cfg(test)]
mod tests;
mod text;
mod together;

use crate::http::endpoint::{Endpoint, Method};
use crate::http::page::List;

/// This slice's endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Post, "/emails", send::one)
            .summary("Send an email, now or at a given time.")
            .takes::<request::EmailRequest>()
            .answers::<send::SentEmail>(200),
        Endpoint::new(Method::Post, "/emails/batch", send::batch)
            .summary("Send up to 1,000 emails in one transaction.")
            .takes::<Vec<request::EmailRequest>>()
            .answers::<send::SentBatch>(200),
        Endpoint::new(Method::Get, "/emails", listed::list)
            .summary("List emails, newest first.")
            .query::<listed::EmailFilter>()
            .answers::<List<listed::ListedEmail>>(200),
        Endpoint::new(Method::Get, "/emails/{id}", shown::one)
            .summary("Show an email with its content and what became of it.")
            .answers::<shown::ShownEmail>(200),
        Endpoint::new(Method::Patch, "/emails/{id}", change::reschedule)
            .summary("Move an email that was not attempted yet to another time.")
            .takes::<change::RescheduleRequest>()
            .answers::<change::ChangedEmail>(200),
        Endpoint::new(Method::Post, "/emails/{id}/cancel", change::cancel)
            .summary("Cancel what of an email still waits.")
            .answers::<change::ChangedEmail>(200),
        Endpoint::new(Method::Get, "/emails/{id}/events", shown::events)
            .summary("List what happened to an email, oldest first.")
            .query::<crate::http::page::PageParams>()
            .answers::<List<shown::ShownEvent>>(200),
        Endpoint::new(Method::Get, "/emails/{id}/recipients", shown::recipients)
            .summary("List an email's recipients, each with what became of it.")
            .query::<crate::http::page::PageParams>()
            .answers::<List<shown::ShownRecipient>>(200),
        Endpoint::new(Method::Get, "/emails/{id}/links", shown::links)
            .summary("List the files that an email leads to, with their downloads.")
            .query::<crate::http::page::PageParams>()
            .answers::<List<shown::ShownLink>>(200),
        Endpoint::new(Method::Get, "/emails/{id}/attempts", shown::attempts)
            .summary("List the attempts to deliver an email, each with its SMTP conversation.")
            .query::<crate::http::page::PageParams>()
            .answers::<List<shown::ShownAttempt>>(200),
        Endpoint::new(Method::Get, "/emails/{id}/raw", shown::raw)
            .summary("Get an email's stored octets, without its signatures.")
            .answers_other(200, "message/rfc822"),
    ]
}
