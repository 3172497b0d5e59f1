/** What names look like on the line: commands, options, keys of a record. Pure; one place for parser, printer and advice. */

const WORD = '[A-Za-z][A-Za-z0-9_-]*'
/** `:tada:`, `(tada)` and the emoji itself: aliases may be named so, commands may not. */
const EMOJI =
  ":[A-Za-z0-9_+'-]+:|\\([A-Za-z0-9_]+\\)|[\\p{Extended_Pictographic}\\p{Regional_Indicator}][\\p{Extended_Pictographic}\\p{Regional_Indicator}\\p{Emoji_Modifier}\\u200d\\ufe0f]*"
const PART = `(?:${WORD}|${EMOJI})`

/** `deploy`, `pack:install`, three parts at most; `!!` and `!3` repeat earlier lines. */
const COMMAND_NAME = new RegExp(`^(?:${PART}(?::${PART}){0,2}|!!|![1-9][0-9]{0,3})$`, 'u')

/** Discord's rule for option names, less its apostrophe, which is a quote here, and a leading dash. */
const OPTION_NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_-]*$/u

/** A key after `$` or `.`; a dash belongs to it only between its letters, so `$app-$env` is two variables. */
export const KEY = /[\p{L}_][\p{L}\p{M}\p{N}_]*(?:-[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*)*/uy

/** True for what may stand first in a stage, whether or not such a command exists. */
export function isCommandName(text: string): boolean {
  return COMMAND_NAME.test(text)
}

/** True for `env` in `--env`. */
export function isOptionName(text: string): boolean {
  return OPTION_NAME.test(text)
}

/** True for `f` in `-f`: one letter. A digit is not: `-5` is a number. */
export function isShortName(text: string): boolean {
  return /^\p{L}$/u.test(text)
}

/** True for a key that needs no brackets: `$x.key`. */
export function isPlainKey(text: string): boolean {
  KEY.lastIndex = 0
  return KEY.exec(text)?.[0] === text
}
