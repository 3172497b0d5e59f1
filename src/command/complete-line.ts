/**
 * What could come next on a line that is being typed: names of commands, options, choices. Pure. Only out of the commands that
 * the person may run; never a value of a secret option.
 */

import { printWord } from '../language/print.ts'
import type { Command, Option } from './command.ts'
import { CHOICE_LENGTH, CHOICES_MAX } from './complete-value.ts'
import { asksWhy } from './flags.ts'
import type { Registry } from './registry.ts'

/** What may be given for an option of which `typed` stands there. */
export type ValuesOf = (command: Command, option: Option, typed: string) => Promise<readonly string[]>

/** Places of a redirect that have a name; rooms and people are picked from the client's own lists. */
const PLACES = ['here', 'me']

/**
 * Whole lines, each the typed one with its last word completed.
 *
 * @param inThread whether it is typed in a thread, which an answer can then be sent to
 * @example await completeLine(registry, allowed, 'seed [] | so', valuesOf) // ['seed [] | sort']
 */
export async function completeLine(
  registry: Registry,
  allowed: readonly Command[],
  typed: string,
  valuesOf: ValuesOf,
  inThread: boolean,
): Promise<string[]> {
  const { stageAt, redirectAt } = lastParts(typed)
  const rest = typed.slice(redirectAt ?? stageAt).trimStart()
  const before = typed.slice(0, typed.length - rest.length)
  const lead = before === '' || /\s$/.test(before) ? before : `${before} `
  const next = redirectAt === null ? await nextOf(registry, allowed, rest, valuesOf) : placesOf(rest, inThread)
  return next
    .map((text) => lead + text)
    .filter((line) => line.length <= CHOICE_LENGTH && line !== typed)
    .slice(0, CHOICES_MAX)
}

/** Where the last stage begins, and behind which redirect sign, if any: signs in quotes, or inside a word, are text. */
function lastParts(line: string): { readonly stageAt: number; readonly redirectAt: number | null } {
  let stageAt = 0
  let redirectAt: number | null = null
  let quote = ''
  for (let at = 0; at < line.length; at++) {
    const c = line.charAt(at)
    const starts = at === stageAt || /\s/.test(line.charAt(at - 1))
    if (c === '\\' && quote !== "'") at++
    else if (quote !== '') quote = c === quote ? '' : quote
    else if (c === '"' || c === "'") quote = c
    else if (c === '|') {
      stageAt = at + 1
      redirectAt = null
    } else if (starts && /^\*?>/.test(line.slice(at, at + 2))) {
      if (c === '*') at++
      redirectAt = at + 1
    }
  }
  return { stageAt, redirectAt }
}

/** The places that may stand where the last word behind a redirect sign is being typed. */
function placesOf(rest: string, inThread: boolean): string[] {
  const words = rest.split(/\s+/)
  const current = words.pop() ?? ''
  const head = rest.slice(0, rest.length - current.length)
  const places = inThread ? [...PLACES, 'thread'] : PLACES
  return places.filter((place) => place.startsWith(current) && !words.includes(place)).map((place) => head + place)
}

async function nextOf(
  registry: Registry,
  allowed: readonly Command[],
  stage: string,
  valuesOf: ValuesOf,
): Promise<string[]> {
  const names = allowed.map(({ name }) => name).filter((name) => name.startsWith(stage))
  const words = wordsOf(stage)
  const current = words.pop() ?? ''
  const head = stage.slice(0, stage.length - current.length)
  const found = registry.find(words)
  if (!found || !allowed.includes(found.command)) return names
  const { flags, value } = argumentsOf(found.command, words.slice(found.length), current)
  const values = value ? await valuesOf(found.command, value.option, bare(value.typed)) : []
  const written = values.map((text) => (value?.prefix ?? '') + printWord(text))
  return [...names, ...[...written, ...flags].map((word) => head + word)]
}

/** The words as they are written, quotes with their spaces; the last one is being typed, and may be empty. */
function wordsOf(stage: string): string[] {
  const words = ['']
  let quote = ''
  for (let at = 0; at < stage.length; at++) {
    const c = stage.charAt(at)
    if (quote === '' && /\s/.test(c)) {
      if (words.at(-1) !== '') words.push('')
      continue
    }
    words[words.length - 1] += c
    if (c === '\\' && quote !== "'") words[words.length - 1] += stage.charAt(++at)
    else if (quote !== '') quote = c === quote ? '' : quote
    else if (c === '"' || c === "'") quote = c
  }
  return words
}

/** What is meant by a word so far, its quotes aside. */
function bare(word: string): string {
  const [quote = ''] = word
  if (quote !== '"' && quote !== "'") return word
  const text = word.slice(1)
  return text.endsWith(quote) ? text.slice(0, -1) : text
}

/** What may stand where a word is being typed. */
interface Possible {
  readonly flags: readonly string[]
  /** The option of which it may be the value; `prefix` is what of the word is not. */
  readonly value: { readonly option: Option; readonly typed: string; readonly prefix: string } | null
}

function argumentsOf(command: Command, given: readonly string[], current: string): Possible {
  const named = new Set(given.flatMap((word) => /^--(?:no-)?([^=]+)/.exec(word)?.[1] ?? []))
  const open = command.options.filter(({ name, list }) => list || !named.has(name))
  const positions = open.filter(({ kind }) => kind !== 'boolean')
  const words = countWords(command, given)
  // What stands there by position has been given, too.
  const filled = new Set(positions.slice(0, words).filter(({ list }) => !list))
  const flags = open.filter((option) => !filled.has(option)).map(({ name }) => `--${name}`)
  const [, prefix = '', own = '', typed = ''] = /^(--([^=]+)=)(.*)$/s.exec(current) ?? []
  const assigned = command.options.find(({ name }) => name === own)
  if (assigned) return { flags: [], value: { option: assigned, typed, prefix } }
  if (current.startsWith('-'))
    return { flags: [...flags, ...flagsOf(command)].filter((flag) => flag.startsWith(current)), value: null }
  const asked = /^--([^=]+)$/.exec(given.at(-1) ?? '')?.[1]
  if (asked === 'why') return { flags: [], value: null }
  const option = command.options.find(({ name, kind }) => name === asked && kind !== 'boolean')
  if (option) return { flags: [], value: { option, typed: current, prefix: '' } }
  const last = positions.at(-1)
  const positional = positions[words] ?? (last?.list ? last : undefined)
  return {
    flags: current === '' ? flags : [],
    value: positional ? { option: positional, typed: current, prefix: '' } : null,
  }
}

/** What may be written beside a command's own options, where it makes sense. */
function flagsOf(command: Command): string[] {
  const { options, effects, dryRun } = command
  return [
    ...(effects === 'read' || dryRun ? ['--dry-run'] : []),
    ...(options.length > 0 ? ['--form'] : []),
    ...(asksWhy(command) ? ['--why'] : []),
    '--help',
  ]
}

/** How many positional words have been given: those that are neither options nor their values. */
function countWords({ options }: Command, given: readonly string[]): number {
  const takesNext = new Set([
    '--why',
    ...options.filter(({ kind }) => kind !== 'boolean').map(({ name }) => `--${name}`),
  ])
  return given.filter((word, i) => !word.startsWith('-') && !takesNext.has(given[i - 1] ?? '')).length
}
