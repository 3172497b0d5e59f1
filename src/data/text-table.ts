/** Records as an aligned table of text. Pure. */
import type { Json, PawlRecord } from '../json.ts'
import { cutToWidth, padToWidth, widthOf } from '../view/width.ts'
import { type FieldPath, valueAt } from './path.ts'
import { textOfValue } from './value.ts'

/** What a phone still shows; the same as in the house's own tables. */
const CELL_WIDTH = 40

export interface Column {
  readonly title: string
  readonly path: FieldPath
}

/** Every field that some record has, in the order of their first appearance. */
export function columnsOf(records: readonly PawlRecord[]): Column[] {
  const names = new Set<string>()
  for (const record of records) for (const name of Object.keys(record)) names.add(name)
  return [...names].map((title) => ({ title, path: [title] }))
}

/** Title row, then one row per record; columns of numbers stand to the right, a wide cell is cut. */
export function textTable(records: readonly PawlRecord[], columns: readonly Column[]): string {
  const set = columns.map(({ title, path }) => {
    const values = records.map((record) => valueAt(record, path))
    const cells = [title, ...values].map(cellOf)
    const width = Math.max(...cells.map(widthOf))
    const numbers = values.every((value) => value === undefined || typeof value === 'number')
    return cells.map((cell) => padToWidth(cell, width, numbers ? 'right' : 'left'))
  })
  return Array.from({ length: records.length + 1 }, (_, row) =>
    set
      .map((cells) => cells[row] ?? '')
      .join('  ')
      .trimEnd(),
  ).join('\n')
}

function cellOf(value: Json | undefined): string {
  const text = value === undefined ? '' : textOfValue(value).replace(/\s+/g, ' ')
  return cutToWidth(text, CELL_WIDTH)
}
