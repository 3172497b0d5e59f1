/** Pieces of Cedar text, brackets and constants seen to. Pure. */

export const TRUE = 'true'
export const FALSE = 'false'

export function and(...parts: readonly string[]): string {
  const wanted = parts.filter((part) => part !== TRUE)
  if (wanted.includes(FALSE)) return FALSE
  return wanted.length === 0 ? TRUE : wanted.length === 1 ? wanted.join() : `(${wanted.join(' && ')})`
}

export function or(...parts: readonly string[]): string {
  const wanted = parts.filter((part) => part !== FALSE)
  if (wanted.includes(TRUE)) return TRUE
  return wanted.length === 0 ? FALSE : wanted.length === 1 ? wanted.join() : `(${wanted.join(' || ')})`
}

export function not(part: string): string {
  return part === TRUE ? FALSE : part === FALSE ? TRUE : `!${part.startsWith('(') ? part : `(${part})`}`
}

/** A text of Cedar; the pools of the cases hold no other character that needs an escape. */
export function text(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
}

/** Cedar's whole numbers, ten of them to one of ours: the cases' numbers have one decimal at most. */
export function tenths(value: number): number {
  return Math.round(value * 10)
}
