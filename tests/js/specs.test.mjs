// The interfaces as the SDK reads them from the wasm, and the guide's code: needs no network.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { contract, scValToNative, StrKey } from "@stellar/stellar-sdk";

import { errorName, offerId } from "./wallet.mjs";

const repository = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, repository));
const CONTRACTS = [
  "factory", "offers", "oracle", "pool", "router", "staking", "token", "treasury",
];
const specOf = (name) => contract.Spec.fromWasm(read(`target/contracts/${name}.wasm`));
const contractId = (byte) => StrKey.encodeContract(new Uint8Array(32).fill(byte));

test("the SDK reads from each wasm what tests/snapshots say", () => {
  for (const name of CONTRACTS) {
    const committed = read(`tests/snapshots/${name}.interface.txt`).toString();
    assert.equal(interfaceText(specOf(name)), committed, name);
  }
});

test("every error of every contract has a name, and no code of a contract two", () => {
  for (const name of CONTRACTS) {
    const spec = specOf(name);
    const snapshot = read(`tests/snapshots/${name}.interface.txt`).toString();
    const listed = [...snapshot.matchAll(/^error +(\d+) (\w+)$/gm)];
    assert.ok(listed.length > 0, name);
    for (const [, code, error] of listed) assert.equal(errorName(spec, Number(code)), error, name);
    const codes = new Set(spec.errorCases().map(({ value }) => value));
    assert.equal(codes.size, listed.length, name);
  }
});

test("a client has every function, and no other", () => {
  for (const name of CONTRACTS) {
    const client = new contract.Client(specOf(name), {
      contractId: contractId(1),
      rpcUrl: "http://localhost:1",
      allowHttp: true,
      networkPassphrase: "",
    });
    const committed = read(`tests/snapshots/${name}.interface.txt`).toString();
    const functions = [...committed.matchAll(/^fn (\w+)/gm)].map(([, name]) => name);
    for (const name of functions.filter((name) => name !== "__constructor")) {
      assert.equal(typeof client[name], "function", name);
    }
    assert.equal(client.__constructor, undefined);
  }
});

test("offer ids are those of docs/offers.md", () => {
  const terms = {
    sell_token: contractId(1),
    sell_amount: 10_000_000_000n,
    buy_token: contractId(2),
    price: { tag: "Fixed", values: [{ num: 2n, den: 1n }] },
    min_fill: 10_000_000n,
    expires_at: 1_800_000_000n,
    taker: null,
    proceeds_to: contractId(3),
  };
  const market = { spec: specOf("offers") };
  const id = offerId(market, contractId(3), 7n, terms);
  const documented = /^id +([0-9a-f]{64})$/m.exec(read("docs/offers.md").toString())[1];
  assert.equal(Buffer.from(id).toString("hex"), documented);
  assert.notEqual(
    Buffer.from(offerId(market, contractId(3), 8n, terms)).toString("hex"),
    documented,
  );
});

test("arguments become what the contracts take, and come back", () => {
  const terms = {
    sell_token: contractId(1),
    sell_amount: 2n ** 127n - 1n,
    buy_token: contractId(2),
    min_fill: 1n,
    expires_at: 2n ** 64n - 1n,
    taker: contractId(4),
    proceeds_to: contractId(3),
  };
  const limit = { num: 9n, den: 5n };
  const prices = [
    { tag: "Fixed", values: [{ num: 2n, den: 1n }] },
    { tag: "Dutch", values: [{ start: 4000n, end: 2000n, den: 1000n, since: 1n, until: 2n }] },
    {
      tag: "Pegged",
      values: [{ pool: contractId(5), min_reserve: 1n, spread_bps: 30, limit }],
    },
  ];
  const spec = specOf("offers");
  const type = spec.getFunc("make").inputs[2].type;
  for (const price of prices) {
    const value = spec.nativeToScVal({ ...terms, price }, type);
    assert.deepEqual(spec.scValToNative(value, type), { ...terms, price });
    const keys = value.value.map(({ key }) => scValToNative(key));
    assert.deepEqual(keys, [...keys].sort(), "a struct's keys are sorted");
  }
  assert.throws(() => spec.nativeToScVal({ ...terms, price: { tag: "Free" } }, type), /Free/);
});

test("the SDK loads as a CommonJS module too, and reads the same", () => {
  const required = createRequire(import.meta.url)("@stellar/stellar-sdk");
  const wasm = read("target/contracts/pool.wasm");
  assert.equal(
    interfaceText(required.contract.Spec.fromWasm(wasm)),
    interfaceText(contract.Spec.fromWasm(wasm)),
  );
});

test("the JavaScript in docs/wallets.md is the code that these tests run", () => {
  const code = readFileSync(new URL("wallet.mjs", import.meta.url)).toString();
  const guide = read("docs/wallets.md").toString();
  const blocks = [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, block]) => block.trim());
  assert.ok(blocks.length >= 15, `${blocks.length} blocks`);
  for (const block of blocks) assert.ok(code.includes(block), `not in wallet.mjs:\n${block}`);
  for (const [, name] of code.matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)) {
    assert.ok(guide.includes(name), `docs/wallets.md does not show ${name}`);
  }
});

