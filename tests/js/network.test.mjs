// What a network refuses, as a wallet sees it, and what else a wallet asks of one.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import {
  BASE_FEE,
  Operation,
  SorobanDataBuilder,
  TransactionBuilder,
} from "@stellar/stellar-sdk";

import {
  as,
  assetOf,
  balance,
  build,
  deployment,
  issue,
  jsonRpc,
  newWallet,
  passphrase,
  patient,
  server,
  stroops,
  transact,
} from "./network.mjs";
import { connect, makeOffer, send, submit, swap, trust, view } from "./wallet.mjs";

const ONE = 10_000_000n;
const DAY = 86_400;
const { ALPS } = deployment.regions;
const TFT = deployment.tft.contract;
const ALP = ALPS.token.contract;

const dora = newWallet("Dora, who makes mistakes");
const emil = newWallet("Emil, who helps");
const addressOf = ({ keypair }) => keypair.publicKey();
const payment = (to, amount = "1") =>
  Operation.payment({ destination: to, asset: assetOf(deployment.tft.asset), amount });

let pool;

// What sending is answered: the status, and the code of the refusal.
async function sent(transaction) {
  const { status, errorResult } = await patient.sendTransaction(transaction);
  return [status, errorResult?.result.type];
}

before(async () => {
  for (const wallet of [dora, emil]) {
    await server.fundAddress(addressOf(wallet));
    await trust(wallet, [deployment.tft.asset, ALPS.token.asset]);
  }
  await issue([
    [dora, deployment.tft.asset, 1_000n * ONE],
    [dora, ALPS.token.asset, 1_000n * ONE],
  ]);
  pool = await connect(dora, ALPS.pool);
});

test("signatures: none, another's, one too many, for another network", async () => {
  const unsigned = await build(dora.keypair, [payment(addressOf(emil))]);
  assert.deepEqual(await sent(unsigned), ["ERROR", "txBadAuth"]);
  const forged = await build(dora.keypair, [payment(addressOf(emil))]);
  forged.sign(emil.keypair);
  assert.deepEqual(await sent(forged), ["ERROR", "txBadAuth"]);
  const crowded = await build(dora.keypair, [payment(addressOf(emil))]);
  crowded.sign(dora.keypair, emil.keypair);
  assert.deepEqual(await sent(crowded), ["ERROR", "txBadAuthExtra"]);
  const elsewhere = { networkPassphrase: "Test SDF Network ; September 2015" };
  const foreign = await build(dora.keypair, [payment(addressOf(emil))], elsewhere);
  foreign.sign(dora.keypair);
  assert.deepEqual(await sent(foreign), ["ERROR", "txBadAuth"]);
});

test("the same transaction again, or another one in its place", async () => {
  const once = await build(dora.keypair, [payment(addressOf(emil))]);
  once.sign(dora.keypair);
  const next = await build(dora.keypair, [payment(addressOf(emil), "2")]);
  next.sign(dora.keypair);
  const other = await build(dora.keypair, [payment(addressOf(emil), "3")]);
  other.sign(dora.keypair);
  assert.deepEqual(await sent(once), ["PENDING", undefined]);
  assert.deepEqual(await sent(once), ["DUPLICATE", undefined]);
  assert.deepEqual(await sent(next), ["TRY_AGAIN_LATER", undefined]);
  const id = Buffer.from(once.hash()).toString("hex");
  assert.equal((await server.getTransaction(id)).status, "NOT_FOUND");
  await server.close();
  assert.equal((await server.getTransaction(id)).status, "SUCCESS");
  assert.deepEqual(await sent(other), ["ERROR", "txBadSeq"]);
  for (let ledger = 0; ledger < 10; ledger += 1) {
    assert.deepEqual(await sent(once), ["TRY_AGAIN_LATER", undefined]);
    await server.close();
  }
  assert.deepEqual(await sent(once), ["ERROR", "txBadSeq"]);
  assert.equal(await balance(emil, deployment.tft.asset), ONE);
});

test("fees: too small, unpayable, and of a failed operation", async () => {
  const cheap = await build(dora.keypair, [payment(addressOf(emil))], { fee: "99" });
  cheap.sign(dora.keypair);
  assert.deepEqual(await sent(cheap), ["ERROR", "txInsufficientFee"]);
  const rich = await build(dora.keypair, [payment(addressOf(emil))], { fee: "4000000000" });
  rich.sign(dora.keypair);
  const had = await stroops(addressOf(dora));
  assert.deepEqual(await sent(rich), ["PENDING", undefined]); // an offer: 100 stroops are charged
  await server.close();
  assert.equal(had - (await stroops(addressOf(dora))), 100n);
  const large = await build(dora.keypair, [payment(addressOf(emil), "1000000")]);
  large.sign(dora.keypair);
  const { hash } = await server.sendTransaction(large);
  const { status, resultXdr } = await server.getTransaction(hash);
  assert.equal(status, "FAILED");
  assert.equal(resultXdr.result.value[0].value.value.type, "paymentUnderfunded");
  assert.equal(had - (await stroops(addressOf(dora))), 200n);

  // A contract's call: the fee must cover the resources that it declares.
  const call = await swap(pool, TFT, ONE);
  const fee = String(BigInt(call.built.fee) - 1n);
  const sorobanData = call.simulationData.transactionData;
  const starved = TransactionBuilder.cloneFrom(call.built, {
    fee: String(BigInt(fee) - sorobanData.resourceFee),
    sorobanData,
    networkPassphrase: passphrase,
  }).build();
  starved.sign(dora.keypair);
  assert.deepEqual(await sent(starved), ["ERROR", "txInsufficientFee"]);
});

