// What people do with Tributary, each by her own wallet, one after the other: every amount exact.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import {
  authorizeEntry,
  buildInvocationTree,
  contract,
  hash,
  xdr,
} from "@stellar/stellar-sdk";

import {
  as,
  balance,
  deployer,
  deployment,
  issue,
  newWallet,
  passphrase,
  server,
  stroops,
  walletOf,
} from "./network.mjs";
import {
  buybackLimit,
  connect,
  deadline,
  deposit,
  eventsOf,
  fill,
  isQuote,
  keep,
  madeOffers,
  makeOffer,
  offerId,
  refusal,
  send,
  sendSigned,
  signQuote,
  stakes,
  swap,
  swapOver,
  trust,
  view,
  withdraw,
} from "./wallet.mjs";

const ONE = 10_000_000n;
const DAY = 86_400;
const { ALPS, COAST } = deployment.regions;
const TFT = deployment.tft.contract;
const ALP = ALPS.token.contract;
const SHELL = COAST.token.contract;
const assets = [deployment.tft.asset, ALPS.token.asset, COAST.token.asset];
const [tftAsset, alpAsset, shellAsset] = assets;

const alice = newWallet("Alice, who provides and makes");
const bob = newWallet("Bob, who trades and takes");
const carol = newWallet("Carol, who carries for others");
const addressOf = ({ keypair }) => keypair.publicKey();

let pool, coast, router, market, staking, treasury, factory, oracle;
let first; // the ledger with which the journey began

// The pool's rule for an exact input, as docs/pool.md has it.
function exactIn(amount, X, Y, feeBps, treasuryBps) {
  const fee = (amount * feeBps + 9_999n) / 10_000n;
  const net = amount - fee;
  const out = (net * Y) / (X + net);
  return { out, X: X + amount - (fee * treasuryBps) / 10_000n, Y: Y - out };
}

async function reserves(client, token) {
  const { token_0, reserve_0, reserve_1 } = view(await client.state());
  return token_0 === token ? [reserve_0, reserve_1] : [reserve_1, reserve_0];
}

const refused = (name, code, client) => (error) => {
  assert.equal(error.name, name);
  assert.equal(error.code, code);
  assert.equal(error.contractId, client.options.contractId);
  return true;
};

before(async () => {
  first = (await server.getLatestLedger()).sequence;
});

test("the network has what the deployment names", async () => {
  assert.equal((await server.getNetwork()).passphrase, passphrase);
  assert.equal((await server.getHealth()).status, "healthy");
  const { codes, contracts } = deployment;
  for (const [name, code] of Object.entries(codes)) {
    const wasm = await server.getContractWasmByHash(code, "hex");
    assert.equal(Buffer.from(hash(wasm)).toString("hex"), code, name);
  }
  const deployed = [
    ...Object.entries(contracts),
    ...[ALPS, COAST].flatMap(({ pool, treasury, staking }) =>
      Object.entries({ pool, treasury, staking }),
    ),
  ];
  for (const [name, id] of deployed) {
    const { executable } = await server.getContractInstance(id);
    assert.equal(Buffer.from(executable.wasmHash.value).toString("hex"), codes[name], name);
  }
});

test("friendbot funds accounts", async () => {
  for (const wallet of [alice, bob, carol]) {
    const answer = await server.fundAddress(addressOf(wallet));
    assert.equal(answer.status, "SUCCESS");
    assert.equal(await stroops(addressOf(wallet)), 10_000n * ONE);
  }
  await assert.rejects(server.fundAddress(addressOf(alice)), /already/i);
});

test("trustlines, and tokens from their issuer", async () => {
  await assert.rejects(balance(alice, tftAsset), /not found/);
  for (const wallet of [alice, bob]) await trust(wallet, assets);
  await issue([
    [alice, tftAsset, 20_000n * ONE],
    [alice, alpAsset, 200_000n * ONE],
    [bob, tftAsset, 20_000n * ONE],
    [bob, shellAsset, 20_000n * ONE],
  ]);
  assert.equal(await balance(alice, tftAsset), 20_000n * ONE);
  assert.equal(await balance(alice, shellAsset), 0n);
  assert.equal(await balance(bob, shellAsset), 20_000n * ONE);
});

