//! Conversations as files: each folder under `dialogues/` is played by one test, each file in it several
//! ways: turn by turn as written, whole, byte by byte and in random pieces, which must give the same conversation.

mod client;
mod script;
mod server;