test("what a call is charged is what its account pays", async () => {
  const had = await stroops(addressOf(dora));
  const call = await swap(pool, TFT, ONE);
  await call.sign();
  const { resultXdr, ledger } = await submit(server, call.signed);
  const { feeCharged } = resultXdr;
  assert.equal(had - (await stroops(addressOf(dora))), feeCharged);
  assert.ok(feeCharged < BigInt(call.signed.fee), "what rent did not need is refunded");
  assert.ok(ledger > 0);
});

test("time bounds: too late, too early", async () => {
  const now = Number(await server.time());
  for (const [minTime, maxTime, code] of [[0, now - 1, "txTooLate"], [now + 60, 0, "txTooEarly"]]) {
    const timebounds = { minTime, maxTime };
    const transaction = await build(dora.keypair, [payment(addressOf(emil))], { timebounds });
    transaction.sign(dora.keypair);
    assert.deepEqual(await sent(transaction), ["ERROR", code]);
  }
});

test("an account of two signers acts by both, also with contracts", async () => {
  const shared = newWallet("Dora and Emil's");
  await server.fundAddress(addressOf(shared));
  await trust(shared, [deployment.tft.asset, ALPS.token.asset]);
  await transact(dora.keypair, [payment(addressOf(shared), "100")]);
  const signer = { ed25519PublicKey: addressOf(emil), weight: 1 };
  await transact(shared.keypair, [
    Operation.setOptions({ signer, lowThreshold: 1, medThreshold: 2, highThreshold: 2 }),
  ]);

  const alone = await build(shared.keypair, [payment(addressOf(emil))]);
  alone.sign(emil.keypair);
  const { status, errorResult } = await patient.sendTransaction(alone);
  assert.equal(status, "ERROR");
  assert.equal(errorResult.result.type, "txFailed");
  assert.equal(errorResult.result.value[0].type, "opBadAuth");
  alone.sign(shared.keypair);
  await submit(server, alone);
  assert.equal(await balance(shared, deployment.tft.asset), 99n * ONE);

  const call = await swap(as(shared, pool), TFT, 10n * ONE);
  const quoted = view(call);
  await call.sign();
  assert.equal((await patient.sendTransaction(call.signed)).status, "ERROR");
  call.signed.sign(emil.keypair);
  await submit(server, call.signed);
  assert.equal(await balance(shared, deployment.tft.asset), 89n * ONE);
  assert.equal(await balance(shared, ALPS.token.asset), quoted);

  await transact(
    shared.keypair,
    [Operation.setOptions({ masterWeight: 0, lowThreshold: 1, medThreshold: 1, highThreshold: 1 })],
    [shared.keypair, emil.keypair],
  );
  const old = await build(shared.keypair, [payment(addressOf(emil))]);
  old.sign(shared.keypair);
  assert.deepEqual(await sent(old), ["ERROR", "txBadAuth"]);
});

test("another account pays the fee of a call", async () => {
  const [doras, emils] = [await stroops(addressOf(dora)), await stroops(addressOf(emil))];
  const had = await balance(dora, ALPS.token.asset);
  const call = await swap(pool, TFT, 5n * ONE);
  const quoted = view(call);
  call.built.sign(dora.keypair);
  const offered = String(2 * Number(BASE_FEE));
  const bump = TransactionBuilder.buildFeeBumpTransaction(
    emil.keypair,
    offered,
    call.built,
    passphrase,
  );
  bump.sign(emil.keypair);
  const answer = await submit(server, bump);
  assert.equal(answer.feeBump, true);
  assert.equal(answer.resultXdr.result.type, "txFeeBumpInnerSuccess");
  assert.equal(await stroops(addressOf(dora)), doras);
  assert.equal(emils - (await stroops(addressOf(emil))), answer.resultXdr.feeCharged);
  assert.equal((await balance(dora, ALPS.token.asset)) - had, quoted);
  const inner = Buffer.from(call.built.hash()).toString("hex");
  assert.equal((await server.getTransaction(inner)).status, "SUCCESS");
});

