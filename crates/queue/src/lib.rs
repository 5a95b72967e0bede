//! Which delivery goes next, over which path, and when: the queue as a value that a driver asks.
//!
//! Guarantees
//! 1. A delivery is leased at most once at a time, and never again after it was settled as done.
//! 2. Memory is bounded whatever the depth: what does not fit stays in the database and is asked for in time.
//! 3. A path never has more connections, nor takes messages faster, than its limits say; nor are there ever more
//!    connections in all than there may be.
//! 4. No lane, workspace or domain starves another; a code is the next lease on its path.
//! 5. Every call costs about a microsecond and allocates next to nothing; the result depends on the calls and the seed.
//!
//! Not here: clocks, sockets, SQL, what a reply means (`mail`, the driver), which source a stream may use.

mod chance;
mod config;
mod entry;
mod lanes;
mod path;
mod reads;
mod retry;
mod scheduler;
mod slab;
mod window;

pub use config::{Config, PathLimits};
pub use entry::{Entry, Lane, Position, QueueKey};
pub use path::{PathId, Suspension};
pub use reads::Ticket;
pub use retry::{Failure, Retry, RetrySchedule};
pub use scheduler::{
    Action, Closed, ConnectionId, Depth, Forgot, HoldRule, Lease, PathView, Placed, QueueRows, QueueView,
    Scheduler, Settled, Site, Unresolved, Waiting, Why,
};
