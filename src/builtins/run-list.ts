/** `run list`: the newest runs. Reads the house, touches nothing else. */
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { type ListedRunRow, selectNewestRuns } from '../db/runs.ts'
import { ago } from '../runs/replies.ts'
import { STATES } from '../runs/state.ts'
import { houseOf } from './house.ts'
import { maySeeOthers } from './run-access.ts'

export default defineCommand({
  name: 'run list',
  summary: "List the newest runs: your own, or everybody's with run:read",
  options: {
    limit: z.int().min(1).max(100).default(20).describe('How many'),
    state: z.enum(STATES).optional().describe('Only in this state'),
    mine: z.boolean().default(false).describe('Only my own'),
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  // Open to all because it first serves one's own runs; the handler asks for run:read on those of others.
  rules: ['when command is run:list allow'],
  examples: [
    ['run list', 'the newest 20 runs'],
    ['run list 5 --state failed --mine', 'the last five of my own that failed'],
  ],
  async handler({ limit, state = null, mine }, ctx) {
    const actor = mine || !maySeeOthers(ctx) ? ctx.actor : null
    const { results } = await selectNewestRuns(houseOf(ctx).db, { actor, state, limit }).all<ListedRunRow>()
    const now = ctx.now()
    return results.map((row) => ({
      run: row.id,
      state: row.state,
      age: ago(now - row.created_at),
      ...(actor === null && { who: row.user_name ?? row.actor }),
      line: row.line,
    }))
  },
})
