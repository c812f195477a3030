//! Which events a client asks for.

use serde::{Deserialize, Deserializer};
use stellar_xdr::{ContractEvent, ContractEventBody, ContractEventType, ContractId, ScVal};

use super::format::read;

const MAX_FILTERS: usize = 5;
const MAX_CONTRACTS: usize = 5;
const MAX_TOPICS: usize = 5;
const MAX_SEGMENTS: usize = 4;
const MAX_SEGMENT_BYTES: usize = 128 * 1024;

/// As it comes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    r#type: Option<String>,
    contract_ids: Option<Vec<String>>,
    topics: Option<Vec<Vec<Segment>>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Segment {
    /// `*`
    One,
    /// `**`
    Rest,
    Value(ScVal),
}

impl<'de> Deserialize<'de> for Segment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Segment, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "*" => Ok(Segment::One),
            "**" => Ok(Segment::Rest),
            value => read(value, MAX_SEGMENT_BYTES).map(Segment::Value).map_err(|error| {
                serde::de::Error::custom(format!("a topic is neither a wildcard nor XDR: {error}"))
            }),
        }
    }
}

/// Any of them may match; without any, every event does.
#[derive(Debug)]
pub struct Filters(Vec<Filter>);

/// Each part must match; an empty one always does.
#[derive(Debug)]
struct Filter {
    types: Vec<ContractEventType>,
    contracts: Vec<ContractId>,
    topics: Vec<Topics>,
}

#[derive(Debug)]
struct Topics {
    segments: Vec<Segment>,
    /// Any number more may follow.
    rest: bool,
}

impl Filters {
    pub fn new(params: Vec<Params>) -> Result<Filters, String> {
        if params.len() > MAX_FILTERS {
            return Err(format!("maximum {MAX_FILTERS} filters per request"));
        }
        let filters = params.into_iter().enumerate().map(|(index, params)| {
            Filter::new(params).map_err(|reason| format!("filter {} invalid: {reason}", index + 1))
        });
        filters.collect::<Result<_, _>>().map(Filters)
    }

    pub fn matches(&self, event: &ContractEvent) -> bool {
        self.0.is_empty() || self.0.iter().any(|filter| filter.matches(event))
    }
}

impl Filter {
    fn new(params: Params) -> Result<Filter, String> {
        let names = params.r#type.unwrap_or_default();
        let types = names.split(',').filter(|_| !names.is_empty()).map(|name| match name {
            "system" => Ok(ContractEventType::System),
            "contract" => Ok(ContractEventType::Contract),
            _ => Err("filter type invalid: if set, type must be either 'system' or 'contract'"),
        });
        let types = types.collect::<Result<_, _>>()?;
        let contracts = params.contract_ids.unwrap_or_default();
        if contracts.len() > MAX_CONTRACTS {
            return Err(format!("maximum {MAX_CONTRACTS} contract IDs per filter"));
        }
        let topics = params.topics.unwrap_or_default();
        if topics.len() > MAX_TOPICS {
            return Err(format!("maximum {MAX_TOPICS} topics per filter"));
        }
        let contracts = contracts.iter().enumerate().map(|(index, text)| {
            text.parse().map_err(|_| format!("contract ID {} invalid", index + 1))
        });
        let contracts = contracts.collect::<Result<_, _>>()?;
        let topics = topics.into_iter().enumerate().map(|(index, segments)| {
            Topics::new(segments).map_err(|reason| format!("topic {} invalid: {reason}", index + 1))
        });
        Ok(Filter { types, contracts, topics: topics.collect::<Result<_, _>>()? })
    }

    fn matches(&self, event: &ContractEvent) -> bool {
        let ContractEventBody::V0(body) = &event.body;
        let contract =
            || event.contract_id.as_ref().is_some_and(|contract| self.contracts.contains(contract));
        (self.types.is_empty() || self.types.contains(&event.type_))
            && (self.contracts.is_empty() || contract())
            && (self.topics.is_empty()
                || self.topics.iter().any(|topics| topics.match_all(&body.topics)))
    }
}

impl Topics {
    fn new(mut segments: Vec<Segment>) -> Result<Topics, String> {
        if segments.is_empty() {
            return Err("topic must have at least 1 segment".into());
        }
        let rest = segments.pop_if(|last| *last == Segment::Rest).is_some();
        if let Some(index) = segments.iter().position(|segment| *segment == Segment::Rest) {
            return Err(format!(
                "segment {} invalid: wildcard '**' is only allowed as the last segment",
                index + 1
            ));
        }
        if segments.len() > MAX_SEGMENTS {
            return Err(format!("topic cannot have more than {MAX_SEGMENTS} segments"));
        }
        Ok(Topics { segments, rest })
    }

