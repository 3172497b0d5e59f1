/** `audit status`: how far the audit log is sealed, and what is wrong with it. Through the house: the Ledger, D1. */
import { outsideProblems } from '../audit/retention-problems.ts'
import { plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import { defineCommand } from '../command/define.ts'
import { type LogExtent, type SinkRow, selectExtent, selectSinks } from '../db/checkpoints.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'audit status',
  summary: 'Show how far the audit log is sealed, its newest checkpoint, and what is wrong',
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is audit:status must have audit:read'],
  examples: [['audit status', 'copy the checkpoint to a place outside of Pawl']],
  async handler(_, ctx) {
    const { db, ledger, audit } = houseOf(ctx)
    // The Ledger first: what it has sealed is in D1 by then.
    const { size, newest, problems } = await ledger().status()
    const [extent, sinks] = (await db.batch([selectExtent(db), selectSinks(db)])) as [
      D1Result<LogExtent>,
      D1Result<SinkRow>,
    ]
    const { last = 0, pruned_to = 0 } = extent.results[0] ?? {}
    return {
      sealed: size,
      unsealed: Math.max(last - size, 0),
      sealed_at: newest && new Date(newest.at).toISOString(),
      pruned_to,
      database_mb: Math.round(extent.meta.size_after / 10_000) / 100,
      sinks: sinks.results.map(({ name, cursor, failures, reason }) => ({ name, cursor, failures, reason })),
      problems: [...problems, ...outsideProblems(audit, sinks.results, extent.meta.size_after)],
      checkpoint: newest?.note ?? null,
    }
  },
  view: ([status]) => {
    const fields = [
      ['Sealed', status.sealed_at === null ? 'nothing yet' : `${status.sealed} lines, at ${status.sealed_at}`],
      ['Not sealed yet', `${status.unsealed} lines`],
      ...(status.pruned_to > 0 ? [['No longer in D1', `lines 1 to ${status.pruned_to}`]] : []),
      ['Database', `${status.database_mb} MB`],
      ...status.sinks.map(({ name, cursor, failures, reason }) => [
        `Sink ${name}`,
        `has lines 1 to ${cursor}${failures > 0 ? `; failed ${failures} times: ${reason ?? 'no reason given'}` : ''}`,
      ]),
    ] as [string, string][]
    const blocks: Block[] = [
      ...status.problems.map((problem): Block => ({ kind: 'text', text: plain(`⚠ ${problem}`) })),
      { kind: 'fields', fields: fields.map(([name, value]) => ({ name, value: plain(value) })) },
    ]
    if (status.checkpoint !== null) blocks.push({ kind: 'code', text: status.checkpoint })
    return blocks
  },
})
