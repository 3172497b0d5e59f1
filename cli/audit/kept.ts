/** Checkpoints that somebody kept outside of Pawl, held against a file. Pure but for WebCrypto, and reading the kept file. */
import { readFile } from 'node:fs/promises'
import { type Checkpoint, parseCheckpoint } from '../../src/audit/checkpoint.ts'
import { sameHash } from '../../src/audit/merkle.ts'
import { openNote } from '../../src/audit/note.ts'
import { faultText } from './judge.ts'
import type { KeyChain } from './keys.ts'
import { type Read, wrong } from './read.ts'
import type { Scan } from './scan-result.ts'
import { unsaid, type Verdict } from './verdict.ts'

export interface KeptCheckpoint {
  readonly file: string
  readonly note: string
  readonly checkpoint: Checkpoint
}

/**
 * A note as it begins: a name without blanks, a size, a root; then lines up to the empty one, and signatures. What a chat puts around or
 * before the lines of a copied text (a heading, a fence, `> `) is no part of it.
 */
const NOTE = /^[^\s`>]\S*\n\d+\n[A-Za-z0-9+/]{43}=\n(?:[^\n]+\n)*\n(?:\u2014 \S+ \S+(?:\n|$))+/gm

/** A kept note, wherever in its file it stands. */
export async function readKept(file: string): Promise<Read<KeptCheckpoint>> {
  const content = await readFile(file, 'utf8').catch((error: Error) => error)
  if (content instanceof Error) return wrong(content.message)
  const text = content
    .replaceAll(/\r$/gm, '')
    .replaceAll(/^> ?/gm, '')
    .replaceAll(/[ \t]+$/gm, '')
  const [found, second] = text.match(NOTE) ?? []
  if (found === undefined) return wrong('there is no checkpoint in it: a name, a size, a root, and signatures')
  if (second !== undefined) return wrong('there are several checkpoints in it: give each a file of its own')
  const note = found.endsWith('\n') ? found : `${found}\n`
  const parsed = parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))
  if (!parsed.ok) return wrong(`it is no checkpoint: ${parsed.why}`)
  return { ok: true, value: { file, note, checkpoint: parsed.checkpoint } }
}

/**
 * Whether the kept checkpoints belong to the history that the files show.
 *
 * @param scans smallest first, found good, and of one log
 */
export async function judgeKept(
  kept: readonly KeptCheckpoint[],
  scans: readonly Scan[],
  { keys }: KeyChain,
): Promise<Verdict | null> {
  const newest = scans.at(-1)
  if (!newest) return null
  const verdicts: Verdict[] = []
  const sizes = new Map<number, KeptCheckpoint>()
  for (const one of kept) {
    const { file, note, checkpoint } = one
    const { size, root } = checkpoint
    const say = (why: string): Verdict => ({ kind: 'tampered', problem: null, why: `${file}: ${why}` })
    if (checkpoint.origin !== newest.header.origin) {
      verdicts.push(
        say(
          `the kept checkpoint is of the log ${checkpoint.origin}, and the file of ${newest.header.origin}: the log was replaced, or it is another one`,
        ),
      )
      continue
    }
    const opened = await openNote(note, keys)
    if (!opened.ok) {
      verdicts.push(unsaid(`${file}: ${faultText(opened.fault)}`))
      continue
    }
    const other = sizes.get(size)
    sizes.set(size, one)
    if (other && !sameHash(other.checkpoint.root, root))
      verdicts.push(
        say(
          `it and ${other.file} are signed for two different logs of ${size} lines: people were shown different histories`,
        ),
      )
    else if (size > newest.header.size)
      verdicts.push(
        say(
          `the kept checkpoint covers ${size} lines, and the file ${newest.header.size}: its end was cut off, or it is older than the checkpoint (then export again)`,
        ),
      )
    else verdicts.push(judgeRoot(one, scans) ?? { kind: 'intact' })
  }
  return verdicts.find(({ kind }) => kind === 'tampered') ?? verdicts.find(({ kind }) => kind === 'unsaid') ?? null
}

function judgeRoot({ file, checkpoint: { size, root } }: KeptCheckpoint, scans: readonly Scan[]): Verdict | null {
  const roots = scans.flatMap(({ roots }) => roots.get(size) ?? [])
  if (roots.length === 0)
    return unsaid(
      `${file}: the lines around line ${size} are left out of the file, so the kept checkpoint cannot be compared: export without a filter, or add the archive`,
    )
  return roots.every((one) => sameHash(one, root))
    ? null
    : {
        kind: 'tampered',
        problem: null,
        why: `${file}: the kept checkpoint was signed for other lines: somewhere in the lines 1 to ${size} of the log this is another history than the one it was taken from`,
      }
}
