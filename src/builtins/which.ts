/** `which`: what a name means to the asker: a command and its file, an alias written out, or nothing. Network: D1. */
import * as z from 'zod'
import { aliasUsage, resolveAlias } from '../alias/check.ts'
import { actorKey } from '../chat/invocation.ts'
import { code, plain } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { nearest } from '../command/names.ts'
import { usageLine } from '../command/usage.ts'
import { type AliasRow, selectAliases, selectVisible } from '../db/alias.ts'
import { printPipeline } from '../language/print.ts'
import { parametersIn } from './alias.ts'
import { type House, houseOf } from './house.ts'

/** Aliases that are looked through for a near name. */
const SUGGESTED_FROM = 1_000

interface Meaning {
  readonly [field: string]: string | readonly string[]
  readonly name: string
  readonly kind: 'command' | 'alias'
  readonly usage: string
  /** The file of a command, `built in`, or whose the alias is. */
  readonly from: string
  /** An alias: the line as it would run, and the names that were written out on the way. */
  readonly line: string
  readonly through: readonly string[]
}

export default defineCommand({
  name: 'which',
  summary: 'Show what a name means: a command, or an alias written out',
  options: { name: z.array(z.string()).min(1).max(3).describe('A name, as in: which deploy') },
  effects: 'read',
  answer: 'private',
  rules: ['when command is which allow'],
  examples: [
    ['which echo', 'a built-in command'],
    ['which alias create', 'a command of a group'],
  ],
  async handler({ name: words }, ctx): Promise<Meaning> {
    const house = houseOf(ctx)
    const name = words.join(' ')
    const command = house.registry.byKey(words.join(':'))
    if (command) {
      const file = house.registry.fileOf(command.key) ?? ''
      const from = file.startsWith('src/') ? 'built in' : file
      return { name: command.name, kind: 'command', usage: usageLine(command), from, line: '', through: [] }
    }
    const { results } = await selectAliases(house.db, actorKey(ctx.actor), [name]).all<AliasRow>()
    const alias = results.find((row) => row.name === name)
    if (!alias) throw new CommandFailure(await nothing(house, name, actorKey(ctx.actor)))
    return meaningOf(house, alias, results)
  },
  view: ([{ kind, usage, from, line, through }]) => [
    {
      kind: 'fields',
      fields: [
        { name: kind === 'command' ? 'Command' : 'Alias', value: code(usage) },
        { name: kind === 'command' ? 'From' : 'Whose', value: plain(from) },
        ...(line === '' ? [] : [{ name: 'Stands for', value: code(line) }]),
        ...(through.length === 0 ? [] : [{ name: 'Through', value: plain(through.join(' → ')) }]),
      ],
    },
  ],
})

function meaningOf({ registry }: House, { name, owner, text }: AliasRow, all: readonly AliasRow[]): Meaning {
  const texts = new Map(all.map((row) => [row.name, row.text]))
  const parameters = parametersIn(text)
  const around = { registry, textOf: (other: string) => texts.get(other) ?? null, suggest: () => null }
  const resolved = resolveAlias(name, text, parameters, around)
  return {
    name,
    kind: 'alias',
    usage: aliasUsage(name, parameters),
    from: owner === null ? "everybody's" : 'yours',
    line: resolved.ok ? printPipeline(resolved.pipeline) : `${text} (it cannot run: ${resolved.message})`,
    through: resolved.ok ? resolved.used.slice(1) : [],
  }
}

/** Neither; with the nearest name out of what the asker may run. */
async function nothing({ db, commands, mayRun }: House, name: string, owner: string): Promise<string> {
  const { results } = await selectVisible(db, owner, SUGGESTED_FROM).all<AliasRow>()
  const allowed = commands().filter((command) => mayRun(command))
  const near = nearest(name, [...allowed.map((command) => command.name), ...results.map((row) => row.name)])
  return `${name} is no command and no alias that you may run: ${near === null ? 'see help and alias list' : `did you mean ${near}?`}`
}
