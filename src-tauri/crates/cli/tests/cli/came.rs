//! Somebody who is told by webhooks, and notes what came.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// What came: bodies by event id, once for each time it came.
#[derive(Clone, Default)]
pub struct Came(Arc<Mutex<HashMap<String, Vec<Value>>>>);

impl Came {
    pub fn listen(delay: Duration) -> (String, Self) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
        let came = Self::default();
        let shared = came.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || shared.serve(socket, delay));
            }
        });
        (url, came)
    }

    fn serve(&self, mut socket: TcpStream, delay: Duration) {
        let (mut bytes, mut buffer) = (Vec::new(), [0; 8192]);
        while let Ok(read) = socket.read(&mut buffer) {
            if read == 0 {
                return;
            }
            bytes.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let of = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
            if body.len() < of("content-length: ").parse().unwrap() {
                continue;
            }
            let body: Value = serde_json::from_str(body).unwrap();
            self.0.lock().unwrap().entry(of("x-tieout-event-id: ")).or_default().push(body);
            std::thread::sleep(delay);
            if socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_err() {
                return;
            }
            bytes.clear();
        }
    }

    /// References of postings that were told, with how many different ids each came under.
    pub fn references(&self) -> HashMap<String, u32> {
        self.references_of(None)
    }

    /// As [`Self::references`], of events with one name.
    pub fn references_of(&self, event: Option<&str>) -> HashMap<String, u32> {
        let mut found = HashMap::new();
        for bodies in self.0.lock().unwrap().values() {
            assert!(bodies.iter().all(|body| body == &bodies[0]), "every attempt tells the same");
            if event.is_some_and(|event| bodies[0]["event"] != event) {
                continue;
            }
            let reference = bodies[0]["data"]["reference"].as_str().unwrap_or_default().to_owned();
            *found.entry(reference).or_insert(0) += 1;
        }
        found
    }

    /// How often anything came.
    pub fn times(&self) -> usize {
        self.0.lock().unwrap().values().map(Vec::len).sum()
    }
}
