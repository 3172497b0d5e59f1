/** A run that waits for somebody's word, as it stands now on the primary. Network: D1; the platform for who is a full member. */
import type { Actor } from '../chat/invocation.ts'
import { type ApprovalRow, selectApproval, selectVotes, type VoteRow } from '../db/approvals.ts'
import type { Database } from '../db/database.ts'
import { type RunRow, recordOf, selectRun } from '../db/runs.ts'
import type { RunnablePlan, StoredInput } from '../engine/plan.ts'
import { planInput } from '../engine/planner.ts'
import type { Denial } from '../policy/decide.ts'
import { authorisePlan } from '../runs/authorise.ts'
import { actorOf } from '../runs/cancel.ts'
import type { Services } from '../runs/services.ts'
import { askerOfRunStatements, readAsker } from '../runs/subject.ts'
import { whySpoilt } from './bound.ts'

/** Why what is agreed to a run would not count. */
export interface Spoilt {
  readonly why: string
  /** For the audit: without what people wrote, which stands in fields that can be erased. */
  readonly noted: string
  /** Whether it helps to type the line again. */
  readonly again: boolean
}

export interface Waiting {
  readonly row: RunRow
  readonly approval: ApprovalRow
  readonly votes: readonly VoteRow[]
  /** Who asked. */
  readonly asker: Actor
  /** Null once it has ended. */
  readonly plan: RunnablePlan | null
  /** Why what is agreed to it would not count; null while it would. */
  readonly spoilt: Spoilt | null
  /** The number of the policy's version that all this was read at. */
  readonly version: number
}

/** Null for a run that is not there, or that never had to wait. Throws what D1 throws. */
export async function readWaiting(services: Services, db: Database, run: string): Promise<Waiting | null> {
  const [rows, approvals, said, ...asked] = await db.batch([
    selectRun(db, run),
    selectApproval(db, run),
    selectVotes(db, run),
    ...askerOfRunStatements(services, db, run),
  ])
  const row = rows?.results[0] as RunRow | undefined
  const approval = approvals?.results[0] as ApprovalRow | undefined
  if (!row || !approval) return null
  const asker = actorOf(row)
  const votes = (said?.results ?? []) as VoteRow[]
  const known = { row, approval, votes, asker }
  if (row.input === null) return { ...known, plan: null, spoilt: changed('it has ended'), version: 0 }
  const read = await readAsker(services, db, { actor: asker, standing: 'unknown' }, asked)
  if (!read) throw new Error('the database has no policy: apply the migrations')
  const { policy, subject } = read
  const version = Number.parseInt(policy.version, 10)
  const plan = planInput(services.registry, JSON.parse(row.input) as StoredInput, row.platform, recordOf(row))
  if (!plan.ok)
    return {
      ...known,
      plan: null,
      spoilt: changed('its command has changed and does not take these arguments any more'),
      version,
    }
  const channel = JSON.parse(row.channel)
  const { refusal, care } = authorisePlan(services, { run, actor: asker, channel, policy, subject }, plan)
  if (refusal) return { ...known, plan, spoilt: refused(refusal.decision), version }
  const why = await whySpoilt(approval, { row, actor: asker, plan, policy: policy.version, care })
  return { ...known, plan, spoilt: why === null ? null : changed(why), version }
}

function changed(why: string): Spoilt {
  return { why, noted: why, again: true }
}

/** The line would be refused if it were typed now: what stands in its way is said, and typing it again would not help. */
function refused({ reason, because }: Denial): Spoilt {
  if (reason === 'frozen') return { why: because, noted: 'it is frozen', again: false }
  const noted = 'who asked may not run it any more'
  return { why: `${noted}: ${because}`, noted, again: false }
}
