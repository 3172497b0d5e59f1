/** The bindings of wrangler.toml. Types only; settings and secrets are read through `config.ts`. */
import type { Ledger } from './audit/ledger.ts'
import type { Wake } from './runs/wake.ts'
import type { Singleton } from './singleton/singleton.ts'

export interface Env {
  readonly DB: D1Database
  readonly JOBS: Queue<Wake>
  readonly SINGLETON: DurableObjectNamespace<Singleton>
  readonly LEDGER: DurableObjectNamespace<Ledger>
  /** Where checkpoints and archives of the audit log are kept beside D1; optional. */
  readonly AUDIT_ARCHIVE?: R2Bucket
  readonly REFUSALS: RateLimit
}
