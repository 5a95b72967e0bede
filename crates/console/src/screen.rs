//! The screens: a module each, a view model with its template.

pub mod account;
pub mod activity;
pub mod alert;
pub mod audit;
pub mod capture;
pub mod chart;
pub mod domain;
pub mod image;
pub mod invitation;
pub mod key;
pub mod live;
pub mod message;
pub mod oidc;
pub mod overview;
pub mod palette;
pub mod part;
pub mod people;
pub mod queue;
pub mod refusal;
pub mod reset;
pub mod second_factor;
pub mod setting;
pub mod setup;
pub mod shared;
pub mod sign_in;
pub mod steps;
pub mod stream;
pub mod suppression;
pub mod sure;
pub mod usage;
pub mod webhook;
pub mod workspace;
// Templates.
pub mod template;
