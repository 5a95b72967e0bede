//! An installation of a story's own: settings, data, database, and the program run on them.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");

/// How often a command is run until it says what is waited for. Reason: each takes some hundredths of a second.
const TRIES_MAX: u32 = 1_000;

fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("pr_operator_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Which database, made for this story.
pub enum Database {
    Sqlite,
    /// Its URL, the URL of the server's own database, and its name.
    Postgres {
        url: String,
        server: String,
        name: String,
    },
}

impl Database {
    pub fn sqlite() -> Database {
        Database::Sqlite
    }

    pub fn postgres() -> Database {
        let server = std::env::var("POSTRIDER_TEST_POSTGRES")
            .expect("POSTRIDER_TEST_POSTGRES names a PostgreSQL server: run `cargo xtask test`");
        let name = unique();
        psql(&server, &format!("CREATE DATABASE {name}"));
        let (base, _) = server.rsplit_once('/').expect("a URL that ends with a database's name");
        Database::Postgres { url: format!("{base}/{name}"), server, name }
    }
}

fn psql(server: &str, sql: &str) {
    let done = Command::new("psql").args([server, "-qc", sql]).output().expect("psql is installed");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Database::Postgres { server, name, .. } = self {
            psql(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// An installation.
pub struct Install {
    dir: PathBuf,
    database: Database,
}

impl Install {
    /// `settings` is added to what every story needs: trust in this machine, free ports, few words.
    pub fn new(database: Database, settings: &str) -> Install {
        let dir = std::env::temp_dir().join(unique());
        std::fs::create_dir_all(&dir).expect("a temporary folder");
        let text = format!(
            "hostname = \"mail.test.example\"\n[http]\nlisten = \"127.0.0.1:0\"\n[smtp]\nlisten = \"127.0.0.1:0\"\n\
             [[smtp.trusted]]\nnetwork = \"127.0.0.0/8\"\n[disk]\nfree_min_bytes = 0\n[dns]\ntimeout_s = 1\n\
             resolvers = [\"127.0.0.1:1\"]\n[log]\nlevel = \"warn\"\n[delivery]\nnext_hop = \"capture\"\n{settings}"
        );
        std::fs::write(dir.join("postrider.toml"), text).expect("the settings are written");
        Install { dir, database }
    }

    /// A path beside the data.
    pub fn path(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).args([
            "--config",
            &self.path("postrider.toml"),
            "--data",
            &self.path("data"),
        ]);
        command.env_remove("POSTRIDER_KEY");
        if let Database::Postgres { url, .. } = &self.database {
            command.env("POSTRIDER_DATABASE__URL", url);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> (Output, String) {
        let output = self.command(arguments).stdin(Stdio::null()).output().expect("the program starts");
        let said = [&output.stdout[..], &output.stderr[..]].concat();
        (output, String::from_utf8(said).expect("UTF-8"))
    }

    /// What a command that succeeds says.
    pub fn says(&self, arguments: &[&str]) -> String {
        let (output, said) = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    /// What a command that fails says.
    pub fn refuses(&self, arguments: &[&str]) -> String {
        let (output, said) = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?}: {said}");
        said
    }

    /// What a command says to programs.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let said = self.says(&[arguments, &["--json"]].concat());
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"))
    }

    /// Asks again until the answer is as wanted.
    pub fn until(&self, arguments: &[&str], wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..TRIES_MAX {
            last = self.json(arguments);
            if wanted(&last) {
                return last;
            }
        }
        panic!("{arguments:?} still says {last}");
    }

    /// Starts the server and waits until it is ready.
    pub fn serve(&self) -> Server {
        let mut command = self.command(&["serve", "--json"]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("the server says that it is ready");
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Server { child, smtp: ready["smtp"].as_str().expect("an address").to_owned() }
    }
}

impl Drop for Install {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.dir));
    }
}

/// A running server; ends with its handle.
pub struct Server {
    child: Child,
    pub smtp: String,
}

impl Server {
    /// Lets it end in its own way, which must be a good one.
    pub fn end(self) {
        self.tell_to_end();
        self.ended();
    }

    /// Tells it to end.
    pub fn tell_to_end(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there").success());
    }

    /// Waits until it has ended, as it should.
    pub fn ended(mut self) {
        let status = self.child.wait().expect("it was started here");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended in a story that went well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
