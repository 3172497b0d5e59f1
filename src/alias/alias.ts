/** What an alias is: one word that stands for a line. Types, limits and names. Pure. */
import { isCommandName } from '../language/names.ts'

/** `site` aliases are everybody's, `own` ones their maker's alone. */
export type Whose = 'own' | 'site'

export interface Alias {
  readonly name: string
  /** The actor's key of a personal one; null is site-wide. */
  readonly owner: string | null
  /** The line it stands for, as `parsePipeline` reads it without a platform; may hold parameters. */
  readonly text: string
}

/** Aliases may stand for aliases this deep: who asks what a line does can still follow it (the law's limit). */
export const DEPTH_MAX = 5

/** Discord's longest command name; an alias is typed like one. */
const NAME_MAX = 32

const WORD = /^[a-z][a-z0-9_-]*$/
/** `:tada:`, `(tada)`: how Slack and Hipchat write an emoji. */
const EMOJI_CODE = /^(?::[a-z0-9_+'-]+:|\([a-z0-9_]+\))$/

/**
 * What is wrong with an alias's name and what to write instead; null when it is fine. One word or one emoji, in lower case: a
 * `Deploy` that looks like `deploy` would deceive.
 */
export function aliasNameProblem(name: string): string | null {
  if (name.length > NAME_MAX) return `is too long for a name: use at most ${NAME_MAX} characters`
  const emoji = EMOJI_CODE.test(name) || (isCommandName(name) && !/[A-Za-z:!]/.test(name))
  if (emoji || WORD.test(name)) return null
  return 'cannot be the name of an alias: use one word of a to z, digits, - and _ that starts with a letter, or an emoji'
}
