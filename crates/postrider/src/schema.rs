//! The list of slices: every table's migration and every hot statement, in the order in which a batch runs them.

use store::{Migration, Statement};

use crate::feature::{
    access, alert, attachment, audit, capture, code, domain, egress, event, image, notification, person,
    quota, search, sending, stats, suppression, template, tracking, webhook,
};

/// The main database's migrations.
#[must_use]
pub fn migrations() -> &'static [Migration] {
    static ALL: std::sync::LazyLock<Vec<Migration>> = std::sync::LazyLock::new(|| {
        let slices = [
            access::MIGRATIONS,
            domain::MIGRATIONS,
            suppression::MIGRATIONS,
            sending::MIGRATIONS,
            egress::MIGRATIONS,
            event::MIGRATIONS,
            stats::MIGRATIONS,
            capture::MIGRATIONS,
            notification::MIGRATIONS,
            template::MIGRATIONS,
            tracking::MIGRATIONS,
            webhook::MIGRATIONS,
            attachment::MIGRATIONS,
            code::MIGRATIONS,
            person::MIGRATIONS,
            audit::MIGRATIONS,
            quota::MIGRATIONS,
            image::MIGRATIONS,
            alert::MIGRATIONS,
        ];
        slices.concat()
    });
    &ALL
}

/// The main database's hot statements: a row that others refer to comes first.
pub static STATEMENTS: &[&Statement] = &[
    &sending::rows::CONTENT,
    &sending::rows::MESSAGE,
    &sending::rows::DELIVERY,
    &egress::rows::RECOVERED,
    &egress::rows::ATTEMPT,
    &egress::rows::SETTLED,
    &capture::CAPTURED,
    &notification::delay::WAITING,
    &tracking::ENGAGEMENT,
    &event::EVENT,
    &stats::COUNTER,
    &webhook::CURSOR,
    &webhook::ATTEMPT,
];

/// The search index's.
pub static SEARCH_STATEMENTS: &[&Statement] =
    &[&search::UNFOLDED, &search::BLOCK, &search::SEGMENT, &search::CURSOR];
