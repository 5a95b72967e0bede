//! Accounts at an issuer: connected, signed in with, and everything that an issuer, a thief or a browser may do wrong.

mod account;
mod fake;
mod hostile;
