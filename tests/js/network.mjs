// The local network and the deployment that the tests run against, named by the environment.

import { readFileSync } from "node:fs";

import {
  Asset,
  BASE_FEE,
  contract,
  hash,
  Keypair,
  Operation,
  rpc,
  TransactionBuilder,
} from "@stellar/stellar-sdk";

import { submit } from "./wallet.mjs";

const { TRIBUTARY_DEPLOYMENT, TRIBUTARY_RPC } = process.env;
if (!TRIBUTARY_DEPLOYMENT || !TRIBUTARY_RPC) {
  throw new Error("set TRIBUTARY_DEPLOYMENT and TRIBUTARY_RPC, or run all of it: npm test");
}

export const deployment = JSON.parse(readFileSync(TRIBUTARY_DEPLOYMENT));
export const { passphrase } = deployment;

// Closes a ledger for each transaction, so nothing waits, and moves the clock of this process on
// with the ledger's: what is signed here is valid for some minutes from now.
class OnDemandServer extends rpc.Server {
  async sendTransaction(transaction) {
    const answer = await super.sendTransaction(transaction);
    if (answer.status === "PENDING") await this.close();
    return answer;
  }

  async close() {
    await jsonRpc("localnet_close", { count: 1 });
    await this.adjustClock();
  }

  async advance(seconds) {
    await jsonRpc("localnet_advance", { seconds });
    await this.adjustClock();
  }

  async time() {
    return BigInt((await this.getLatestLedger()).closeTime);
  }

  async adjustClock() {
    ahead = Math.max(ahead, Number(await this.time()) * 1000 - clock());
  }
}

const clock = Date.now;
let ahead = 0;
Date.now = () => clock() + ahead;

export const server = new OnDemandServer(TRIBUTARY_RPC, { allowHttp: true });
// Sends, and closes nothing.
export const patient = new rpc.Server(TRIBUTARY_RPC, { allowHttp: true });
await server.adjustClock();

export async function jsonRpc(method, params) {
  const response = await fetch(TRIBUTARY_RPC, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = await response.json();
  if (error) throw Object.assign(new Error(error.message), { code: error.code });
  return result;
}

// As the deployer derives them for a local network, where they protect nothing.
export const deployer = Keypair.fromRawEd25519Seed(hash(`${passphrase}tributary deployer`));
const issuer = Keypair.fromRawEd25519Seed(
  hash(Buffer.concat([Buffer.from("tributary issuer"), deployer.rawSecretKey()])),
);

const specs = new Map();
export const walletOf = (keypair) => ({ server, passphrase, keypair, specs });
export const newWallet = (name) => walletOf(Keypair.fromRawEd25519Seed(hash(`journey: ${name}`)));

// The same contract, called by somebody else.
export function as({ keypair }, client) {
  const publicKey = keypair.publicKey();
  const options = { ...client.options, publicKey, signTransaction: keypair };
  return new contract.Client(client.spec, options);
}

export const assetOf = (name) => new Asset(...name.split(":"));

// `payments`: [wallet, asset as CODE:ISSUER, raw units], at most 100.
export function issue(payments) {
  return transact(
    issuer,
    payments.map(([{ keypair }, asset, units]) => {
      const destination = keypair.publicKey();
      return Operation.payment({ destination, asset: assetOf(asset), amount: whole(units) });
    }),
  );
}

export async function transact(keypair, operations, signers = [keypair]) {
  const transaction = await build(keypair, operations);
  for (const signer of signers) transaction.sign(signer);
  return submit(server, transaction);
}

export async function build(keypair, operations, { fee = BASE_FEE, ...options } = {}) {
  const account = await server.getAccount(keypair.publicKey());
  const builder = new TransactionBuilder(account, {
    fee,
    networkPassphrase: passphrase,
    ...options,
  });
  for (const operation of operations) builder.addOperation(operation);
  return (options.timebounds ? builder : builder.setTimeout(300)).build();
}

// Classic operations take whole units, as text.
const whole = (units) => `${units / 10_000_000n}.${String(units % 10_000_000n).padStart(7, "0")}`;

export async function balance({ keypair }, asset) {
  const address = keypair.publicKey();
  const { balanceEntry } = await server.getAssetBalance(address, assetOf(asset), passphrase);
  return BigInt(balanceEntry.amount);
}

export async function stroops(publicKey) {
  return (await server.getAccountEntry(publicKey)).balance;
}
