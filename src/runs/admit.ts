/**
 * The hall: one way through for every verified invocation. Network: D1, the lock, the queue.
 *
 * Admission is one D1 batch: insert the run keyed by its delivery, read the actor's permissions and the policy's version,
 * write the audit event. Then the decision, then the effect (design, section 5, rules 2 to 4).
 */
import { auditEvent } from '../audit/event.ts'
import { cleanJson, maskTokens } from '../audit/tokens.ts'
import type { Lifetime } from '../chat/hall.ts'
import type { Invocation } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import { appendAudit } from '../db/audit.ts'
import { appendLinked } from '../db/audit-run.ts'
import type { Database } from '../db/database.ts'
import { insertRun } from '../db/runs.ts'
import type { AdmissionRow } from '../db/subject.ts'
import type { Plan, RunnablePlan } from '../engine/plan.ts'
import type { PawlRecord } from '../json.ts'
import type { Policy } from '../policy/decide.ts'
import type { Subject } from '../policy/request.ts'
import type { AnswerSlot } from './answer.ts'
import type { Glass } from './break-glass.ts'
import { planAsked } from './expand.ts'
import { contentDigest } from './identity.ts'
import { ADMISSION_BUDGET_MS, INLINE_GRACE_MS } from './limits.ts'
import type { Redirect } from './redirect.ts'
import { alreadyReceived, altered, unavailable } from './replies.ts'
import type { Retried } from './retry.ts'
import { inThread, practised, roomAsked } from './room-settings.ts'
import { messageOf, type Services } from './services.ts'
import { admissionStatements, readAsker } from './subject.ts'

/** An invocation that has become a run of its own. */
export interface Admitted {
  readonly run: string
  /** With the line as it runs: `!!` and aliases are written out. */
  readonly invocation: Invocation
  readonly plan: Plan
  /** The run that is asked again. */
  readonly retried: Retried | null
  /** The keys of the accounts that wrote the aliases in it, whatever run or form it is taken from; each once. */
  readonly authors: readonly string[]
  /** What `break-glass` was typed for. */
  readonly glass: Glass | null
  /** What was typed where another line stands in its place: `run retry`, `run action`, `break-glass`. It is authorised, too. */
  readonly typed: RunnablePlan | null
  readonly policy: Policy
  readonly subject: Subject
  readonly db: Database
  readonly lifetime: Lifetime
  readonly answer: AnswerSlot
  /** Where the answer goes beside the asker; filled in once the plan may run. */
  readonly redirects: readonly Redirect[]
}

export type Admission =
  | { readonly outcome: 'admitted'; readonly admitted: Admitted }
  /** A second delivery: its answer is that of the first. */
  | { readonly outcome: 'duplicate'; readonly reply: Reply }
  /** It cannot be admitted: this is the answer. */
  | { readonly outcome: 'refused'; readonly reply: Reply }

/** Admits an invocation within {@link ADMISSION_BUDGET_MS}; never throws. */
export async function admitInvocation(
  services: Services,
  run: string,
  invocation: Invocation,
  lifetime: Lifetime,
  answer: AnswerSlot,
): Promise<Admission> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('admission took too long')), ADMISSION_BUDGET_MS)
  })
  try {
    return await Promise.race([record(services, run, withoutTokens(invocation), lifetime, answer), tooLate])
  } catch (error) {
    // Whether or not the row was written, nobody will start it: the sweeper ends it as expired.
    services.log('not admitted', { run, error: messageOf(error) })
    return { outcome: 'refused', reply: unavailable(run) }
  } finally {
    clearTimeout(timer)
  }
}

async function record(
  services: Services,
  run: string,
  invocation: Invocation,
  lifetime: Lifetime,
  answer: AnswerSlot,
): Promise<Admission> {
  const { actor, channel } = invocation
  const db = services.openDb()
  const asking = await planAsked(services, db, invocation)
  const { plan, aliases, repeats, retried, pressed, glass, history, invocation: written } = asking
  const authors = [...new Set(asking.authors)]
  const digest = await contentDigest(invocation, plan.secretive ? plan.line : null)
  const change = services.token()
  const now = services.now()
  const seen = { run, source: invocation.source, channel: channel.id }
  const command = plan.commands.map(({ key }) => key).join('|') || null
  const isDry = plan.ok && plan.dry
  const told = { alias: listed(aliases), repeats: listed(repeats), retries: retried?.row.id, action_of: pressed?.run }
  const facts = { ...seen, line: plan.line, command: command ?? undefined, ...told, dry: isDry || undefined }
  const [, , ...asked] = await db.batch([
    insertRun(db, {
      id: run,
      digest,
      source: invocation.source,
      platform: actor.platform,
      workspace: actor.workspace,
      actor: actor.id,
      channel: JSON.stringify(channel),
      line: plan.line,
      history,
      command,
      effects: plan.ok ? plan.effects : 'read',
      mode: plan.ok ? plan.mode : 'inline',
      retry: plan.ok ? plan.retry : 'unsafe',
      change,
      due_at: now + INLINE_GRACE_MS,
      address: JSON.stringify(invocation.address),
      created_at: now,
      retries: retried?.row.id ?? null,
      record: plan.ok && plan.record ? JSON.stringify(plan.record) : null,
      authors: authors.length > 0 ? JSON.stringify(authors) : null,
      dry: isDry ? 1 : 0,
      lines: 1,
    }),
    appendLinked(db, { run, change }, [
      auditEvent(now, 'run.admitted', actor, facts),
      // On the earlier run, so that it tells that it was run again.
      ...(retried ? [auditEvent(now, 'run.repeated', actor, { run: retried.row.id, by_run: run })] : []),
    ]),
    ...admissionStatements(services, db, run, actor),
  ])
  const row = asked[0]?.results[0] as AdmissionRow | undefined
  if (!row) throw new Error('admission gave no row')
  if (row.change !== change) {
    const isSame = row.digest === digest
    // A trip of its own: it comes rarely, and nobody else is to wait for what it would be.
    const event = isSame
      ? auditEvent(now, 'delivery.duplicate', actor, seen)
      : auditEvent(now, 'delivery.altered', actor, facts)
    await appendAudit(db, { when: 'always' }, [event]).run()
    return isSame ? { outcome: 'duplicate', reply: answerAgain(run, row) } : { outcome: 'refused', reply: altered(run) }
  }
  const asker = await readAsker(services, db, invocation, asked)
  if (!asker) throw new Error('admission gave no policy')
  const room = roomAsked(asker.policy, invocation)
  return {
    outcome: 'admitted',
    admitted: {
      run,
      invocation: await inThread(services, db, run, room, written),
      plan: practised(services, room, plan),
      retried,
      glass,
      typed: retried?.plan ?? pressed?.plan ?? glass?.plan ?? null,
      authors,
      ...asker,
      db,
      lifetime,
      answer,
      redirects: [],
    },
  }
}

/** A message that a line is run on is kept, shown and passed on: no token that somebody pasted there goes with it. */
function withoutTokens(invocation: Invocation): Invocation {
  const { record } = invocation
  return record === undefined ? invocation : { ...invocation, record: cleanJson(record, maskTokens) as PawlRecord }
}

/** A list for the audit; nothing when it is empty. */
function listed(names: readonly string[]): string[] | undefined {
  return names.length === 0 ? undefined : [...names]
}

/** The first answer, for a duplicate delivery. */
function answerAgain(run: string, row: AdmissionRow): Reply {
  return row.reply === null ? alreadyReceived(run, row.state) : (JSON.parse(row.reply) as Reply)
}
