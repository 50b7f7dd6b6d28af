// Bundles the islands into the server's static files. Each page loads only what it uses.
import { mkdirSync } from "node:fs";
import { build } from "esbuild";

const out = "../server/src/reachback/ui/static/ui/built";
mkdirSync(out, { recursive: true });

await build({
  entryPoints: {
    app: "src/app/main.ts",
    terminal: "src/terminal/main.ts",
    files: "src/files/main.ts",
    run: "src/run/main.ts",
    tunnel: "src/tunnel/main.ts",
    approve: "src/approve/main.ts",
    replay: "src/replay/main.ts",
    worker: "src/worker/main.ts",
  },
  outdir: out,
  bundle: true,
  minify: true,
  sourcemap: false,
  format: "iife",
  target: ["es2022"],
  logLevel: "warning",
  loader: { ".css": "css" },
  legalComments: "linked",
});
