// Compiles contracts/src into contracts/build/<Name>.json: {abi, bytecode, deployedBytecode}. Does nothing when neither
// a source nor a dependency's version has changed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const build = join(here, "build");
const names = readdirSync(join(here, "src")).filter((name) => name.endsWith(".sol")).sort();
const sources = Object.fromEntries(
  names.map((name) => [`src/${name}`, { content: readFileSync(join(here, "src", name), "utf8") }]),
);
const settings = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: "cancun",
  outputSelection: Object.fromEntries(
    names.map((name) => [`src/${name}`, { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] }]),
  ),
};
const key = createHash("sha256")
  .update(JSON.stringify([sources, settings, readFileSync(join(here, "package-lock.json"), "utf8")]))
  .digest("hex");
const stamp = join(build, ".key");
if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) process.exit(0);

const { default: solc } = await import("solc");
const find = (path) => {
  const file = join(here, "node_modules", path);
  return existsSync(file) ? { contents: readFileSync(file, "utf8") } : { error: `not found: ${path}` };
};
const output = JSON.parse(
  solc.compile(JSON.stringify({ language: "Solidity", sources, settings }), { import: find }),
);
const errors = (output.errors ?? []).filter((error) => error.severity === "error");
if (errors.length > 0) {
  console.error(errors.map((error) => error.formattedMessage).join("\n"));
  process.exit(1);
}
mkdirSync(build, { recursive: true });
for (const name of names) {
  const contract = name.replace(/\.sol$/, "");
  const made = output.contracts[`src/${name}`][contract];
  writeFileSync(
    join(build, `${contract}.json`),
    JSON.stringify({
      abi: made.abi,
      bytecode: `0x${made.evm.bytecode.object}`,
      deployedBytecode: `0x${made.evm.deployedBytecode.object}`,
    }),
  );
}
writeFileSync(stamp, key);
