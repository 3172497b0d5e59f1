/** `approval withdraw`: takes back one's own line that waits to be confirmed or approved. */
import { code, md } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { type RunRow, selectRun } from '../../db/runs.ts'
import { isOwn } from '../../runs/visibility.ts'
import { houseOf } from '../house.ts'
import { runOption } from './word.ts'

export default defineCommand({
  name: 'approval withdraw',
  summary: 'Take back your own line that waits to be confirmed or approved',
  options: { run: runOption },
  input: 'none',
  effects: 'write',
  answer: 'private',
  // Open to all because it serves one's own runs alone.
  rules: ['when command is approval:withdraw allow'],
  examples: [['approval withdraw r_0123456789abcdef', 'it is not wanted any more']],
  async handler({ run: id }, ctx) {
    const { db, desk, identity } = houseOf(ctx)
    const row = await selectRun(db, id).first<RunRow>()
    if (!row || !isOwn(ctx.actor, row)) {
      const message = `there is no run ${id} of yours that waits: approval list shows those that do`
      await desk.reject(row ? id : null, id, { ok: false, reason: row ? 'other' : 'unknown', message })
      throw new CommandFailure(message)
    }
    if (row.state === 'awaiting_approval' && (await desk.withdraw(row, identity().user ?? ctx.actor.id)))
      return { run: id, line: row.line }
    const message = `run ${id} does not wait any more: run show ${id} says what became of it`
    await desk.reject(id, id, { ok: false, reason: 'already_decided', message })
    throw new CommandFailure(message)
  },
  view: ([{ line }]) => md`You withdrew ${code(line)}: nothing was run.`,
})
