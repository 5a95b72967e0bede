//! The screens: a module each, a view model with its template.

pub mod activity;
pub mod capture;
pub mod domain;
pub mod key;
pub mod message;
pub mod overview;
pub mod queue;
pub mod refusal;
pub mod setting;
pub mod setup;
pub mod sign_in;
pub mod steps;
pub mod stream;
pub mod suppression;
pub mod webhook;
pub mod workspace;
