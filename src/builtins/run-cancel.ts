/** `run cancel`: stops a queued run at once, a running one at its next heartbeat. */
import * as z from 'zod'
import { auditEvent } from '../audit/event.ts'
import { md } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { appendAudit } from '../db/audit.ts'
import { commit } from '../db/database.ts'
import { type RunRow, requestCancel, selectRun } from '../db/runs.ts'
import { RUN_CANCEL } from '../policy/house-permissions.ts'
import { RUN_ID } from '../runs/identity.ts'
import { isOwn } from '../runs/visibility.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'run cancel',
  summary: 'Stop a queued or running run: your own, or any with run:cancel',
  options: { run: z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').describe('Id of the run') },
  effects: 'write',
  answer: 'private',
  // Open to all because it first serves one's own runs; the handler asks for run:cancel on those of others.
  rules: ['when command is run:cancel allow'],
  async handler({ run: id }, ctx) {
    const { db, identity, cancelQueued, token } = houseOf(ctx)
    const row = await selectRun(db, id).first<RunRow>()
    const own = row && isOwn(ctx.actor, row)
    const { administrator, permissions, user } = identity()
    if (!row || !(own || administrator || permissions.includes(RUN_CANCEL)))
      throw new CommandFailure(`there is no run ${id} that you may cancel: others' runs need the permission run:cancel`)
    const by = user ?? ctx.actor.id
    if (row.state === 'queued' && (await cancelQueued(row, by)))
      return { run: id, state: 'cancelled', started: row.attempt > 0 }
    if (row.mode === 'inline' && row.state === 'running')
      throw new CommandFailure(`run ${id} is no job: it is over within 25 s and cannot be stopped`)
    if (row.state === 'running' || row.state === 'queued') {
      const change = token()
      const [update] = await commit(db, id, change, [
        requestCancel(db, id, by, change),
        appendAudit(db, { when: 'changed', run: id, change }, [
          auditEvent(ctx.now(), 'run.cancel_requested', ctx.actor, { run: id, by_run: ctx.run }),
        ]),
      ])
      if (update === undefined || update.meta.changes === 1) return { run: id, state: 'stopping', started: true }
    }
    const now = await selectRun(db, id).first<RunRow>()
    throw new CommandFailure(
      now?.cancel_by && now.state === 'running'
        ? `run ${id} is being stopped already`
        : `run ${id} is ${now?.state.replace('_', ' ') ?? 'gone'}: there is nothing to cancel`,
    )
  },
  view: ([{ run, state, started }]) =>
    state === 'cancelled'
      ? md`Run \`${run}\` was cancelled ${started ? 'while it waited to go on; what it had done stays' : 'before it started'}.`
      : md`Run \`${run}\` is being stopped; its message will say how it ended.`,
})
