//! The features, one folder each: types, rules, SQL, handlers, work. A slice calls another's functions, never its tables.

pub mod access;
pub mod alert;
pub mod attachment;
pub mod audit;
pub mod capture;
pub mod code;
pub mod domain;
pub mod egress;
pub mod event;
pub mod image;
pub mod lint;
pub mod monitor;
pub mod notification;
pub mod person;
pub mod quota;
pub mod search;
pub mod sending;
pub mod setup;
pub mod stats;
pub mod suppression;
pub mod template;
pub mod tracking;
pub mod webhook;
