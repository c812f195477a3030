//! The server: HTTP for the JSON-RPC interface and the friendbot, and the closing of ledgers.

use std::{
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, Request, State},
    http::{header, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri},
    middleware::{from_fn, Next},
    response::{IntoResponse, Response},
    routing::{any, get, post},
    serve::ListenerExt,
    Router,
};
use serde_json::json;
use stellar_xdr::{AccountId, ContractId};
use tokio::{
    runtime,
    sync::watch,
    time::{interval_at, sleep, Instant, MissedTickBehavior},
};

use super::{
    answer,
    friendbot::{fund, Refusal},
    shared::{now, Pace, Shared},
};
use crate::{node::Node, settings::Settings, store::Store};

const MAX_BODY: usize = 512 * 1024;
/// The contract host and the readers of XDR recurse deeply, and most deeply in builds for debugging.
const STACK: usize = 16 * 1024 * 1024;
/// Calls that are worked on at the same time; others wait.
const WORKERS: usize = 16;
/// For what is under way when the server stops.
const GRACE: Duration = Duration::from_secs(1);

pub struct Options {
    pub address: IpAddr,
    /// 0 takes any that is free.
    pub port: u16,
    pub passphrase: String,
    pub settings: Settings,
    pub pace: Pace,
    /// Where the state is kept; else it is forgotten.
    pub state: Option<PathBuf>,
    /// When the genesis ledger closes, Unix seconds, if that is not now.
    pub genesis_time: Option<u64>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            passphrase: "Standalone Network ; February 2017".into(),
            settings: Settings::default(),
            pace: Pace::Every(Duration::from_secs(1)),
            state: None,
            genesis_time: None,
        }
    }
}

/// A network that stops when this is dropped.
pub struct Running {
    /// Where clients reach it.
    pub url: String,
    stop: watch::Sender<bool>,
    failure: watch::Receiver<Option<String>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts a network on a thread of its own.
pub fn start(options: Options) -> io::Result<Running> {
    let listener = TcpListener::bind((options.address, options.port))?;
    listener.set_nonblocking(true)?;
    let url = url(listener.local_addr()?);
    let time = options.genesis_time.unwrap_or_else(now);
    let milliseconds = options.pace.milliseconds();
    let (store, node) = match &options.state {
        None => (None, Node::new(&options.passphrase, options.settings, milliseconds, time)),
        Some(path) => {
            let passphrase = &options.passphrase;
            let opened = Store::open(path, passphrase, options.settings, milliseconds, time);
            let (store, node) = opened.map_err(io::Error::other)?;
            (Some(store), node)
        }
    };
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(WORKERS)
        .thread_stack_size(STACK)
        .enable_all()
        .build()?;
    let shared = Arc::new(Shared::new(node, store, url.clone(), options.pace));
    let failure = shared.failure.subscribe();
    let (stop, stopping) = watch::channel(false);
    let thread = std::thread::spawn(move || {
        runtime.block_on(async move {
            let listener = match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => listener,
                Err(error) => {
                    shared.failure.send_replace(Some(error.to_string()));
                    return;
                }
            };
            let stopped = async |mut stopping: watch::Receiver<bool>| {
                let _ = stopping.wait_for(|stop| *stop).await;
            };
            let too_long = async {
                stopped(stopping.clone()).await;
                sleep(GRACE).await;
            };
            tokio::select! {
                () = serve_until(shared, listener, stopped(stopping.clone())) => {}
                () = too_long => {}
            }
        });
        runtime.shutdown_timeout(5 * GRACE);
    });
    Ok(Running { url, stop, failure, thread: Some(thread) })
}

