/** The long tests: `npm run test:exhaustive`. */
import { defineConfig } from 'vitest/config';
import everyday from './vitest.config.js';

export default defineConfig({
  ...everyday,
  test: {
    ...everyday.test,
    include: ['{checker,model,properties,counterexamples,bench}/**/*.exhaustive.test.ts'],
    exclude: ['node_modules', 'dist'],
    globalSetup: [new URL('./vitest/build-folder.ts', import.meta.url).pathname],
    setupFiles: [
      ...(everyday.test?.setupFiles ?? []),
      new URL('./vitest/build-store.ts', import.meta.url).pathname,
    ],
    passWithNoTests: true,
    testTimeout: 1_800_000,
  },
});
