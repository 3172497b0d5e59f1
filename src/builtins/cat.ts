/** `cat`: gives the records that `tee` kept. Network: D1. */
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { nearest } from '../command/names.ts'
import { type KeptRow, selectKept, selectKeptNames } from '../db/kept.ts'
import { jsonBytes, RECORDS_MAX, RECORDS_MAX_BYTES } from '../engine/records.ts'
import type { PawlRecord } from '../json.ts'
import { houseOf } from './house.ts'
import { KEPT_DAYS, keptName, keptOwner } from './kept.ts'

export default defineCommand({
  name: 'cat',
  summary: 'Give the records again that tee kept under a name',
  options: {
    name: keptName().describe('The name'),
    shared: z.boolean().default(false).describe("Everybody's records of this name, not yours"),
    append: z
      .boolean()
      .default(false)
      .meta({ short: 'a' })
      .describe('After each record that comes in, not instead of it'),
    merge: z
      .boolean()
      .default(false)
      .meta({ short: 'm' })
      .describe('Into each record that comes in; needs one kept record'),
    insert: z.string().min(1).optional().meta({ short: 'i' }).describe('As this field of each record that comes in'),
  },
  // One look into the database, however many records come in.
  input: 'all',
  effects: 'read',
  // They may come from a command whose answer was private.
  answer: 'private',
  rules: ['when command is cat allow'],
  examples: [
    ['cat apps', 'what tee apps kept'],
    [`seed '{"a":1}' | cat apps --insert apps`, 'the kept records as the field apps'],
  ],
  async handler({ name, shared, append, merge, insert }, ctx) {
    if ([append, merge, insert !== undefined].filter(Boolean).length > 1)
      throw new CommandFailure('--append, --merge and --insert exclude each other: give one of them')
    const { db } = houseOf(ctx)
    const owner = keptOwner(ctx, shared)
    const row = await selectKept(db, owner, name, ctx.now()).first<KeptRow>()
    if (row) return combine(ctx.records, JSON.parse(row.records) as PawlRecord[], { append, merge, insert })
    const { results } = await selectKeptNames(db, owner, ctx.now()).all<{ name: string }>()
    const names = results.map((kept) => kept.name)
    const near = nearest(name, names)
    const there = names.length === 0 ? 'nothing is kept' : `there are ${names.join(', ')}`
    throw new CommandFailure(
      `nothing is kept ${shared ? 'for everybody ' : ''}as ${name}: ${near === null ? there : `did you mean ${near}?`} (tee keeps for ${KEPT_DAYS} days)`,
    )
  },
})

interface How {
  readonly append: boolean
  readonly merge: boolean
  readonly insert: string | undefined
}

/** The kept records once, or for each record that comes in; measured as it grows, for it can grow a thousandfold. */
function combine(records: readonly PawlRecord[], kept: readonly PawlRecord[], how: How): PawlRecord[] {
  const [only, ...more] = kept
  if (how.merge && (!only || more.length > 0))
    throw new CommandFailure(`--merge needs one kept record, and there are ${kept.length}: use --insert or --append`)
  if (records.length === 0) return [...kept]
  const keptBytes = jsonBytes([...kept])
  const out: PawlRecord[] = []
  let bytes = 0
  for (const [i, record] of records.entries()) {
    const made = withKept(record, kept, how)
    // What one record and the kept ones can make at most: exact enough, and nothing is written out for it.
    bytes += keptBytes + (how.append || how.merge || how.insert !== undefined ? jsonBytes(record) : 0)
    if (bytes > RECORDS_MAX_BYTES || out.length + made.length > RECORDS_MAX)
      throw new CommandFailure(
        `after ${i} of ${records.length} records this is more than a stage may give (${RECORDS_MAX} records, ${RECORDS_MAX_BYTES} bytes): filter first`,
      )
    for (const one of made) out.push(one)
  }
  return out
}

function withKept(
  record: PawlRecord,
  kept: readonly PawlRecord[],
  { append, merge, insert }: How,
): readonly PawlRecord[] {
  const [only, ...more] = kept
  if (append) return [record, ...kept]
  if (merge) return [{ ...record, ...only }]
  if (insert !== undefined) return [{ ...record, [insert]: only && more.length === 0 ? only : [...kept] }]
  return kept
}
