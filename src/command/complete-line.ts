/**
 * What could come next on a line that is being typed: names of commands, options, choices. Pure. Only out of the commands that
 * the person may run; never a value of a secret option.
 */

import { printWord } from '../language/print.ts'
import type { Command, Option } from './command.ts'
import type { Registry } from './registry.ts'

/** Discord shows this many, each of at most 100 characters. https://discord.com/developers/docs/interactions/application-commands */
const CHOICES_MAX = 25
const CHOICE_LENGTH = 100

/** Places of a redirect that have a name; rooms and people are picked from the client's own lists. */
const PLACES = ['here', 'me', 'thread']

/**
 * Whole lines, each the typed one with its last word completed.
 *
 * @example completeLine(registry, allowed, 'seed [] | so') // ['seed [] | sort']
 */
export function completeLine(registry: Registry, allowed: readonly Command[], typed: string): string[] {
  const { stageAt, redirectAt } = lastParts(typed)
  const rest = typed.slice(redirectAt ?? stageAt).trimStart()
  const before = typed.slice(0, typed.length - rest.length)
  const lead = before === '' || /\s$/.test(before) ? before : `${before} `
  return (redirectAt === null ? nextOf(registry, allowed, rest) : placesOf(rest))
    .map((next) => lead + next)
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
function placesOf(rest: string): string[] {
  const words = rest.split(/\s+/)
  const current = words.pop() ?? ''
  const head = rest.slice(0, rest.length - current.length)
  return PLACES.filter((place) => place.startsWith(current) && !words.includes(place)).map((place) => head + place)
}

function nextOf(registry: Registry, allowed: readonly Command[], stage: string): string[] {
  const names = allowed.map(({ name }) => name).filter((name) => name.startsWith(stage))
  const words = stage.split(/\s+/)
  const current = words.pop() ?? ''
  const found = registry.find(words)
  if (!found || !allowed.includes(found.command)) return names
  const given = words.slice(found.length)
  const head = stage.slice(0, stage.length - current.length)
  return [...names, ...argumentsOf(found.command, given, current).map((word) => head + word)]
}

/** The words that may stand where `current` is being typed. */
function argumentsOf(command: Command, given: readonly string[], current: string): string[] {
  const named = new Set(given.flatMap((word) => /^--(?:no-)?([^=]+)/.exec(word)?.[1] ?? []))
  const open = command.options.filter(({ name, list }) => list || !named.has(name))
  const flags = open.map(({ name }) => `--${name}`)
  if (current.startsWith('-')) return flags.filter((flag) => flag.startsWith(current))
  const asked = /^--([^=]+)$/.exec(given.at(-1) ?? '')?.[1]
  const option = command.options.find(({ name, kind }) => name === asked && kind !== 'boolean')
  if (option) return choicesOf(option, current)
  const positional = open.filter(({ kind }) => kind !== 'boolean')[countWords(command, given)]
  return [...(positional ? choicesOf(positional, current) : []), ...(current === '' ? flags : [])]
}

/** How many positional words have been given: those that are neither options nor their values. */
function countWords({ options }: Command, given: readonly string[]): number {
  const takesNext = new Set(options.filter(({ kind }) => kind !== 'boolean').map(({ name }) => `--${name}`))
  return given.filter((word, i) => !word.startsWith('-') && !takesNext.has(given[i - 1] ?? '')).length
}

/** Choices as they have to be typed: in quotes where the language needs them. */
function choicesOf({ choices = [], secret }: Option, current: string): string[] {
  const written = secret ? [] : choices.map((choice) => printWord(String(choice)))
  return written.filter((choice) => choice.startsWith(current))
}