    fn match_all(&self, topics: &[ScVal]) -> bool {
        let count = self.segments.len();
        (topics.len() == count || self.rest && topics.len() > count)
            && self.segments.iter().zip(topics).all(|(segment, topic)| match segment {
                Segment::Value(value) => value == topic,
                Segment::One | Segment::Rest => true,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::format::base64, *};
    use stellar_xdr::{ContractEventV0, ExtensionPoint, Hash};

    /// Whose hash is all zero.
    fn contract() -> ContractId {
        ContractId(Hash([0; 32]))
    }

    fn filters(json: &str) -> Result<Filters, String> {
        let params = serde_json::from_str(json).map_err(|error| error.to_string())?;
        Filters::new(params)
    }

    fn symbol(name: &str) -> ScVal {
        ScVal::Symbol(name.try_into().unwrap())
    }

    fn event(topics: &[&str]) -> ContractEvent {
        let topics: Vec<_> = topics.iter().map(|name| symbol(name)).collect();
        ContractEvent {
            ext: ExtensionPoint::V0,
            contract_id: Some(contract()),
            type_: ContractEventType::Contract,
            body: ContractEventBody::V0(ContractEventV0 {
                topics: topics.try_into().unwrap(),
                data: ScVal::Void,
            }),
        }
    }

    #[test]
    fn topics_match_by_place_and_number() {
        let [a, b] = ["a", "b"].map(|name| format!("\"{}\"", base64(&symbol(name))));
        let matches = |topics: &str, event_topics: &[&str]| {
            let filters = filters(&format!(r#"[{{"topics":[{topics}]}}]"#)).unwrap();
            filters.matches(&event(event_topics))
        };
        assert!(matches(&format!("[{a}]"), &["a"]));
        assert!(!matches(&format!("[{a}]"), &["b"]));
        assert!(!matches(&format!("[{a}]"), &["a", "b"]));
        assert!(matches(&format!(r#"[{a},"*"]"#), &["a", "b"]));
        assert!(!matches(&format!(r#"[{a},"*"]"#), &["a"]));
        assert!(!matches(&format!(r#"["*",{a}]"#), &["a", "b"]));
        for count in 0..4 {
            let topics: Vec<_> = ["a", "b", "c", "d"].into_iter().take(count).collect();
            assert!(matches(r#"["**"]"#, &topics));
            assert_eq!(matches(&format!(r#"[{a},{b},"**"]"#), &topics), count >= 2);
        }
        assert!(matches(&format!(r#"[{b}],[{a},"**"]"#), &["a", "c"]), "either will do");
    }

    #[test]
    fn type_contract_and_topics_must_all_match() {
        let other = "CDLZFC3SYJYDZT7K67VZ75HPJVIEUVNIXF47ZG2FB2RMQQVU2HHGCYSC";
        let contract = contract();
        let matches = |json: &str| filters(json).unwrap().matches(&event(&["a"]));
        assert!(matches("[]"));
        assert!(matches("[{}]"));
        assert!(matches(r#"[{"type":"contract"}]"#));
        assert!(matches(r#"[{"type":"system,contract","contractIds":[]}]"#));
        assert!(!matches(r#"[{"type":"system"}]"#));
        assert!(matches(&format!(r#"[{{"contractIds":["{other}","{contract}"]}}]"#)));
        assert!(!matches(&format!(r#"[{{"contractIds":["{other}"]}}]"#)));
        assert!(!matches(&format!(r#"[{{"type":"system","contractIds":["{contract}"]}}]"#)));
        assert!(matches(&format!(r#"[{{"contractIds":["{other}"]}},{{"type":"contract"}}]"#)));
    }

    #[test]
    fn what_no_filter_may_be_is_refused() {
        let contract = contract();
        let many = |count: usize, one: &str| vec![one; count].join(",");
        let cases = [
            (format!("[{}]", many(6, "{}")), "maximum 5 filters"),
            (r#"[{"type":"diagnostic"}]"#.into(), "filter 1 invalid: filter type invalid"),
            (r#"[{},{"type":"contract,"}]"#.into(), "filter 2 invalid: filter type invalid"),
            (r#"[{"contractIds":["C"]}]"#.into(), "contract ID 1 invalid"),
            (
                format!(r#"[{{"contractIds":[{}]}}]"#, many(6, &format!("\"{contract}\""))),
                "maximum 5 contract IDs",
            ),
            (format!(r#"[{{"topics":[{}]}}]"#, many(6, r#"["*"]"#)), "maximum 5 topics"),
            (r#"[{"topics":[[]]}]"#.into(), "topic 1 invalid: topic must have at least 1"),
            (r#"[{"topics":[["**","*"]]}]"#.into(), "segment 1 invalid: wildcard '**'"),
            (format!(r#"[{{"topics":[[{}]]}}]"#, many(5, r#""*""#)), "more than 4 segments"),
            (r#"[{"topics":[["AAAA"]]}]"#.into(), "neither a wildcard nor XDR"),
            (r#"[{"topics":[[7]]}]"#.into(), "invalid type"),
        ];
        for (json, reason) in cases {
            let refused = filters(&json).unwrap_err();
            assert!(refused.contains(reason), "{json}: {refused}");
        }
        let four_and_rest = format!(r#"[{{"topics":[[{},"**"]]}}]"#, many(4, r#""*""#));
        assert!(filters(&four_and_rest).is_ok());
    }
}
