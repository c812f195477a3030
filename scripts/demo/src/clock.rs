//! The network's clock in the demo's hands: ledgers close fast, and days are skipped.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc,
    },
    thread,
    time::Duration,
};

use serde_json::{json, Value};
use tributary_deploy::Error;

/// Between two ledgers. The network's time goes on by a second with each.
const PACE: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub struct Clock {
    /// Host and port.
    place: String,
    time: Arc<AtomicU64>,
}

impl Clock {
    /// Closes ledgers until the network at `url` is gone.
    pub fn start(url: &str) -> Result<Clock, Error> {
        let place = url.trim_start_matches("http://").to_string();
        let clock = Clock { place, time: Arc::default() };
        clock.turn("localnet_close", json!({}))?;
        let closing = clock.clone();
        thread::spawn(move || {
            while closing.turn("localnet_close", json!({})).is_ok() {
                thread::sleep(PACE);
            }
        });
        Ok(clock)
    }

    /// When the last ledger closed, Unix seconds.
    pub fn now(&self) -> u64 {
        self.time.load(Ordering::Relaxed)
    }

    pub fn pass(&self, seconds: u64) -> Result<(), Error> {
        self.turn("localnet_advance", json!({ "seconds": seconds }))
    }

    fn turn(&self, method: &str, params: Value) -> Result<(), Error> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self.post(&request.to_string());
        let answer = answer.map_err(|error| Error::Node(format!("{method}: {error}")))?;
        let time = answer["result"]["latestLedgerCloseTime"].as_str();
        let time = time.and_then(|time| time.parse().ok());
        let time = time.ok_or_else(|| Error::Node(format!("{method}: {answer}")))?;
        self.time.fetch_max(time, Ordering::Relaxed);
        Ok(())
    }

    fn post(&self, body: &str) -> io::Result<Value> {
        let mut stream = TcpStream::connect(&self.place)?;
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.place,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, json) = answer.split_once("\r\n\r\n").unwrap_or_default();
        Ok(serde_json::from_str(json)?)
    }
}
