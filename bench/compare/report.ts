/** The figures of a run as a table, and what has changed since the run before. Pure. */
import type { Round } from './measure.ts'
import { median, spread } from './statistics.ts'

/** Of one question to one subject; medians over the rounds, with the least and the greatest where two numbers stand. */
export interface Figures {
  readonly subject: string
  readonly question: string
  /** Milliseconds of the server's process for one request. */
  readonly cpu: number
  readonly cpuSpread: readonly [number, number]
  /** Milliseconds to the answer at the fixed rate. */
  readonly p50: number
  readonly p50Spread: readonly [number, number]
  readonly p99: number
  /** With as many under way as fit. */
  readonly perSecond: number
  readonly fullP50: number
  readonly fullP99: number
  readonly memoryMb: number
}

export interface Size {
  readonly subject: string
  readonly startMs: number
  readonly minifiedKb: number | null
  readonly gzippedKb: number | null
}

export interface Report {
  /** `2026-11-21T21:00:00.000Z` */
  readonly at: string
  readonly machine: string
  readonly sizes: readonly Size[]
  readonly figures: readonly Figures[]
}

/** A smaller change than this is noise, as a part of the figure before. */
const NOISE = 0.1

export function figuresOf(subject: string, question: string, rounds: readonly Round[]): Figures {
  const of = (pick: (round: Round) => number) => round2(median(rounds.map(pick)))
  const within = (pick: (round: Round) => number) => {
    const [least, greatest] = spread(rounds.map(pick))
    return [round2(least), round2(greatest)] as const
  }
  return {
    subject,
    question,
    cpu: of(({ cpu }) => cpu),
    cpuSpread: within(({ cpu }) => cpu),
    p50: of(({ p50 }) => p50),
    p50Spread: within(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    perSecond: Math.round(of(({ saturated }) => saturated.perSecond)),
    fullP50: of(({ saturated }) => saturated.p50),
    fullP99: of(({ saturated }) => saturated.p99),
    memoryMb: Math.round(of(({ memory }) => memory) / 1_024 / 1_024),
  }
}

/** Two Markdown tables. */
export function tablesOf({ at, machine, sizes, figures }: Report): string {
  const kb = (size: number | null) => (size === null ? '' : `${size} KB`)
  const start = [
    '| | start | minified | gzipped |',
    '| --- | ---: | ---: | ---: |',
    ...sizes.map(
      ({ subject, startMs, minifiedKb, gzippedKb }) =>
        `| ${subject} | ${startMs} ms | ${kb(minifiedKb)} | ${kb(gzippedKb)} |`,
    ),
  ]
  const answers = [
    '| | CPU | p50 | p99 | at once | p50 | p99 | memory |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...figures.map(
      (one) =>
        `| ${one.subject}: ${one.question} | ${one.cpu} ms (${one.cpuSpread.join('–')}) | ${one.p50} ms (${one.p50Spread.join('–')}) | ${one.p99} ms | ${one.perSecond}/s | ${one.fullP50} ms | ${one.fullP99} ms | ${one.memoryMb} MB |`,
    ),
  ]
  return `${at}, ${machine}\n\n${start.join('\n')}\n\n${answers.join('\n')}`
}

/** How one figure has moved, in words; null where it has by no more than noise, or there was none before. */
export function changeOf(what: string, was: number | null | undefined, is: number | null, unit: string): string | null {
  if (was === null || was === undefined || is === null || was === 0) return null
  const change = is / was - 1
  if (Math.abs(change) <= NOISE) return null
  return `${what}: ${was} → ${is} ${unit} (${change > 0 ? '+' : ''}${Math.round(change * 100)} %)`
}

/** What CPU, p50 and size have become since; a line for each that moved by more than a tenth. */
export function changesSince(before: Report, now: Report): readonly string[] {
  const lines: string[] = []
  const compare = (...figure: Parameters<typeof changeOf>) => {
    const change = changeOf(...figure)
    if (change !== null) lines.push(change)
  }
  for (const size of now.sizes) {
    const was = before.sizes.find(({ subject }) => subject === size.subject)
    compare(`${size.subject}, start`, was?.startMs, size.startMs, 'ms')
    compare(`${size.subject}, gzipped`, was?.gzippedKb, size.gzippedKb, 'KB')
  }
  for (const one of now.figures) {
    const was = before.figures.find(({ subject, question }) => subject === one.subject && question === one.question)
    const what = `${one.subject}: ${one.question}`
    compare(`${what}, CPU`, was?.cpu, one.cpu, 'ms')
    compare(`${what}, p50`, was?.p50, one.p50, 'ms')
  }
  return lines
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
