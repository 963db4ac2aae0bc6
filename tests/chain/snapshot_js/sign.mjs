// Votes signed by the reference implementation: node sign.mjs < cases.json > envelopes.json
//
// A case is {key, timestamp, vote}; the answer to each is {body, id}: what `Client` posts, as text, and the hash by which
// the hub names it. What is posted is caught by a server of this process: the package sends it like to any other hub.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const snapshot = require("@snapshot-labs/snapshot.js");
const { Wallet } = require("@ethersproject/wallet");

let body = "";
const server = createServer((request, answer) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    body = Buffer.concat(parts).toString("utf8");
    answer.setHeader("content-type", "application/json");
    answer.end("{}");
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const client = new snapshot.Client712(`http://127.0.0.1:${server.address().port}`);
const envelopes = [];
for (const { key, timestamp, vote } of JSON.parse(readFileSync(0, "utf8"))) {
  const wallet = new Wallet(key);
  await client.vote(wallet, wallet.address, { ...vote, timestamp });
  envelopes.push({ body, id: snapshot.utils.getHash(JSON.parse(body).data, wallet.address) });
}
console.log(JSON.stringify(envelopes));
server.close();
