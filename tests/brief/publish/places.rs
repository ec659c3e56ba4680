//! Places to publish to: a folder, a bucket of an S3 server that runs for the test, and a proxy before it that fails.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use crate::tools::need;

/// An S3 server on loopback, stopped when dropped.
pub(super) struct Server {
    process: Child,
    pub(super) port: u16,
}

impl Server {
    /// Starts the server that BRIEF_TEST_S3 names (moto's `moto_server`), with a bucket `book`; none where it names none.
    pub(super) fn start() -> Option<Server> {
        let program = need!(S3);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Server { process, port };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                assert!(server.request("PUT", "/book").contains("200"), "the bucket is made");
                return Some(server);
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("the S3 server did not start");
    }

    /// A request by hand; gives the answer's head and body.
    pub(super) fn request(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a client of the server at this port finds in its environment.
pub(super) fn variables(port: u16) -> Vec<(String, String)> {
    let endpoint = format!("http://127.0.0.1:{port}");
    [
        ("AWS_ENDPOINT", endpoint.as_str()),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_ACCESS_KEY_ID", "someone"),
        ("AWS_SECRET_ACCESS_KEY", "a-very-secret-key"),
        ("AWS_REGION", "us-east-1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// What the proxy does with a request.
#[derive(Clone, Copy)]
pub(super) enum Deed {
    Pass,
    /// Answers itself.
    Answer(&'static str, &'static str),
    /// Never answers.
    Hang,
    /// Cuts the connection, and passes nothing on.
    Drop,
    /// Passes it on, and cuts the connection before the answer.
    Cut,
    /// Passes on a body without its last byte, the length made to fit: a store that lies about length.
    Shorten,
    /// Takes the condition out of a write: a store that knows none.
    Unconditional,
    /// Holds the request until the gate is opened, then passes it on.
    Hold,
    /// Passes on a body in which a byte is another: a way that damages what it carries, to a store that doesn't look.
    Damage,
}

/// A request as the proxy's rule sees it: method, path, and which one it is.
pub(super) type Rule = dyn Fn(&str, &str, usize) -> Deed + Send + Sync;

/// A proxy before the server. It counts the requests, and how many were under way at once.
pub(super) struct Proxy {
    pub(super) port: u16,
    pub(super) seen: Arc<Mutex<Vec<String>>>,
    /// The heads of requests, whole.
    pub(super) heads: Arc<Mutex<Vec<String>>>,
    running: Arc<Mutex<(usize, usize)>>,
    stopped: Arc<AtomicBool>,
    /// Whether held requests go on; and how many were held so far.
    gate: Arc<(Mutex<(bool, usize)>, Condvar)>,
}

impl Proxy {
    pub(super) fn start(server: u16, rule: impl Fn(&str, &str, usize) -> Deed + Send + Sync + 'static) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Proxy {
            port,
            seen: Arc::default(),
            heads: Arc::default(),
            running: Arc::default(),
            stopped: Arc::default(),
            gate: Arc::default(),
        };
        let (seen, running, stopped) = (Arc::clone(&proxy.seen), Arc::clone(&proxy.running), Arc::clone(&proxy.stopped));
        let (heads, gate) = (Arc::clone(&proxy.heads), Arc::clone(&proxy.gate));
        let rule: Arc<Rule> = Arc::new(rule);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let (seen, heads, running, rule) = (Arc::clone(&seen), Arc::clone(&heads), Arc::clone(&running), Arc::clone(&rule));
                let gate = Arc::clone(&gate);
                thread::spawn(move || {
                    let _ = serve(stream.unwrap(), server, (&seen, &heads), &running, &*rule, &gate);
                });
            }
        });
        proxy
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// Waits until so many requests are held.
    pub(super) fn wait_for_held(&self, requests: usize) {
        let state = self.gate.0.lock().unwrap();
        let (state, waited) = self.gate.1.wait_timeout_while(state, Duration::from_secs(60), |state| state.1 < requests).unwrap();
        assert!(!waited.timed_out(), "{} requests were held, not {requests}", state.1);
    }

    /// Lets the held requests go on, and all after them.
    pub(super) fn open(&self) {
        self.gate.0.lock().unwrap().0 = true;
        self.gate.1.notify_all();
    }

    /// The most requests that were under way at once.
    pub(super) fn most(&self) -> usize {
        self.running.lock().unwrap().1
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// A message of HTTP: its head with the empty line, and its body.
fn message(stream: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut body = vec![0; length(&head).unwrap_or(0)];
    stream.read_exact(&mut body)?;
    Ok((head, body))
}

fn length(head: &str) -> Option<usize> {
    head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
}

fn without(head: &str, names: &[&str]) -> String {
    let kept = head.split_inclusive("\r\n").filter(|line| !names.iter().any(|name| line.to_ascii_lowercase().starts_with(name)));
    kept.collect()
}

fn serve(
    mut client: TcpStream,
    server: u16,
    (seen, heads): (&Mutex<Vec<String>>, &Mutex<Vec<String>>),
    running: &Mutex<(usize, usize)>,
    rule: &Rule,
    gate: &(Mutex<(bool, usize)>, Condvar),
) -> std::io::Result<()> {
    let (head, body) = message(&mut client)?;
    heads.lock().unwrap().push(head.clone());
    let mut words = head.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let index = {
        let mut seen = seen.lock().unwrap();
        seen.push(format!("{method} {path}"));
        seen.len() - 1
    };
    {
        let mut running = running.lock().unwrap();
        running.0 += 1;
        running.1 = running.1.max(running.0);
    }
    let deed = rule(method, path, index);
    if matches!(deed, Deed::Hold) {
        let mut state = gate.0.lock().unwrap();
        state.1 += 1;
        gate.1.notify_all();
        drop(gate.1.wait_while(state, |state| !state.0).unwrap());
    }
    let done = answer(&mut client, server, &head, &body, deed);
    running.lock().unwrap().0 -= 1;
    done
}

fn answer(client: &mut TcpStream, server: u16, head: &str, sent: &[u8], deed: Deed) -> std::io::Result<()> {
    let mut sent = sent.to_vec();
    if let (Deed::Damage, Some(byte)) = (deed, sent.get_mut(20)) {
        *byte ^= 1;
    }
    let head = match deed {
        Deed::Answer(status, text) => {
            return write!(client, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}", text.len());
        }
        Deed::Hang => {
            // Until the client gives up.
            let _ = client.read(&mut [0]);
            return Ok(());
        }
        Deed::Drop => return Ok(()),
        Deed::Unconditional => without(head, &["connection:", "if-none-match:", "if-match:"]),
        _ => without(head, &["connection:"]),
    };
    let mut upstream = TcpStream::connect(("127.0.0.1", server))?;
    upstream.write_all(head.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes())?;
    upstream.write_all(&sent)?;
    let is_head = head.starts_with("HEAD ");
    let mut whole = Vec::new();
    upstream.read_to_end(&mut whole)?;
    let at = whole.windows(4).position(|window| window == b"\r\n\r\n").map_or(whole.len(), |at| at + 4);
    let (answer, mut body) = (String::from_utf8_lossy(&whole[..at]).into_owned(), whole[at..].to_vec());
    match deed {
        Deed::Cut => return Ok(()),
        Deed::Shorten => _ = body.pop(),
        _ => {}
    }
    let length = if is_head { length(&answer).unwrap_or(0) } else { body.len() };
    let answer = without(&answer, &["connection:", "content-length:", "transfer-encoding:"]);
    let answer = answer.replacen("\r\n", &format!("\r\nConnection: close\r\nContent-Length: {length}\r\n"), 1);
    client.write_all(answer.as_bytes())?;
    client.write_all(&body)
}

/// A web server that shows a folder, for as long as the process lives. Gives its address.
pub(crate) fn web(folder: std::path::PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Ok((head, _)) = message(&mut stream) else { continue };
            let path = head.split_whitespace().nth(1).unwrap_or("/").trim_start_matches('/');
            let (status, body) = match std::fs::read(folder.join(path)) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", b"<!doctype html><p>no such page".to_vec()),
            };
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(&body);
        }
    });
    format!("http://127.0.0.1:{port}")
}