impl Running {
    /// Waits until the network can't go on, and tells why.
    pub async fn failed(&self) -> String {
        let mut failure = self.failure.clone();
        let failed = failure.wait_for(Option::is_some).await;
        let reason = failed.ok().and_then(|reason| reason.clone());
        reason.unwrap_or_else(|| "the server stopped".into())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A server that listens everywhere is reached at home.
fn url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

/// Serves and closes ledgers until the network can't go on.
pub async fn serve(shared: Arc<Shared>, listener: tokio::net::TcpListener) {
    serve_until(shared, listener, std::future::pending()).await;
}

async fn serve_until(
    shared: Arc<Shared>,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let mut failure = shared.failure.subscribe();
    let closing = tokio::spawn(close_ledgers(shared.clone()));
    let router = Router::new()
        .route("/", post(call).get(greet))
        .route("/friendbot", get(friendbot).post(friendbot))
        .fallback(any(|| async { StatusCode::NOT_FOUND }))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(cross_origin))
        .with_state(shared);
    let listener = listener.tap_io(|stream| {
        // Answers are small and waited for.
        let _ = stream.set_nodelay(true);
    });
    let served = axum::serve(listener, router).with_graceful_shutdown(async move {
        tokio::select! {
            () = stop => {}
            _ = failure.wait_for(Option::is_some) => {}
        }
    });
    // It ends only when it is told to.
    let _ = served.await;
    closing.abort();
}

async fn close_ledgers(shared: Arc<Shared>) {
    let Pace::Every(interval) = shared.pace else { return };
    let mut ticks = interval_at(Instant::now() + interval, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let closing = shared.clone();
        // A panic has told of itself, and took its transactions along; the next ledger closes without.
        let closed = tokio::task::spawn_blocking(move || closing.close()).await;
        if matches!(closed, Ok(Err(_))) {
            return;
        }
    }
}

async fn call(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("").split(';').next().unwrap_or("").trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let message = "content-type must be application/json\n";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, message).into_response();
    }
    match answer(&shared, &body).await {
        Some(answer) => ([(header::CONTENT_TYPE, "application/json")], answer).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn greet() -> Response {
    let message = "A local Stellar network for development. POST JSON-RPC here; \
                   /friendbot?addr=G... funds an account.\n";
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")], message).into_response()
}

async fn friendbot(State(shared): State<Arc<Shared>>, uri: Uri, body: Bytes) -> Response {
    let form = String::from_utf8_lossy(&body);
    let address = field(uri.query().unwrap_or("")).or_else(|| field(&form)).unwrap_or("");
    let Ok(account) = address.parse::<AccountId>() else {
        let reason = match address.parse::<ContractId>() {
            Ok(_) => "contract addresses are not supported: fund an account, and send from it",
            Err(_) => "invalid address: must be a valid G address",
        };
        let detail = "The request you sent was invalid in some way.";
        let extras = json!({ "invalid_field": "addr", "reason": reason });
        return problem(StatusCode::BAD_REQUEST, detail, Some(extras));
    };
    match fund(&shared, account).await {
        Ok(funded) => {
            let body = json!({
                "successful": true,
                "hash": funded.hash.to_string(),
                "envelope_xdr": funded.envelope,
            });
            let kind = (header::CONTENT_TYPE, "application/hal+json; charset=utf-8");
            ([kind], body.to_string()).into_response()
        }
        Err(Refusal::Exists(detail)) => problem(StatusCode::BAD_REQUEST, detail, None),
        Err(Refusal::Later(detail)) => problem(StatusCode::SERVICE_UNAVAILABLE, detail, None),
    }
}

/// The address in a query or form. It has no character that would be escaped.
fn field(form: &str) -> Option<&str> {
    form.trim().split('&').find_map(|pair| pair.strip_prefix("addr="))
}

fn problem(status: StatusCode, detail: &str, extras: Option<serde_json::Value>) -> Response {
    let title = status.canonical_reason().unwrap_or("");
    let kind = title.to_lowercase().replace(' ', "_");
    let mut body = json!({
        "type": format!("https://stellar.org/friendbot-errors/{kind}"),
        "title": title,
        "status": status.as_u16(),
        "detail": detail,
    });
    if let Some(extras) = extras {
        body["extras"] = extras;
    }
    let kind = (header::CONTENT_TYPE, "application/problem+json; charset=utf-8");
    (status, [kind], body.to_string()).into_response()
}

/// Pages of any origin may call, as with the public servers.
async fn cross_origin(request: Request, next: Next) -> Response {
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let mut response = if request.method() == Method::OPTIONS {
        let mut response = StatusCode::NO_CONTENT.into_response();
        let headers = response.headers_mut();
        let mut put = |name, value| headers.insert(name, HeaderValue::from_static(value));
        put(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS");
        put(header::ACCESS_CONTROL_ALLOW_HEADERS, "*");
        put(header::ACCESS_CONTROL_MAX_AGE, "600");
        // A wallet's page comes from the internet, this server is at home.
        put(HeaderName::from_static("access-control-allow-private-network"), "true");
        if let Some(asked) = asked {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
        }
        response
    } else {
        next.run(request).await
    };
    let any = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    response
}