// Rewritten by TRIBUTARY_SNAPSHOTS=write node --test tests/js/specs.test.mjs
test("docs/wallets.md lists every call, with the arguments that the contracts take", () => {
  const path = new URL("docs/wallets.md", repository);
  const guide = readFileSync(path).toString();
  const between = /(<!-- calls: .*? -->\n).*?(<!-- end of calls -->)/s;
  const now = guide.replace(between, (_, begin, end) => {
    return begin + CONTRACTS.map((name) => callsText(name, specOf(name))).join("\n") + end;
  });
  if (process.env.TRIBUTARY_SNAPSHOTS === "write") writeFileSync(path, now);
  assert.match(guide, between);
  assert.equal(readFileSync(path).toString(), now);
});

function callsText(contractName, spec) {
  const rows = spec.funcs().flatMap(({ name, inputs, outputs }) => {
    if (name.toString() === "__constructor") return [];
    const args = inputs.map(({ name }) => name).join(", ");
    const call = `${contractName}.${name}(${args && `{ ${args} }`})`;
    return [`| \`${call}\` | ${outputs.map(nativeText).join("") || "nothing"} |\n`];
  });
  return `| ${contractName} | answers |\n|---|---|\n${rows.sort().join("")}`;
}

function nativeText({ type, value }) {
  switch (type) {
    case "scSpecTypeUdt":
      return `\`${value.name}\``;
    case "scSpecTypeResult":
      return nativeText(value.okType);
    case "scSpecTypeOption":
      return `${nativeText(value.valueType)} or \`null\``;
    case "scSpecTypeVec":
      return `list of ${nativeText(value.elementType)}`;
    case "scSpecTypeTuple":
      return `[${value.valueTypes.map(nativeText).join(", ")}]`;
    case "scSpecTypeVoid":
      return "nothing";
    case "scSpecTypeBool":
      return "boolean";
    case "scSpecTypeU32":
    case "scSpecTypeI32":
      return "number";
    case "scSpecTypeAddress":
    case "scSpecTypeString":
    case "scSpecTypeSymbol":
      return "string";
    case "scSpecTypeBytesN":
      return `${value.n} bytes`;
    default:
      assert.match(type, /^scSpecType[UI](64|128)$/);
      return "BigInt";
  }
}

// In the form of tests/tests/interface.rs.
function interfaceText(spec) {
  const lines = spec.entries.flatMap((entry) => {
    const of = entry.value;
    switch (entry.type) {
      case "scSpecEntryFunctionV0": {
        const inputs = of.inputs.map(({ name, type }) => `${name}: ${typeText(type)}`);
        return [`fn ${of.name}(${inputs.join(", ")}) -> ${of.outputs.map(typeText).join("")}`];
      }
      case "scSpecEntryUdtErrorEnumV0":
        return of.cases.map(({ value, name }) => `error ${String(value).padStart(3)} ${name}`);
      case "scSpecEntryUdtStructV0":
        return of.fields.map(({ name, type }) => `field ${of.name}.${name}: ${typeText(type)}`);
      case "scSpecEntryUdtUnionV0":
        return of.cases.map(({ value: { name, type } }) => {
          return `case ${of.name}::${name}(${(type ?? []).map(typeText).join(", ")})`;
        });
      case "scSpecEntryUdtEnumV0":
        return of.cases.map(({ value, name }) => `case ${of.name}::${name} = ${value}`);
      case "scSpecEntryEventV0": {
        const params = of.params.map(({ name, type, location }) => {
          const place = location.value === 0 ? "Data" : "TopicList";
          return `${name}: ${typeText(type)} (${place})`;
        });
        const topics = of.prefixTopics.map((topic) => `"${topic}"`).join(", ");
        const format = ["SingleValue", "Vec", "Map"][of.dataFormat.value];
        return [`event [${topics}] ${params.join(", ")} ${format}`];
      }
      default:
        throw new Error(`an entry that no line shows: ${entry.type}`);
    }
  });
  return lines.sort().join("\n") + "\n";
}

function typeText({ type, value }) {
  switch (type) {
    case "scSpecTypeUdt":
      return value.name.toString();
    case "scSpecTypeBytesN":
      return `BytesN<${value.n}>`;
    case "scSpecTypeVec":
      return `Vec<${typeText(value.elementType)}>`;
    case "scSpecTypeOption":
      return `Option<${typeText(value.valueType)}>`;
    case "scSpecTypeResult":
      return `Result<${typeText(value.okType)}, ${typeText(value.errorType)}>`;
    case "scSpecTypeTuple":
      return `(${value.valueTypes.map(typeText).join(", ")})`;
    default:
      return type.replace("scSpecType", "");
  }
}
