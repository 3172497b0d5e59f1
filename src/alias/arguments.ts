/** What stands behind an alias's name on the line, bound to its parameters: by position, or by `--name`. Pure. */
import type { Token, Value } from '../language/tree.ts'
import { type Given, type Parameter, parameterUsage } from './parameters.ts'

export type BoundArguments =
  | { readonly ok: true; readonly given: Given }
  | { readonly ok: false; readonly message: string }

/**
 * Binds the tokens behind the name. Everything has its place: what the alias does not take is refused, not passed on.
 *
 * @example bindAliasArguments('d', [{ name: 'app', fallback: null }], tokens) // d web, d --app web, d --app=web
 */
export function bindAliasArguments(
  name: string,
  parameters: readonly Parameter[],
  tokens: readonly Token[],
): BoundArguments {
  const given = new Map<string, Value>()
  const refuse = (what: string): BoundArguments => {
    const usage = [name, parameterUsage(parameters)].join(' ').trim()
    return { ok: false, message: `The alias ${name} ${what}. Write: ${usage}` }
  }
  const words: Value[] = []
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]
    if (token?.kind === 'word') words.push(token.value)
    if (token?.kind !== 'option') continue
    if (!token.long || !parameters.some((parameter) => parameter.name === token.name))
      return refuse(`has no option ${token.long ? '--' : '-'}${token.name}`)
    if (given.has(token.name)) return refuse(`was given ${token.name} twice`)
    const next = tokens[i + 1]
    const value = token.value ?? (next?.kind === 'word' ? next.value : null)
    if (value === null) return refuse(`needs a value after --${token.name}`)
    if (token.value === null) i++
    given.set(token.name, value)
  }
  const open = parameters.filter((parameter) => !given.has(parameter.name))
  if (words.length > open.length) {
    const surplus = words.length - open.length
    return refuse(`got ${surplus === 1 ? 'one word' : `${surplus} words`} too many; text with spaces stands in quotes`)
  }
  words.forEach((word, i) => {
    const parameter = open[i]
    if (parameter) given.set(parameter.name, word)
  })
  const missing = parameters.filter((parameter) => parameter.fallback === null && !given.has(parameter.name))
  if (missing.length > 0) return refuse(`needs ${missing.map((parameter) => parameter.name).join(' and ')}`)
  return { ok: true, given: withDefaults(parameters, given) }
}

/** A default that is written once holds wherever its parameter stands. */
function withDefaults(parameters: readonly Parameter[], given: Given): Given {
  const all = new Map(given)
  for (const { name, fallback } of parameters)
    if (fallback !== null && !all.has(name)) all.set(name, { kind: 'text', text: fallback, quoted: false })
  return all
}
