/** `help`: what the asker may run, and how. Reads the house, touches nothing else. */
import * as z from 'zod'
import { type Markdown, md, plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import { needsCare } from '../command/care.ts'
import type { Command, Context, View } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { createRegistry } from '../command/registry.ts'
import { type CommandHelp, columns, describeCommand, helpBlocks, usageLine } from '../command/usage.ts'
import { heldBy, placeOf, requestOf } from '../policy/ask.ts'
import { decide } from '../policy/decide.ts'
import { canFreeze, freezesOf, freezeText } from '../policy/freeze.ts'
import { refusesForRules } from '../policy/house-permissions.ts'
import { UNKNOWN } from '../policy/request.ts'
import { type House, houseOf } from './house.ts'

/** A freeze that stops more of the list than this is said to stop "… more". */
const FROZEN_SHOWN = 10

/** Discord shows 6,000 characters of one answer: a longer list would be cut there, and its end lost. */
const LIST_SHOWN = 4_500

/** One line of the list; `frozen` says what stops it just now, for this person. */
type Line = { command: string; summary: string; usage: string; frozen: string[] }
/**
 * Help for one command; `rules` is what decides who may run it, `careful` are those that ask for somebody's word first, `not_here` is why
 * it may not be run in this room though it may in another, `also` what else begins with its name.
 */
type Page = CommandHelp & {
  mayRun: boolean
  not_here: string | null
  rules: string[]
  careful: string[]
  frozen: string[]
  also: string[]
}

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
    const held = heldBy(house.subject)
    const allowed = all.filter((command) => house.mayRun(command) && !refusesForRules(command.key, held))
    const listed = allowed.filter(({ path: own }) => path.every((word, i) => own[i] === word))
    if (one)
      return [{ ...page(one, house, ctx), also: listed.flatMap(({ name }) => (name === one.name ? [] : [name])) }]
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

function page(command: Command, house: House, ctx: Context): Omit<Page, 'also'> {
  const mayRun = house.mayRun(command)
  const here = decide(house.policy, requestOf(house.subject, placeOf(ctx.actor, ctx.channel), command, UNKNOWN))
  return {
    ...describeCommand(command),
    mayRun,
    not_here: mayRun && !here.allowed ? here.because : null,
    rules: [...house.rulesOf(command)],
    careful: house.policy.rulesOf(command.key).flatMap(({ care, text }) => (needsCare(care) ? [text] : [])),
    frozen: freezesShown(command, house, ctx.now()),
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
  const here = page.not_here === null ? [] : [md`**Not in this room**: ${page.not_here}`]
  // A group may have the name of a command: gathering records with group, and group create.
  const also = page.also.length === 0 ? [] : [md`Also: ${page.also.join(', ')}`]
  const notes = [...here, ...page.frozen.map(frozenNote), ...also]
  const blocks = [...helpBlocks(page), ...notes.map((text): Block => ({ kind: 'note', text }))]
  if (page.mayRun) {
    if (page.careful.length === 0) return blocks
    const text = plain('These rules ask for a confirmation or an approval before it starts:')
    return [...blocks, { kind: 'note', text }, { kind: 'code', text: page.careful.join('\n') }]
  }
  return [
    ...blocks,
    { kind: 'text', text: md`**You may not run it.** These rules decide; ask an administrator for what is missing:` },
    { kind: 'code', text: page.rules.join('\n') },
  ]
}

/**
 * Grouped by the first word: `pack install` and `pack remove` stand together, single commands come first. What stops something just now
 * stands over the list, which may be cut; one that is too long names the commands of its groups alone.
 */
function listBlocks(lines: readonly Line[]): Block[] {
  const groups = new Map<string, Line[]>()
  for (const line of lines) {
    const [top = '', ...rest] = line.command.split(' ')
    const group = rest.length === 0 ? '' : top
    groups.set(group, [...(groups.get(group) ?? []), line])
  }
  const ordered = [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
  const full = ordered.flatMap(([group, members]): Block[] => [
    ...(group === '' ? [] : [{ kind: 'text', text: md`**${group}**` } as const]),
    usages(members),
  ])
  const length = full.reduce((sum, block) => sum + (block.kind === 'code' ? block.text.length : 0), 0)
  const folds = length > LIST_SHOWN && ordered.length > 1
  return [
    ...frozenNotes(lines),
    ...(folds ? foldedBlocks(ordered) : full),
    {
      kind: 'note',
      text: plain(
        folds
          ? `help <group> shows the commands of a group, as help ${ordered.at(-1)?.[0]}; help <command> one with its options and examples`
          : 'help <command> shows one with its options and examples',
      ),
    },
  ]
}

/** Groups by the names of their commands, and single commands as ever. */
function foldedBlocks(ordered: readonly (readonly [string, readonly Line[]])[]): Block[] {
  const single = ordered.filter(([group]) => group === '').map(([, members]) => usages(members))
  const rows = ordered
    .filter(([group]) => group !== '')
    .map(
      ([group, members]) => [group, members.map(({ command }) => command.slice(group.length + 1)).join(', ')] as const,
    )
  return [{ kind: 'text', text: md`**Groups**` }, { kind: 'code', text: columns(rows) }, ...single]
}

function usages(members: readonly Line[]): Block {
  return { kind: 'code', text: columns(members.map(({ usage, summary }) => [usage, summary])) }
}

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
