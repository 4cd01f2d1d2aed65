//! Somebody who is told: an HTTP server of the test's own on this machine.

use e2e::{Result, WAIT};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Request {
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("no header {name} in {self:?}"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a body of JSON")
    }

    /// Checks who sent it, as the guide tells a receiver to do.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(format!("{}.{}", self.header("X-Tieout-Timestamp"), self.body).as_bytes());
        let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        expected == self.header("X-Tieout-Signature")
    }
}

/// Listens until the test ends.
pub(crate) struct Told {
    pub(crate) url: String,
    requests: Receiver<Request>,
}

impl Told {
    /// Answers with the status that the path of a request calls for.
    pub(crate) fn listen(status: impl Fn(&str) -> u16 + Send + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/hooks", listener.local_addr()?);
        let (sender, requests) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A connection that says nothing, and a test that has ended, are nobody's failure.
                let Ok(Some(request)) = read(&stream) else { continue };
                let path = request.path.clone();
                if sender.send(request).is_err() {
                    return;
                }
                let _ = answer(stream, status(&path));
            }
        });
        Ok(Self { url, requests })
    }

    /// Answers each request once the test has said with what.
    pub(crate) fn listen_in_turn() -> Result<(Self, Sender<u16>)> {
        let (answers, statuses) = mpsc::channel();
        let told = Self::listen(move |_| statuses.recv().unwrap_or(503))?;
        Ok((told, answers))
    }

    /// The next request, waiting for it.
    pub(crate) fn taken(&self) -> Request {
        self.requests.recv_timeout(WAIT).expect("a request came")
    }
}

fn read(stream: &TcpStream) -> Result<Option<Request>> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let Some(path) = first.split(' ').nth(1).map(str::to_owned) else { return Ok(None) };
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { path, headers, body: String::from_utf8_lossy(&body).into_owned() }))
}

fn answer(mut stream: TcpStream, status: u16) -> Result<()> {
    let body = format!("{{\"status\": {status}}}");
    let head = format!("HTTP/1.1 {status} Told\r\nContent-Type: application/json\r\nConnection: close\r\n");
    write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len())?;
    Ok(stream.flush()?)
}
