/** The tests that run on every change. The long ones are in vitest.exhaustive.config.ts. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: { 'mmucheck/language': new URL('./checker/language/index.ts', import.meta.url).pathname },
  },
  test: {
    include: ['{checker,model,properties,counterexamples,bench}/**/*.test.ts'],
    exclude: ['**/*.exhaustive.test.ts', 'node_modules', 'dist'],
    setupFiles: [new URL('./vitest/seed.ts', import.meta.url).pathname],
    testTimeout: 120_000,
    maxWorkers: 2,
  },
});
