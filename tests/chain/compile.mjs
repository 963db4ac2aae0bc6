// Compiles one Solidity file with the compiler and the libraries of contracts/: node compile.mjs CONTRACTS FILE
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [folder, file] = process.argv.slice(2).map((path) => resolve(path));
const solc = createRequire(join(folder, "package.json"))("solc");
const find = (path) => {
  const place = join(folder, "node_modules", path);
  return existsSync(place) ? { contents: readFileSync(place, "utf8") } : { error: `not found: ${path}` };
};
const settings = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: "cancun",
  outputSelection: { main: { "*": ["abi", "evm.bytecode.object"] } },
};
const sources = { main: { content: readFileSync(file, "utf8") } };
const output = JSON.parse(
  solc.compile(JSON.stringify({ language: "Solidity", sources, settings }), { import: find }),
);
const errors = (output.errors ?? []).filter((error) => error.severity === "error");
if (errors.length > 0) {
  console.error(errors.map((error) => error.formattedMessage).join("\n"));
  process.exit(1);
}
console.log(JSON.stringify(output.contracts.main));
