import { join } from 'node:path'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { readConformance } from './test/conformance.ts'
import { TEST_SETTINGS } from './test/secrets.ts'

const migrations = join(import.meta.dirname, 'migrations')

/** Two projects: `worker` runs inside workerd with real bindings; `node` drives whole processes from outside. */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: { ...TEST_SETTINGS, TEST_MIGRATIONS: await readD1Migrations(migrations) },
              // Optional in a deployment: the tests that want it bind it as AUDIT_ARCHIVE.
              r2Buckets: ['TEST_BUCKET'],
            },
          })),
        ],
        // Tests make wrong definitions: they are no bundle.
        define: { PAWL_BUILT: 'undefined' },
        test: {
          name: 'worker',
          include: ['src/**/*.test.ts', 'commands/**/*.test.ts', 'test/worker/**/*.test.ts'],
          setupFiles: ['./test/setup.ts'],
          // Deferred answers and singletons are waited for in real time.
          testTimeout: 20_000,
          // Tests in workerd have no files: the doors' conformance cases are handed in.
          provide: { conformance: readConformance(import.meta.dirname, ['signatures', 'slack', 'discord']) },
        },
      },
      {
        test: {
          name: 'node',
          include: [
            'cli/**/*.test.ts',
            'simulator/**/*.test.ts',
            'test/e2e/**/*.test.ts',
            'test/conformance/**/*.test.ts',
            'test/policy/**/*.test.ts',
            'test/audit/**/*.test.ts',
            'test/faults/**/*.test.ts',
          ],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
