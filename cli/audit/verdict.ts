/** What a verification comes to, and how people are told. Pure. */
import type { Problem } from './scan-result.ts'
import { visible } from './visible.ts'

/** The exit code is the verdict. */
export const EXIT = { intact: 0, tampered: 1, unsaid: 2 } as const

export type Verdict =
  | { readonly kind: 'intact' }
  /** `problem` is null where it is in no line of a file. */
  | { readonly kind: 'tampered'; readonly problem: Problem | null; readonly why: string }
  | { readonly kind: 'unsaid'; readonly why: string }

export function tampered(problem: Problem): Verdict {
  return { kind: 'tampered', problem, why: problem.why }
}

export function unsaid(why: string): Verdict {
  return { kind: 'unsaid', why }
}

/** The verdict in a line. What files say in it is made visible. */
export function verdictLine(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'intact':
      return 'intact'
    case 'tampered':
      return visible(`tampered: ${verdict.problem ? `${placeOf(verdict.problem)}: ` : ''}${verdict.why}`)
    case 'unsaid':
      return visible(`cannot say: ${verdict.why}`)
  }
}

function placeOf({ file, line, to, seq }: Problem): string {
  const lines = to === undefined || to === line ? `line ${line}` : `lines ${line} to ${to}`
  return `${file}, ${lines}${seq === undefined ? '' : ` (line ${seq} of the log)`}`
}