test("clients are made from the wasm on the network", async () => {
  const { contracts } = deployment;
  pool = await connect(alice, ALPS.pool);
  router = await connect(alice, contracts.router);
  market = await connect(alice, contracts.offers);
  staking = await connect(alice, ALPS.staking);
  treasury = await connect(alice, ALPS.treasury);
  factory = await connect(alice, contracts.factory);
  oracle = await connect(alice, contracts.oracle);
  const { codes } = deployment;
  const options = { ...pool.options, contractId: COAST.pool };
  coast = await contract.Client.fromWasmHash(codes.pool, options, "hex");
  alice.specs.set(COAST.pool, coast.spec);
  assert.deepEqual(await reserves(pool, TFT), [100_000n * ONE, 400_000n * ONE]);
  assert.deepEqual(await reserves(coast, TFT), [50_000n * ONE, 100_000n * ONE]);
  const region = view(await factory.region({ code: "ALPS" }));
  assert.deepEqual(
    [region.token, region.treasury, region.staking, region.endorsed],
    [ALP, ALPS.treasury, ALPS.staking, true],
  );
  assert.equal(view(await factory.is_pool({ address: COAST.pool })), true);
  assert.equal(view(await oracle.decimals()), 14);
});

test("liquidity: the pool keeps its ratio, and the shares are held for a minute", async () => {
  const amounts = { [TFT]: 1_000n * ONE, [ALP]: 5_000n * ONE };
  const shares = 20_000_000_000n; // of 2 000 000 000 000, for a hundredth of the reserves
  const call = await deposit(pool, amounts, shares);
  const { token_0 } = view(await pool.state());
  const kept = { [TFT]: 1_000n * ONE, [ALP]: 4_000n * ONE };
  const [used_0, used_1] = token_0 === TFT ? [kept[TFT], kept[ALP]] : [kept[ALP], kept[TFT]];
  assert.deepEqual(await send(call), [used_0, used_1, shares]);
  assert.equal(await balance(alice, tftAsset), 19_000n * ONE);
  assert.equal(await balance(alice, alpAsset), 196_000n * ONE);
  assert.equal(view(await pool.balance({ id: addressOf(alice) })), shares);
  const [held, until] = view(await pool.held({ owner: addressOf(alice) }));
  assert.deepEqual([held, until], [shares, (await server.time()) + 60n]);
  const [{ ledger, txHash, ...told }] = await eventsOf(pool, "Deposited", {}, first);
  const [from, to] = [addressOf(alice), addressOf(alice)];
  assert.deepEqual(told, { from, to, amount_0: used_0, amount_1: used_1, shares });
  const soon = await withdraw(pool, shares);
  await assert.rejects(send(soon), refused("SharesHeld", 3, pool));
});

test("a swap pays what was quoted, and not less than the limit", async () => {
  const expected = exactIn(100n * ONE, 101_000n * ONE, 404_000n * ONE, 30n, 1_667n);
  assert.equal(expected.out, 3_984_067_212n);
  const call = await swap(as(bob, pool), TFT, 100n * ONE, 0);
  assert.equal(await send(call), expected.out);
  assert.equal(await balance(bob, tftAsset), 19_900n * ONE);
  assert.equal(await balance(bob, alpAsset), expected.out);
  assert.deepEqual(await reserves(pool, TFT), [expected.X, expected.Y]);
  const [{ ledger, txHash, ...told }] = await eventsOf(pool, "Swapped", { token_in: TFT }, first);
  const { token_0 } = view(await pool.state());
  const after = token_0 === TFT ? [expected.X, expected.Y] : [expected.Y, expected.X];
  assert.deepEqual(told, {
    token_in: TFT,
    to: addressOf(bob),
    amount_in: 100n * ONE,
    amount_out: expected.out,
    reserve_0: after[0],
    reserve_1: after[1],
  });
  assert.equal(txHash, Buffer.from(call.signed.hash()).toString("hex"));

  const again = view(await pool.quote_exact_in({ token_in: TFT, amount_in: ONE }));
  const greedy = await as(bob, pool).swap_exact_in({
    from: addressOf(bob),
    token_in: TFT,
    amount_in: ONE,
    min_out: again + 1n,
    to: addressOf(bob),
    deadline: await deadline(server),
  });
  await assert.rejects(send(greedy), refused("LimitExceeded", 216, pool));
  assert.equal(await balance(bob, tftAsset), 19_900n * ONE);
});

