/** `run log`: the lines that the handlers of a run left with it. Reads the house, touches nothing else. */
import * as z from 'zod'
import { code, md, plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { type LogLine, selectLog } from '../db/log.ts'
import { RUN_ID } from '../runs/identity.ts'
import { isTerminal } from '../runs/state.ts'
import { codeCost, cutToCost, PAGE_COST } from '../view/budget.ts'
import { type Layout, pageCount, pageOf } from '../view/page.ts'
import { placeOf } from '../view/view.ts'
import { houseOf } from './house.ts'
import { seenRun } from './run-access.ts'

/** Lines of one page: a long scroll on a phone. */
const LINES_MAX = 40

/** One line among others. */
const LINE_COST = 400

export default defineCommand({
  name: 'run log',
  summary: 'Show what a run wrote down while it ran: your own, or any with run:read',
  description: 'The lines of somebody else are shown only in the room that saw the answer.',
  options: {
    run: z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').describe('Id of the run'),
    page: z.int().min(1).max(1_000).default(1).describe('Which page of its lines'),
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  // Open to all because it first serves one's own runs; the handler asks for run:read on those of others.
  rules: ['when command is run:log allow'],
  examples: [
    ['run log r_0123456789abcdef', 'the lines of this run'],
    ['run log r_0123456789abcdef --page 2', 'more of them'],
  ],
  async handler({ run: id, page: number }, ctx) {
    const { row, open } = await seenRun(ctx, id)
    if (!open)
      throw new CommandFailure(`the answer of run ${id} was not told in this room: what it wrote is not shown here`)
    const { results } = await selectLog(houseOf(ctx).db, id).all<LogLine>()
    const layout = layoutOf(results)
    const page = pageOf(layout, number)
    if (page === null) {
      const pages = pageCount(layout)
      throw new CommandFailure(`the log of run ${id} has ${pages === 1 ? 'one page' : `${pages} pages`}`)
    }
    return {
      run: id,
      ended: isTerminal(row.state),
      place: placeOf(page),
      next: page.isLast ? null : number + 1,
      lines: results
        .slice(page.first - 1, page.last)
        .map(({ seq, at, stage, text }) => ({ seq, at: new Date(at).toISOString(), stage, text })),
    }
  },
  view: ([{ run, ended, place, next, lines }]) => {
    if (lines.length === 0) return md`Run ${code(run)} has written nothing down${ended ? '' : ' yet'}.`
    const shown: Block = { kind: 'code', text: lines.map(textOf).join('\n') }
    if (next === null) return place.startsWith('The first') ? [shown] : [shown, { kind: 'note', text: plain(place) }]
    return [shown, { kind: 'note', text: md`${place} · next: ${code(`run log ${run} --page ${next}`)}` }]
  },
})

/** The time of day and the text, on one row; stages are told apart by their number, 0 is Pawl's own word. */
function textOf({ at, stage, text }: { at: string; stage: number; text: string }): string {
  const line = text.replace(/\s*\n\s*/g, ' ⏎ ')
  return cutToCost(`${at.slice(11, 19)} ${stage > 1 ? `[${stage}] ` : ''}${line}`, LINE_COST, codeCost)
}

function layoutOf(lines: readonly LogLine[]): Layout {
  return {
    unit: 'line',
    total: lines.length,
    from(at) {
      let left = PAGE_COST
      let shown = 0
      for (const line of lines.slice(at, at + LINES_MAX)) {
        left -= codeCost(textOf({ ...line, at: new Date(line.at).toISOString() })) + 1
        if (left < 0 && shown > 0) break
        shown++
      }
      return { blocks: [], shown }
    },
  }
}
