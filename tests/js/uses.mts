// What a wallet writes with the generated clients. bindings.sh compiles it; it does not run.

import { Client as Offers, type OfferTerms } from "./offers/src/index.js";
import { Client as Pool } from "./pool/src/index.js";
import { Client as Token } from "./token/src/index.js";

export async function sell(offers: Offers, maker: string, sell_token: string, buy_token: string) {
  const dutch = { start: 4_000n, end: 2_000n, den: 1_000n, since: 1n, until: 2n };
  const terms: OfferTerms = {
    sell_token,
    sell_amount: 10_000_000n,
    buy_token,
    price: { tag: "Dutch", values: [dutch] },
    min_fill: 1n,
    expires_at: 3n,
    taker: maker,
    proceeds_to: maker,
  };
  const made = await offers.make({ maker, nonce: 1n, terms });
  const id = made.result.unwrap();
  const remaining: bigint = (await offers.offer({ id })).result.unwrap().remaining;
  return remaining;
}

export async function swap(pool: Pool, from: string, token_in: string) {
  const fixed = { from, token_in, min_out: 1n, to: from, deadline: 1n };
  // @ts-expect-error: an amount is a BigInt
  await pool.swap_exact_in({ ...fixed, amount_in: 1 });
  const { result } = await pool.swap_exact_in({ ...fixed, amount_in: 1n });
  const paid: bigint = result.unwrap();
  return paid;
}

export function issue(treasury: string, options: Parameters<typeof Token.deploy>[1]) {
  const token = { name: "Alps", symbol: "ALP", cap: 10n, genesis: 1n };
  return Token.deploy({ treasury, token }, options);
}
