/** `run show`: what became of a run, and its records a page at a time. Reads the house, touches nothing else. */
import * as z from 'zod'
import { careOf, standingOf } from '../approval/needs.ts'
import { decidedText, needsText, untilText } from '../approval/replies.ts'
import type { Channel } from '../chat/invocation.ts'
import { code, joinMarkdown, type Markdown, md, plain, textOf } from '../chat/markdown.ts'
import type { Block, Reply } from '../chat/reply.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { type ApprovalRow, selectApproval, selectVotes, type VoteRow } from '../db/approvals.ts'
import type { Database } from '../db/database.ts'
import { ERASED } from '../db/erase.ts'
import { type ReviewedRow, selectReview } from '../db/reviews.ts'
import { locksOf, type RunRow, resolutionOf, type SeenRunRow } from '../db/runs.ts'
import type { PawlRecord } from '../json.ts'
import { RUN_ID } from '../runs/identity.ts'
import { keptRecords } from '../runs/kept.ts'
import { ago } from '../runs/replies.ts'
import { isTerminal } from '../runs/state.ts'
import { pageCount, pageOf } from '../view/page.ts'
import { layoutOf, nextNote, nextPage, placeOf, previousPage } from '../view/view.ts'
import { type House, houseOf } from './house.ts'
import { seenRun } from './run-access.ts'
import { auditText, type Story, storyBlocks, storyOf } from './run-story.ts'

/** A reason is a sentence; what has more is the answer itself. */
const REASON_MAX = 300

