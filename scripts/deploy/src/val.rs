//! Values as contracts take and answer them.

use stellar_xdr::{
    AccountId, ScAddress, ScBytes, ScMap, ScMapEntry, ScString, ScSymbol, ScVal, ScVec,
};

pub fn int(amount: i128) -> ScVal {
    ScVal::from(amount)
}

pub fn account(id: &AccountId) -> ScVal {
    ScVal::Address(ScAddress::Account(id.clone()))
}

pub fn address(address: &ScAddress) -> ScVal {
    ScVal::Address(address.clone())
}

/// At most 32 letters, digits and underscores.
pub fn symbol(text: &str) -> ScVal {
    ScVal::Symbol(ScSymbol(text.try_into().expect("a symbol is short")))
}

pub fn text(text: &str) -> ScVal {
    ScVal::String(ScString(text.try_into().expect("within 4 GiB")))
}

pub fn bytes(bytes: &[u8]) -> ScVal {
    ScVal::Bytes(ScBytes(bytes.to_vec().try_into().expect("within 4 GiB")))
}

pub fn list(items: Vec<ScVal>) -> ScVal {
    ScVal::Vec(Some(ScVec(items.try_into().expect("within 4 Gi"))))
}

/// A struct: fields sorted by name.
pub fn map(fields: &[(&str, ScVal)]) -> ScVal {
    let entries =
        fields.iter().map(|(name, val)| ScMapEntry { key: symbol(name), val: val.clone() });
    let entries: Vec<_> = entries.collect();
    ScVal::Map(Some(ScMap(entries.try_into().expect("within 4 Gi"))))
}

/// A field of a struct; void if there is none.
pub fn field(value: &ScVal, name: &str) -> ScVal {
    let ScVal::Map(Some(map)) = value else { return ScVal::Void };
    let entry = map.iter().find(|entry| entry.key == symbol(name));
    entry.map_or(ScVal::Void, |entry| entry.val.clone())
}

pub fn integer(value: &ScVal) -> Option<i128> {
    match value {
        ScVal::I128(parts) => Some(i128::from(parts.hi) << 64 | i128::from(parts.lo)),
        _ => None,
    }
}

/// For people to read and compare.
pub fn show(value: &ScVal) -> String {
    let joined = |items: Vec<String>| items.join(", ");
    match value {
        ScVal::Void => "nothing".to_string(),
        ScVal::Bool(yes) => yes.to_string(),
        ScVal::U32(number) => number.to_string(),
        ScVal::U64(number) => number.to_string(),
        ScVal::Address(address) => address.to_string(),
        ScVal::Symbol(symbol) => symbol.to_utf8_string_lossy(),
        ScVal::String(text) => format!("{:?}", text.to_utf8_string_lossy()),
        ScVal::Bytes(bytes) => hex(bytes),
        ScVal::Vec(Some(items)) => format!("[{}]", joined(items.iter().map(show).collect())),
        ScVal::Map(Some(map)) => {
            let fields =
                map.iter().map(|entry| format!("{}: {}", show(&entry.key), show(&entry.val)));
            format!("{{{}}}", joined(fields.collect()))
        }
        other => integer(other).map_or_else(|| format!("{other:?}"), |number| number.to_string()),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
