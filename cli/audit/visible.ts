/** Text of somebody else for a terminal. Pure. */

/** What moves the cursor, hides text or turns its direction: controls, line separators, and Unicode's marks of direction. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * The text with every character that does not show as itself spelled out.
 *
 * @example visible('\u001b[2Kintact') // '\\u{1b}[2Kintact'
 */
export function visible(text: string): string {
  return text.replace(HIDDEN, (hidden) => `\\u{${hidden.codePointAt(0)?.toString(16)}}`)
}
