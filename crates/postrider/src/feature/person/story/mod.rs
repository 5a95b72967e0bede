//! People in the console: second factors, their own page, members and invitations.

mod account;
mod invitation;
mod member;
mod oidc;
mod passkey;
mod required;
mod reset;
mod second_factor;
