/** Names that people gave to rooms and to themselves, as they may stand inside a sentence. Pure. */

/** Long enough to know somebody by. */
const LABEL_MAX = 80

/** One line of at most 80 characters: no line break, control or direction mark of a name changes what stands around it. */
export function oneLine(name: string): string {
  return [...name.replace(/[\s\p{C}]+/gu, ' ').trim()].slice(0, LABEL_MAX).join('')
}
