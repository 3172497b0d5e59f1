/** What a freeze is to stop, as it is typed: commands, a condition over their arguments, who is excepted. Network: D1, and the platform for rooms. */
import type { Command, Context } from '../../command/command.ts'
import { CommandFailure } from '../../command/failure.ts'
import { loadDocument } from '../../db/document.ts'
import { applyChanges } from '../../policy/document/apply.ts'
import { namesIn, resolveNames } from '../../policy/document/names.ts'
import { canFreeze, ruleOfFreeze } from '../../policy/freeze.ts'
import { checkRule, type RuleCommands } from '../../policy/rule-check.ts'
import { parseRule } from '../../policy/rule-parse.ts'
import { printCondition } from '../../policy/rule-print.ts'
import type { Condition, Place, Rule, RuleNames } from '../../policy/tree.ts'
import { houseOf } from '../house.ts'
import { refusal, withRooms, withUsers } from '../policy/rule-text.ts'

/** A longer list is a group, or all of them. */
const COMMANDS_MAX = 20

/** Stands for every command where a condition is checked: a group of all. */
const EVERY = 'every:*'

/** The commands and groups of a list as typed, `deploy,pack:*`; null for all. Refuses what a freeze could not stop. */
export function commandsNamed(ctx: Context, typed: string | undefined): readonly string[] | null {
  const read = readCommands(ctx, typed)
  if (!read.ok) throw new CommandFailure(read.message)
  return read.names
}

/** The same, with what is wrong as a value. */
export function readCommands(
  ctx: Context,
  typed: string | undefined,
): { readonly ok: true; readonly names: readonly string[] | null } | { readonly ok: false; readonly message: string } {
  if (typed === undefined) return { ok: true, names: null }
  const wrong = (message: string) => ({ ok: false as const, message })
  const names = [...new Set(typed.split(/[\s,]+/).filter((name) => name !== ''))]
  if (names.length === 0 || names.length > COMMANDS_MAX)
    return wrong(`name 1 to ${COMMANDS_MAX} commands, as in --commands deploy`)
  const { registry } = houseOf(ctx)
  // What is meant by a slip can only be something that a freeze stops.
  const known: RuleCommands = { ...registry, all: () => registry.all().filter((one) => canFreeze(registry, one)) }
  for (const name of names) {
    const rule = parseRule(`when command is ${name} forbid`)
    if (!rule.ok) return wrong(`"${name}" is no command: write its words with ":", as in pack:install`)
    const [unknown] = checkRule(rule.rule, known)
    if (unknown) return wrong(unknown.message)
    if (!covered(registry, name).some((command) => canFreeze(registry, command)))
      return wrong(`${name} cannot be frozen: a freeze stops commands that change something, and none of Pawl's own`)
  }
  return { ok: true, names }
}

function covered(commands: RuleCommands, name: string): readonly Command[] {
  if (name.endsWith(':*')) return commands.under(name.split(':').slice(0, -1))
  return commands.all().filter(({ key }) => key === name)
}

/** The condition of a freeze as it is kept, and the version of the policy that its names were found in. */
export interface Conditioned {
  readonly version: number
  readonly condition: string | null
  readonly names: RuleNames
}

/**
 * The condition for the policy as it is now, with what its names stand for. It is a rule's, read by the same parser and checked against
 * the same options. Refuses what never holds for a command that is named.
 */
export async function conditionFor(
  ctx: Context,
  typed: string | undefined,
  commands: readonly string[] | null,
): Promise<Conditioned> {
  const { db } = houseOf(ctx)
  if (typed === undefined)
    return { version: (await loadDocument(db, ctx.now(), [])).version, condition: null, names: {} }
  const read = readCondition(typed)
  for (const name of commands ?? [EVERY]) checkFor(ctx, read, name, typed)
  const rule = await withUsers(ctx, read)
  const people = namesIn(rule).user.map((name) => name.replace(/^@/, ''))
  const { version, document } = await loadDocument(db, ctx.now(), people)
  const roomed = await withRooms(ctx, rule, document)
  // Rooms that have no name in the policy get none by this: the freeze knows them by their numbers.
  const applied = applyChanges(document, roomed.changes)
  if (!applied.ok) throw new CommandFailure(applied.message)
  const resolved = resolveNames(roomed.rule, applied.document)
  const condition = printCondition(conditionOf(roomed.rule))
  if (!resolved.ok) throw refusalIn(condition, resolved)
  return { version, condition, names: resolved.names }
}

function readCondition(typed: string): Rule {
  const parsed = parseRule(ruleOfFreeze(EVERY, typed))
  if (!parsed.ok) throw refusalIn(typed, parsed.error)
  const { verdict, condition } = parsed.rule
  // Whoever types the end of a rule means something else.
  if (verdict.kind !== 'forbid' || verdict.because !== null || condition === null)
    throw new CommandFailure(`"${typed}" is no condition: write it as in option[env] == prod`)
  return parsed.rule
}

function conditionOf({ condition }: Rule): Condition {
  if (condition === null) throw new Error('a condition was read, and is kept through its renaming')
  return condition
}

/** Refuses a condition that no call of this command, or group, could meet. */
function checkFor(ctx: Context, rule: Rule, name: string, typed: string): void {
  const { registry } = houseOf(ctx)
  const frozen = registry.all().filter((command) => canFreeze(registry, command))
  const scope: RuleCommands =
    name === EVERY
      ? { all: () => frozen, byKey: () => null, under: () => frozen }
      : { ...registry, under: (words) => registry.under(words).filter((command) => canFreeze(registry, command)) }
  const [wrong] = checkRule({ ...rule, command: name }, scope).filter(({ severity }) => severity === 'error')
  if (wrong) throw refusalIn(typed, wrong)
}

/** What is wrong with a condition, marked in it: places are those of the rule that was made of it. */
function refusalIn(condition: string, { message, at, end }: Place & { readonly message: string }): CommandFailure {
  const before = ruleOfFreeze(EVERY, '').indexOf('with ') + 'with '.length
  const within = (place: number) => Math.min(Math.max(place - before, 0), condition.length)
  return refusal(condition, { message, at: within(at), end: within(end) })
}
