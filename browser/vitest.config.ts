import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node", // a file that needs a page says so in its first line
    setupFiles: ["tests/setup.ts"],
    sequence: { shuffle: true },
    pool: "threads",
    maxWorkers: 1,
    testTimeout: 60_000, // a guard against a test that hangs, not a bar
  },
});