test("a swap that was overtaken fails in the ledger, and moves nothing", async () => {
  const slow = await swap(as(bob, pool), TFT, 10n * ONE, 0);
  await send(await swap(as(alice, pool), TFT, 10n * ONE));
  const before = [await balance(bob, tftAsset), await balance(bob, alpAsset)];
  const fees = await stroops(addressOf(bob));
  await slow.sign();
  const { hash: id } = await server.sendTransaction(slow.signed);
  const answer = await server.getTransaction(id);
  assert.equal(answer.status, "FAILED");
  const { type, value } = answer.resultXdr.result;
  assert.equal(type, "txFailed");
  assert.equal(value[0].value.value.type, "invokeHostFunctionTrapped");
  assert.deepEqual([await balance(bob, tftAsset), await balance(bob, alpAsset)], before);
  assert.equal(fees - (await stroops(addressOf(bob))), answer.resultXdr.feeCharged);
  const told = { error: "Error(Contract, #216)", events: answer.diagnosticEventsXdr ?? [] };
  assert.ok(refused("LimitExceeded", 216, pool)(refusal(told, bob.specs)));
});

test("over two pools, from one region's token to another's", async () => {
  const path = [
    { code: "COAST", token: SHELL, fee_bps: COAST.fee_bps },
    { code: "ALPS", token: ALP, fee_bps: ALPS.fee_bps },
  ];
  const [tft, alp] = await reserves(pool, TFT);
  const inner = exactIn(50n * ONE, 100_000n * ONE, 50_000n * ONE, 30n, 2_000n);
  assert.equal(inner.out, 249_125_810n);
  const outer = exactIn(inner.out, tft, alp, 30n, 1_667n);
  const had = await balance(bob, alpAsset);
  const call = await swapOver(as(bob, router), path, SHELL, 50n * ONE, 0);
  assert.equal(view(call), outer.out);
  assert.equal(await send(call), outer.out);
  assert.equal((await balance(bob, alpAsset)) - had, outer.out);
  assert.equal(await balance(bob, shellAsset), 19_950n * ONE);
  assert.deepEqual(await reserves(pool, TFT), [outer.X, outer.Y]);
  assert.deepEqual(await reserves(coast, SHELL), [inner.X, inner.Y]);

  const nowhere = [{ code: "NOWHERE", token: SHELL, fee_bps: 30 }, path[1]];
  await assert.rejects(
    swapOver(as(bob, router), nowhere, SHELL, ONE),
    refused("UnknownPool", 307, router),
  );
  // The router quotes by the pools' own rules; what a pool refuses itself is told of the pool.
  const crumb = swapOver(as(bob, router), path, SHELL, 1n);
  await assert.rejects(crumb, refused("AmountTooSmall", 217, router));
  const forced = await as(bob, router).swap_exact_in({
    from: addressOf(bob),
    token_in: SHELL,
    amount_in: 1n,
    path,
    min_out: 0n,
    to: addressOf(bob),
    deadline: await deadline(server),
  });
  await assert.rejects(send(forced), refused("AmountTooSmall", 217, coast));
});

test("after the minute the shares can be withdrawn, in full", async () => {
  await server.advance(60);
  const shares = 20_000_000_000n;
  const { token_0, reserve_0, reserve_1, total_supply } = view(await pool.state());
  assert.equal(total_supply, 2_020_000_000_000n);
  const expected = [(reserve_0 * shares) / total_supply, (reserve_1 * shares) / total_supply];
  const had = [await balance(alice, tftAsset), await balance(alice, alpAsset)];
  assert.deepEqual(await send(await withdraw(pool, shares)), expected);
  const [tft, alp] = token_0 === TFT ? expected : [expected[1], expected[0]];
  assert.equal(await balance(alice, tftAsset), had[0] + tft);
  assert.equal(await balance(alice, alpAsset), had[1] + alp);
  assert.ok(tft > 1_000n * ONE && alp < 4_000n * ONE, "TFT was sold to the pool meanwhile");
});

