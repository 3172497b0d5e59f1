/** What is taken from each benchmark's JSON into the one table. Pure. */
import type { CostReport } from '../audit/cost.ts'
import type { SealReport } from '../audit/seal.ts'
import type { VerifyReport } from '../audit/verify.ts'
import type { Figures, Report } from '../compare/report.ts'
import { median } from '../compare/statistics.ts'
import type { StartFigures } from '../job-start.ts'
import type { LanguageFigures } from '../language.ts'
import type { Measured } from '../pipelines.ts'
import type { PolicyFigures } from '../policy.ts'
import type { Rows } from '../policy-rows.ts'

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What is asked for: at most, or at least. */
  readonly most?: number
  readonly least?: number
}

/** What issues 4, 5 and 8 ask for. */
const ASKED = { ofLimit: 1.3, gzippedKb: 250, startMs: 50, jobStartMs: 100, ofJq: 1, timesCedar: 10 }

const PAWL = 'Pawl'

export function compareFigures({ figures, sizes }: Report): Figure[] {
  const each = figures.flatMap(({ subject, question, cpu, p50 }): Figure[] => [
    { name: `${subject}: ${question}, CPU`, value: cpu, unit: 'ms' },
    { name: `${subject}: ${question}, p50`, value: p50, unit: 'ms' },
  ])
  const size = (start: string) => sizes.find(({ subject }) => subject.startsWith(start))
  // With the same bindings: what workerd takes to start those is not the script's.
  const [pawl, floor] = [size(PAWL), size('floor, with')]
  const gzipped: Figure[] =
    pawl && pawl.gzippedKb !== null
      ? [{ name: 'Pawl, gzipped', value: pawl.gzippedKb, unit: 'KB', most: ASKED.gzippedKb }]
      : []
  const start: Figure[] =
    pawl && floor
      ? [{ name: 'Pawl, start after the floor', value: pawl.startMs - floor.startMs, unit: 'ms', most: ASKED.startMs }]
      : []
  return [...gzipped, ...start, ...['slack', 'discord'].flatMap((platform) => ofLimit(figures, platform)), ...each]
}

/** An inline read command as a part of the same by hand. */
function ofLimit(figures: readonly Figures[], platform: string): Figure[] {
  const of = (start: string) =>
    figures.find(({ subject, question }) => subject.startsWith(start) && question === `inline, read, ${platform}`)
  const [pawl, limit] = [of(PAWL), of('limit')]
  if (!pawl || !limit) return []
  const part = (name: string, value: number): Figure => ({ name, value: round2(value), unit: '×', most: ASKED.ofLimit })
  return [
    part(`Pawl of the limit: inline, read, ${platform}, CPU`, pawl.cpu / limit.cpu),
    part(`Pawl of the limit: inline, read, ${platform}, p50`, pawl.p50 / limit.p50),
  ]
}

export function pipelineFigures({ pipelines }: { readonly pipelines: readonly Measured[] }): Figure[] {
  return pipelines.flatMap(({ name, records, pawl, jq }): Figure[] => {
    const what = `${name}, ${records.toLocaleString('en')} records`
    return [
      { name: `${what}: Pawl`, value: pawl.ms, unit: 'ms' },
      { name: `${what}: jq without its start`, value: jq.ms, unit: 'ms' },
      { name: `${what}: Pawl of jq`, value: round2(pawl.ms / jq.ms), unit: '×', most: ASKED.ofJq },
    ]
  })
}

export function policyFigures({ policy }: { readonly policy: PolicyFigures }): Figure[] {
  const { pawl, cedarWhole, cedarSliced, casbin, timesCedar } = policy
  return [
    { name: 'policy: Pawl', value: pawl, unit: '/s' },
    { name: 'policy: Cedar, one policy set', value: cedarWhole, unit: '/s' },
    { name: 'policy: Cedar, one policy set a command', value: cedarSliced, unit: '/s' },
    { name: 'policy: casbin', value: casbin, unit: '/s' },
    { name: 'policy: Pawl of Cedar', value: timesCedar, unit: '×', least: ASKED.timesCedar },
  ]
}

export function auditFigures(audit: {
  readonly cost: CostReport
  readonly seal: SealReport
  readonly verify: VerifyReport
}): Figure[] {
  const { cost, seal, verify } = audit
  return [
    ...cost.kinds.flatMap(({ kind, rows, trips }): Figure[] => [
      { name: `${kind}: D1 rows written`, value: round2(rows), unit: '' },
      { name: `${kind}: trips to D1`, value: round2(trips), unit: '' },
    ]),
    {
      name: `sealing ${seal.lines.toLocaleString('en')} lines`,
      value: Math.round(median(seal.rounds.map(({ ms }) => ms))),
      unit: 'ms',
    },
    { name: 'verifying a million lines', value: round2((verify.ms / verify.lines) * 1_000), unit: 's' },
  ]
}

export function languageFigures({ language }: { readonly language: LanguageFigures }): Figure[] {
  return [
    { name: 'parsing a line', value: language.parseUs, unit: 'µs' },
    { name: 'parsing a line and binding it', value: language.planUs, unit: 'µs' },
  ]
}

export function growthFigures({ growth }: { readonly growth: readonly Rows[] }): Figure[] {
  const least = growth[0]
  return growth.map(({ users, rules, known }): Figure => {
    const name = `rows read: ${users.toLocaleString('en')} users, ${rules.toLocaleString('en')} rules`
    return { name, value: known, unit: '', ...(least && { most: least.known }) }
  })
}

export function jobStartFigures({ jobStart }: { readonly jobStart: { readonly alone: StartFigures } }): Figure[] {
  const { p50, p99 } = jobStart.alone
  return [
    { name: 'a job starts after, p50', value: p50, unit: 'ms', most: ASKED.jobStartMs },
    { name: 'a job starts after, p99', value: p99, unit: 'ms', most: ASKED.jobStartMs },
  ]
}

/** Markdown: what each figure is, what is asked for, whether it is met. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { name, value, unit, most, least } = figure
    const asked = most !== undefined ? `at most ${most}` : least !== undefined ? `at least ${least}` : ''
    return `| ${name} | ${value.toLocaleString('en')} ${unit} | ${asked}${isMet(figure) ? '' : ': **missed**'} |`
  })
  return ['| | | asked for |', '| --- | ---: | --- |', ...rows].join('\n')
}

export function isMet({ value, most, least }: Figure): boolean {
  return (most === undefined || value <= most) && (least === undefined || value >= least)
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
