/**
 * `defineCommand`: from what a module writes to the {@link Command} that the house runs. Everything is checked here, at
 * load, so that tests, build and deploy all stop at a wrong definition. Pure.
 */
import type { Json } from '../json.ts'
import { type Care, NO_CARE } from './care.ts'
import { makeCheck, makeCheckEach } from './check.ts'
import type { Command, Option, OptionProblem, Result, SingletonClaim, View } from './command.ts'
import type { ArgumentsOf, Definition, HandlerResult, OptionSchemas, RecordOf } from './definition.ts'
import { durationsOf, optionsOf, pathOf, problemsOf } from './definition-checks.ts'
import { CommandFailure } from './failure.ts'

/** A lock's name is a Durable Object's name; long ones are a mistake. */
const SINGLETON_KEY_MAX = 200
/** What a person types to confirm. */
const WORD_MAX = 60
/** Discord shows at most this many completions. */
const COMPLETIONS_MAX = 25

/** Set by `[define]` in wrangler.toml: in a bundle, whose build has loaded every definition and stopped at a wrong one. */
declare const PAWL_BUILT: true | undefined

const made = new WeakSet<object>()

/** True for what {@link defineCommand} returned, and nothing else. */
export function isCommand(value: unknown): value is Command {
  return typeof value === 'object' && value !== null && made.has(value)
}

/**
 * Makes a command of its definition.
 *
 * @throws Error naming the command, the option and what to write instead, with every problem of the definition.
 * @example
 * export default defineCommand({
 *   name: 'greet',
 *   summary: 'Say hello',
 *   options: { who: z.string().describe('Whom to greet') },
 *   effects: 'read',
 *   rules: ['when command is greet allow'],
 *   handler: ({ who }) => ({ greeting: `hello ${who}` }),
 * })
 */
export function defineCommand<O extends OptionSchemas = Record<never, never>, R extends HandlerResult = HandlerResult>(
  definition: Definition<O, R>,
): Command {
  const problems: string[] = []
  const path = pathOf(definition.name, problems)
  const name = path.join(' ')
  const options = once(() => readOptions(definition))
  const checked = once(() => makeCheck(options(), definition.options ?? {}))
  const checkedEach = once(() => makeCheckEach(definition.options ?? {}))
  const durations = durationsOf(definition, problems)

  const { singleton, dryRun, complete, check, view } = definition
  // `check` alone makes arguments, from these very schemas: that is what the one cast stands on.
  type Args = ArgumentsOf<O>
  const command: Command = {
    path: Object.freeze(path),
    name,
    key: path.join(':'),
    summary: definition.summary,
    description: definition.description ?? '',
    get options() {
      return options()
    },
    input: definition.input ?? 'each',
    effects: definition.effects,
    run: definition.run ?? 'inline',
    answer: definition.answer ?? 'channel',
    slash: definition.slash ?? true,
    ...durations.command,
    retry: definition.retry ?? 'unsafe',
    rules: Object.freeze([...(definition.rules ?? [])]),
    examples: Object.freeze([...(definition.examples ?? [])]),
    check: (raw) => checked()(raw),
    checkEach: (raw, spoilt) => checkedEach()(raw, spoilt),
    singleton: (args) => claimOf(name, singleton?.(args as Args) ?? null),
    care: (args) => careOf(name, definition, durations.approval, args as Args),
    approver: definition.approval?.permission ?? null,
    asksFor: Object.freeze(asksForOf(definition)),
    wantsWhy: definition.approval?.reason === true && definition.approval.when === undefined,
    dryRun: dryRun ? (args, ctx) => dryRun(args as Args, ctx) as Result | Promise<Result> : null,
    checkNow: check
      ? (args, ctx) =>
          refusalsOf(
            options().filter(({ name: option }) => Object.hasOwn(check, option) && args[option] !== undefined),
            async (option) => check[option as keyof O]?.(args as Args, ctx),
          )
      : null,
    async complete(option, typed, ctx) {
      const completer = complete && Object.hasOwn(complete, option) ? complete[option as keyof O] : undefined
      return completer ? (await completer(typed, ctx)).slice(0, COMPLETIONS_MAX) : []
    },
    // Results are only read from here on; `Result` merely lacks the word readonly inside its lists.
    handler: (args, ctx) => definition.handler(args as Args, ctx) as Result | Promise<Result>,
    empty: definition.empty ?? null,
    view: (records): View | null => view?.(records as unknown as readonly [RecordOf<R>, ...RecordOf<R>[]]) ?? null,
  }
  if (typeof PAWL_BUILT === 'undefined') refuse(definition.name, [...problems, ...problemsOf(definition, command)])
  made.add(command)
  return Object.freeze(command)
}

