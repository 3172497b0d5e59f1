/** `history show`: what happened in a run, step by step in plain sentences. Network: D1. */
import * as z from 'zod'
import type { Channel } from '../chat/invocation.ts'
import { code, md, textOf } from '../chat/markdown.ts'
import type { Block, Reply } from '../chat/reply.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import type { AuditRow } from '../db/audit.ts'
import { selectWholeStory } from '../db/history.ts'
import { type LogLine, selectLog } from '../db/log.ts'
import { type StepMark, selectStepMarks } from '../db/run-story.ts'
import type { SeenRunRow } from '../db/runs.ts'
import { CALL_RESULT, STAGE_RECORDS } from '../db/steps.ts'
import type { PawlRecord } from '../json.ts'
import { RUN_ID } from '../runs/identity.ts'
import { keptRecords } from '../runs/kept.ts'
import { isKeptWhole } from '../runs/retry.ts'
import { isTerminal } from '../runs/state.ts'
import { codeCost, cutToCost, PAGE_COST } from '../view/budget.ts'
import { oneLine } from '../view/cell.ts'
import { type Layout, pageCount, pageOf } from '../view/page.ts'
import { placeOf } from '../view/view.ts'
import { counted, type Openness, sentenceOf, tookText } from './history-sentences.ts'
import { houseOf } from './house.ts'
import { seenRun } from './run-access.ts'
import { storyOf } from './run-story.ts'

/** What a run of the largest pipeline leaves, about; the whole of it is in the log. */
const EVENTS_MAX = 1_000

/** Steps of one run: more are a loop, whose end says as much. */
const STEPS_MAX = 500

/** Sentences of one page: a long scroll on a phone. */
const ROWS_MAX = 40

/** One sentence among others. */
const ROW_COST = 400

export default defineCommand({
  name: 'history show',
  summary: 'Tell a run step by step: who asked, what was decided and why, what ran, how it ended',
  description:
    "Your own, or any with run:read. Arguments, log lines and answers of somebody else's run are told only in the room that saw its answer.",
  options: {
    run: z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').describe('Id of the run'),
    page: z.int().min(1).max(1_000).default(1).describe('Which page of its story'),
  },
  input: 'none',
  // Discord would hide /history itself; there it is /pawl run:history …
  slash: false,
  effects: 'read',
  answer: 'private',
  // Open to all because it first serves one's own runs; the handler asks for run:read on those of others.
  rules: ['when command is history:show allow'],
  examples: [['history show r_0123456789abcdef', 'how this run went, from the first word to the last']],
  async handler({ run: id, page: number }, ctx) {
    const { row, open } = await seenRun(ctx, id)
    const { db } = houseOf(ctx)
    const [[events, steps, log], { deliveries, run_again_as }] = await Promise.all([
      db.batch([
        selectWholeStory(db, id, EVENTS_MAX + 1),
        selectStepMarks(db, id, STEPS_MAX),
        selectLog(db, id),
      ]) as Promise<[D1Result<AuditRow>, D1Result<StepMark>, D1Result<LogLine>]>,
      storyOf(db, row, ctx.now()),
    ])
    const openness = open ? 'open' : 'closed'
    const moments = merged(
      events.results.slice(0, EVENTS_MAX).map((event) => eventOf(event, row, openness)),
      [...(open ? log.results.map(logMoment) : []), ...steps.results.toReversed().flatMap(stepMoments)],
    )
    const rows = [
      ...moments.map(({ at, text }) => ({ after: at - row.created_at, text })),
      ...[
        ...(events.results.length > EVENTS_MAX ? [`The log has more of it: audit list --run ${id}.`] : []),
        ...endOf(row, open),
        ...(deliveries.length > 0 ? [`Delivery: ${deliveries.join('; ')}.`] : []),
        ...(run_again_as.length > 0 ? [`Run again as ${run_again_as.map(({ run }) => run).join(', ')}.`] : []),
      ].map((text) => ({ after: null, text })),
    ]
    const layout = layoutOf(rows)
    const page = pageOf(layout, number)
    if (page === null) {
      const pages = pageCount(layout)
      throw new CommandFailure(`the story of run ${id} has ${pages === 1 ? 'one page' : `${pages} pages`}`)
    }
    return {
      run: id,
      state: row.state,
      line: row.line,
      place: page.number === 1 && page.isLast ? null : placeOf(page),
      next: page.isLast ? null : number + 1,
      again: isKeptWhole(row) ? `run retry ${id}` : null,
      story: rows.slice(page.first - 1, page.last),
    }
  },
  view: ([{ run, state, line, place, next, again, story }]) => [
    { kind: 'text', text: md`${code(run)}: ${state.replace('_', ' ')} · ${code(oneLine(line))}` },
    { kind: 'code', text: story.map(rowOf).join('\n') },
    { kind: 'note', text: noteOf(run, place, next, again) },
  ],
})

interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly text: string
}

interface Event extends Moment {
  /** Whether it closes what was done up to then. */
  readonly ends: boolean
}

/** The ends of stages and of the run, and what comes after them. */
const ENDS =
  /^(?:stage|reply)\.|^lock\.released$|^run\.(?:succeeded|failed|timed_out|cancelled|lost|suspended|retried)$/

function eventOf({ event }: AuditRow, row: SeenRunRow, openness: Openness): Event {
  const fields = JSON.parse(event) as PawlRecord
  const at = Date.parse(String(fields.at))
  const ends = ENDS.test(String(fields.code))
  if (fields.code !== 'run.admitted') return { at, ends, text: sentenceOf(fields, openness) + byWhom(fields, row) }
  const channel = JSON.parse(row.channel) as Channel
  const room = channel.kind === 'direct' ? 'a direct message' : channel.name ? `#${channel.name}` : channel.id
  const told = {
    ...fields,
    actor: row.user_name ?? row.actor,
    line: fields.line ?? row.line,
    channel: `${room} on ${row.platform}`,
  }
  return { at, ends, text: sentenceOf(told, openness) }
}

/** Who else has had a hand in it. */
function byWhom({ actor }: PawlRecord, row: SeenRunRow): string {
  return typeof actor === 'string' && actor !== row.actor ? ` [by ${actor}]` : ''
}

/** What only the house keeps for itself is no step of the command. */
function stepMoments({ at, stage, call, name, state, attempt }: StepMark): Moment[] {
  if (name === STAGE_RECORDS || name === CALL_RESULT) return []
  const where = `stage ${stage}${call > 1 ? `, call ${call}` : ''}, attempt ${attempt}`
  return [{ at, text: state === 'done' ? `Step ${name} is done (${where}).` : `Step ${name} waits (${where}).` }]
}

function logMoment({ at, text }: LogLine): Moment {
  return { at, text: `It writes down: ${text}` }
}

/**
 * Events in the order of the log, the others by their time among them: behind what began at that very moment, before what
 * ended then.
 */
function merged(events: readonly Event[], others: readonly Moment[]): Moment[] {
  const waiting = [...others].sort((a, b) => a.at - b.at)
  const until = (at: number) => waiting.splice(0, waiting.findLastIndex((other) => other.at <= at) + 1)
  let latest = 0
  const told = events.flatMap((event) => {
    latest = Math.max(latest, event.at)
    return [...until(event.ends ? latest : latest - 1), event]
  })
  return [...told, ...waiting]
}

/** What it gave, as far as that may be told. */
function endOf(row: SeenRunRow, open: boolean): string[] {
  if (!isTerminal(row.state)) return ['It has not ended yet.']
  if (!open) return ['Its answer was not told in this room: what it was given and what it gave are not told here.']
  const reply = row.reply === null ? null : (JSON.parse(row.reply) as Reply)
  const said = reply === null ? '' : reply.blocks.flatMap(textsOf).map(oneLine).join(' ⏎ ')
  const records = keptRecords(row.records)
  return [
    ...(said === '' ? [] : [`It says: ${said}`]),
    ...(records === null ? [] : [`It gives ${counted(records.length, 'record')}: run show ${row.id}`]),
  ]
}

function textsOf(block: Block): string[] {
  switch (block.kind) {
    case 'text':
      return [textOf(block.text)]
    case 'code':
      return [block.text]
    case 'fields':
      return block.fields.map(({ name, value }) => `${name}: ${textOf(value)}`)
    case 'note':
    case 'buttons':
      return []
  }
}

interface Row {
  /** Milliseconds since it was asked; null for what is said at the end. */
  readonly after: number | null
  readonly text: string
}

/** Wide enough for a minute and its seconds. */
const TIME_WIDTH = 8

function rowOf({ after, text }: Row): string {
  const time = after === null ? '' : `+${tookText(Math.max(after, 0))}`
  return cutToCost(`${time.padEnd(TIME_WIDTH)} ${text.replace(/\s*\n\s*/g, ' ⏎ ')}`, ROW_COST, codeCost)
}

function layoutOf(rows: readonly Row[]): Layout {
  return {
    unit: 'line',
    total: rows.length,
    from(at) {
      let left = PAGE_COST
      let shown = 0
      for (const row of rows.slice(at, at + ROWS_MAX)) {
        left -= codeCost(rowOf(row)) + 1
        if (left < 0 && shown > 0) break
        shown++
      }
      return { blocks: [], shown }
    },
  }
}

function noteOf(run: string, place: string | null, next: number | null, again: string | null) {
  if (next !== null) return md`${place} · next: ${code(`history show ${run} --page ${next}`)}`
  const records = md`${code(`run show ${run}`)} shows its records`
  return again === null ? records : md`${records} · ${code(again)} runs it again`
}