const offer = (amount, others) => ({
  sell_token: ALP,
  sell_amount: amount,
  buy_token: TFT,
  price: { tag: "Fixed", values: [{ num: 3n, den: 10n }] },
  min_fill: 10n * ONE,
  expires_at: 2n ** 64n - 1n,
  taker: null,
  proceeds_to: addressOf(alice),
  ...others,
});

test("an offer is made, found, filled in part, and cancelled", async () => {
  const terms = offer(1_000n * ONE);
  const had = [await balance(alice, tftAsset), await balance(alice, alpAsset)];
  const { id, call } = await makeOffer(market, 1n, terms);
  assert.deepEqual(await send(call), id);
  assert.equal(await balance(alice, alpAsset), had[1] - 1_000n * ONE);
  assert.deepEqual(view(await market.escrowed({ token: ALP })), [1_000n * ONE, false]);

  const [found, ...more] = await madeOffers(market, ALP, TFT, first);
  assert.deepEqual(more, []);
  assert.deepEqual([found.id, found.maker, found.nonce], [id, addressOf(alice), 1n]);
  assert.deepEqual([found.terms, found.fee_bps], [terms, 20]);
  assert.deepEqual(await madeOffers(market, TFT, ALP, first), []);

  const bobHad = [await balance(bob, tftAsset), await balance(bob, alpAsset)];
  assert.equal(await send(await fill(as(bob, market), id, 400n * ONE)), 120n * ONE);
  assert.equal(await balance(bob, tftAsset), bobHad[0] - 120n * ONE);
  assert.equal(await balance(bob, alpAsset), bobHad[1] + 3_992_000_000n); // 20 basis points less
  assert.equal(await balance(alice, tftAsset), had[0] + 120n * ONE);
  assert.equal(view(await market.offer({ id })).remaining, 600n * ONE);
  const [{ ledger, txHash, ...told }] = await eventsOf(market, "Filled", { id }, first);
  assert.deepEqual(told, {
    id,
    maker: addressOf(alice),
    taker: addressOf(bob),
    amount: 400n * ONE,
    received: 3_992_000_000n,
    paid: 120n * ONE,
  });

  const taking = (amount) => fill(as(bob, market), id, amount);
  await assert.rejects(taking(9n * ONE), refused("BelowMinimum", 410, market));
  await assert.rejects(taking(595n * ONE), refused("LeavesDust", 411, market));
  await assert.rejects(taking(601n * ONE), refused("InsufficientRemaining", 412, market));
  const twice = await makeOffer(market, 1n, terms);
  await assert.rejects(send(twice.call), refused("DuplicateOffer", 405, market));

  assert.equal(await send(await market.cancel({ id })), 600n * ONE);
  assert.equal(await balance(alice, alpAsset), had[1] - 400n * ONE);
  await assert.rejects(taking(100n * ONE), refused("OfferClosed", 406, market));
  const unknown = offerId(market, addressOf(alice), 99n, terms);
  await assert.rejects(fill(market, unknown, ONE), refused("UnknownOffer", 404, market));
});

test("offers that were no candidates in simulation fail the whole transaction", async () => {
  const terms = offer(100n * ONE);
  const made = await makeOffer(market, 2n, terms);
  await send(made.call);
  const later = offerId(market, addressOf(alice), 3n, terms);
  const call = await as(bob, market).fill_many({
    taker: addressOf(bob),
    fills: [{ id: made.id, amount: 50n * ONE }, { id: later, amount: 50n * ONE }],
    buy_token: TFT,
    max_pay: 30n * ONE,
    min_received: 1n,
    to: addressOf(bob),
    deadline: await deadline(server),
  });
  assert.deepEqual(view(call), [15n * ONE, 499_000_000n]);
  await send((await makeOffer(market, 3n, terms)).call);
  const before = [await balance(bob, tftAsset), await balance(bob, alpAsset)];
  await call.sign();
  const { hash: id } = await server.sendTransaction(call.signed);
  const { status, resultXdr } = await server.getTransaction(id);
  assert.equal(status, "FAILED");
  assert.equal(resultXdr.result.value[0].value.value.type, "invokeHostFunctionTrapped");
  assert.deepEqual([await balance(bob, tftAsset), await balance(bob, alpAsset)], before);
  for (const id of [made.id, later]) {
    assert.equal(await send(await market.cancel({ id })), 100n * ONE);
  }
});

