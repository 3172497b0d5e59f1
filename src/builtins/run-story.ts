/** What happened to a run, beside how it stands: its steps, its lines of the log, its answers. Network: D1. */
import { storyLineOf } from '../audit/line.ts'
import type { Block } from '../chat/reply.ts'
import type { Database } from '../db/database.ts'
import { REVIEW_TARGET, SECURITY_TARGET } from '../db/outbox.ts'
import {
  type AuditSpan,
  type DeliveryRow,
  type RepeatRow,
  type StepMark,
  type StoryRow,
  selectAuditSpan,
  selectDeliveries,
  selectRepeats,
  selectStepMarks,
  selectStory,
} from '../db/run-story.ts'
import { ago } from '../runs/replies.ts'
import { isTerminal, type State } from '../runs/state.ts'

/** Rows of the story; the whole of it is in the log. Chosen so that a page of records fits beside it. */
const STORY_MAX = 14

/** An answer goes to ten places at most (the planner's limit), and each may leave a word to who asked. */
const DELIVERIES_SHOWN = 12

/** Nobody runs a line again more often than that before looking at the cause. */
const REPEATS_SHOWN = 5

export interface Story {
  /** Steps and events, the oldest first, as rows; an event has the number of its line in the log. */
  readonly story: { readonly seq: number | null; readonly text: string }[]
  readonly audit: { readonly lines: number; readonly first: number | null; readonly last: number | null }
  readonly deliveries: string[]
  readonly run_again_as: { readonly run: string; readonly state: State }[]
}

/** The story of a run that the asker may see. It names no result and no argument. */
export async function storyOf(db: Database, { id, state }: { id: string; state: State }, now: number): Promise<Story> {
  const [events, span, steps, deliveries, repeats] = (await db.batch([
    selectStory(db, id, STORY_MAX),
    selectAuditSpan(db, id),
    selectStepMarks(db, id, STORY_MAX),
    selectDeliveries(db, id),
    selectRepeats(db, id, REPEATS_SHOWN),
  ])) as [D1Result<StoryRow>, D1Result<AuditSpan>, D1Result<StepMark>, D1Result<DeliveryRow>, D1Result<RepeatRow>]
  const rows = [
    ...events.results.map(({ seq, event }) => ({ at: timeOf(event), seq, text: storyLineOf(event) })),
    ...steps.results.map((step) => ({ at: step.at, seq: null, text: stepText(step) })),
  ]
  const told = deliveries.results.slice(0, DELIVERIES_SHOWN).map((delivery) => deliveryText(delivery, now))
  const inResponse = isTerminal(state) && !deliveries.results.some(({ target }) => target === 0)
  return {
    story: rows
      .sort((a, b) => a.at - b.at || (a.seq ?? 0) - (b.seq ?? 0))
      .slice(-STORY_MAX)
      .map(({ seq, text }) => ({ seq, text })),
    audit: span.results[0] ?? { lines: 0, first: null, last: null },
    deliveries: inResponse ? ['in the answer to the request', ...told] : told,
    run_again_as: repeats.results.map((repeat) => ({ run: repeat.id, state: repeat.state })),
  }
}

/** The story as fixed-width text, under the numbers of its lines. */
export function storyBlocks({ story }: Pick<Story, 'story'>): readonly Block[] {
  if (story.length === 0) return []
  const numbers = story.map(({ seq }) => (seq === null ? '' : `#${seq}`))
  const width = Math.max(...numbers.map((number) => number.length))
  const text = story.map(({ text: row }, i) => `${(numbers[i] ?? '').padEnd(width)} ${row}`).join('\n')
  return [{ kind: 'code', text }]
}

/** Where the lines of a run stand in the log. */
export function auditText({ lines, first, last }: Story['audit']): string {
  if (first === null || last === null) return 'no line'
  return lines === 1 ? `line #${first}` : `${lines} lines, #${first} to #${last}`
}

function timeOf(event: string): number {
  return Date.parse(String((JSON.parse(event) as { at?: string }).at))
}

function stepText({ at, stage, call, name, state, attempt }: StepMark): string {
  const place = [`stage=${stage}`, ...(call > 1 ? [`call=${call}`] : []), `attempt=${attempt}`].join(' ')
  return `${new Date(at).toISOString().slice(11, 19)} step.${state} ${name} ${place}`
}

function deliveryText({ target, label, state, attempts, reason, next_at }: DeliveryRow, now: number): string {
  // Two words go to the security room, which say different things.
  const about = target === SECURITY_TARGET ? ', of the glass' : target === REVIEW_TARGET ? ', of the review' : ''
  const place = target === 0 ? 'who asked' : target < 0 ? 'a direct message' : `${label ?? 'its room'}${about}`
  const why = reason === null ? '' : ` (${reason})`
  switch (state) {
    case 'delivered':
      return `to ${place}: delivered`
    case 'undeliverable':
      return `to ${place}: given up${why}`
    case 'pending': {
      const tries = reason === null ? 'on its way' : `not yet, ${countText(attempts + 1)}${why}`
      return `to ${place}: ${tries}${reason === null || next_at === null ? '' : `, next try ${whenText(next_at, now)}`}`
    }
  }
}

function countText(tries: number): string {
  return tries === 1 ? 'tried once' : `tried ${tries} times`
}

function whenText(at: number, now: number): string {
  return at <= now ? 'now' : `in ${ago(at - now)}`
}
