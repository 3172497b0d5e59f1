/** The records that pipelines are measured on: hosts, as a monitoring system would list them. The same each time. Pure. */
import { seeded } from '../policy-site.ts'

/** Records of one line: what Pawl lets flow into a stage. */
export const RECORDS_A_LINE = 1_000

const TEAMS = ['payments', 'search', 'mail', 'maps', 'billing', 'video', 'ads', 'identity']
const KINDS = ['web', 'api', 'db', 'cache', 'queue']
const ENVIRONMENTS = ['dev', 'staging', 'prod']
const ZONES = ['eu-1', 'eu-2', 'us-1', 'us-2', 'ap-1']
const NOTES = [
  'behind the load balancer',
  'moved to The new rack',
  'kept for the audit',
  'spare',
  'see the runbook first',
]

/** One JSON text for each line that is run: `{"hosts":[…]}`, with a thousand hosts. */
export function hostTexts(records: number): string[] {
  const next = seeded(records)
  const one = (of: readonly string[]) => of[next(of.length)] ?? ''
  const host = (n: number) => ({
    name: `${one(KINDS)}-${n}`,
    team: one(TEAMS),
    env: one(ENVIRONMENTS),
    cpu: next(101),
    memory: next(128_000),
    up: next(10) > 0,
    spec: { zone: one(ZONES), replicas: 1 + next(9) },
    tags: [one(KINDS), one(ZONES)],
    note: one(NOTES),
  })
  return Array.from({ length: records / RECORDS_A_LINE }, (_, line) => {
    const hosts = Array.from({ length: RECORDS_A_LINE }, (_, i) => host(line * RECORDS_A_LINE + i))
    return JSON.stringify({ hosts })
  })
}
