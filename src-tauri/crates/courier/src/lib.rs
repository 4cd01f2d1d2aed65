//! Delivers letters over HTTP.
//!
//! A webhook's address is typed by a person or comes with a copied book, and the program stands inside a network: so a
//! letter goes to public addresses only, over TLS, unless a person allowed the host by its name. Names are resolved here
//! and every address is looked at, so that a name cannot point somewhere else the second time it is asked for; redirects
//! are not followed.

mod address;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use engine::{Courier, CourierError, Letter, Reply};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

pub use address::is_public;

/// The most of an answer that is read, in bytes.
const MOST_READ: usize = 2_048;
/// Connections to one host that are kept open, and how long.
const IDLE: (usize, Duration) = (100, Duration::from_secs(90));

/// Why a name gave no address that may be reached.
#[derive(Debug)]
enum Unreachable {
    Private(IpAddr),
    Nowhere,
}

impl std::fmt::Display for Unreachable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Private(address) => write!(formatter, "{address} is not a public address"),
            Self::Nowhere => write!(formatter, "the name has no address"),
        }
    }
}

impl std::error::Error for Unreachable {}

/// Resolves names to public addresses. One that is not is an error even beside others that are.
#[derive(Debug, Clone, Copy)]
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if let Some(private) = found.iter().find(|address| !is_public(address.ip())) {
                return Err(Unreachable::Private(private.ip()).into());
            }
            if found.is_empty() {
                return Err(Unreachable::Nowhere.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Two clients: one for public addresses, one for hosts that a person allowed.
#[derive(Debug)]
pub struct HttpCourier {
    strict: Client,
    allowed: Client,
}

impl HttpCourier {
    /// # Errors
    /// [`CourierError::Failed`] when TLS cannot be set up on this machine.
    pub fn new() -> Result<Self, CourierError> {
        // Another part of the program may have chosen a provider already; either does.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            Client::builder()
                .user_agent(concat!("Tieout/", env!("CARGO_PKG_VERSION")))
                .redirect(Policy::none())
                .no_proxy()
                .pool_max_idle_per_host(IDLE.0)
                .pool_idle_timeout(IDLE.1)
        };
        let built = |client: reqwest::Result<Client>| client.map_err(|error| CourierError::Failed(causes(&error)));
        Ok(Self {
            strict: built(builder().https_only(true).dns_resolver(PublicOnly).build())?,
            allowed: built(builder().build())?,
        })
    }
}

/// A courier for a program. It is set up with the first letter: a program that delivers none reads no certificates.
#[derive(Debug, Default)]
struct Later(OnceLock<Result<HttpCourier, CourierError>>);

#[async_trait::async_trait]
impl Courier for Later {
    async fn deliver(&self, letter: Letter) -> Result<Reply, CourierError> {
        match self.0.get_or_init(HttpCourier::new) {
            Ok(courier) => courier.deliver(letter).await,
            Err(error) => Err(error.clone()),
        }
    }
}

/// A courier for a program.
pub fn of_this_machine() -> Arc<dyn Courier> {
    Arc::new(Later::default())
}

/// An error with what caused it, without the address, which may hold a secret.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&words);
        }
        next = cause.source();
    }
    text
}

/// An address written into the URL itself is never resolved, so it is looked at here.
fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn failure(error: reqwest::Error) -> CourierError {
    if error.is_timeout() {
        return CourierError::TimedOut;
    }
    let error = error.without_url();
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(inner) = cause {
        if let Some(Unreachable::Private(address)) = inner.downcast_ref::<Unreachable>() {
            return CourierError::Private(address.to_string());
        }
        cause = inner.source();
    }
    CourierError::Failed(causes(&error))
}

#[async_trait::async_trait]
impl Courier for HttpCourier {
    async fn deliver(&self, letter: Letter) -> Result<Reply, CourierError> {
        let url = Url::parse(&letter.url).map_err(|error| CourierError::Failed(error.to_string()))?;
        if !letter.host_is_allowed
            && let Some(address) = literal(&url).filter(|address| !is_public(*address))
        {
            return Err(CourierError::Private(address.to_string()));
        }
        let client = if letter.host_is_allowed { &self.allowed } else { &self.strict };
        let mut request = client.post(url).timeout(letter.timeout).body(letter.body);
        for (name, value) in letter.headers {
            request = request.header(name, value);
        }
        let mut response = request.send().await.map_err(failure)?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while body.len() < MOST_READ
            && let Some(chunk) = response.chunk().await.map_err(failure)?
        {
            body.extend_from_slice(&chunk);
        }
        body.truncate(MOST_READ);
        Ok(Reply { status, body: String::from_utf8_lossy(&body).into_owned() })
    }
}
