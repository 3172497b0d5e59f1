/** Rows of the log as commands leave them, made up. Pure. */

import type { LogRow } from '../../cli/audit/flat-line.ts'
import { canonical } from '../../src/audit/canonical.ts'

/** What a command leaves: admitted and decided with words of people, started, ended. */
export function rowOf(seq: number): LogRow {
  const run = `r_${String(seq).padStart(16, '0')}`
  const at = new Date(Date.UTC(2026, 0, 1) + seq * 1_000).toISOString()
  const who = { v: 2, at, platform: 'slack', workspace: 'T0PAWL', actor: `U0${seq % 500}`, run }
  const words = (fields: Parameters<typeof canonical>[0]) => ({
    personal: canonical(fields),
    salt: seq.toString(16).padStart(32, '0'),
  })
  const none = { personal: null, salt: null }
  switch (seq % 4) {
    case 0: {
      const event = canonical({
        ...who,
        code: 'run.admitted',
        source: 'slack.command',
        channel: 'C0OPS',
        command: 'deploy',
      })
      return { seq, event, ...words({ line: `deploy web --env staging --note "release ${seq}"` }), erased: null }
    }
    case 1: {
      const rules = ['when command is deploy must have deploy:run']
      const event = canonical({
        ...who,
        code: 'policy.allowed',
        command: 'deploy',
        decision: 'allow',
        rules,
        policy: '12/86228432',
      })
      return { seq, event, ...words({ args: { service: 'web', env: 'staging', force: false } }), erased: null }
    }
    case 2:
      return { seq, event: canonical({ v: 2, at, code: 'run.running', run, attempt: 1 }), ...none, erased: null }
    default: {
      const event = canonical({
        ...who,
        code: 'run.succeeded',
        outcome: 'succeeded',
        latency_ms: seq % 4_000,
        attempt: 1,
      })
      return { seq, event, ...none, erased: null }
    }
  }
}
