// Compiles the governors of the tests with the compiler of contracts/, and takes those that npm publishes compiled:
// node compile.mjs CONTRACTS prints {name: {abi, bytecode}}. What was compiled once is kept beside the packages.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2]);
const names = ["OpenZeppelin5.sol", "OpenZeppelin4.sol", "Compound.sol", "Things.sol"];
const wanted = [
  ...["Votes20", "Votes721", "Plain5", "Timelocked5"],
  ...["Votes20Of4", "Votes721Of4", "Plain4", "Timelocked4", "Compatible4"],
  ...["PriorVotes", "CompoundTimelock", "Bravo", "Alpha", "OnePicture"],
  ...["Points", "Pictures", "Box", "BoxProxy", "Harvester", "Spam", "MultiSendCallOnly"],
  ...["NameRegistry", "NameResolver", "Feed"],
];
const published = {
  NounsToken: "NounsToken",
  NounsExecutor: "governance/NounsDAOExecutor",
  NounsProxy1: "governance/NounsDAOProxy",
  NounsLogic1: "governance/NounsDAOLogicV1",
  NounsProxy2: "governance/NounsDAOProxyV2",
  NounsLogic2: "governance/NounsDAOLogicV2",
};
const sources = Object.fromEntries(names.map((name) => [name, { content: readFileSync(join(here, name), "utf8") }]));
const locks = [join(folder, "package-lock.json"), join(here, "package-lock.json"), fileURLToPath(import.meta.url)];
const key = createHash("sha256")
  .update(JSON.stringify([sources, locks.map((file) => readFileSync(file, "utf8"))]))
  .digest("hex");
const kept = join(here, "node_modules", ".compiled", `${key}.json`);
if (!existsSync(kept)) {
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, JSON.stringify({ ...compiled(), ...fromNpm() }));
}
process.stdout.write(readFileSync(kept, "utf8"));

function compiled() {
  const solc = createRequire(join(folder, "package.json"))("solc");
  const places = [join(here, "node_modules"), join(folder, "node_modules")];
  const find = (path) => {
    const place = places.map((one) => join(one, path)).find(existsSync);
    return place ? { contents: readFileSync(place, "utf8") } : { error: `not found: ${path}` };
  };
  const settings = {
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "cancun",
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  };
  const output = JSON.parse(
    solc.compile(JSON.stringify({ language: "Solidity", sources, settings }), { import: find }),
  );
  const errors = (output.errors ?? []).filter((error) => error.severity === "error");
  if (errors.length > 0) {
    console.error(errors.map((error) => error.formattedMessage).join("\n"));
    process.exit(1);
  }
  const made = Object.assign({}, ...names.map((name) => output.contracts[name]));
  // Both OpenZeppelins name it so, and theirs differ only in what the tests do not use.
  made.Timelock = output.contracts["@openzeppelin/contracts/governance/TimelockController.sol"].TimelockController;
  return Object.fromEntries(
    [...wanted, "Timelock"].map((name) => [
      name,
      { abi: made[name].abi, bytecode: `0x${made[name].evm.bytecode.object}` },
    ]),
  );
}

function fromNpm() {
  const found = {};
  for (const [name, path] of Object.entries(published)) {
    const place = join(here, "node_modules", "@nouns", "contracts", "dist", "typechain", "factories", "contracts");
    const factory = createRequire(import.meta.url)(join(place, `${path}__factory.js`));
    const made = Object.values(factory)[0];
    found[name] = { abi: made.abi, bytecode: made.bytecode };
  }
  return found;
}