test("two parties sign their halves of a quote, and a third one sends it", async () => {
  const quote = {
    maker: addressOf(alice),
    taker: addressOf(bob),
    give: { token: ALP, amount: 100n * ONE },
    take: { token: TFT, amount: 26n * ONE },
    deadline: await deadline(server, 60),
  };
  const had = [];
  for (const wallet of [alice, bob]) {
    had.push(await balance(wallet, tftAsset), await balance(wallet, alpAsset));
  }
  const call = await as(carol, market).swap_direct(quote);
  assert.deepEqual(call.needsNonInvokerSigningBy(), [addressOf(alice), addressOf(bob)]);
  const { sequence } = await server.getLatestLedger();
  const entries = call.built.operations[0].auth.map((entry) => entry.toXdr("base64"));
  const signed = [];
  for (const [i, wallet] of [alice, bob].entries()) {
    signed.push(await signQuote(wallet, market, quote, entries[i], sequence + 12));
  }

  const tree = buildInvocationTree(call.built.operations[0].auth[0].rootInvocation);
  assert.equal(tree.args.function, "swap_direct");
  assert.deepEqual(
    tree.invocations.map(({ args }) => [args.source, args.function, args.args]),
    [[ALP, "transfer", [addressOf(alice), addressOf(bob), 100n * ONE]]],
  );
  const worse = { ...quote, take: { token: TFT, amount: 25n * ONE } };
  const entry = xdr.SorobanAuthorizationEntry.fromXdr(entries[0], "base64");
  assert.equal(isQuote(entry, addressOf(alice), market, quote), true);
  assert.equal(isQuote(entry, addressOf(alice), market, worse), false);
  assert.equal(isQuote(entry, addressOf(bob), market, quote), false);
  await assert.rejects(
    signQuote(alice, market, worse, entries[0], sequence + 12),
    /not what was quoted/,
  );

  const forged = await authorizeEntry(entry, bob.keypair, sequence + 12, passphrase);
  await assert.rejects(
    sendSigned(carol, call, [forged.toXdr("base64"), signed[1]]),
    /Error\(Auth, InvalidAction\)/,
  );
  await assert.rejects(sendSigned(carol, call, [signed[0]]), /Error\(Auth, /);

  await sendSigned(carol, call, signed);
  const now = [];
  for (const wallet of [alice, bob]) {
    now.push(await balance(wallet, tftAsset), await balance(wallet, alpAsset));
  }
  assert.deepEqual(
    now.map((units, i) => units - had[i]),
    [26n * ONE, -100n * ONE, -26n * ONE, 100n * ONE],
  );
  const [{ ledger, txHash, ...told }] = await eventsOf(market, "Exchanged", {}, first);
  const { maker, taker, give, take } = quote;
  assert.deepEqual(told, { maker, taker, give, take });
  // Each signature has a nonce, which is used up.
  await assert.rejects(sendSigned(carol, call, signed), /Error\(Auth, ExistingValue\)/);
});

test("the taker may send it herself: then only the maker signs an entry", async () => {
  const quote = {
    maker: addressOf(alice),
    taker: addressOf(bob),
    give: { token: ALP, amount: 10n * ONE },
    take: { token: TFT, amount: 3n * ONE },
    deadline: await deadline(server, 60),
  };
  const call = await as(bob, market).swap_direct(quote);
  assert.deepEqual(call.needsNonInvokerSigningBy(), [addressOf(alice)]);
  const { address, signAuthEntry } = new contract.KeypairSigner(alice.keypair, passphrase);
  await call.signAuthEntries({ address, signAuthEntry });
  const had = await balance(bob, tftAsset);
  await send(call);
  assert.equal(had - (await balance(bob, tftAsset)), 3n * ONE);
  const late = await as(bob, market).swap_direct({ ...quote, deadline: 1n });
  assert.throws(() => view(late), refused("DeadlinePassed", 401, market));
});

test("TFT is staked, and locked", async () => {
  const had = await balance(alice, tftAsset);
  const lock = BigInt(365 * DAY);
  const owner = addressOf(alice);
  const position = await send(await staking.stake({ owner, amount: 500n * ONE, lock }));
  assert.equal(position, 0);
  assert.equal(had - (await balance(alice, tftAsset)), 500n * ONE);
  const end = (await server.time()) + lock;
  const [{ amount, lock_end, weight }, ...others] = await stakes(staking);
  assert.deepEqual(others, []);
  assert.deepEqual([amount, lock_end], [500n * ONE, end]);
  assert.equal(weight, 500n * ONE * (126_144_000n + 3n * lock));
  const [{ ledger, txHash, ...told }] = await eventsOf(staking, "Staked", { owner }, first);
  assert.deepEqual(told, { owner, position, amount: 500n * ONE, lock_end: end });
  const leave = await staking.unstake({ owner, position });
  await assert.rejects(send(leave), refused("Locked", 605, staking));
  const short = await staking.stake({ owner, amount: ONE - 1n, lock: 0n });
  await assert.rejects(send(short), refused("InvalidAmount", 600, staking));
});

test("an asset's contract refuses by name too", async () => {
  const tft = await connect(carol, TFT);
  const payment = { from: addressOf(bob), to: addressOf(carol), amount: ONE };
  await assert.rejects(
    send(await as(bob, tft).transfer(payment)),
    refused("TrustlineMissing", 13, tft),
  );
  const all = { from: addressOf(bob), to: addressOf(alice), amount: 10n ** 12n };
  await assert.rejects(send(await as(bob, tft).transfer(all)), refused("Balance", 10, tft));
  assert.equal(view(await tft.symbol()), "TFT");
});

test("the treasury is given something, and its council names the pool", async () => {
  const alp = await connect(alice, ALP);
  const gift = { from: addressOf(alice), to: ALPS.treasury, amount: 100_000n * ONE };
  await send(await alp.transfer(gift));
  const { operating } = await send(await treasury.absorb({ token: ALP }));
  assert.equal(operating, 100_000n * ONE);
  await send(await treasury.observe({ pool: ALPS.pool }));

  const council = as(walletOf(deployer), treasury);
  const policy = {
    budget_bps: 1_000,
    premium_bps: 100,
    outflow_bps: 250,
    burn_bps: 2_500,
    protect_bps: 2_500,
    stakers_bps: 2_500,
    liquidity_bps: 2_500,
    pools: [{ pool: ALPS.pool, min_tft: 50_000n * ONE, min_token: 200_000n * ONE }],
  };
  const action = { tag: "SetPolicy", values: [policy] };
  const id = await send(await council.propose({ nonce: 1n, action }));
  const [{ ledger, txHash, ...told }] = await eventsOf(treasury, "Proposed", { id }, first);
  const ready_at = (await server.time()) + BigInt(7 * DAY);
  const expires_at = ready_at + BigInt(7 * DAY);
  const proposal = { id, council: addressOf({ keypair: deployer }), action, ready_at, expires_at };
  assert.deepEqual(told, proposal);
  const early = await treasury.execute({ id });
  await assert.rejects(send(early), refused("DelayNotOver", 512, treasury));
  const sale = { token: ALP, amount: ONE, pool: ALPS.pool };
  const unnamed = await treasury.buyback(sale);
  await assert.rejects(send(unnamed), refused("PoolNotInPolicy", 540, treasury));

  await server.advance(7 * DAY);
  await send(await treasury.execute({ id }));
  assert.deepEqual(view(await treasury.policy()), policy);
  await send(await pool.sync());
  const young = await treasury.buyback(sale);
  await assert.rejects(send(young), refused("MeanTooYoung", 548, treasury));
});

test("a buyback sells what the rule allows, and divides what it brings", async () => {
  await server.advance(DAY);
  await send(await pool.sync());
  const limit = await buybackLimit(treasury, pool, ALP);
  assert.equal(limit, 4_166_666_666n); // an hour's part of 10 % a day of 100 000 ALP
  const sale = (amount) => treasury.buyback({ token: ALP, amount, pool: ALPS.pool });
  await assert.rejects(sale(limit / 4n).then(send), refused("BelowQuarter", 557, treasury));
  await assert.rejects(sale(limit + 10n ** 9n).then(send), refused("OverBudget", 553, treasury));

  const [alp, tft] = await reserves(pool, ALP);
  const { out } = exactIn(limit, alp, tft, 30n, 1_667n);
  const supply = await stakedAndBooked();
  assert.equal(await keep(treasury, pool, ALP), out);
  const [{ ledger, txHash, ...told }] = await eventsOf(treasury, "Bought", { token: ALP }, first);
  const quarter = out / 4n;
  assert.deepEqual(told, {
    token: ALP,
    pool: ALPS.pool,
    amount: limit,
    bought: out,
    burned: quarter,
    protection: out - 3n * quarter,
    stakers: quarter,
    liquidity: quarter,
  });
  assert.deepEqual(await stakedAndBooked(), {
    ...supply,
    protection: supply.protection + out - 3n * quarter,
    stakers: supply.stakers + quarter,
    liquidity: supply.liquidity + quarter,
  });
  await assert.rejects(sale(limit).then(send), refused("TooSoon", 550, treasury));
  assert.equal(await keep(treasury, pool, ALP), null);
});

const stakedAndBooked = async () => view(await treasury.books({ token: TFT }));

test("stakers earn their part of it over a week", async () => {
  const { stakers } = await stakedAndBooked();
  assert.equal(await send(await treasury.notify_stakers()), stakers);
  await server.advance(7 * DAY);
  // Alice's 500 TFT beside the founder's bond of 1 000, both locked for a year, neither delegated.
  const owner = addressOf(alice);
  const third = stakers / 3n;
  const { claimable } = view(await staking.position({ owner, position: 0 }));
  assert.ok(claimable <= third && claimable >= third - 2n, `${claimable} of ${stakers}`);
  assert.equal((await stakes(staking))[0].claimable, claimable);
  const had = await balance(alice, tftAsset);
  assert.equal(await send(await staking.claim({ owner, position: 0 })), claimable);
  assert.equal(await balance(alice, tftAsset), had + claimable);
  const [{ amount }] = await eventsOf(staking, "Claimed", { owner, position: 0 }, first);
  assert.equal(amount, claimable);
});

test("events come in pages, filtered, in order, none twice", async () => {
  const swapped = pool.spec.eventTopicFilter("Swapped");
  const filters = [
    { type: "contract", contractIds: [ALPS.pool, COAST.pool], topics: [swapped] },
    { type: "contract", contractIds: [deployment.contracts.offers], topics: [["**"]] },
  ];
  const all = await server.getEvents({ filters, startLedger: first, limit: 100 });
  const names = all.events.map(({ contractId, topic, value }) => {
    const of = contractId.contractId() === deployment.contracts.offers ? market : pool;
    return of.spec.parseEvent(topic, value).name;
  });
  assert.deepEqual(names, [
    ...["Swapped", "Swapped", "Swapped", "Swapped"],
    ...["Made", "Filled", "Cancelled"],
    ...["Made", "Made", "Cancelled", "Cancelled"],
    ...["Exchanged", "Exchanged"],
    "Swapped",
  ]);
  const paged = [];
  let page = await server.getEvents({ filters, startLedger: first, limit: 4 });
  while (page.events.length > 0) {
    assert.ok(page.events.length <= 4);
    paged.push(...page.events);
    page = await server.getEvents({ filters, cursor: page.cursor, limit: 4 });
  }
  assert.deepEqual(paged.map(({ id }) => id), all.events.map(({ id }) => id));
  assert.deepEqual(all.events.map(({ id }) => id), all.events.map(({ id }) => id).sort());
  const toBob = pool.spec.eventTopicFilter("Swapped", { to: addressOf(bob) });
  const filter = { type: "contract", contractIds: [ALPS.pool], topics: [toBob] };
  const bobs = await server.getEvents({ filters: [filter], startLedger: first });
  assert.equal(bobs.events.length, 2);
});
