//! How XDR is read from requests and written into answers: as base64, or as JSON if asked for.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use stellar_xdr::{Limits, ReadXdr, WriteXdr};

/// As the contract host nests at most.
const DEPTH: u32 = 500;

pub type Object = Map<String, Value>;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Format {
    #[default]
    Base64,
    Json,
}

impl TryFrom<String> for Format {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Format, Self::Error> {
        match name.as_str() {
            "" | "base64" => Ok(Format::Base64),
            "json" => Ok(Format::Json),
            _ => Err("expected base64, json for optional 'xdrFormat'"),
        }
    }
}

/// The names of a field in each format.
pub type Names = [&'static str; 2];

impl Format {
    pub fn name(self, names: Names) -> String {
        let [base64, json] = names;
        match self {
            Format::Base64 => base64.into(),
            Format::Json => json.into(),
        }
    }

    pub fn value<T: WriteXdr + Serialize>(self, value: &T) -> Value {
        match self {
            Format::Base64 => base64(value).into(),
            Format::Json => serde_json::to_value(value).expect("every XDR type has a JSON form"),
        }
    }

    pub fn put<T: WriteXdr + Serialize>(self, object: &mut Object, names: Names, value: &T) {
        object.insert(self.name(names), self.value(value));
    }

    /// Leaves an empty list out, as the server does.
    pub fn put_list<T>(self, object: &mut Object, names: Names, list: &[T])
    where
        T: WriteXdr + Serialize,
    {
        if !list.is_empty() {
            object.insert(self.name(names), self.list(list));
        }
    }

    pub fn list<T: WriteXdr + Serialize>(self, list: &[T]) -> Value {
        list.iter().map(|value| self.value(value)).collect::<Vec<_>>().into()
    }
}

pub fn base64(value: &impl WriteXdr) -> String {
    value.to_xdr_base64(Limits::none()).expect("what was read or built can be written")
}

/// At most `len` bytes of XDR.
pub fn read<T: ReadXdr>(base64: &str, len: usize) -> Result<T, stellar_xdr::Error> {
    T::from_xdr_base64(base64, Limits { depth: DEPTH, len })
}
