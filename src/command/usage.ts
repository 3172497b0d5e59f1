/** Usage lines and help, from the same reading of the schema as everything else. Pure. */
import { joinMarkdown, type Markdown, md, plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import type { Json, PawlRecord } from '../json.ts'
import { KIND_WORDS } from './check.ts'
import type { Command, Option } from './command.ts'

/**
 * How a command is typed: `<required>`, `[optional]`, `…` for the rest of the words.
 *
 * @example usageLine(deploy) // 'deploy <service> <env> [--force]'
 */
export function usageLine(command: Command): string {
  return [command.name, usageHint(command)].filter((part) => part !== '').join(' ')
}

/** The usage without the command's name, as Slack shows it behind the slash command. */
export function usageHint(command: Command): string {
  return command.options.map(usageOf).join(' ')
}

function usageOf({ name, kind, list, rest, required, default: fallback }: Option): string {
  if (kind === 'boolean') {
    if (required) return `--${name}=true|false`
    return fallback === true ? `[--no-${name}]` : `[--${name}]`
  }
  const word = list || rest ? `${name}…` : name
  return required ? `<${word}>` : `[${word}]`
}

/** What a command's help says, as a record that can flow through a pipe and be shown by {@link helpBlocks}. */
export type CommandHelp = {
  command: string
  summary: string
  description: string
  usage: string
  effects: string
  run: string
  options: OptionHelp[]
  examples: { line: string; what: string }[]
  /** What its module asks for before it starts. */
  asksFor: string[]
  /** Those that every command has and that make sense for this one: `--dry-run`. */
  flags: string[]
}

type OptionHelp = { name: string; typed: string; kind: string; required: boolean; summary: string; default: Json }

/** Everything there is to know about a command before running it. */
export function describeCommand(command: Command): CommandHelp {
  return {
    command: command.name,
    summary: command.summary,
    description: command.description,
    usage: usageLine(command),
    effects: command.effects,
    run: command.run,
    options: command.options.map((option) => ({
      name: option.name,
      typed: option.short ? `--${option.name}, -${option.short}` : `--${option.name}`,
      kind: kindOf(option),
      required: option.required,
      summary: option.summary,
      // A secret's default would be a secret in the source; still, none is shown.
      default: option.secret ? null : (option.default ?? null),
    })),
    examples: command.examples.map(([line, what]) => ({ line, what })),
    asksFor: [...command.asksFor],
    flags: flagsOf(command),
  } satisfies PawlRecord
}

function flagsOf({ options, dryRun }: Command): string[] {
  return [
    ...(options.length > 0 ? ['--form'] : []),
    ...(dryRun === null ? [] : ['--dry-run']),
    // A rule may have any command approved.
    '--why',
  ]
}

/** What each flag is for, as it goes on after its name. */
const FLAG_WORDS: ReadonlyMap<string, string> = new Map([
  ['--form', 'asks for the options'],
  ['--dry-run', 'says what it would do'],
  ['--why', 'gives the reason, for those who approve'],
])

function kindOf({ choices, kind, list, min, max }: Option): string {
  const one = choices ? choices.join('|') : KIND_WORDS[kind]
  return [list ? `several, each ${one}` : one, boundsOf(kind, list, min, max)].filter((part) => part !== '').join(', ')
}

function boundsOf(kind: Option['kind'], list: boolean, min?: number, max?: number): string {
  const unit = list ? ' values' : kind === 'string' ? ' characters' : ''
  if (min !== undefined && max !== undefined) return `${min} to ${max}${unit}`
  if (max !== undefined) return `at most ${max}${unit}`
  // "At least 1 character" goes without saying.
  return min !== undefined && !(unit !== '' && min <= 1) ? `at least ${min}${unit}` : ''
}

/** Help for one command, as blocks. */
export function helpBlocks(help: CommandHelp): Block[] {
  const blocks: Block[] = [
    { kind: 'text', text: md`**${help.command}**: ${help.summary}` },
    { kind: 'code', text: help.usage },
  ]
  if (help.description !== '') blocks.push({ kind: 'text', text: plain(help.description) })
  if (help.options.length > 0) blocks.push({ kind: 'code', text: columns(help.options.map(optionRow)) })
  if (help.examples.length > 0) {
    const lines: Markdown[] = help.examples.map(({ line, what }) => md`\`${line}\` ${what}`)
    blocks.push({ kind: 'text', text: joinMarkdown([plain('Examples'), ...lines], '\n') })
  }
  if (help.asksFor.length > 0) blocks.push({ kind: 'note', text: md`Before it starts: ${help.asksFor.join(', and ')}` })
  const flags = help.flags.map((flag) => md`\`${flag}\` ${FLAG_WORDS.get(flag) ?? ''}`)
  if (flags.length > 0) blocks.push({ kind: 'note', text: joinMarkdown(flags, ' · ') })
  return blocks
}

function optionRow({ typed, kind, required, summary, default: fallback }: OptionHelp): [string, string] {
  const details = [kind]
  if (required) details.push('required')
  // `false` and an empty list are what leaving an option out means anyway.
  else if (fallback !== null && fallback !== false && JSON.stringify(fallback) !== '[]')
    details.push(`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)} unless given`)
  return [typed, `${summary} (${details.join('; ')})`]
}

/** Two columns in fixed-width text. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`).join('\n')
}
