//! Postrider: a self-hosted email platform in one binary. This file only wires.

mod app;
mod changes;
mod cli;
mod directory;
mod feature;
mod health;
mod http;
mod id;
mod intake;
mod retention;
mod schema;
mod settings;
mod starts;
#[cfg(test)]
mod test_store;
#[cfg(test)]
mod testing;

/// Less memory and fewer cycles than the system's allocator under thousands of small, short-lived buffers.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run()
}
