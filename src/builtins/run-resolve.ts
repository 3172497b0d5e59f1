/** `run resolve`: says what became of a lost run, once somebody has looked. Network: D1, the platform. */
import * as z from 'zod'
import { code, md } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { type RunRow, selectRun } from '../db/runs.ts'
import { RUN_RESOLVE } from '../policy/house-permissions.ts'
import { RUN_ID } from '../runs/identity.ts'
import { houseOf } from './house.ts'

/** A reason and a link, no report. */
const NOTE_MAX = 500

export default defineCommand({
  name: 'run resolve',
  summary: 'Say what became of a lost run, once you have looked',
  description:
    'The run stays lost; what you found stands beside it, in run show and in the audit log, and its room is told. Said again, the last word counts.',
  options: {
    run: z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').describe('Id of the run'),
    as: z.enum(['succeeded', 'failed']).describe('What it did after all'),
    note: z.string().trim().min(1).max(NOTE_MAX).describe('How you know'),
  },
  effects: 'write',
  answer: 'private',
  rules: [`when command is run:resolve must have ${RUN_RESOLVE}`],
  examples: [["run resolve r_0123456789abcdef --as succeeded --note 'v42 answers on web'", 'it had done its work']],
  async handler({ run: id, as, note }, ctx) {
    const { db, identity, resolve } = houseOf(ctx)
    const row = await selectRun(db, id).first<RunRow>()
    if (row?.state !== 'lost')
      throw new CommandFailure(
        row
          ? `run ${id} is ${row.state.replace('_', ' ')}, not lost: Pawl knows how it ended`
          : `there is no run ${id}`,
      )
    const by = identity().user ?? ctx.actor.id
    if (!(await resolve(row, { outcome: as, note, by, at: ctx.now() })))
      throw new CommandFailure(`somebody else resolved run ${id} at this moment: look at run show ${id}`)
    return { run: id, as, note, by }
  },
  view: ([{ run, as }]) =>
    md`Run ${code(run)} is noted as ${as}. Those who were told that it is lost are told so; ${code(`run show ${run}`)} shows it.`,
})
