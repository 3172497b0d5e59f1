/** Whether checkpoints hold: their signatures, and their roots against the lines before them. Pure but for WebCrypto. */
import { sameHash } from '../../src/audit/merkle.ts'
import { formatVerifierKey, type NoteFault, openNote, type VerifierKey } from '../../src/audit/note.ts'
import { type KeyChain, signersOf } from './keys.ts'
import type { Problem, Scan } from './scan-result.ts'

export interface Misfit {
  readonly problem: Problem
  /** The size of a checkpoint that only unknown keys have signed; null where something else is wrong. */
  readonly foreign: number | null
}

/** The first checkpoint that does not hold, of all files together, the smallest first; null when all do. */
export async function judgeCheckpoints(scans: readonly Scan[], chain: KeyChain): Promise<Misfit | null> {
  const seen = scans.flatMap(({ checkpoints }) => checkpoints).sort((a, b) => a.checkpoint.size - b.checkpoint.size)
  let previous = 0
  // The last place in each file up to which its lines are vouched for.
  const good = new Map(scans.map(({ file, headerLine }) => [file, headerLine]))
  for (const one of seen) {
    const { file, line, checkpoint, root } = one
    const { needed, changed } = signersOf(chain, previous, checkpoint.size)
    const opened = await openNote(one.note, chain.keys)
    if (!opened.ok) {
      const foreign = opened.fault.reason === 'unknown_signers' ? checkpoint.size : null
      return { problem: { file, line, why: faultText(opened.fault) }, foreign }
    }
    const missing = needed.find((key) => !opened.signers.includes(key))
    if (missing) return { problem: { file, line, why: missingText(missing, changed) }, foreign: null }
    const from = (good.get(file) ?? 0) + 1
    if (!sameHash(checkpoint.root, root)) {
      const why = `the signed checkpoint in line ${line} does not fit ${linesBefore(from, line)}`
      return { problem: { file, line: from, to: line - 1, why }, foreign: null }
    }
    // The same size again, in another file, crosses no change of key.
    previous = checkpoint.size
    good.set(file, line)
  }
  return null
}

function missingText({ name, id }: VerifierKey, changed: boolean): string {
  return changed
    ? `the key of the log was changed before this checkpoint, and ${name}+${id} has not signed it: both keys must`
    : `the checkpoint is signed, but not with ${name}+${id}, which was the key of the log`
}

function linesBefore(from: number, line: number): string {
  return from === line - 1 ? 'this line, which was changed' : 'these lines, of which one was changed'
}

/** What is wrong with a note, for people. */
export function faultText(fault: NoteFault): string {
  switch (fault.reason) {
    case 'malformed':
      return `the checkpoint is no signed note: ${fault.why}`
    case 'bad_signature':
      return `the checkpoint was changed, or forged: the signature of ${formatVerifierKey(fault.key)} does not fit`
    case 'unknown_signers':
      return `the checkpoint is signed with another key: ${fault.signers.join(', ')}`
  }
}
