/** Where a text stops being JSON. Pure; linear. The engine's own message names the place only for some texts. */

/** Characters shown from the place on. */
const SHOWN = 20

const SPACE = /[ \t\n\r]*/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none in a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** What may come next. */
type State = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'after'

/**
 * The offset of the first character that no JSON could have there, the text's length where it ends too early; null for
 * JSON (RFC 8259).
 */
export function brokenAt(text: string): number | null {
  const open: ('{' | '[')[] = []
  let state: State = 'value'
  let at = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match) at += match[0].length
    return match !== null
  }
  for (;;) {
    take(SPACE)
    const sign = text[at]
    const inside = open.at(-1)
    if (state === 'after' && inside === undefined) return at < text.length ? at : null
    const closes = inside === '{' ? '}' : ']'
    if (sign === closes && (state === 'after' || state === 'first value' || state === 'first key')) {
      open.pop()
      state = 'after'
      at += 1
    } else if (state === 'after') {
      if (sign !== ',') return at
      state = inside === '{' ? 'key' : 'value'
      at += 1
    } else if (state === 'colon') {
      if (sign !== ':') return at
      state = 'value'
      at += 1
    } else if (state === 'key' || state === 'first key') {
      if (!take(STRING)) return at
      state = 'colon'
    } else if (sign === '{' || sign === '[') {
      open.push(sign)
      state = sign === '{' ? 'first key' : 'first value'
      at += 1
    } else if (take(STRING) || take(SCALAR)) state = 'after'
    else return at
  }
}

/** The place in words, to go behind "this is not JSON": `, at character 3 ("b}")`. */
export function placeInText(text: string): string {
  const at = brokenAt(text)
  if (at === null) return ''
  if (at >= text.length) return ', it ends too early'
  const rest = text.slice(at, at + SHOWN)
  return `, at character ${at + 1} ("${rest}${at + SHOWN < text.length ? '…' : ''}")`
}