export default defineCommand({
  name: 'run show',
  summary: 'Show what became of a run, step by step, and its records: your own, or any with run:read',
  description:
    'The records of somebody else are shown only in the room that saw them. Long results come a page at a time.',
  options: {
    run: z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').describe('Id of the run'),
    page: z.int().min(1).max(1_000).default(1).describe('Which page of its records'),
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  // Open to all because it first serves one's own runs; the handler asks for run:read on those of others.
  rules: ['when command is run:show allow'],
  examples: [
    ['run show r_0123456789abcdef', 'what became of this run'],
    ['run show r_0123456789abcdef --page 2', 'more of its records'],
  ],
  async handler({ run: id, page }, ctx) {
    const { row, open } = await seenRun(ctx, id)
    const records = open ? keptRecords(row.records) : null
    const pages = records ? pageCount(layoutOf(records)) : 1
    // Of what is not shown, nobody learns how long it is.
    if (open && page > pages)
      throw new CommandFailure(
        `run ${id} has ${pages === 1 ? 'one page' : `${pages} pages`}: there is no page ${page}. Type run show ${id} for the first.`,
      )
    const { db, lockStatus } = houseOf(ctx)
    const [{ story, audit, deliveries, run_again_as }, waits_for, approval] = await Promise.all([
      storyOf(db, row, ctx.now()),
      lineOf(row, lockStatus),
      approvalOf(db, id),
    ])
    return {
      ...factsOf(row, ctx.now()),
      waits_for,
      approval,
      deliveries,
      run_again_as,
      audit,
      story,
      reason: open ? reasonOf(row) : row.code,
      page,
      pages,
      offers: open ? offersOf(row) : [],
      // Copied, for a record is what may be changed by who gets it.
      records: records && [...records],
      note: open ? missingNote(row) : 'Its answer was not told in this room: what it gave is not shown here.',
    }
  },
  view: ([shown]) => ({
    show: [
      // Who turns the page has read the rest.
      { kind: 'fields', fields: shown.page === 1 ? fieldsOf(shown) : headOf(shown) },
      ...recordBlocks(shown.run, shown.records, shown.page),
      ...(shown.page === 1 ? storyBlocks(shown) : []),
      ...(shown.note === null ? [] : [{ kind: 'note' as const, text: plain(shown.note) }]),
    ],
    actions: [
      ...(shown.page > 1 ? [previousPage(shown.run, { number: shown.page })] : []),
      ...(shown.page < shown.pages ? [nextPage(shown.run, { number: shown.page })] : shown.offers),
    ],
  }),
})

/** What somebody's word was needed for, and who gave it; null where nobody had to be asked. */
async function approvalOf(db: Database, run: string): Promise<string | null> {
  const [approvals, votes, reviews] = (await db.batch([
    selectApproval(db, run),
    selectVotes(db, run),
    selectReview(db, run),
  ])) as [D1Result<ApprovalRow>, D1Result<VoteRow>, D1Result<ReviewedRow>]
  const [approval] = approvals.results
  if (!approval) return null
  const [review] = reviews.results
  if (approval.stage === 'break_glass')
    return review ? `none: the glass was broken, without ${(JSON.parse(review.skipped) as string[]).join(', ')}` : null
  if (approval.state !== 'open') return decidedText(approval, votes.results)
  const until = untilText(approval.expires_at)
  if (approval.stage === 'confirmation') return `waits to be confirmed by who asked, until ${until}`
  return `waits for ${needsText(standingOf(careOf(approval), votes.results))}, until ${until}`
}

/** Where a queued run stands in line; null when it stands in none, or the lock cannot say so. */
async function lineOf(row: RunRow, lockStatus: House['lockStatus']) {
  if (row.state !== 'queued' || row.joins !== null) return null
  try {
    const lines = await Promise.all(locksOf(row).map(async ({ key }) => ({ key, ...(await lockStatus(key)) })))
    for (const { key, holder, waiters } of lines) {
      const ahead = waiters.findIndex(({ run }) => run === row.id)
      if (ahead >= 0) return { lock: key, place: ahead + 1, holder: holder?.run ?? null }
    }
    return null
  } catch {
    // A lock that cannot be reached: what else is known of the run is shown all the same.
    return null
  }
}

function factsOf(row: SeenRunRow, now: number) {
  const channel = JSON.parse(row.channel) as Channel
  const found = resolutionOf(row)
  return {
    run: row.id,
    state: row.state,
    line: row.line,
    who: row.user_name ?? row.actor,
    platform: row.platform,
    where: channel.kind === 'direct' ? 'direct message' : channel.name ? `#${channel.name}` : channel.id,
    started_at: new Date(row.created_at).toISOString(),
    ended_at: row.ended_at === null ? null : new Date(row.ended_at).toISOString(),
    took_ms: (row.ended_at ?? now) - row.created_at,
    attempt: row.attempt,
    dry: row.dry === 1,
    locks: locksOf(row).map(({ key }) => key),
    joins: row.joins,
    again_for: row.retries,
    resolution: found && { ...found },
  }
}

/** What its answer offers to press, but for the next page of itself. */
function offersOf({ id, actions }: RunRow) {
  const offers = actions === null ? [] : (JSON.parse(actions) as { label: string; run: string }[])
  return offers.filter(({ run }) => run !== nextPage(id, { number: 1 }).run)
}

/** Why it ended as it did: what its answer said, else the word that is kept; null for a plain success. */
function reasonOf(row: RunRow): string | null {
  if (row.code === null) return null
  const reply = row.reply === null ? null : (JSON.parse(row.reply) as Reply)
  const [first] = (reply?.blocks ?? []).flatMap((block) => (block.kind === 'text' ? [textOf(block.text)] : []))
  if (first === undefined) return row.code
  return first.length > REASON_MAX ? `${first.slice(0, REASON_MAX).toWellFormed()}…` : first
}

function missingNote(row: RunRow): string | null {
  if (!isTerminal(row.state)) return 'It has not ended yet.'
  if (row.state === 'lost' && row.resolution === null)
    return `Nobody has said what became of it: run resolve ${row.id} does, once somebody has looked.`
  if (row.line === ERASED) return 'What it was asked and what it gave were erased.'
  if (row.state !== 'succeeded' || row.records !== null) return null
  return 'Its records were too many to keep.'
}

type Shown = ReturnType<typeof factsOf> &
  Omit<Story, 'story'> & {
    readonly reason: string | null
    readonly waits_for: Awaited<ReturnType<typeof lineOf>>
    readonly approval: string | null
  }

function headOf({ run, state, line }: Pick<Shown, 'run' | 'state' | 'line'>): { name: string; value: Markdown }[] {
  return [
    { name: 'Run', value: md`${code(run)}: ${state.replace('_', ' ')}` },
    { name: 'Line', value: code(line) },
  ]
}

function fieldsOf(shown: Shown): { name: string; value: Markdown }[] {
  const { who, platform, where, started_at, ended_at, took_ms, attempt, locks, reason } = shown
  const fields = [
    ...headOf(shown),
    { name: 'Asked by', value: plain(`${who} in ${where} on ${platform}`) },
    { name: 'When', value: plain(timeText(Date.parse(started_at))) },
    { name: ended_at === null ? 'For' : 'Took', value: plain(took_ms < 1_000 ? `${took_ms} ms` : ago(took_ms)) },
  ]
  if (shown.dry) fields.push({ name: 'Changed', value: plain('nothing: it was a dry run') })
  // The first attempt goes without saying.
  if (attempt > 1) fields.push({ name: 'Attempt', value: plain(String(attempt)) })
  if (locks.length > 0) fields.push({ name: locks.length === 1 ? 'Lock' : 'Locks', value: plain(locks.join(', ')) })
  const { waits_for } = shown
  if (waits_for !== null) {
    const { lock, place, holder } = waits_for
    const where = place === 1 ? 'next' : `number ${place} in line`
    fields.push({
      name: 'Waits for',
      value: plain(`${lock}: ${where}${holder === null ? '' : `, held by run ${holder}`}`),
    })
  }
  if (shown.approval !== null) fields.push({ name: 'Approval', value: plain(shown.approval) })
  if (reason !== null) fields.push({ name: 'Reason', value: plain(reason) })
  const { resolution, joins, again_for, run_again_as, deliveries, audit } = shown
  if (resolution !== null) {
    const { outcome, by, note, at } = resolution
    fields.push({ name: 'Resolved', value: plain(`${outcome}, says ${by} (${timeText(at)}): ${note}`) })
  }
  if (joins !== null) fields.push({ name: 'Joined', value: code(joins) })
  if (again_for !== null) fields.push({ name: 'Again for', value: code(again_for) })
  if (run_again_as.length > 0) {
    const again = run_again_as.map((one) => md`${code(one.run)} (${one.state.replace('_', ' ')})`)
    fields.push({ name: 'Run again as', value: joinMarkdown(again, ', ') })
  }
  if (deliveries.length > 0) fields.push({ name: 'Answer', value: plain(deliveries.join('; ')) })
  fields.push({ name: 'Audit', value: plain(auditText(audit)) })
  return fields
}

function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function recordBlocks(run: string, records: readonly PawlRecord[] | null, number: number): readonly Block[] {
  if (records === null) return []
  if (records.length === 0) return [{ kind: 'note', text: plain('It gave no records.') }]
  const page = pageOf(layoutOf(records), number)
  if (page === null) return []
  if (!page.isLast) return [...page.blocks, nextNote(run, page)]
  return page.number === 1 ? page.blocks : [...page.blocks, { kind: 'note', text: plain(placeOf(page)) }]
}
