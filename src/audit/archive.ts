/**
 * Puts sealed lines into an R2 bucket, as files that `audit verify` reads: each is an export of some lines, in which the others stand
 * as hashes. Network: D1, R2.
 */
import { selectArchiveCheckpoints } from '../db/audit-archive.ts'
import type { Checkpoint } from '../db/checkpoints.ts'
import type { Database } from '../db/database.ts'
import { hex, sha256 } from '../digest.ts'
import { archiveHeader } from './archive-lines.ts'
import { checkpointLine, endLine, omissionLine } from './log-lines.ts'
import type { Sink } from './sink.ts'
import { readHashes, type SealedPart } from './sink-part.ts'
import { maximalSubtrees, type Subtree } from './subtree.ts'

/** One object has at most so much: it is built in memory. */
const LIMIT = { rows: 5_000, bytes: 4_000_000 }

/** An object for each minute would be half a million files a year: lines wait until there are enough, or so long. */
const PATIENCE_MS = 60 * 60_000

/** So that names sort as the lines do. */
const FROM_DIGITS = 12

/** The bucket as a sink. */
export function archiveSink(
  bucket: R2Bucket,
  {
    openDb,
    log,
  }: { readonly openDb: () => Database; readonly log: (message: string, fields: { error: string }) => void },
): Sink {
  return {
    name: 'archive',
    limit: LIMIT,
    patienceMs: PATIENCE_MS,
    stopped: null,
    async send(part) {
      const text = await archiveText(openDb(), part)
      if (text === null) return { outcome: 'later', reason: 'tile_missing' }
      try {
        await putOnce(bucket, nameOf(part), text)
        return { outcome: 'taken' }
      } catch (error) {
        log('AUDIT_ARCHIVE does not take the log', { error: String(error) })
        return { outcome: 'later', reason: 'r2_error' }
      }
    },
  }
}

function nameOf({ origin, from, to }: SealedPart): string {
  return `audit/${origin}/${String(from).padStart(FROM_DIGITS, '0')}-${to}.jsonl`
}

/** Puts an object; one that is locked and has this content already is as good. */
async function putOnce(bucket: R2Bucket, name: string, text: string): Promise<void> {
  const digest = await sha256(text)
  try {
    await bucket.put(name, text, { sha256: hex(digest), httpMetadata: { contentType: 'application/x-ndjson' } })
  } catch (error) {
    const there = await bucket.head(name)
    const kept = there?.checksums.sha256
    if (!kept || hex(new Uint8Array(kept)) !== hex(digest)) throw error
  }
}

/** The file with these lines; null where the log's tree is not whole. Later the same lines make the same file. */
async function archiveText(db: Database, part: SealedPart): Promise<string | null> {
  const { origin, from, to, lines } = part
  const checkpoints = (await selectArchiveCheckpoints(db, from, to).all<Checkpoint>()).results
  const newest = checkpoints.at(-1)
  if (!newest) return null
  const { size, at } = newest
  const before = maximalSubtrees(0, from - 1)
  const behind = maximalSubtrees(to, size)
  const hashOf = await readHashes(db, [...before, ...behind])
  const omissions = (subtrees: readonly Subtree[]) =>
    subtrees.map((subtree) => {
      const hash = hashOf(subtree)
      return hash && omissionLine({ ...subtree, hash })
    })
  const notes = new Map(checkpoints.map((checkpoint) => [checkpoint.size, checkpoint.note]))
  const text = [
    archiveHeader({ origin, at, lines: [from, to], size }),
    ...omissions(before),
    ...lines.flatMap((line, i) => {
      const note = from + i === size ? undefined : notes.get(from + i)
      return note === undefined ? [line] : [line, checkpointLine(note)]
    }),
    ...omissions(behind),
    checkpointLine(newest.note),
    endLine({ lines: lines.length, omitted: size - lines.length }),
  ]
  return text.includes(null) ? null : `${text.join('\n')}\n`
}
