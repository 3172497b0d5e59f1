/** What the rooms need from outside, passed in by `src/services.ts`: clock, chance, network, storage. Types and wiring only. */
import type { Ledger } from '../audit/ledger.ts'
import type { Registry } from '../command/registry.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { PolicyCache } from '../policy/cache.ts'
import type { Singleton } from '../singleton/singleton.ts'
import type { Couriers } from './courier.ts'
import type { Wake } from './wake.ts'

export interface Services {
  /** A new session on the primary. */
  readonly openDb: () => Database
  readonly registry: Registry
  readonly config: Config
  readonly couriers: Couriers
  readonly queue: Queue<Wake>
  readonly lock: (
    key: string,
  ) => Pick<DurableObjectStub<Singleton>, 'acquire' | 'renew' | 'release' | 'revoke' | 'status'>
  /** What seals the audit log. */
  readonly ledger: () => Pick<DurableObjectStub<Ledger>, 'seal' | 'status' | 'rotate' | 'due' | 'posted'>
  readonly policy: PolicyCache
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** A fresh random token. */
  readonly token: () => string
  readonly fetch: typeof fetch
  /** A setting for command modules; Pawl's own secrets are not among them. */
  readonly setting: (name: string) => string | undefined
  /** True when another refused request may be written to the audit. */
  readonly mayRecordRefusal: (key: string) => Promise<boolean>
  /** For the operator; never with secrets. */
  readonly log: (message: string, fields: { readonly [field: string]: string | number | null }) => void
  readonly version: string
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
