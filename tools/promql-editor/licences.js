// Prints the licences of all packages in the bundle.
const fs = require("fs");
const lock = require("./package-lock.json");
for (const [path, entry] of Object.entries(lock.packages)) {
  if (!path || path.includes("esbuild") || path.includes("search") || path.includes("streamparser")) continue;
  const file = fs.readdirSync(path).find((name) => /^licen[cs]e/i.test(name));
  const text = file ? fs.readFileSync(`${path}/${file}`, "utf8").trim() : `${entry.license}`;
  console.log(`${path.replace("node_modules/", "")} ${entry.version} (${entry.license})\n\n${text}\n\n${"-".repeat(80)}\n`);
}
