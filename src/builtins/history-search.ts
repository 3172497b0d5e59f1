/** `history search`: how it was done last time, by oneself and by others in this room. Network: D1. */
import * as z from 'zod'
import { code, md, plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { PAST_RUNS_SEARCHED, type PastExtent, type PastRow, selectPastExtent, selectPastLines } from '../db/history.ts'
import { RUN_ID } from '../runs/identity.ts'
import { isKeptWhole } from '../runs/retry.ts'
import { wasToldHere } from '../runs/visibility.ts'
import { codeCost, cutToCost, PAGE_COST } from '../view/budget.ts'
import { oneLine } from '../view/cell.ts'
import { accountsNamed } from './accounts.ts'
import { houseOf } from './house.ts'
import { seesOthers } from './run-access.ts'

/** One line among others. */
const LINE_COST = 200

export default defineCommand({
  name: 'history search',
  summary: 'Find how something was done last time: your own lines, and those of others in this room',
  description:
    'Lines of others need run:read, and are found only in the room that saw the answer. The same line stands once, with how often it ran and how the newest run ended. Words are found in the newest 10,000 runs; several stand in quotes. Lines of history itself are left out.',
  options: {
    words: z.string().trim().min(1).max(200).describe('All of these words are in the line'),
    limit: z.int().min(1).max(100).default(15).describe('How many lines'),
    command: z.string().optional().describe('Only with this command in the line, as deploy or "pack install"'),
    person: z.string().optional().describe('Only of this person: a user, or a mention'),
    succeeded: z.boolean().default(false).describe('Only what succeeded'),
    before: z
      .string()
      .regex(RUN_ID, 'is a run id, like r_0123456789abcdef')
      .optional()
      .describe('Only runs older than this one: further back'),
  },
  input: 'none',
  // Discord would hide /history itself; there it is /pawl run:history …
  slash: false,
  effects: 'read',
  answer: 'private',
  // Open to all because it first serves one's own lines; the handler asks for run:read on those of others.
  rules: ['when command is history:search allow'],
  examples: [
    ['history search rollback', 'lines with that word'],
    [`history search 'web prod' --command deploy --succeeded`, 'how web went to prod'],
  ],
  async handler({ words, limit, command, person, succeeded, before = null }, ctx) {
    const { db, registry } = houseOf(ctx)
    const key = command?.trim().replace(/[\s:]+/g, ':') ?? null
    if (key !== null && !registry.byKey(key)) throw new CommandFailure(`there is no command "${command}"`)
    const accounts = person === undefined ? null : await accountsNamed(ctx, person)
    const room = seesOthers(ctx) && ctx.channel.kind === 'channel' ? ctx.channel.id : null
    const [found, extent] = (await db.batch([
      selectPastLines(db, {
        actor: ctx.actor,
        room,
        except: ctx.run,
        words: words.split(/\s+/),
        command: key,
        accounts,
        succeeded,
        before,
      }),
      selectPastExtent(db, before),
    ])) as [D1Result<PastRow>, D1Result<PastExtent>]
    const seen = found.results.filter((row) => row.own === 1 || wasToldHere(ctx, row))
    const { runs = 0, oldest = null, oldest_at = null } = extent.results[0] ?? {}
    return {
      lines: seen.slice(0, limit).map(recordOf),
      more: Math.max(seen.length - limit, 0),
      others: room !== null,
      runs,
      back_to: oldest_at === null ? null : new Date(oldest_at).toISOString(),
      before: runs < PAST_RUNS_SEARCHED ? null : oldest,
    }
  },
  view: ([found]) => blocksOf(found),
})

function recordOf(row: PastRow) {
  return {
    line: row.line,
    times: row.times,
    succeeded: row.succeeded,
    // Of the newest of these runs.
    state: row.state,
    who: row.own === 1 ? 'you' : (row.user_name ?? row.actor),
    at: new Date(row.created_at).toISOString(),
    run: row.id,
    again: isKeptWhole(row) ? `run retry ${row.id}` : null,
  }
}

type Found = {
  readonly lines: readonly ReturnType<typeof recordOf>[]
  readonly more: number
  readonly others: boolean
  readonly runs: number
  readonly back_to: string | null
  readonly before: string | null
}

function blocksOf({ lines, more, others, runs, back_to, before }: Found): readonly Block[] {
  const rows = lines.map(rowsOf)
  let left = PAGE_COST
  const past = rows.findIndex((row) => {
    left -= codeCost(row) + 2
    return left < 0
  })
  const shown = past < 0 ? rows : rows.slice(0, Math.max(past, 1))
  const hidden = more + rows.length - shown.length
  const whose = others ? 'your lines and those told in this room' : 'your own lines'
  const since = back_to === null ? '' : `, back to ${minuteOf(back_to)} UTC`
  const looked = `Looked at the newest ${runs} runs for ${whose}${since}`
  const [first] = lines
  return [
    ...(shown.length === 0 ? [] : [{ kind: 'code' as const, text: shown.join('\n\n') }]),
    ...(first === undefined
      ? []
      : [
          {
            kind: 'note' as const,
            text: md`${code(`history show ${first.run}`)} tells a run step by step${againText(first.again)}`,
          },
        ]),
    ...(hidden > 0 ? [{ kind: 'note' as const, text: plain(`${hidden} more: add a word, or --succeeded`) }] : []),
    {
      kind: 'note',
      text: md`${first === undefined ? 'No line has all of these words. ' : ''}${looked}${before === null ? '.' : md` · further back: the same with ${code(`--before ${before}`)}`}`,
    },
  ]
}

function againText(again: string | null) {
  return again === null ? '' : md` · ${code(again)} runs it again`
}

/** What was typed, and below what became of it. */
function rowsOf({ line, times, succeeded, state, who, at, run }: Found['lines'][number]): string {
  const often = times === 1 ? '' : ` · ${times} times, ${succeeded} succeeded`
  return `${cutToCost(oneLine(line), LINE_COST, codeCost)}\n  ${state.replace('_', ' ')} · ${oneLine(who)} · ${minuteOf(at)} · ${run}${often}`
}

function minuteOf(at: string): string {
  return at.slice(0, 16).replace('T', ' ')
}
