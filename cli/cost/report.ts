/** The answer of `pawl cost` as text. Pure. */
import { ASSUMPTIONS } from './assumed.ts'
import type { RunsOut } from './bill.ts'
import { type Estimate, kindsIn } from './estimate.ts'
import { METER_NAMES, METERS, type Meter, PLAN_PRICE, STORAGE } from './prices.ts'
import { DAYS_A_MONTH } from './usage.ts'

export type Plan = 'free' | 'paid'

/** How many of the meters that run out are named. */
const SHOWN = 3

/** Everything, or what concerns one plan. */
export function reportOf(estimate: Estimate, plan: Plan | null): string {
  const parts = [
    headline(estimate),
    plan === 'free' ? freeTable(estimate) : paidTable(estimate),
    [...(plan === 'free' ? [] : totals(estimate)), ...ofEach(estimate)].join('\n'),
    [...runsOut(estimate, plan), ...storage(estimate, plan)].join('\n'),
    ['Assumed, not measured:', ...ASSUMPTIONS.map((one) => `- ${one}`)].join('\n'),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function headline({ commands, jobs, counts, measuredAt, pricesAt }: Estimate): string {
  const kinds = kindsIn(counts)
    .map((kind) => `${whole(counts[kind])} ${kind}`)
    .join(', ')
  const what = `${whole(commands)} commands a month, ${whole(jobs)} of them jobs`
  return `${what}${kinds === '' ? '' : `: ${kinds}`}.\nMeasured ${measuredAt.slice(0, 10)}, prices of ${pricesAt}.`
}

function paidTable({ bill }: Estimate): string {
  return table(
    ['a month', 'used', 'included', 'over', 'list price', 'billed'],
    [
      ...bill.lines.map(({ meter, used, included, over, list, billed }) => [
        METERS[meter].name,
        amount(used),
        amount(included),
        amount(over),
        cents(list),
        dollars(billed),
      ]),
      ['all', '', '', '', cents(bill.list), dollars(bill.total - PLAN_PRICE)],
    ],
  )
}

function freeTable({ day }: Estimate): string {
  const rows = METER_NAMES.flatMap((meter) => {
    const { name, free }: Meter = METERS[meter]
    return free === null ? [] : [[name, amount(day[meter]), amount(free), percent(day[meter] / free)]]
  })
  return table(['a day', 'used', 'allowed', 'of it'], rows)
}

function totals({ bill, perThousand, months, listOf }: Estimate): string[] {
  const thousand = perThousand === null ? '' : `, or ${cents(perThousand)} per 1,000 commands`
  const kept = months === 1 ? 'a month of them' : `${months} months of them`
  const { commands, storage, sealing, time } = listOf
  return [
    `At list price, as if nothing were included: ${cents(bill.list)}${thousand}.`,
    `Of it: commands ${cents(commands)}, storing ${kept} ${cents(storage)}, sealing the log ${cents(sealing)}, cron ${cents(time)}.`,
    `The bill: ${dollars(bill.total)}, of which the Workers Paid plan is ${dollars(PLAN_PRICE)}.`,
  ]
}

function ofEach({ perThousandOf, counts }: Estimate): string[] {
  const kinds = kindsIn(counts).map((kind) => `${kind} ${cents(perThousandOf[kind])}`)
  return kinds.length === 0 ? [] : [`1,000 of a kind, without storing and sealing: ${kinds.join(', ')}.`]
}

function runsOut({ free, paid, commands }: Estimate, plan: Plan | null): string[] {
  if (commands === 0) return []
  const lines = []
  if (plan !== 'paid')
    lines.push(
      `Free plan, what runs out first: ${first(free, 'day')}.`,
      'Beside that it gives an invocation 10 ms of CPU, however few there are.',
    )
  if (plan !== 'free') lines.push(`Paid plan, what is used up first: ${first(paid, 'month')}.`)
  return lines
}

function first(all: readonly RunsOut[], unit: string): string {
  if (all.length === 0) return 'nothing'
  const [head, ...rest] = all.slice(0, SHOWN).map(({ meter, limit, commands }) => {
    const at = commands < 0 ? 'without a command' : `at ${rough(commands)} commands a ${unit}`
    return `${METERS[meter].name} (${amount(limit)}), ${at}`
  })
  return rest.length === 0 ? `${head}` : `${head}; then ${rest.join('; ')}`
}

function storage({ storage }: Estimate, plan: Plan | null): string[] {
  const { gbAMonth, freeMonths, includedMonths, mostMonths } = storage
  if (freeMonths === null || includedMonths === null || mostMonths === null) return []
  const paid = `the ${STORAGE.included} GB that are included after ${monthsText(includedMonths)}, a database (${STORAGE.most} GB) is full after ${monthsText(mostMonths)}`
  const free = `a database of the free plan (${STORAGE.free * 1_000} MB) is full after ${monthsText(freeMonths)}`
  const what = { free, paid }
  const said = plan === null ? `${free}, ${paid}` : what[plan]
  return [`The database grows by ${whole(gbAMonth * 1_000)} MB a month: ${said}.`]
}

function monthsText(months: number): string {
  return months < 1 ? `${whole(months * DAYS_A_MONTH)} days` : `${rough(months, 2)} months`
}

/** Names to the left, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, i) => Math.max(...all.map((cells) => cells[i]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')
  return all.map(line).join('\n')
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Two digits behind the point for what is less than ten. */
function amount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 })
}

/** Few digits, for what is no more exact. */
function rough(value: number, digits = 3): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: digits })
}

function percent(part: number): string {
  return `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`
}

function dollars(value: number): string {
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

/** Dollars for what is mostly less than a cent. */
function cents(value: number): string {
  return value >= 10 ? dollars(value) : `$${value.toFixed(4)}`
}
