//! The screens: a module each, a view model with its template.

pub mod activity;
pub mod message;
pub mod overview;
pub mod refusal;
pub mod setup;
pub mod sign_in;