/** Reading a schema takes a tenth of a millisecond: an isolate reads those of the commands that it is asked for. */
function readOptions(definition: { options?: OptionSchemas; complete?: object; name: string }): readonly Option[] {
  const problems: string[] = []
  const options = optionsOf(definition, problems)
  refuse(definition.name, problems)
  return Object.freeze(options)
}

function refuse(name: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`command "${name}": ${problems.join('; ')}`)
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** What is refused of these options, in their order. */
async function refusalsOf(
  options: readonly Option[],
  check: (option: string) => Promise<unknown>,
): Promise<readonly OptionProblem[]> {
  const problems: OptionProblem[] = []
  for (const { name } of options) {
    try {
      await check(name)
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error
      problems.push({ option: name, message: error.message })
    }
  }
  return problems
}

/** What a definition asks for before it starts; a word is made of arguments, so it is checked each time. */
function careOf<O extends OptionSchemas, R extends HandlerResult>(
  name: string,
  { confirm, approval }: Definition<O, R>,
  expiresMs: number,
  args: ArgumentsOf<O>,
): Care {
  const { confirmation, approvals } = NO_CARE
  const wanted = typeof confirm === 'object' ? (confirm.when?.(args) ?? true) : confirm === true
  const word = wanted && typeof confirm === 'object' ? (confirm.word?.(args) ?? null) : null
  if (word !== null && (typeof word !== 'string' || word.trim() !== word || word === '' || word.length > WORD_MAX))
    throw new Error(
      `command "${name}": its confirm.word must give a text of 1 to ${WORD_MAX} characters, without spaces at its ends`,
    )
  const needed = approval !== undefined && (approval.when?.(args) ?? true)
  return {
    confirmation: wanted ? { word } : confirmation,
    approvals: needed
      ? [
          {
            permission: approval.permission,
            count: approval.count ?? 1,
            expiresMs,
            reason: approval.reason ?? false,
          },
        ]
      : approvals,
  }
}

/** The same in words, for those who want to know before they type it. */
function asksForOf<O extends OptionSchemas, R extends HandlerResult>({
  confirm,
  approval,
}: Definition<O, R>): string[] {
  const sometimes = (when: unknown) => (when === undefined ? '' : ' (for some values of its options)')
  const when = typeof confirm === 'object' ? confirm.when : undefined
  return [
    ...(confirm ? [`a confirmation${sometimes(when)}`] : []),
    ...(approval ? [`approval by ${approval.count ?? 1} with ${approval.permission}${sometimes(approval.when)}`] : []),
  ]
}

/** The lock that a definition asks for, checked each time: the key is made of arguments. */
function claimOf(
  name: string,
  claim: { readonly key: string; readonly whenBusy: string } | null,
): SingletonClaim | null {
  if (claim === null) return null
  const { key, whenBusy } = claim
  const refuse = (what: string) => new Error(`command "${name}": its singleton ${what}`)
  if (typeof key !== 'string' || key === '' || key.length > SINGLETON_KEY_MAX)
    throw refuse(`must give a key of 1 to ${SINGLETON_KEY_MAX} characters`)
  if (whenBusy !== 'queue' && whenBusy !== 'reject' && whenBusy !== 'join')
    throw refuse("must give whenBusy: 'queue', 'reject' or 'join'")
  return { key, whenBusy }
}

/** Raw values by option name, as a line or a platform gave them, before {@link Command.check}. */
export type RawArguments = { readonly [option: string]: Json }
