/** Whether export files are what was sealed. Reads the files; pure but for that and WebCrypto. */
import { sameHash } from '../../src/audit/merkle.ts'
import { formatVerifierKey, openNote, parseVerifierKey, type VerifierKey } from '../../src/audit/note.ts'
import { judgeGone } from './gone.ts'
import { judgeCheckpoints } from './judge.ts'
import { judgeKept, type KeptCheckpoint } from './kept.ts'
import { chainOf, type KeyChain, signersOf } from './keys.ts'
import { readFileHeader, scanLog } from './scan.ts'
import type { Problem, Scan } from './scan-result.ts'
import { missingIn, unionOf } from './seq-range.ts'
import { tampered, unsaid, type Verdict } from './verdict.ts'

export interface Verified {
  readonly verdict: Verdict
  /** What was read, the smallest file first; empty where none could be. */
  readonly scans: readonly Scan[]
}

/**
 * Reads the files of one log, in any order, and judges them together.
 *
 * @param trusted the key that the reader has from elsewhere; without it nothing is found intact
 * @param kept checkpoints from elsewhere
 */
export async function verifyLog(
  files: readonly string[],
  trusted: VerifierKey | null,
  kept: readonly KeptCheckpoint[],
): Promise<Verified> {
  const headers = []
  for (const file of files) {
    const read = await readFileHeader(file)
    if (!read.ok) return { verdict: unsaid(`${file}: ${read.why}`), scans: [] }
    headers.push({ file, ...read })
  }
  headers.sort((a, b) => a.header.size - b.header.size)
  const watch = new Set([...headers.map(({ header }) => header.size), ...kept.map(({ checkpoint }) => checkpoint.size)])
  const scans: Scan[] = []
  for (const { file, header, at } of headers) scans.push(await scanLog(file, header, at, watch))
  return { verdict: await judge(scans, trusted, kept), scans }
}

async function judge(
  scans: readonly Scan[],
  trusted: VerifierKey | null,
  kept: readonly KeptCheckpoint[],
): Promise<Verdict> {
  const origins = new Set(scans.map(({ header }) => header.origin))
  const [origin = ''] = origins
  if (origins.size > 1) return unsaid(`the files are of different logs: ${[...origins].join(', ')}`)
  const key = trusted ?? (await keyOf(scans))
  const broken = scans.find(({ problem }) => problem !== null)?.problem ?? null
  if (key === null) return broken ? tampered(broken) : unsaid('no key: the file names none either')
  if (broken) return tampered(await firstOf(broken, scans, key))
  if (key.name !== origin) return unsaid(`the key is of the log ${key.name}, and the file of ${origin}`)
  const chained = await chainOf(scans, key)
  if (!chained.ok) return tampered(chained.problem)
  const judged = await judgeSignatures(scans, chained.chain, key, chained.known)
  if (judged) return judged
  const held = [judgeTogether(scans), await judgeKept(kept, scans, chained.chain), judgeGone(scans), judgeDamage(scans)]
  return (
    held.find((verdict) => verdict?.kind === 'tampered') ??
    held.find((verdict) => verdict?.kind === 'unsaid') ??
    (trusted
      ? { kind: 'intact' }
      : unsaid(
          `no key: the file agrees with itself and with the key that it names, ${formatVerifierKey(key)}, but whoever rewrites a file can name a key of his own. Ask for the log's key elsewhere and give it with --key`,
        ))
  )
}

/** The key that the newest file names. */
async function keyOf(scans: readonly Scan[]): Promise<VerifierKey | null> {
  const named = await parseVerifierKey(scans.at(-1)?.header.key ?? '')
  return named.ok ? named.key : null
}

/** A broken line, or a checkpoint above it in the same file that does not hold. */
async function firstOf(broken: Problem, scans: readonly Scan[], key: VerifierKey): Promise<Problem> {
  const scan = scans.filter(({ file }) => file === broken.file)
  const chained = await chainOf(scan, key)
  // A key that came later stands in lines that were not read any more.
  if (!chained.ok || !chained.known || !(await isSignedWith(scan, key))) return broken
  return (await judgeCheckpoints(scan, chained.chain))?.problem ?? broken
}

async function isSignedWith(scans: readonly Scan[], key: VerifierKey): Promise<boolean> {
  for (const { note } of scans.flatMap(({ checkpoints }) => checkpoints)) {
    const opened = await openNote(note, [key])
    if (opened.ok || opened.fault.reason === 'bad_signature') return true
  }
  return false
}

async function judgeSignatures(
  scans: readonly Scan[],
  chain: KeyChain,
  key: VerifierKey,
  known: boolean,
): Promise<Verdict | null> {
  const missing = missingIn(unionOf(scans.map(({ present }) => present)), scans.at(-1)?.header.size ?? 0)
  const misfit = known ? await judgeCheckpoints(scans, chain) : null
  // A change of the key is in every export, but it may have been among lines that were pruned since.
  const hidden = missing.some(([first]) => first <= (misfit?.foreign ?? (known ? 0 : Number.POSITIVE_INFINITY)))
  if (hidden)
    return unsaid(
      `${formatVerifierKey(key)} does not lead to all signatures in the file; lines that are left out may tell of a change of key: add the archive, or take a newer key`,
    )
  const [{ file, headerLine } = { file: '', headerLine: 1 }] = scans
  if (!known)
    return tampered({
      file,
      line: headerLine,
      why: `the log has other keys than ${formatVerifierKey(key)}: the key was swapped`,
    })
  if (misfit) return tampered(misfit.problem)
  for (const { file, header, headerLine } of scans) {
    const [inForce] = signersOf(chain, header.size, header.size).needed
    if (header.key !== null && inForce && formatVerifierKey(inForce) !== header.key)
      return tampered({ file, line: headerLine, why: 'it names a key that is not the one of the log' })
  }
  return null
}

/** Whether the files are parts of one history: the end of each is a place in a larger one. */
function judgeTogether(scans: readonly Scan[]): Verdict | null {
  let hidden: Verdict | null = null
  for (const [i, { file, header, roots }] of scans.slice(0, -1).entries()) {
    const root = roots.get(header.size)
    const larger = scans.slice(i + 1).filter((scan) => scan.roots.has(header.size))
    const other = larger.find((scan) => !root || !sameHash(scan.roots.get(header.size) ?? root, root))
    if (other)
      return {
        kind: 'tampered',
        problem: null,
        why: `${file} and ${other.file} tell two histories: somewhere in the lines 1 to ${header.size} of the log they differ, and both are signed`,
      }
    if (larger.length === 0)
      hidden ??= unsaid(
        `lines that are left out of the larger files hide where ${file} ends, so they cannot be compared`,
      )
  }
  return hidden
}

/** What no signature covers is still to be what was written: a word, not a proof. */
function judgeDamage(scans: readonly Scan[]): Verdict | null {
  const damaged = scans.find((scan) => scan.damaged)
  if (!damaged) return null
  const { file, headerLine, unsealed } = damaged
  const why = `the digest of the file does not fit: ${unsealed > 0 ? 'this line, or one that is not sealed,' : 'this line'} was changed; what is signed was not`
  return tampered({ file, line: headerLine, why })
}
