/** `npm run -s pawl -- audit verify`: whether an export is what was sealed. Reads the files that it is given, and nothing else. */
import { readFile } from 'node:fs/promises'
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../../src/audit/note.ts'
import { readArguments } from '../arguments.ts'
import { type KeptCheckpoint, readKept } from './kept.ts'
import { type Read, wrong } from './read.ts'
import type { Scan } from './scan-result.ts'
import { countOf, missingIn, unionOf } from './seq-range.ts'
import { EXIT, verdictLine } from './verdict.ts'
import { verifyLog } from './verify-log.ts'
import { visible } from './visible.ts'

const USAGE = 'npm run -s pawl -- audit verify <file…> --key <key> [--checkpoint <file>]…'

const HELP = `Usage: ${USAGE}

Checks exports of one log (and its archives, in any order) without Pawl, D1 or a network.
  --key <key>            the log's public key from elsewhere, or a file with it: "audit key" in chat shows it; an earlier key will do
  --checkpoint <file>    an older checkpoint that was kept outside of Pawl; may be given often
Exits with 0 when it is intact, 1 when it was tampered with, 2 when that cannot be said.`

/** Exit code 0 intact, 1 tampered, 2 cannot say. */
export async function verifyAudit(argv: string[]): Promise<number> {
  const parsed = readArguments(
    argv,
    {
      key: { type: 'string' },
      checkpoint: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
    USAGE,
  )
  if (!parsed) return EXIT.unsaid
  const { values, positionals } = parsed
  if (values.help || positionals.length === 0) {
    console.log(HELP)
    return values.help ? 0 : EXIT.unsaid
  }
  const key = values.key === undefined ? null : await readKey(values.key)
  if (key?.ok === false) return cannotSay(`--key: ${key.why}`)
  const kept: KeptCheckpoint[] = []
  for (const file of values.checkpoint) {
    const read = await readKept(file)
    if (!read.ok) return cannotSay(`${file}: ${read.why}`)
    kept.push(read.value)
  }
  const { verdict, scans } = await verifyLog(positionals, key?.value ?? null, kept)
  console.log(verdictLine(verdict))
  if (verdict.kind === 'intact' && key)
    for (const line of summaryLines(scans, key.value, kept.length)) console.log(visible(line))
  return EXIT[verdict.kind]
}

function cannotSay(why: string): number {
  console.log(verdictLine({ kind: 'unsaid', why }))
  return EXIT.unsaid
}

/** A key, wherever in a text it stands. */
const KEY = /\S+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*/

/** A key as text, or the first one in a file: what "audit key" showed, with what stands around it. */
export async function readKey(given: string): Promise<Read<VerifierKey>> {
  const direct = await parseVerifierKey(given)
  if (direct.ok) return { ok: true, value: direct.key }
  const content = await readFile(given, 'utf8').catch(() => null)
  if (content === null) return wrong(`${given} is neither a key nor a file: ${direct.why}`)
  const read = await parseVerifierKey(KEY.exec(content.replaceAll('`', ' '))?.[0] ?? '')
  return read.ok ? { ok: true, value: read.key } : wrong(`${given}: ${read.why}`)
}

function summaryLines(scans: readonly Scan[], key: VerifierKey, kept: number): string[] {
  const newest = scans.at(-1)
  if (!newest) return []
  const { header, checkpoints } = newest
  const missing = missingIn(unionOf(scans.map(({ present }) => present)), header.size)
  const erased = new Set(scans.flatMap(({ erased }) => erased.map(({ seq }) => seq))).size
  const unsealed = scans.reduce((sum, scan) => sum + scan.unsealed, 0)
  const time = checkpoints.at(-1)?.checkpoint.time
  return [
    `  log ${header.origin}, lines 1 to ${header.size}, sealed ${time === undefined ? '' : new Date(time).toISOString()}`,
    `  ${header.size - countOf(missing)} of ${header.size} lines shown, ${countOf(missing)} left out, ${erased} with erased words, ${unsealed} not sealed yet`,
    `  checkpoints that fit: ${checkpoints.length} in the log, ${kept} kept elsewhere; trusted: ${formatVerifierKey(key)}`,
    'What this cannot show:',
    '  - what Pawl never wrote down;',
    '  - what somebody who can write to D1 changed in the minute before it was sealed, or added at any time;',
    '  - another history made by whoever has the signing key: only a checkpoint kept outside shows it (--checkpoint);',
    `  - lines behind line ${header.size}: that the log goes on is only seen in a newer checkpoint;`,
    ...(unsealed > 0 ? ['  - whether the lines that are not sealed yet are true;'] : []),
    ...(missing.length > 0
      ? [
          '  - what the lines say that are left out, whether they were what was sealed, and whether the filter left out the right ones: for evidence, export without a filter;',
        ]
      : []),
    ...(erased > 0 ? ['  - what erased words said;'] : []),
    '  - whether the people behind the accounts are who they seem.',
  ]
}
