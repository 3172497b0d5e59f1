/** `run cancel`: stops a queued run at once, a running one at its next heartbeat. */
import * as z from 'zod'
import { auditEvent } from '../audit/event.ts'
import { md } from '../chat/markdown.ts'
import type { Context } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { appendAudit } from '../db/audit.ts'
import { commit } from '../db/database.ts'
import { type RunRow, requestCancel, selectRun } from '../db/runs.ts'
import { RUN_CANCEL } from '../policy/house-permissions.ts'
import { RUN_ID } from '../runs/identity.ts'
import { isTerminal } from '../runs/state.ts'
import { isOwn } from '../runs/visibility.ts'
import { houseOf } from './house.ts'

/** A run that is claimed, or put aside, while it is to be stopped is stopped the other way; it cannot go to and fro for ever. */
const CANCEL_TRIES = 4

export default defineCommand({
  name: 'run cancel',
  summary: 'Stop a waiting, queued or running run: your own, or any with run:cancel',
  options: { run: z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').describe('Id of the run') },
  effects: 'write',
  answer: 'private',
  // Open to all because it first serves one's own runs; the handler asks for run:cancel on those of others.
  rules: ['when command is run:cancel allow'],
  async handler({ run: id }, ctx) {
    const { db, identity } = houseOf(ctx)
    const row = await selectRun(db, id).first<RunRow>()
    const own = row && isOwn(ctx.actor, row)
    const { administrator, permissions, user } = identity()
    if (!row || !(own || administrator || permissions.includes(RUN_CANCEL)))
      throw new CommandFailure(`there is no run ${id} that you may cancel: others' runs need the permission run:cancel`)
    const by = user ?? ctx.actor.id
    let seen: RunRow = row
    for (let tries = 0; tries < CANCEL_TRIES; tries++) {
      const stopped = await stop(ctx, seen, by)
      if (stopped !== null) return { run: id, ...stopped }
      const now: RunRow | null = await selectRun(db, id).first<RunRow>()
      if (!now || (now.state === seen.state && now.attempt === seen.attempt))
        throw new CommandFailure(whyNot(now ?? seen))
      seen = now
    }
    throw new CommandFailure(
      isTerminal(seen.state) ? whyNot(seen) : `run ${id} is ${seen.state}: it moves on too fast, try again`,
    )
  },
  view: ([{ run, state, started }]) =>
    state === 'cancelled'
      ? md`Run \`${run}\` was cancelled ${started ? 'while it waited to go on; what it had done stays' : 'before it started'}.`
      : md`Run \`${run}\` is being stopped; its message will say how it ended.`,
})

type Stopped = { readonly state: 'cancelled' | 'stopping'; readonly started: boolean }

/** Stops a run as it stands in `row`; null when it has moved on meanwhile, or is nothing that could be stopped. */
async function stop(ctx: Context, row: RunRow, by: string): Promise<Stopped | null> {
  const { db, cancelQueued, token } = houseOf(ctx)
  const { id, state, mode, attempt } = row
  if (state === 'queued' || state === 'awaiting_approval')
    return (await cancelQueued(row, by)) ? { state: 'cancelled', started: attempt > 0 } : null
  if (state !== 'running' || mode === 'inline') return null
  const change = token()
  const [update] = await commit(db, id, change, [
    requestCancel(db, id, by, change),
    appendAudit(db, { when: 'changed', run: id, change }, [
      auditEvent(ctx.now(), 'run.cancel_requested', ctx.actor, { run: id, by_run: ctx.run }),
    ]),
  ])
  return update === undefined || update.meta.changes === 1 ? { state: 'stopping', started: true } : null
}

function whyNot({ id, state, mode, cancel_by }: RunRow): string {
  if (state === 'running' && mode === 'inline')
    return `run ${id} is no job: it is over within 25 s and cannot be stopped`
  if (state === 'running' && cancel_by !== null) return `run ${id} is being stopped already`
  return `run ${id} is ${state.replace('_', ' ')}: there is nothing to cancel`
}
