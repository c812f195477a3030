//! What a call can fail with, by the codes of JSON-RPC 2.0.

use serde_json::{json, Value};

#[derive(Debug)]
pub struct Error {
    pub code: i32,
    pub message: String,
    pub data: Option<Value>,
}

impl Error {
    fn new(code: i32, message: impl Into<String>) -> Error {
        Error { code, message: message.into(), data: None }
    }

    pub fn parse(message: impl Into<String>) -> Error {
        Error::new(-32700, message)
    }

    pub fn request(message: impl Into<String>) -> Error {
        Error::new(-32600, message)
    }

    pub fn method(name: &str) -> Error {
        Error { data: Some(name.into()), ..Error::new(-32601, "method not found") }
    }

    pub fn params(message: impl Into<String>) -> Error {
        Error::new(-32602, message)
    }

    pub fn internal(message: impl Into<String>) -> Error {
        Error::new(-32603, message)
    }

    pub fn json(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(data) = &self.data {
            error["data"] = data.clone();
        }
        error
    }
}
