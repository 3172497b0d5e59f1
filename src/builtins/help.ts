/** `help`: what the asker may run, and how. Reads the house, touches nothing else. */
import * as z from 'zod'
import { type Markdown, md, plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import type { Command, View } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { createRegistry } from '../command/registry.ts'
import { type CommandHelp, columns, describeCommand, helpBlocks, usageLine } from '../command/usage.ts'
import { heldBy } from '../policy/ask.ts'
import { canFreeze, freezesOf, freezeText } from '../policy/freeze.ts'
import { type House, houseOf } from './house.ts'

/** A freeze that stops more of the list than this is said to stop "… more". */
const FROZEN_SHOWN = 10

/** One line of the list; `frozen` says what stops it just now, for this person. */
type Line = { command: string; summary: string; usage: string; frozen: string[] }
/** Help for one command; `rules` is what decides who may run it. */
type Page = CommandHelp & { mayRun: boolean; rules: string[]; frozen: string[] }

export default defineCommand({
  name: 'help',
  summary: 'Show what you may run, and how',
  options: { command: z.array(z.string()).max(3).default([]).describe('A command or a group, as in: help deploy') },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is help allow'],
  examples: [
    ['help', 'everything that you may run'],
    ['help deploy', 'one command'],
  ],
  handler({ command: words }, ctx): (Line | Page)[] {
    const house = houseOf(ctx)
    const path = words.flatMap((word) => word.split(':'))
    const all = house.commands()
    const one = all.find(({ name }) => path.length > 0 && name === path.join(' '))
    if (one) return [page(one, house, ctx.now())]
    const allowed = all.filter((command) => house.mayRun(command))
    const listed = allowed.filter(({ path: own }) => path.every((word, i) => own[i] === word))
    if (listed.length === 0) throw new CommandFailure(nothingListed(path, allowed))
    return listed.map((command) => ({
      command: command.name,
      summary: command.summary,
      usage: usageLine(command),
      frozen: freezesShown(command, house, ctx.now()),
    }))
  },
  view: (records): View => (isPage(records[0]) ? pageBlocks(records[0]) : listBlocks(records as readonly Line[])),
})

function page(command: Command, house: House, now: number): Page {
  return {
    ...describeCommand(command),
    mayRun: house.mayRun(command),
    rules: [...house.rulesOf(command)],
    frozen: freezesShown(command, house, now),
  }
}

function freezesShown(command: Command, { policy, registry, subject }: House, now: number): string[] {
  if (!canFreeze(registry, command)) return []
  return freezesOf(policy, command.key, heldBy(subject), now).map(freezeText)
}

function isPage(record: Line | Page): record is Page {
  return 'mayRun' in record
}

function nothingListed(path: readonly string[], allowed: readonly Command[]): string {
  if (path.length === 0) return 'There is nothing that you may run: ask an administrator for a role'
  const typed = path.join(' ')
  const registry = createRegistry(allowed.map((command) => ({ file: command.name, command })))
  const near = registry.suggest(typed, allowed)
  return `There is no command ${typed} that you may run: ${near === null ? 'type help to see all' : `did you mean ${near}?`}`
}

function pageBlocks(page: Page): Block[] {
  const blocks = [...helpBlocks(page), ...page.frozen.map((text): Block => ({ kind: 'note', text: frozenNote(text) }))]
  if (page.mayRun) return blocks
  return [
    ...blocks,
    { kind: 'text', text: md`**You may not run it.** These rules decide; ask an administrator for what is missing:` },
    { kind: 'code', text: page.rules.join('\n') },
  ]
}

/** Grouped by the first word: `pack install` and `pack remove` stand together, single commands come first. */
function listBlocks(lines: readonly Line[]): Block[] {
  const groups = new Map<string, Line[]>()
  for (const line of lines) {
    const [top = '', ...rest] = line.command.split(' ')
    const group = rest.length === 0 ? '' : top
    groups.set(group, [...(groups.get(group) ?? []), line])
  }
  const ordered = [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    ...ordered.flatMap(([group, members]): Block[] => [
      ...(group === '' ? [] : [{ kind: 'text', text: md`**${group}**` } as const]),
      { kind: 'code', text: columns(members.map(({ usage, summary }) => [usage, summary])) },
    ]),
    ...frozenNotes(lines),
    { kind: 'note', text: plain('help <command> shows one with its options and examples') },
  ]
}

/** Each freeze once, with what it stops of what is listed. */
/** Each freeze once, with what it stops of what is listed. */
function frozenNotes(lines: readonly Line[]): Block[] {
  const byFreeze = new Map<string, string[]>()
  for (const { command, frozen } of lines)
    for (const text of frozen) byFreeze.set(text, [...(byFreeze.get(text) ?? []), command])
  return [...byFreeze].map(([text, commands]) => {
    const more = commands.length - FROZEN_SHOWN
    const names = [...commands.slice(0, FROZEN_SHOWN), ...(more > 0 ? [`${more} more`] : [])].join(', ')
    return { kind: 'note', text: md`${frozenNote(text)}: ${names}` }
  })
}

function frozenNote(text: string): Markdown {
  return md`**Frozen** ${text}`
}