test("ledgers and transactions are told in full, page by page", async () => {
  const { sequence } = await server.getLatestLedger();
  const hashes = [];
  for (const amount of ["1", "2", "3"]) {
    const transaction = await build(dora.keypair, [payment(addressOf(emil), amount)]);
    transaction.sign(dora.keypair);
    hashes.push((await server.sendTransaction(transaction)).hash);
  }
  const startLedger = sequence + 1;
  const { ledgers } = await server.getLedgers({ startLedger, pagination: { limit: 3 } });
  assert.deepEqual(ledgers.map(({ sequence }) => sequence), [1, 2, 3].map((n) => sequence + n));
  for (const [i, { hash, headerXdr, metadataXdr }] of ledgers.entries()) {
    assert.equal(headerXdr.header.ledgerSeq, sequence + 1 + i);
    assert.equal(Buffer.from(headerXdr.hash.value).toString("hex"), hash);
    const { txProcessing } = metadataXdr.value;
    const [{ result }] = txProcessing;
    assert.equal(txProcessing.length, 1);
    assert.equal(Buffer.from(result.transactionHash.value).toString("hex"), hashes[i]);
    const previous = ledgers[i - 1];
    if (previous) {
      const { previousLedgerHash } = headerXdr.header;
      assert.equal(Buffer.from(previousLedgerHash.value).toString("hex"), previous.hash);
    }
  }
  const found = [];
  let page = await server.getTransactions({ startLedger, pagination: { limit: 2 } });
  while (page.transactions.length > 0) {
    found.push(...page.transactions);
    page = await server.getTransactions({ pagination: { cursor: page.cursor, limit: 2 } });
  }
  assert.deepEqual(found.map(({ txHash }) => txHash), hashes);
  assert.ok(found.every(({ status, applicationOrder }) => {
    return status === "SUCCESS" && applicationOrder === 1;
  }));
  const { protocolVersion } = await server.getVersionInfo();
  assert.equal(protocolVersion, (await server.getNetwork()).protocolVersion);
  const { sorobanInclusionFee } = await server.getFeeStats();
  assert.ok(Number(sorobanInclusionFee.max) >= 100);
});

test("what makes no sense gets a JSON-RPC error", async () => {
  const codes = [];
  for (const [method, params] of [
    ["getEverything", {}],
    ["sendTransaction", { transaction: "AAAA" }],
    ["getTransaction", { hash: "12" }],
    ["getEvents", { startLedger: 1_000_000_000, filters: [] }],
  ]) {
    await assert.rejects(jsonRpc(method, params), ({ code }) => codes.push(code) > 0);
  }
  assert.deepEqual(codes, [-32601, -32602, -32602, -32600]);
});

test("an offer that nobody touched for months is archived, and can be cancelled", async () => {
  const market = await connect(dora, deployment.contracts.offers);
  const terms = {
    sell_token: ALP,
    sell_amount: 100n * ONE,
    buy_token: TFT,
    price: { tag: "Fixed", values: [{ num: 1n, den: 4n }] },
    min_fill: ONE,
    expires_at: 2n ** 64n - 1n,
    taker: null,
    proceeds_to: addressOf(dora),
  };
  const had = await balance(dora, ALPS.token.asset);
  const offers = [];
  for (const nonce of [1n, 2n]) {
    const { id, call } = await makeOffer(market, nonce, terms);
    const { readWrite } = call.simulationData.transactionData.resources.footprint;
    const entry = readWrite.filter((key) => Buffer.from(key.toXdr()).includes(Buffer.from(id)));
    assert.equal(entry.length, 1);
    await send(call);
    offers.push({ id, key: entry[0] });
  }
  const { liveUntilLedgerSeq } = await server.getLedgerEntry(offers[0].key);
  await server.advance(200 * DAY);
  assert.ok((await server.getLatestLedger()).sequence > liveUntilLedgerSeq, "archived by now");

  // A wallet need not do anything: the transaction that needs an entry restores it.
  const cancel = await market.cancel({ id: offers[0].id });
  const { ext } = cancel.simulationData.transactionData;
  assert.equal(ext.type, "resourceExt");
  assert.ok(ext.value.archivedSorobanEntries.length > 0);
  assert.equal(await send(cancel), 100n * ONE);
  assert.equal(await balance(dora, ALPS.token.asset), had - 100n * ONE);

  // Or anyone restores it by an operation of its own.
  const sorobanData = new SorobanDataBuilder().setReadWrite([offers[1].key]).build();
  const options = { sorobanData };
  const restoration = await build(emil.keypair, [Operation.restoreFootprint({})], options);
  const prepared = await server.prepareTransaction(restoration);
  prepared.sign(emil.keypair);
  const { ledger } = await submit(server, prepared);
  const restored = await server.getLedgerEntry(offers[1].key);
  assert.ok(restored.liveUntilLedgerSeq > ledger);
  assert.equal(view(await market.offer({ id: offers[1].id })).remaining, 100n * ONE);
  assert.equal(await send(await market.cancel({ id: offers[1].id })), 100n * ONE);
  assert.equal(await balance(dora, ALPS.token.asset), had);
});
