/** `audit erase`: takes what people wrote out of the log and of their runs; the log still verifies. Through the house: D1. */
import * as z from 'zod'
import { erase } from '../audit/erase.ts'
import { md } from '../chat/markdown.ts'
import type { Context } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { readMoment } from '../data/moment.ts'
import type { Erasable } from '../db/erase.ts'
import { RUN_ID } from '../runs/identity.ts'
import { accountsNamed } from './accounts.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'audit erase',
  summary: 'Erase what a person wrote, or all free text of a run, for good',
  description:
    'Lines, arguments, answers, records and log lines become [erased]; who did what and when stays, and the log still verifies. Only what has ended is erased.',
  options: {
    reason: z.string().trim().min(1).max(200).describe('Why, for the log'),
    run: z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').optional().describe('Of this run'),
    person: z.string().optional().describe('Of this person: a user, a mention, or slack:T…:U…'),
    before: z.string().optional().describe('Only what the person wrote before: 2026-01-31, or -90d'),
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  rules: ['when command is audit:erase must have audit:admin'],
  examples: [
    ["audit erase 'a customer was named' --run r_0123456789abcdef", 'the words of one run'],
    ["audit erase 'has left' --person @grace --before -90d", 'what grace wrote until 90 days ago'],
  ],
  async handler({ reason, run, person, before }, ctx) {
    const what = await whatOf(ctx, run, person, before)
    const by = { run: ctx.run, actor: ctx.actor, reason, now: ctx.now }
    const { lines, runs, underWay, more } = await erase(houseOf(ctx).db, what, by)
    if ('run' in what && underWay > 0)
      throw new CommandFailure(`run ${what.run} is under way, or its answer is: erase it when both have arrived`)
    return { lines, runs, under_way: underWay, more }
  },
  view: ([{ lines, runs, under_way, more }]) => {
    const done =
      lines + runs === 0 ? md`Nothing is left to erase.` : md`Erased the words of ${lines} lines and ${runs} runs.`
    const left = under_way > 0 ? ` Left out: ${under_way} runs that are under way, or whose answer is.` : ''
    return md`${done}${left}${more ? ' There is more: run it again.' : ''}`
  },
})

async function whatOf(
  ctx: Context,
  run: string | undefined,
  person: string | undefined,
  before: string | undefined,
): Promise<Erasable> {
  if ((run === undefined) === (person === undefined)) throw new CommandFailure('give one of --run and --person')
  const now = ctx.now()
  const moment = before === undefined ? now : readMoment(before, now)
  if (moment === null) throw new CommandFailure(`"${before}" is no moment: write it as 2026-01-31 or -90d`)
  if (run !== undefined) {
    if (before !== undefined) throw new CommandFailure('--before goes with --person: a run is erased as a whole')
    return { run }
  }
  return { person: await accountsNamed(ctx, person ?? ''), before: moment }
}
