//! The screens: a module each, a view model with its template.

pub mod account;
pub mod activity;
pub mod audit;
pub mod domain;
pub mod invitation;
pub mod key;
pub mod message;
pub mod overview;
pub mod people;
pub mod queue;
pub mod refusal;
pub mod second_factor;
pub mod setup;
pub mod sign_in;
pub mod suppression;
pub mod workspace;
