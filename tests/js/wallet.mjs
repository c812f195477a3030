// What a wallet does with Tributary, by @stellar/stellar-sdk. docs/wallets.md shows and explains
// each part; journey.test.mjs runs all of it. Amounts are raw units, BigInts; addresses are strkeys.

import {
  Address,
  Asset,
  authorizeEntry,
  BASE_FEE,
  contract,
  hash,
  nativeToScVal,
  Operation,
  rpc,
  StrKey,
  TransactionBuilder,
  xdr,
} from "@stellar/stellar-sdk";

// A wallet is { server, passphrase, keypair, specs }: an rpc.Server, the network's passphrase, the
// user's Keypair, and a Map of the interfaces that it has met, for the names of errors.
export async function connect(wallet, contractId) {
  const { server, passphrase, keypair, specs } = wallet;
  const client = await contract.Client.from({
    contractId,
    server,
    rpcUrl: server.serverURL.toString(),
    networkPassphrase: passphrase,
    publicKey: keypair.publicKey(),
    signTransaction: keypair, // in a browser: the function signTransaction of the user's wallet
    specs,
  });
  specs.set(contractId, client.spec);
  return client;
}

// What a call would answer now. Nothing is signed or sent.
export function view(call) {
  if (rpc.Api.isSimulationError(call.simulation)) {
    throw refusal(call.simulation, call.options.specs);
  }
  return unwrap(call.result);
}

// Signs and sends a call, waits for the ledger, and gives what the contract answered.
export async function send(call) {
  view(call); // what would be refused is not sent
  const sent = await call.signAndSend();
  const { status, resultXdr } = sent.getTransactionResponse;
  if (status !== "SUCCESS") throw new Error(resultXdr.result.type);
  return unwrap(sent.result);
}

// Functions that can fail answer a Result.
const unwrap = (result) => (typeof result?.unwrap === "function" ? result.unwrap() : result);

