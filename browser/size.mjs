// What every page costs: our script and style sheets, each compressed as it is sent. Fails over the budget.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 60_000; // bytes of gzip, all pages but terminal, desktop and replay
const root = "../server/src/reachback/ui/static/ui/";
const sheets = readdirSync(`${root}css`).map((name) => `css/${name}`);
const every = ["built/app.js", ...sheets];
const some = readdirSync(`${root}built`)
  .filter((name) => /\.(js|css)$/.test(name) && name !== "app.js")
  .map((name) => `built/${name}`);

function row(name) {
  const content = readFileSync(root + name);
  const small = gzipSync(content, { level: 9 }).length;
  process.stdout.write(`| ${name} | ${content.length} | ${small} |\n`);
  return small;
}

process.stdout.write("| file | bytes | gzip |\n|---|---|---|\n");
const total = every.map(row).reduce((sum, size) => sum + size, 0);
process.stdout.write(`| **every page** | | **${total}** of ${BUDGET} |\n`);
for (const name of some) row(name);
process.exitCode = total > BUDGET ? 1 : 0;
