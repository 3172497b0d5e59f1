/**
 * What could come next on a line that is being typed: names of commands, options, choices. Pure. Only out of the commands that
 * the person may run; never a value of a secret option.
 */
import type { Command, Option } from './command.ts'
import type { Registry } from './registry.ts'

/** Discord shows this many, each of at most 100 characters. https://discord.com/developers/docs/interactions/application-commands */
const CHOICES_MAX = 25
const CHOICE_LENGTH = 100

/**
 * Whole lines, each the typed one with its last word completed.
 *
 * @example completeLine(registry, allowed, 'seed [] | so') // ['seed [] | sort']
 */
export function completeLine(registry: Registry, allowed: readonly Command[], typed: string): string[] {
  const start = stageStart(typed)
  const stage = typed.slice(start).trimStart()
  const before = typed.slice(0, typed.length - stage.length)
  const lead = before === '' || /\s$/.test(before) ? before : `${before} `
  return nextOf(registry, allowed, stage)
    .map((next) => lead + next)
    .filter((line) => line.length <= CHOICE_LENGTH && line !== typed)
    .slice(0, CHOICES_MAX)
}

/** Where the last stage begins: behind the last pipe that is not in quotes. */
function stageStart(line: string): number {
  let start = 0
  let quote = ''
  for (let at = 0; at < line.length; at++) {
    const c = line.charAt(at)
    if (c === '\\' && quote !== "'") at++
    else if (quote !== '') quote = c === quote ? '' : quote
    else if (c === '"' || c === "'") quote = c
    else if (c === '|') start = at + 1
  }
  return start
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

function choicesOf({ choices = [], secret }: Option, current: string): string[] {
  return secret ? [] : choices.map(String).filter((choice) => choice.startsWith(current))
}
