/** The figures as Markdown tables, ready for the README. Pure. */
import type { Measured, Used } from '../../cli/cost/measured.ts'
import type { Cost, CostReport } from './cost.ts'
import type { PaceCost, SealReport } from './seal.ts'
import type { VerifyReport } from './verify.ts'

const COST_HEAD = [
  'events',
  'bytes of events',
  'of words',
  'of salts',
  'D1 rows, audit',
  'D1 rows, all',
  'trips to D1',
] as const

export function costTable({ kinds, thousand }: CostReport): string {
  return table(
    ['', ...COST_HEAD],
    [
      ...kinds.map((one) => [one.kind, ...cellsOf(one, 1)]),
      ['1,000 of the mix, without the Ledger', ...cellsOf(thousand, 0)],
    ],
  )
}

function cellsOf({ events, event, personal, salt, auditRows, rows, trips }: Cost, digits: number): string[] {
  return [
    number(events, digits),
    number(event),
    number(personal),
    number(salt),
    number(auditRows, digits),
    number(rows, digits),
    number(trips, digits),
  ]
}

export function usedTable({ kinds }: CostReport, { minute, sealing, line }: Measured): string {
  const row = (name: string, used: Used) => [
    name,
    number(used.invocations, 2),
    number(used.queueOperations, 2),
    number(used.objectRequests, 2),
    number(used.objectRowsRead, 2),
    number(used.objectRowsWritten, 2),
    number(used.d1RowsRead, 2),
    number(used.d1RowsWritten, 2),
    number(used.d1Bytes),
    number(used.consoleLines, 2),
  ]
  return table(
    [
      'uses',
      'invocations',
      'operations of the queue',
      'calls of objects',
      'object rows read',
      'written',
      'D1 rows read',
      'written',
      'bytes in D1',
      'console lines',
    ],
    [
      ...kinds.map(({ kind, used }) => row(kind, used)),
      row('an idle minute', minute),
      row('a minute with a line to seal, beyond that', sealing),
      row('each further line', line),
    ],
  )
}

export function paceTable(
  paces: readonly PaceCost[],
  { events, event, personal, salt, auditRows, rows }: Cost,
): string {
  const bytes = event + personal + salt
  return table(
    [
      '1,000 commands, at',
      'lines',
      'sealings',
      'bytes: audit rows',
      'notes and tiles',
      'D1 rows: audit',
      'Ledger',
      'all',
    ],
    paces.map((one) => [
      `${number(one.pace)} a minute`,
      number(events),
      number(one.sealings),
      number(bytes),
      number(one.bytes),
      number(auditRows),
      number(one.rows),
      number(rows + one.rows),
    ]),
  )
}

export function sealTable({ lines, rounds }: SealReport): string {
  return table(
    [`sealing ${number(lines)} lines`, 'time', 'trips to D1', 'D1 rows read', 'written'],
    rounds.map((one, i) => [
      `${i + 1}.`,
      `${number(one.ms)} ms`,
      number(one.trips),
      number(one.rowsRead),
      number(one.rowsWritten),
    ]),
  )
}

export function verifyTable({ lines, fileBytes, ms, cpuMs, memoryBytes }: VerifyReport): string {
  const mb = (bytes: number) => `${number(bytes / 2 ** 20)} MB`
  return table(
    ['lines', 'file', 'time', 'CPU', 'lines a second', 'memory at most'],
    [
      [
        number(lines),
        mb(fileBytes),
        `${number(ms / 1_000, 1)} s`,
        `${number(cpuMs / 1_000, 1)} s`,
        number((lines / ms) * 1_000),
        mb(memoryBytes),
      ],
    ],
  )
}

function number(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}

/** The first column holds names, all others numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'))
  return [head, rule, ...rows].map(line).join('\n')
}
