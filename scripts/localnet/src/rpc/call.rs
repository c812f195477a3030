//! One call as it is written in a request, checked as the server's library checks it.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::error::Error;

pub struct Call<'a> {
    /// `None` for a notification: nobody waits for the answer.
    pub id: Option<&'a RawValue>,
    pub method: String,
    pub params: Option<&'a RawValue>,
}

pub fn read(raw: &RawValue) -> Result<Call<'_>, (Option<&RawValue>, Error)> {
    let Ok(mut fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(raw.get()) else {
        return Err((None, Error::parse("request is not a JSON object")));
    };
    let id = fields.remove("id").filter(|id| id.get() != "null");
    if id.is_some_and(|id| id.get().starts_with(['{', '[', 't', 'f'])) {
        return Err((None, Error::request("invalid request ID")));
    }
    let refused = |error: Error| Err((id, error));
    if fields.remove("jsonrpc").is_none_or(|version| version.get() != r#""2.0""#) {
        return refused(Error::request("invalid version marker"));
    }
    let method = match fields.remove("method").map(|name| serde_json::from_str(name.get())) {
        Some(Ok(method)) => method,
        Some(Err(_)) => return refused(Error::parse("invalid method name")),
        None => return refused(Error::request("empty method name")),
    };
    let params = fields.remove("params").filter(|params| params.get() != "null");
    if params.is_some_and(|params| !params.get().starts_with(['{', '['])) {
        return refused(Error::request("parameters must be array or object"));
    }
    if let Some(name) = fields.keys().next() {
        return refused(Error::request(format!("extra fields in request: {name}")));
    }
    Ok(Call { id, method, params })
}
