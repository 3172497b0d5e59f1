/** Every test file of the worker project starts with the migrations applied to its own D1. */
import { applyD1Migrations, env } from 'cloudflare:test'
import type { Env as PawlEnv } from '../src/env.ts'

declare global {
  namespace Cloudflare {
    interface Env extends PawlEnv {
      readonly TEST_MIGRATIONS: Parameters<typeof applyD1Migrations>[1]
      readonly TEST_BUCKET: R2Bucket
    }
    interface GlobalProps {
      mainModule: typeof import('../src/worker.ts')
    }
  }
}

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
