//! Letters to a real socket on this machine.

use std::time::Duration;

use courier::HttpCourier;
use engine::{Courier, CourierError, Letter};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers every request with `answer` and hands back the first request.
async fn listen(answer: &'static str) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let first = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&request).contains("{\"a\":1}") {
            let read = socket.read(&mut buffer).await.unwrap();
            assert!(read > 0, "the request ended");
            request.extend_from_slice(&buffer[..read]);
        }
        socket.write_all(answer.as_bytes()).await.unwrap();
        if answer.is_empty() {
            // Nobody answers.
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        String::from_utf8_lossy(&request).into_owned()
    });
    (port, first)
}

fn letter(url: String, host_is_allowed: bool) -> Letter {
    Letter {
        url,
        headers: vec![("Content-Type".into(), "application/json".into()), ("X-Tieout-Event".into(), "test".into())],
        body: "{\"a\":1}".into(),
        timeout: Duration::from_millis(500),
        host_is_allowed,
    }
}

#[tokio::test]
async fn a_letter_arrives_with_its_headers_and_the_answer_comes_back() {
    let courier = HttpCourier::new().unwrap();
    let (port, first) = listen("HTTP/1.1 202 Accepted\r\ncontent-length: 4\r\n\r\ngood").await;
    let reply = courier.deliver(letter(format!("http://localhost:{port}/in?x=1"), true)).await.unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (202, "good"));
    let request = first.await.unwrap().to_lowercase();
    assert!(request.starts_with("post /in?x=1 http/1.1"), "{request}");
    assert!(request.contains("x-tieout-event: test") && request.contains("user-agent: tieout/"), "{request}");
}

#[tokio::test]
async fn what_is_not_public_is_not_reached_unless_it_is_allowed() {
    let courier = HttpCourier::new().unwrap();
    for url in ["https://127.0.0.1:1/", "https://localhost:1/", "https://[::1]:1/", "https://169.254.169.254/latest/"] {
        let refused = courier.deliver(letter(url.into(), false)).await;
        assert!(matches!(refused, Err(CourierError::Private(_))), "{url}: {refused:?}");
    }
    // Nor anything in the clear.
    let clear = courier.deliver(letter("http://example.com/".into(), false)).await;
    assert!(matches!(clear, Err(CourierError::Failed(_))), "{clear:?}");
}

#[tokio::test]
async fn redirects_are_not_followed_and_long_answers_not_read_to_their_end() {
    let courier = HttpCourier::new().unwrap();
    let (port, _first) =
        listen("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(courier.deliver(letter(format!("http://localhost:{port}/"), true)).await.unwrap().status, 302);
    let long: &'static str =
        Box::leak(format!("HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n{}", "x".repeat(9000)).into_boxed_str());
    let (port, _first) = listen(long).await;
    assert_eq!(courier.deliver(letter(format!("http://localhost:{port}/"), true)).await.unwrap().body.len(), 2048);
}

#[tokio::test]
async fn who_does_not_answer_is_not_waited_for() {
    let courier = HttpCourier::new().unwrap();
    let (port, _first) = listen("").await;
    let late = courier.deliver(letter(format!("http://localhost:{port}/"), true)).await;
    assert!(matches!(late, Err(CourierError::TimedOut)), "{late:?}");
    let nobody = courier.deliver(letter("http://localhost:1/token-in-path".into(), true)).await;
    let Err(CourierError::Failed(why)) = nobody else { panic!("{nobody:?}") };
    assert!(!why.contains("token-in-path"), "{why}");
}