// Which contract refused, and its error by name. A refusal passes through the contracts above, each
// of which tells it again: the first is meant.
export function refusal(simulation, specs) {
  const code = Number(/Error\(Contract, #(\d+)\)/.exec(simulation.error)?.[1]);
  for (const { event } of simulation.events) {
    const [kind, error] = event.body.value.topics;
    const told =
      kind?.value?.toString() === "error" &&
      error?.type === "scvError" &&
      error.value.type === "sceContract" &&
      error.value.value === code;
    if (told && event.contractId) {
      const contractId = StrKey.encodeContract(event.contractId.toXdr());
      const name = errorName(specs.get(contractId), code);
      return Object.assign(new Error(`${name} (${code})`), { name, code, contractId });
    }
  }
  return new Error(simulation.error);
}

// Contracts of Stellar assets have no wasm; these are their errors.
const ASSET_ERRORS = {
  3: "AlreadyInitialized",
  6: "AccountMissing",
  8: "NegativeAmount",
  9: "Allowance",
  10: "Balance",
  11: "BalanceDeauthorized",
  12: "Overflow",
  13: "TrustlineMissing",
};

export function errorName(spec, code) {
  const found = spec?.errorCases().find(({ value }) => value === code);
  return found?.name.toString() ?? ASSET_ERRORS[code] ?? "unknown error";
}

// A transaction that is signed. Gives the network's answer once it is in a ledger.
export async function submit(server, transaction) {
  const sent = await server.sendTransaction(transaction);
  if (sent.status !== "PENDING") throw new Error(sent.errorResult?.result.type ?? sent.status);
  const answer = await server.pollTransaction(sent.hash);
  if (answer.status !== "SUCCESS") throw new Error(answer.resultXdr?.result.type ?? answer.status);
  return answer;
}

// Accounts need a trustline for each Stellar asset; "TFT:G…" as a deployment names it.
export async function trust({ server, passphrase, keypair }, assets) {
  const account = await server.getAccount(keypair.publicKey());
  const builder = new TransactionBuilder(account, { fee: BASE_FEE, networkPassphrase: passphrase });
  for (const asset of assets) {
    builder.addOperation(Operation.changeTrust({ asset: new Asset(...asset.split(":")) }));
  }
  const transaction = builder.setTimeout(300).build();
  transaction.sign(keypair);
  return submit(server, transaction);
}

// Contracts go by the ledger's time, not by the clock of the user's computer.
export async function deadline(server, seconds = 300) {
  const { closeTime } = await server.getLatestLedger();
  return BigInt(closeTime) + BigInt(seconds);
}

// The least that the user accepts, from what was quoted and her slippage in basis points.
export const atLeast = (quoted, bps) => (quoted * BigInt(10_000 - bps)) / 10_000n;

// `amounts` by token; the pool sorts its two tokens itself.
export async function deposit(pool, amounts, minShares) {
  const { publicKey, server } = pool.options;
  const { token_0, token_1 } = view(await pool.state());
  return pool.deposit({
    from: publicKey,
    desired_0: amounts[token_0],
    desired_1: amounts[token_1],
    min_shares: minShares,
    to: publicKey,
    deadline: await deadline(server),
  });
}

// Possible 60 seconds after the deposit; `pool.held` tells what is not free yet.
export async function withdraw(pool, shares, slippageBps = 50) {
  const { publicKey, server } = pool.options;
  const { reserve_0, reserve_1, total_supply } = view(await pool.state());
  return pool.withdraw({
    from: publicKey,
    shares,
    min_0: atLeast((reserve_0 * shares) / total_supply, slippageBps),
    min_1: atLeast((reserve_1 * shares) / total_supply, slippageBps),
    to: publicKey,
    deadline: await deadline(server),
  });
}

export async function swap(pool, tokenIn, amountIn, slippageBps = 50) {
  const { publicKey, server } = pool.options;
  const quote = await pool.quote_exact_in({ token_in: tokenIn, amount_in: amountIn });
  return pool.swap_exact_in({
    from: publicKey,
    token_in: tokenIn,
    amount_in: amountIn,
    min_out: atLeast(view(quote), slippageBps),
    to: publicKey,
    deadline: await deadline(server),
  });
}

// `path`: pool keys, [{ code: "ALPS", token: "C…", fee_bps: 30 }, …].
export async function swapOver(router, path, tokenIn, amountIn, slippageBps = 50) {
  const { publicKey, server } = router.options;
  const quote = await router.quote_exact_in({ token_in: tokenIn, amount_in: amountIn, path });
  return router.swap_exact_in({
    from: publicKey,
    token_in: tokenIn,
    amount_in: amountIn,
    path,
    min_out: atLeast(view(quote), slippageBps),
    to: publicKey,
    deadline: await deadline(server),
  });
}

// The id that `make` will answer, known before anything is sent.
export function offerId(market, maker, nonce, terms) {
  const values = market.spec.funcArgsToScVals("make", { maker, nonce, terms });
  return hash(xdr.ScVal.scvVec(values).toXdr());
}

export async function makeOffer(market, nonce, terms) {
  const maker = market.options.publicKey;
  const id = offerId(market, maker, nonce, terms);
  return { id, call: await market.make({ maker, nonce, terms }) };
}

export async function fill(market, id, amount, slippageBps = 0) {
  const { publicKey, server } = market.options;
  const { closeTime } = await server.getLatestLedger();
  const [paid] = view(await market.quote({ id, amount, time: BigInt(closeTime) }));
  return market.fill({
    taker: publicKey,
    id,
    amount,
    max_pay: (paid * BigInt(10_000 + slippageBps)) / 10_000n,
    to: publicKey,
    deadline: await deadline(server),
  });
}

// What a contract told since a ledger: events of one name, with the topics that are given.
export async function eventsOf(client, name, topics, startLedger) {
  const { contractId, server } = client.options;
  const filter = {
    type: "contract",
    contractIds: [contractId],
    topics: [client.spec.eventTopicFilter(name, topics)],
  };
  const found = [];
  let page = await server.getEvents({ filters: [filter], startLedger, limit: 100 });
  for (;;) {
    for (const { ledger, txHash, topic, value } of page.events) {
      found.push({ ledger, txHash, ...client.spec.parseEvent(topic, value).data });
    }
    // A page may be empty and not the last: its cursor tells how far the node has looked.
    const seen = BigInt(page.cursor.split("-")[0]) >> 32n;
    if (page.events.length < 100 && seen >= BigInt(page.latestLedger)) return found;
    page = await server.getEvents({ filters: [filter], cursor: page.cursor, limit: 100 });
  }
}

// Only genuine ones, whose id follows from maker, nonce and terms.
export async function madeOffers(market, sellToken, buyToken, startLedger) {
  const pair = { sell_token: sellToken, buy_token: buyToken };
  const made = await eventsOf(market, "Made", pair, startLedger);
  return made.filter(({ id, maker, nonce, terms }) => {
    return Buffer.compare(offerId(market, maker, nonce, terms), id) === 0;
  });
}

// Whether an entry is `signer`'s half of the quote { maker, taker, give, take, deadline } and
// nothing more: the call with all its arguments, and beneath it her own transfer.
export function isQuote(entry, signer, market, quote) {
  const [leg, other] =
    signer === quote.maker ? [quote.give, quote.taker] : [quote.take, quote.maker];
  const transfer = [
    nativeToScVal(signer, { type: "address" }),
    nativeToScVal(other, { type: "address" }),
    nativeToScVal(leg.amount, { type: "i128" }),
  ];
  const expected = invocation(
    market.options.contractId,
    "swap_direct",
    market.spec.funcArgsToScVals("swap_direct", quote),
    [invocation(leg.token, "transfer", transfer, [])],
  );
  return entry.rootInvocation.toXdr("base64") === expected.toXdr("base64");
}

const invocation = (contractId, functionName, args, subInvocations) =>
  new xdr.SorobanAuthorizedInvocation({
    function: xdr.SorobanAuthorizedFunction.sorobanAuthorizedFunctionTypeContractFn(
      new xdr.InvokeContractArgs({
        contractAddress: new Address(contractId).toScAddress(),
        functionName,
        args,
      }),
    ),
    subInvocations,
  });

// Needs no connection: the entry came by message, and goes back signed. It is void after the ledger
// `untilLedger`.
export async function signQuote({ keypair, passphrase }, market, quote, unsigned, untilLedger) {
  const entry = xdr.SorobanAuthorizationEntry.fromXdr(unsigned, "base64");
  if (!isQuote(entry, keypair.publicKey(), market, quote)) throw new Error("not what was quoted");
  const signed = await authorizeEntry(entry, keypair, untilLedger, passphrase);
  return signed.toXdr("base64");
}

// Sends a simulated call with its authorization entries signed, paid by this wallet's account.
export async function sendSigned({ server, passphrase, keypair }, call, signed) {
  const [{ func }] = call.built.operations;
  const auth = signed.map((entry) => xdr.SorobanAuthorizationEntry.fromXdr(entry, "base64"));
  const account = await server.getAccount(keypair.publicKey());
  const options = { fee: BASE_FEE, networkPassphrase: passphrase };
  const transaction = new TransactionBuilder(account, options)
    .addOperation(Operation.invokeHostFunction({ func, auth }))
    .setTimeout(60)
    .build();
  const prepared = await server.prepareTransaction(transaction);
  prepared.sign(keypair);
  return submit(server, prepared);
}

// What the user has staked in a region, or can still take from there.
export async function stakes(staking) {
  const owner = staking.options.publicKey;
  const count = view(await staking.positions({ owner }));
  const positions = [];
  for (let position = 0; position < count; position += 1) {
    positions.push({ position, ...view(await staking.position({ owner, position })) });
  }
  const UNSTAKED = 3;
  return positions.filter(({ place, claimable, withheld }) => {
    return place !== UNSTAKED || claimable > 0n || withheld > 0n;
  });
}

// The most that a buyback may sell now; it must sell at least a quarter of it.
export async function buybackLimit(treasury, pool, token) {
  const { closeTime } = await treasury.options.server.getLatestLedger();
  const { token_0, reserve_0, reserve_1, fee_bps } = view(await pool.state());
  const reserve = token === token_0 ? reserve_0 : reserve_1;
  const { room, last_buyback } = view(await treasury.watch({ pool: pool.options.contractId }));
  const { available } = view(await treasury.budget({ token }));
  const passed = smaller(BigInt(closeTime) - last_buyback, 12_343n);
  const refilled = smaller(2_500_000_000n, room + (2_500_000_000n * passed) / 12_343n);
  const ofRoom = (refilled * reserve) / 1_000_000_000_000n;
  const ofCall = (reserve * smaller(BigInt(fee_bps), 25n)) / 10_000n;
  return smaller(available, smaller(ofRoom, ofCall));
}

const smaller = (a, b) => (a < b ? a : b);

// What anyone may do for a region's treasury from time to time. Gives what it bought, if anything.
export async function keep(treasury, pool, token) {
  await send(await treasury.observe({ pool: pool.options.contractId }));
  const amount = await buybackLimit(treasury, pool, token);
  const call = await treasury.buyback({ token, amount, pool: pool.options.contractId });
  return rpc.Api.isSimulationError(call.simulation) ? null : send(call);
}
