//! The floor under `cargo xtask bench relay --floor`: SMTP in, one log with a flush for many, SMTP out, and nothing else.
//!
//! It reads the first letter of each command, believes every line, keeps no queue, tells nothing and reads nothing back:
//! no product could be it. What it takes is what sockets, threads and the disk take on this machine for such work.
//!
//! `bare_relay PORT NEXT_HOP_PORT LOG`

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections to the next hop, as many as Postrider opens there.
const CONNECTIONS: usize = 20;
const END: &[u8] = b"\r\n.\r\n";

type Body = Arc<[u8]>;

/// What was accepted and waits for a connection.
struct Outgoing {
    bodies: Mutex<std::collections::VecDeque<Body>>,
    count: Semaphore,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, next_hop, log] = &arguments[..] else {
        return Err(io::Error::other("usage: bare_relay PORT NEXT_HOP_PORT LOG"));
    };
    let (keep, kept) = channel();
    let file = File::create(log)?;
    let runtime = Handle::current();
    std::thread::spawn(move || flush(file, &kept, &runtime));
    let outgoing = Arc::new(Outgoing { bodies: Mutex::default(), count: Semaphore::new(0) });
    let next_hop = number(next_hop)?;
    for _ in 0..CONNECTIONS {
        tokio::spawn(deliver(next_hop, outgoing.clone()));
    }
    let listener = TcpListener::bind(("127.0.0.1", number(port)?)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(accept(stream, keep.clone(), outgoing.clone()));
    }
}

fn number(text: &str) -> io::Result<u16> {
    text.parse().map_err(io::Error::other)
}

type Kept = (Body, oneshot::Sender<()>);

/// Writes whatever waits, flushes once, and answers.
fn flush(mut file: File, kept: &Receiver<Kept>, runtime: &Handle) -> io::Result<()> {
    let mut batch = Vec::new();
    while let Ok(first) = kept.recv() {
        // Comes back at once unless the processors are busy.
        std::thread::yield_now();
        let waiting: Vec<Kept> = std::iter::once(first).chain(kept.try_iter()).collect();
        batch.clear();
        waiting.iter().for_each(|(body, _)| batch.extend_from_slice(body));
        file.write_all(&batch)?;
        file.sync_data()?;
        runtime.spawn(async move { waiting.into_iter().for_each(|(_, told)| _ = told.send(())) });
    }
    Ok(())
}

/// A session of a sender.
async fn accept(mut stream: TcpStream, keep: Sender<Kept>, outgoing: Arc<Outgoing>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 bare\r\n").await?;
    let mut input = Vec::with_capacity(64 << 10);
    loop {
        while let Some(end) = memchr::memchr(b'\n', &input) {
            let verb = input[0];
            input.drain(..=end);
            match verb {
                b'D' => {
                    stream.write_all(b"354 go on\r\n").await?;
                    let body = body(&mut stream, &mut input).await?;
                    let (tell, told) = oneshot::channel();
                    keep.send((body.clone(), tell)).map_err(io::Error::other)?;
                    told.await.map_err(io::Error::other)?;
                    outgoing.bodies.lock().unwrap_or_else(PoisonError::into_inner).push_back(body);
                    outgoing.count.add_permits(1);
                    stream.write_all(b"250 kept\r\n").await?;
                }
                b'Q' => return stream.write_all(b"221 bye\r\n").await,
                _ => stream.write_all(b"250 ok\r\n").await?,
            }
        }
        more(&mut stream, &mut input).await?;
    }
}

/// Takes a message off the input, its end included.
async fn body(stream: &mut TcpStream, input: &mut Vec<u8>) -> io::Result<Body> {
    let mut seen = 0;
    loop {
        if let Some(at) = memchr::memmem::find(&input[seen..], END) {
            let end = seen + at + END.len();
            let body = input[..end].into();
            input.drain(..end);
            return Ok(body);
        }
        seen = input.len().saturating_sub(END.len() - 1);
        more(stream, input).await?;
    }
}

async fn more(stream: &mut TcpStream, input: &mut Vec<u8>) -> io::Result<()> {
    if stream.read_buf(input).await? == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// One connection to the next hop, as long as there is mail.
async fn deliver(port: u16, outgoing: Arc<Outgoing>) -> io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let mut input = Vec::with_capacity(4 << 10);
    replies(&mut stream, &mut input, 1).await?;
    stream.write_all(b"HELO bare\r\n").await?;
    replies(&mut stream, &mut input, 1).await?;
    loop {
        outgoing.count.acquire().await.map_err(io::Error::other)?.forget();
        let next = outgoing.bodies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(body) = next else { continue };
        stream
            .write_all(b"MAIL FROM:<sender@bench.example>\r\nRCPT TO:<recipient@sink.example>\r\nDATA\r\n")
            .await?;
        replies(&mut stream, &mut input, 3).await?;
        stream.write_all(&body).await?;
        replies(&mut stream, &mut input, 1).await?;
    }
}

/// Waits for so many lines.
async fn replies(stream: &mut TcpStream, input: &mut Vec<u8>, count: usize) -> io::Result<()> {
    input.clear();
    while memchr::memchr_iter(b'\n', input).count() < count {
        more(stream, input).await?;
    }
    Ok(())
}
