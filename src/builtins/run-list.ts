/** `run list`: the newest runs. Reads the house, touches nothing else. */
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { parseDuration } from '../command/duration.ts'
import { CommandFailure } from '../command/failure.ts'
import { type ListedRunRow, selectNewestRuns, type Undelivered } from '../db/run-list.ts'
import { resolutionOf } from '../db/runs.ts'
import { RUN_ID } from '../runs/identity.ts'
import { ago } from '../runs/replies.ts'
import { STATES } from '../runs/state.ts'
import { houseOf } from './house.ts'
import { seesOthers } from './run-access.ts'

export default defineCommand({
  name: 'run list',
  summary: "List the newest runs: your own, or everybody's with run:read",
  description:
    "With --undelivered those whose answer could not be brought to where it was to go, or not yet. Of everybody's, a state, a command or a time is looked for in the newest 10,000 runs, as far as the audit log goes back.",
  options: {
    limit: z.int().min(1).max(100).default(20).describe('How many'),
    state: z.enum(STATES).optional().describe('Only in this state'),
    mine: z.boolean().default(false).describe('Only my own'),
    command: z.string().optional().describe('Only with this command in the line, as deploy or "pack install"'),
    since: z.string().optional().describe('Only of the last while, as 2h or 3d'),
    undelivered: z.boolean().default(false).describe('Only where an answer has not arrived'),
    before: z
      .string()
      .regex(RUN_ID, 'is a run id, like r_0123456789abcdef')
      .optional()
      .describe('Only runs older than this one: the next page'),
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  // Open to all because it first serves one's own runs; the handler asks for run:read on those of others.
  rules: ['when command is run:list allow'],
  examples: [
    ['run list', 'the newest 20 runs'],
    ['run list 5 --state failed --mine', 'the last five of my own that failed'],
    ['run list --undelivered --since 1d', 'answers of the last day that did not arrive'],
  ],
  empty: 'There is no such run. run list alone shows the newest 20; of others only with run:read.',
  async handler({ limit, state = null, mine, command, since, undelivered, before = null }, ctx) {
    const { db, registry } = houseOf(ctx)
    const actor = mine || !seesOthers(ctx) ? ctx.actor : null
    const key = command?.trim().replace(/[\s:]+/g, ':') ?? null
    if (key !== null && !registry.byKey(key)) throw new CommandFailure(`there is no command "${command}"`)
    const now = ctx.now()
    const query = { actor, except: ctx.run, state, command: key, since: sinceOf(since, now), before, undelivered, now }
    const { results } = await selectNewestRuns(db, { ...query, limit }).all<ListedRunRow>()
    return results.map((row) => {
      const resolution = resolutionOf(row)
      return {
        run: row.id,
        state: row.state,
        ...(resolution && { resolved: resolution.outcome }),
        age: ago(now - row.created_at),
        ...(actor === null && { who: row.user_name ?? row.actor }),
        line: row.line,
        ...(undelivered && { undelivered: (JSON.parse(row.undelivered) as Undelivered[]).map(reasonOf).join('; ') }),
      }
    })
  },
})

function sinceOf(length: string | undefined, now: number): number | null {
  if (length === undefined) return null
  const ms = parseDuration(length)
  if (ms === null || ms === 0) throw new CommandFailure(`"${length}" is no length of time: write it as 90m, 2h or 3d`)
  return now - ms
}

function reasonOf({ label, state, reason }: Undelivered): string {
  const what = state === 'undeliverable' ? 'given up' : 'not yet'
  return `${label === null ? '' : `to ${label}: `}${what}${reason === null ? '' : ` (${reason})`}`
}
