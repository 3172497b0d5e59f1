/**
 * How administration in chat changes the policy: read it, make the change on the value, check what comes of it, write it. Network:
 * D1.
 *
 * The change, its audit events and the check that nobody changed the policy in between are one batch: the "before" that the log
 * shows is what was really there, and what was checked is what holds.
 */
import { auditEvent } from '../../audit/event.ts'
import type { Context } from '../../command/command.ts'
import { CommandFailure } from '../../command/failure.ts'
import { appendAudit } from '../../db/audit.ts'
import { changeStatements, loadDocument } from '../../db/document.ts'
import { expectVersion, isVersionConflict } from '../../db/policy.ts'
import { applyChange } from '../../policy/document/apply.ts'
import { checkChange } from '../../policy/document/check-change.ts'
import type { PolicyChange, PolicyDocument } from '../../policy/document/model.ts'
import { houseOf } from '../house.ts'
import { administers } from './access.ts'
import { usersExpected } from './people.ts'
import { type Trace, traceOf } from './trace.ts'

/** How often a change is tried again when somebody else changed the policy meanwhile. */
const ATTEMPTS = 3

export interface PolicyEdit {
  /** The users that it is about: of a large site no others are read, but for administrators and those in expectations. */
  readonly people?: readonly string[]
  /** The steps, for the policy as it is now; none when it is so already. Refuses with a CommandFailure. */
  plan(document: PolicyDocument): Promise<readonly PolicyChange[]> | readonly PolicyChange[]
  /** Read in the same batch, after the change. */
  readonly read?: D1PreparedStatement
}

export interface PolicyChanged {
  readonly before: PolicyDocument
  readonly after: PolicyDocument
  /** What is odd now, who can do more and who less: for people. */
  readonly warnings: readonly string[]
  readonly gains: readonly string[]
  readonly losses: readonly string[]
  /** The answer to {@link PolicyEdit.read}. */
  readonly found: readonly Record<string, unknown>[]
}

/** Makes a change, whole or not at all; null when there was nothing to change. */
export async function changePolicy(ctx: Context, edit: PolicyEdit): Promise<PolicyChanged | null> {
  const { db } = houseOf(ctx)
  for (let attempt = 1; ; attempt++) {
    const { version, document } = await loadFor(ctx, edit.people ?? [])
    const changes = await edit.plan(document)
    if (changes.length === 0) return null
    const { after, traces } = made(document, changes)
    const checked = checkedChange(ctx, document, after)
    const now = ctx.now()
    const events = traces.map((trace) => eventOf(ctx, trace))
    try {
      const results = await db.batch<Record<string, unknown>>([
        expectVersion(db, version),
        ...changes.flatMap((change) => changeStatements(db, change, now)),
        appendAudit(db, { when: 'always' }, events),
        ...(edit.read ? [edit.read] : []),
      ])
      return { before: document, after, ...checked, found: edit.read ? (results.at(-1)?.results ?? []) : [] }
    } catch (error) {
      if (!isVersionConflict(error)) throw error
      if (attempt === ATTEMPTS) throw new CommandFailure('somebody else is changing the policy right now; try again')
    }
  }
}

/** The policy with the people that a change, and the expectations, speak of, and the administrators of the setting. */
async function loadFor(ctx: Context, about: readonly string[]) {
  const { db, admins } = houseOf(ctx)
  const people = [...about, ...admins]
  const loaded = await loadDocument(db, ctx.now(), people)
  const { expectations, users } = loaded.document
  const named = usersExpected(expectations).filter((name) => !users.has(name))
  return named.length === 0 ? loaded : await loadDocument(db, ctx.now(), [...people, ...named])
}

/** The policy after all steps, and what the audit says of each. */
function made(document: PolicyDocument, changes: readonly PolicyChange[]) {
  const traces: Trace[] = []
  let after = document
  for (const change of changes) {
    const applied = applyChange(after, change)
    if (!applied.ok) throw new CommandFailure(applied.message)
    traces.push(traceOf(change, after, applied.document))
    after = applied.document
  }
  return { after, traces }
}

function checkedChange(ctx: Context, before: PolicyDocument, after: PolicyDocument) {
  const { registry, admins, workspaces } = houseOf(ctx)
  const checked = checkChange(before, after, { registry, admins, workspaces, now: ctx.now() })
  if (!checked.ok)
    throw new CommandFailure(`nothing was changed: ${administers(ctx) ? checked.message : checked.discreet}`)
  const { warnings, gains, losses } = checked
  return { warnings, gains, losses }
}

function eventOf(ctx: Context, { target, before, after }: Trace) {
  const details = { run: ctx.run, target, before: before && [...before], after: after && [...after] }
  return auditEvent(ctx.now(), 'admin.changed', ctx.actor, details)
}
