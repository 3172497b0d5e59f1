/** `history`: one's own earlier lines, with what stands behind `!` to run each again. Network: D1. */
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { type HistoryRow, selectHistory } from '../db/history.ts'
import { houseOf } from './house.ts'

/** A row of the view, for a code block that a phone still shows. */
const LINE_SHOWN = 48

export default defineCommand({
  name: 'history',
  summary: 'Show your earlier lines; !! runs the last again, !3 the third last',
  description:
    'Of a line that held a secret, was very long or could not be understood, only a part is kept: it is shown, and cannot be run again.',
  options: {
    limit: z.int().min(1).max(100).default(20).describe('How many lines'),
    search: z.string().optional().meta({ short: 's' }).describe('Only lines with all of these words'),
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is history allow'],
  examples: [
    ['history', 'your last 20 lines'],
    [`history 5 --search 'deploy web'`, 'the last five with both words'],
  ],
  empty: 'Nothing that you typed is listed. Without --search, history shows your last 20 lines.',
  async handler({ limit, search = '' }, ctx) {
    const words = search.split(/\s+/).filter((word) => word !== '')
    const query = { limit, except: ctx.run, words }
    const { results } = await selectHistory(houseOf(ctx).db, ctx.actor, query).all<HistoryRow>()
    return results.map(({ n, id, line, history, state, created_at }) => ({
      again: history === 'whole' ? `!${n}` : '',
      line,
      state,
      at: new Date(created_at).toISOString(),
      run: id,
    }))
  },
  view: (records) => [
    {
      kind: 'code',
      text: [...records]
        .reverse()
        .map(({ again, line, state, at }) => `${again.padEnd(5)} ${shown(at)}  ${cut(line)}${ending(state)}`)
        .join('\n'),
    },
  ],
})

/** Day and minute, UTC. */
function shown(at: string): string {
  return at.slice(5, 16).replace('T', ' ')
}

function ending(state: string): string {
  return state === 'succeeded' ? '' : `  [${state.replace('_', ' ')}]`
}

function cut(line: string): string {
  const flat = line.replace(/\s+/g, ' ')
  return flat.length > LINE_SHOWN ? `${flat.slice(0, LINE_SHOWN - 1).toWellFormed()}…` : flat
}
