/** `npm run -s pawl -- policy diff <file>`: what importing the file would change. Reads the file, and D1 through wrangler. */
import { loadRegistry } from '../../src/command/house-registry.ts'
import { type CheckedChange, checkChange } from '../../src/policy/document/check-change.ts'
import { describeChange, diffDocuments } from '../../src/policy/document/diff.ts'
import { withoutEnded } from '../../src/policy/document/evaluate.ts'
import type { PolicyChange, PolicyDocument } from '../../src/policy/document/model.ts'
import { readArguments } from '../arguments.ts'
import type { D1Target } from '../d1.ts'
import { DATABASE_HELP, DATABASE_OPTIONS, readDeployment, readLivePolicy, readPolicyFile, targetOf } from './read.ts'

const USAGE = 'npm run -s pawl -- policy diff <file> [--remote] [--persist-to <folder>]'

const HELP = `Usage: ${USAGE}

Shows what "policy import" would change (+ comes, - goes, ~ changes), who could then do more or less, and what would be refused.
The file - is stdin.
${DATABASE_HELP}`

/** What it takes to make the policy in the database that of a file. */
export interface Plan {
  readonly version: number
  readonly before: PolicyDocument
  readonly after: PolicyDocument
  readonly changes: readonly PolicyChange[]
}

/** Compares a file with the database; null, and why on stderr, when one of them cannot be read. */
export async function planImport(file: string, target: D1Target, now: number): Promise<Plan | null> {
  const wanted = await readPolicyFile(file)
  const live = wanted && (await readLivePolicy(target, now))
  if (!live) return null
  const { version, document: before } = live
  // A line whose grant has ended may stay in the file: it says nothing any more.
  const after = withoutEnded(wanted, now)
  return { version, before, after, changes: diffDocuments(before, after) }
}

/** The changes, one a line, and how many there are. */
export function changeLines({ before, changes }: Plan): string[] {
  const count = changes.length === 1 ? '1 change' : `${changes.length} changes`
  return [...changes.map((change) => describeChange(change, before)), count]
}

/** What comes of the changes, as `checkChange` says it. */
export async function checkPlan({ before, after }: Plan, target: D1Target, now: number): Promise<CheckedChange> {
  return checkChange(before, after, { registry: loadRegistry(), ...(await readDeployment(target)), now })
}

/** Who can do more and who less, and what is odd, one a line. */
export function outcomeLines({ gains, losses, warnings }: Extract<CheckedChange, { ok: true }>): string[] {
  return [
    ...gains.map((line) => `can now: ${line}`),
    ...losses.map((line) => `can no longer: ${line}`),
    ...warnings.map((warning) => `warning: ${warning}`),
  ]
}

/** Exit code 0 when there is nothing to change, 1 when there is, 2 when that could not be told. */
export async function diffPolicy(argv: string[]): Promise<number> {
  const parsed = readArguments(argv, DATABASE_OPTIONS, USAGE)
  if (!parsed) return 2
  const { values, positionals } = parsed
  const [file] = positionals
  if (values.help || file === undefined || positionals.length > 1) {
    console.log(HELP)
    return values.help ? 0 : 2
  }
  const target = targetOf(values)
  const now = Date.now()
  const plan = await planImport(file, target, now)
  if (!plan) return 2
  if (plan.changes.length === 0) {
    console.log('nothing to change: the policy is as the file says')
    return 0
  }
  const checked = await checkPlan(plan, target, now)
  const outcome = checked.ok ? outcomeLines(checked) : [`an import would be refused: ${checked.message}`]
  for (const line of [...changeLines(plan), ...outcome]) console.log(line)
  return 1
}
