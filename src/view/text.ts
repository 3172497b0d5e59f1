/** Records that are nothing but text: what `echo`, `table` and `raw` give. Pure. */
import { plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import type { PawlRecord } from '../json.ts'
import { codeCost, PAGE_COST, textCost } from './budget.ts'
import { isLaidOut, readable } from './cell.ts'
import { cutValue } from './fields.ts'
import type { Layout } from './page.ts'

/** Lines of one page: a long scroll on a phone. */
const LINES_MAX = 60

/** One text among several. */
const TEXT_COST = 1_000

/** Text; null unless every record is `{ value }` and nothing else. */
export function textLayout(records: readonly PawlRecord[]): Layout | null {
  if (records.length === 0 || !records.every(isValue)) return null
  const texts = records.map(({ value }) => readable(value).replace(/\r\n?/g, '\n').replace(/\n+$/, ''))
  const [only = ''] = texts
  if (texts.length > 1) return linesLayout(texts, 'record', texts.some(isLaidOut), TEXT_COST)
  if (only.includes('\n')) return linesLayout(only.split('\n'), 'line', true, PAGE_COST)
  return linesLayout([only.trim() === '' ? 'The text is empty.' : only], 'record', isLaidOut(only), PAGE_COST)
}

function isValue(record: PawlRecord): boolean {
  const keys = Object.keys(record)
  return keys.length === 1 && keys[0] === 'value'
}

function linesLayout(lines: readonly string[], unit: Layout['unit'], laidOut: boolean, limit: number): Layout {
  const costOf = laidOut ? codeCost : textCost
  return {
    unit,
    total: lines.length,
    from(at) {
      const shown: string[] = []
      let left = PAGE_COST
      for (const line of lines.slice(at, at + LINES_MAX)) {
        const text = costOf(line) > limit ? cutValue(line, limit, costOf) : line
        left -= costOf(text) + 1
        if (left < 0 && shown.length > 0) break
        shown.push(text)
      }
      return { blocks: [block(shown.join('\n'), laidOut)], shown: shown.length }
    },
  }
}

function block(text: string, laidOut: boolean): Block {
  return laidOut ? { kind: 'code', text } : { kind: 'text', text: plain(text) }
}
