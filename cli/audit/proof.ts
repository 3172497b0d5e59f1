/** A proof that one line is in the log: what it holds, making it, and checking it alone. Pure but for WebCrypto. */
import * as z from 'zod'
import { canonical, readCanonical } from '../../src/audit/canonical.ts'
import { parseCheckpoint } from '../../src/audit/checkpoint.ts'
import { type Hash, sameHash } from '../../src/audit/merkle.ts'
import { openNote, type VerifierKey } from '../../src/audit/note.ts'
import { fromBase64, toBase64 } from '../../src/base64.ts'
import type { PawlRecord } from '../../src/json.ts'
import { leafOf, readFlatLine, wordsFault } from './flat-line.ts'
import { merkle } from './hash.ts'
import { faultText } from './judge.ts'
import { unsaid, type Verdict } from './verdict.ts'

export interface Proof {
  /** The signed note. */
  readonly checkpoint: string
  /** Of the leaf, from 0. */
  readonly index: number
  /** RFC 6962, 2.1.1. */
  readonly hashes: readonly Hash[]
  /** The line as in the export. */
  readonly event: PawlRecord
}

const shape = z.strictObject({
  pawl_proof: z.literal(1),
  checkpoint: z.string(),
  index: z.int().min(0),
  hashes: z.array(z.string()),
  event: z.record(z.string(), z.json()),
})

/** The proof's file: one canonical line. */
export function proofText({ checkpoint, index, hashes, event }: Proof): string {
  return `${canonical({ pawl_proof: 1, checkpoint, index, hashes: hashes.map(toBase64), event })}\n`
}

/** Whether a proof's file shows that its line is in the log of that key. */
export async function judgeProof(text: string, key: VerifierKey): Promise<Verdict> {
  const read = shape.safeParse(text.endsWith('\n') ? readCanonical(text.slice(0, -1)) : undefined)
  if (!read.success) return unsaid('it is no proof as "audit prove" writes it')
  const { checkpoint: note, index, hashes, event } = read.data
  const opened = await openNote(note, [key])
  if (!opened.ok)
    return opened.fault.reason === 'bad_signature' ? tampered(faultText(opened.fault)) : unsaid(faultText(opened.fault))
  const parsed = parseCheckpoint(opened.text)
  if (!parsed.ok) return unsaid(`its checkpoint cannot be read: ${parsed.why}`)
  if (parsed.checkpoint.origin !== key.name) return tampered('its checkpoint is of another log than its key')
  const line = readFlatLine(event as PawlRecord, canonical)
  if (!line.ok) return tampered(`its line is none of a log: ${line.why}`)
  const words = wordsFault(line.value)
  if (words !== null) return tampered(words)
  if (line.value.seq !== index + 1)
    return tampered(`its line has the number ${line.value.seq}, and its place is ${index}`)
  const leaf = leafOf(line.value)
  if (line.value.leaf === null || !sameHash(leaf, line.value.leaf))
    return tampered('its content is not what was sealed')
  const proof = hashes.flatMap((hash) => fromBase64(hash) ?? [])
  const { size, root } = parsed.checkpoint
  const fits = proof.length === hashes.length && merkle.verifyInclusion({ leaf, index, tree: { size, root }, proof })
  return fits ? { kind: 'intact' } : tampered('its hashes do not lead to the root that was signed')
}

function tampered(why: string): Verdict {
  return { kind: 'tampered', problem: null, why }
}
