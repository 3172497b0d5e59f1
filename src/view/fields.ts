/** Records field by field: one alone, or several that do not make a table. Pure. */
import { type Markdown, md, personName, plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import type { Json, PawlRecord } from '../json.ts'
import { codeCost, cutToCost, FIELD_COST, NAMED_COST, PAGE_COST, textCost } from './budget.ts'
import { isLaidOut, oneLine, readable } from './cell.ts'
import { momentShown } from './moment.ts'
import type { Layout } from './page.ts'
import { isPerson } from './person.ts'
import { cutToWidth } from './width.ts'

/** Fields of one record on one page; what has more is a document. */
const FIELDS_MAX = 30

/** A name is a word or two. */
const NAME_WIDTH = 60

/** Records on one page, each under its number. */
const RECORDS_MAX = 10

/** One record among several: so many of its fields, each value on a line or two. */
const FIELDS_EACH = 12
const VALUE_WIDTH = 160

/** What one record among several may take, so that a page shows three at the least. */
const RECORD_COST = 1_200

/** The fields of one record; text of several lines or with columns stands in a code block, so that it keeps its look. */
export function recordLayout(record: PawlRecord): Layout {
  const entries = Object.entries(record)
  return {
    unit: 'field',
    total: entries.length,
    from(at) {
      const blocks: Block[] = []
      let left = PAGE_COST
      let shown = 0
      for (const [key, value] of entries.slice(at, at + FIELDS_MAX)) {
        const name = nameOf(key)
        const text = readable(value)
        const named = namedValue(key, value)
        const costOf = isLaidOut(text) ? codeCost : textCost
        left -= FIELD_COST + textCost(name)
        const cost = named === null ? costOf(text) : NAMED_COST
        if (cost > left && shown > 0) break
        if (named !== null) addField(blocks, name, named)
        else if (isLaidOut(text)) addCode(blocks, name, cost > left ? cutValue(text, left, costOf) : text)
        else addField(blocks, name, plain(cost > left ? cutValue(text, left, costOf) : text))
        left -= Math.min(cost, left)
        shown++
      }
      return { blocks: blocks.length > 0 ? blocks : [{ kind: 'text', text: plain('The record is empty.') }], shown }
    },
  }
}

function addField(blocks: Block[], name: string, value: Markdown): void {
  const last = blocks.at(-1)
  if (last?.kind === 'fields') blocks[blocks.length - 1] = { kind: 'fields', fields: [...last.fields, { name, value }] }
  else blocks.push({ kind: 'fields', fields: [{ name, value }] })
}

function addCode(blocks: Block[], name: string, text: string): void {
  blocks.push({ kind: 'text', text: md`**${name}:**` }, { kind: 'code', text })
}

/** A value that the platform shows in its own way: a moment, or who did something. Null for any other. */
function namedValue(key: string, value: Json | undefined): Markdown | null {
  if (isPerson(key, value)) return personName(value)
  return typeof value === 'string' ? momentShown(value) : null
}

/** A value longer than a whole answer, with its length. */
export function cutValue(text: string, limit: number, costOf: (text: string) => number): string {
  const length = ` (${text.length} characters in all)`
  return cutToCost(text, limit - length.length - 1, costOf) + length
}

/** Several records, the fields of each under its number. */
export function recordsLayout(records: readonly PawlRecord[]): Layout {
  return {
    unit: 'record',
    total: records.length,
    from(at) {
      const blocks: Block[] = []
      let left = PAGE_COST
      let shown = 0
      for (const record of records.slice(at, at + RECORDS_MAX)) {
        const { fields, cost } = briefFields(record)
        if (cost > left && shown > 0) break
        blocks.push({ kind: 'text', text: md`**${at + shown + 1}.**` }, { kind: 'fields', fields })
        left -= cost
        shown++
      }
      return { blocks, shown }
    },
  }
}

function briefFields(record: PawlRecord): { fields: Extract<Block, { kind: 'fields' }>['fields']; cost: number } {
  const entries = Object.entries(record)
  const fields: { name: string; value: Markdown }[] = []
  let cost = FIELD_COST * 2
  for (const [key, json] of entries.slice(0, FIELDS_EACH)) {
    const name = nameOf(key)
    const named = namedValue(key, json)
    const value = briefValue(json)
    const next = cost + FIELD_COST + textCost(name) + (named === null ? textCost(value) : NAMED_COST)
    if (next > RECORD_COST && fields.length > 0) break
    cost = next
    fields.push({ name, value: named ?? plain(value) })
  }
  const hidden = entries.length - fields.length
  if (hidden > 0) fields.push({ name: '…', value: plain(`${hidden} more field${hidden === 1 ? '' : 's'}`) })
  if (entries.length === 0) fields.push({ name: 'empty', value: plain('no fields') })
  return { fields, cost }
}

function briefValue(value: Json | undefined): string {
  return cutToCost(cutToWidth(oneLine(value), VALUE_WIDTH), RECORD_COST / 2, textCost)
}

function nameOf(key: string): string {
  const name = cutToCost(cutToWidth(oneLine(key), NAME_WIDTH), NAME_WIDTH * 3, textCost)
  return name === '' ? '""' : name
}
