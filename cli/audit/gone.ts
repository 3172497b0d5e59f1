/** Whether what is gone from a log was to go: words that were erased, lines that were pruned. Pure. */
import type { Chapter } from './chapter.ts'
import type { LogHeader } from './log-file.ts'
import type { Scan } from './scan-result.ts'
import { isIn, missingIn, unionOf } from './seq-range.ts'
import { tampered, unsaid, type Verdict } from './verdict.ts'

/** @param scans found good otherwise */
export function judgeGone(scans: readonly Scan[]): Verdict | null {
  const chapters = scans.flatMap(({ chapters }) => chapters)
  return judgePruned(scans, chapters) ?? judgeErased(scans, chapters)
}

/** Lines that are missing from the beginning, though nothing was to be left out, must be told of as pruned, or be in another file. */
function judgePruned(scans: readonly Scan[], chapters: readonly Chapter[]): Verdict | null {
  const present = unionOf(scans.map(({ present }) => present))
  const pruned = Math.max(0, ...chapters.map((chapter) => (chapter.kind === 'pruning' ? chapter.to : 0)))
  for (const { file, header, headerLine, omitted } of scans) {
    const [gone] = omitted
    if (header.filter !== null || !gone) continue
    const missing = missingIn(present, gone[1]).find(([, last]) => last > pruned)
    if (missing)
      return tampered({
        file,
        line: headerLine + 1,
        why: `the lines ${Math.max(missing[0], pruned + 1)} to ${missing[1]} of the log are missing, and no line says that they were pruned`,
      })
  }
  return null
}

/**
 * Words that are gone must be told of as erased. An export has all lines that tell so, the one that is not sealed yet too; an archive
 * has the lines that it is of, and words may have been erased before it was written by a line behind these.
 */
function judgeErased(scans: readonly Scan[], chapters: readonly Chapter[]): Verdict | null {
  const erasures = chapters.flatMap((chapter) => (chapter.kind === 'erasure' ? [chapter] : []))
  const sealed = unionOf(erasures.flatMap((one) => (one.sealed ? [one.seqs] : [])))
  const waiting = unionOf(erasures.flatMap((one) => (one.sealed ? [] : [one.seqs])))
  const size = scans.at(-1)?.header.size ?? 0
  const lastMissing = missingIn(unionOf(scans.map(({ present }) => present)), size).at(-1)?.[1] ?? 0
  let open: Verdict | null = null
  for (const { file, header, erased } of scans) {
    for (const { line, seq } of erased) {
      if (isIn(sealed, seq)) continue
      const why = `the words of line ${seq} of the log are gone`
      if (isIn(waiting, seq))
        open ??= unsaid(
          `${file}, line ${line}: ${why}, and the line that says so is not sealed yet: export again in a minute`,
        )
      else if (isArchive(header))
        open ??= unsaid(
          `${file}, line ${line}: ${why}, and the line that says why may stand in a later archive: add it, or an export`,
        )
      else if (lastMissing > seq)
        open ??= unsaid(`${file}, line ${line}: ${why}, and the line that says why may be among those left out`)
      else return tampered({ file, line, seq, why: 'its words are gone, and no line says that they were erased' })
    }
  }
  return open
}

/** An archive's filter names the lines that it has. */
function isArchive({ filter }: LogHeader): boolean {
  return filter !== null && Object.hasOwn(filter, 'lines')
}
