/** Uniform records as an aligned table. Pure. */
import type { PawlRecord } from '../json.ts'
import { codeCost, TABLE_COST } from './budget.ts'
import { oneLine } from './cell.ts'
import { plainMoment } from './moment.ts'
import type { Layout } from './page.ts'
import { accountsIn, PEOPLE_MAX, PERSON_COST, peopleNote } from './person.ts'
import { cutToWidth, padToWidth, widthOf } from './width.ts'

/** Rows of one page: two screens of a phone. */
const ROWS_MAX = 25

/** Columns of text that a line may take before clients break it: a little under the 80 of a terminal. */
const LINE_WIDTH = 72

/** A longer cell is cut. */
const CELL_WIDTH = 40

/** A column this narrow is never cut: ids, dates and names stay whole, so that they can be copied. */
const CELL_LEAST = 24

const GAP = '  '

/** More cannot stand side by side, each with a letter or two. */
const COLUMNS_MAX = 12

/** A table of which less than this is filled is hard to read: fields record by record are not. */
const FILLED_LEAST = 0.5

interface Column {
  readonly name: string
  readonly isNumber: boolean
  /** As it is shown, in columns of text. */
  readonly width: number
}

/** A table; null for records that are too different or too wide for one. */
export function tableLayout(records: readonly PawlRecord[]): Layout | null {
  const names = columnNames(records)
  if (names === null || !isFilled(records, names)) return null
  const columns = fitted(names.map((name) => measured(name, records)))
  if (columns === null) return null
  const title = lineOf(columns, ({ name }) => oneLine(name))
  return {
    unit: 'record',
    total: records.length,
    from(at) {
      const lines = [title]
      const accounts = new Set<string>()
      let cost = codeCost(title)
      for (const record of records.slice(at, at + ROWS_MAX)) {
        const line = lineOf(columns, ({ name }) => cellOf(record, name))
        const others = accountsIn(record)
          .filter((id) => !accounts.has(id))
          .slice(0, PEOPLE_MAX - accounts.size)
        cost += codeCost(line) + 1 + others.length * PERSON_COST
        if (cost > TABLE_COST && lines.length > 1) break
        lines.push(line)
        for (const id of others) accounts.add(id)
      }
      return { blocks: [{ kind: 'code', text: lines.join('\n') }, ...peopleNote(accounts)], shown: lines.length - 1 }
    },
  }
}

/** Every field there is, in the order of first appearance; null when there are none or too many for a table. */
function columnNames(records: readonly PawlRecord[]): string[] | null {
  const names = new Set<string>()
  for (const record of records) {
    for (const name of Object.keys(record)) names.add(name)
    if (names.size > COLUMNS_MAX) return null
  }
  return names.size === 0 ? null : [...names]
}

function isFilled(records: readonly PawlRecord[], names: readonly string[]): boolean {
  const filled = records.reduce((sum, record) => sum + Object.keys(record).length, 0)
  return filled >= records.length * names.length * FILLED_LEAST
}

function measured(name: string, records: readonly PawlRecord[]): Column {
  let width = widthOf(cutToWidth(oneLine(name), CELL_WIDTH))
  let isNumber = true
  for (const record of records) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined
    if (value !== undefined && value !== null && typeof value !== 'number') isNumber = false
    width = Math.max(width, widthOf(cutToWidth(cellOf(record, name), CELL_WIDTH)))
  }
  return { name, isNumber, width }
}

/** The columns made as narrow as the line asks for, the widest first; null when that is not narrow enough. */
function fitted(columns: readonly Column[]): Column[] | null {
  const room = LINE_WIDTH - GAP.length * (columns.length - 1)
  const widths = columns.map(({ width }) => width)
  let excess = widths.reduce((sum, width) => sum + width, 0) - room
  for (; excess > 0; excess--) {
    const widest = widths.indexOf(Math.max(...widths))
    if ((widths[widest] ?? 0) <= CELL_LEAST) return null
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return columns.map((column, i) => ({ ...column, width: widths[i] ?? 0 }))
}

function lineOf(columns: readonly Column[], textOf: (column: Column) => string): string {
  return columns
    .map((column) => {
      const cell = cutToWidth(textOf(column), column.width)
      return padToWidth(cell, column.width, column.isNumber ? 'right' : 'left')
    })
    .join(GAP)
    .trimEnd()
}

function cellOf(record: PawlRecord, name: string): string {
  return Object.hasOwn(record, name) ? plainMoment(oneLine(record[name])) : ''
}
