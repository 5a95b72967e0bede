//! The binary: the library's command line, and the allocator.

/// Less memory and fewer cycles than the system's allocator under thousands of small, short-lived buffers.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    postrider::cli::run()
}
