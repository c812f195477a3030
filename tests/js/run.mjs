// Starts a local network, deploys to it, runs the tests against both, and stops it.
// TRIBUTARY_LOCALNET and TRIBUTARY_DEPLOY name programs that are built already.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const repository = fileURLToPath(new URL("../../", import.meta.url));
const TESTS = ["specs.test.mjs", "journey.test.mjs", "network.test.mjs"];

const fail = (message) => {
  console.error(`tests/js: ${message}`);
  process.exit(1);
};

const folder = mkdtempSync(join(tmpdir(), "tributary-"));
const deployment = join(folder, "local.json");
const network = program("localnet", ["--on-demand", "--port", "0"], ["ignore", "pipe", "inherit"]);
const stop = () => {
  network.kill();
  rmSync(folder, { recursive: true, force: true });
};
process.on("exit", stop);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const url = await firstUrl(network);
await deploy();
const files = TESTS.map((name) => join(here, name));
const tests = spawn(
  process.execPath,
  ["--test", "--test-reporter=spec", "--test-concurrency=1", ...files],
  {
    stdio: "inherit",
    env: { ...process.env, TRIBUTARY_DEPLOYMENT: deployment, TRIBUTARY_RPC: url },
  },
);
process.exit((await exited(tests)) ?? 1);

function program(name, args, stdio) {
  const built = process.env[`TRIBUTARY_${name.toUpperCase()}`];
  const [command, before] = built
    ? [built, []]
    : ["cargo", ["run", "--locked", "--quiet", "-p", `tributary-${name}`, "--"]];
  const child = spawn(command, [...before, ...args], { cwd: repository, stdio });
  child.on("error", (error) => fail(`${command}: ${error.message}`));
  return child;
}

async function firstUrl(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /http:\/\/[\w.:[\]]+/.exec(line);
    if (found) {
      child.stdout.resume();
      return found[0];
    }
  }
  return fail("the local network ended before it said where it listens");
}

async function deploy() {
  const regions = "scripts/deploy/region.toml";
  const args = ["--network", "local", "--rpc", url, "--regions", regions, "--out", deployment];
  const deployer = program("deploy", args, ["ignore", "pipe", "inherit"]);
  let said = "";
  deployer.stdout.on("data", (data) => (said += data));
  let over = false;
  const end = exited(deployer).finally(() => (over = true));
  // On demand, no ledger closes by itself, and the deployer waits for its transactions.
  while (!over) {
    await closeLedger();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if ((await end) !== 0) fail(`the deployer failed\n${said}`);
}

async function closeLedger() {
  const body = { jsonrpc: "2.0", id: 1, method: "localnet_close", params: { count: 1 } };
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const { error } = await response.json();
  if (error) fail(`localnet_close: ${error.message}`);
}

function exited(child) {
  return new Promise((resolve) => child.on("exit", resolve));
}
