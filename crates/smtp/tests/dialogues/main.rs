//! Conversations as files: each folder under `dialogues/` is played by one test, each file in it four ways:
//! turn by turn as written, then whole, byte by byte and in random pieces, which must give the same conversation.

mod script;
mod server;
