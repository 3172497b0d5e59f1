/**
 * What `defineCommand` checks of a definition, piece by piece. Each function adds what is wrong, and what to write instead, to
 * `problems`. Pure.
 */
import { namesIn } from '../policy/document/names.ts'
import { ROOM_REF } from '../policy/names.ts'
import { checkRule } from '../policy/rule-check.ts'
import { parseRule } from '../policy/rule-parse.ts'
import { APPROVAL_MS, APPROVERS_MAX } from './care.ts'
import type { Command, Option } from './command.ts'
import type { OptionSchemas } from './definition.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { commandWordProblem } from './names.ts'
import { isAsync, readOption } from './schema.ts'

/** Discord: a command, a group, a subcommand. */
const PATH_MAX = 3
/** Discord's limit for a command's description. */
const SUMMARY_MAX = 100
const OPTIONS_MAX = 25
/** Discord: names, descriptions and values of one registered command together. */
const CHARACTERS_MAX = 8_000
/** One help page; Slack's section holds 3,000 characters. */
const DESCRIPTION_MAX = 1_000

const SECOND = 1_000
const MINUTE = 60 * SECOND
/** `waitUntil` ends 30 s after the response; the rest is for writing the result down. */
const INLINE = { fallback: 20 * SECOND, most: 25 * SECOND }
/** Longer than a queue consumer lives: a job written in steps goes on in the next one. A wake-up can be put off for a day. */
const JOB = { fallback: 10 * MINUTE, most: 24 * 60 * MINUTE }
const START_WITHIN = 10 * MINUTE
/** Queues keep a message for 24 hours on the free plan. */
const START_WITHIN_MAX = 24 * 60 * MINUTE

/** A definition whose types nobody has checked. */
type Checkable = Parameters<typeof optionsOf>[0] &
  Parameters<typeof checkWords>[0] &
  Parameters<typeof checkFunctions>[0] &
  Parameters<typeof checkSecrets>[0] & { readonly summary: string; readonly rules: unknown }

/**
 * What is wrong with a definition beside its name and its lengths of time.
 *
 * @param command what was made of it
 */
export function problemsOf(definition: Checkable, command: Command): string[] {
  const problems: string[] = []
  const options = optionsOf(definition, problems)
  checkAsync(definition.options ?? {}, options, problems)
  checkWords(definition, problems)
  checkChoices(definition, problems)
  checkFunctions(definition, problems)
  checkRules(definition.rules, command.key, problems)
  checkSecrets(definition, options, problems)
  checkSize(command.name, definition.summary, options, problems)
  if (problems.length === 0) checkRulesFit(command, problems)
  return problems
}

/** The words of a command's name. */
export function pathOf(name: unknown, problems: string[]): string[] {
  if (typeof name !== 'string' || name.trim() === '') {
    problems.push("it has no name: write name: 'deploy', or 'pack install' for a command in a group")
    return []
  }
  const path = name.split(' ')
  if (path.length > PATH_MAX) problems.push(`its name has ${path.length} words: use at most ${PATH_MAX}`)
  for (const word of path) {
    const wrong = commandWordProblem(word)
    if (wrong) problems.push(`its name cannot have the word "${word}": ${wrong}`)
  }
  if (path[0] === 'pawl')
    problems.push('its name cannot start with "pawl": that is the way to all commands, choose another')
  return path
}

/** The options, read once from their schemas. */
export function optionsOf(
  definition: { options?: OptionSchemas; complete?: object; check?: object },
  problems: string[],
): Option[] {
  const schemas = Object.entries(definition.options ?? {})
  const complete = definition.complete ?? {}
  const options: Option[] = []
  for (const [name, schema] of schemas) {
    const reading = readOption(name, schema, Object.hasOwn(complete, name))
    if (reading.ok) options.push(reading.option)
    else problems.push(...reading.problems.map((problem) => `option ${name}: ${problem}`))
  }
  for (const [field, of] of Object.entries({ complete, check: definition.check ?? {} }))
    for (const name of Object.keys(of))
      if (!schemas.some(([known]) => known === name)) problems.push(`${field}.${name}: there is no option ${name}`)
  if (schemas.length > OPTIONS_MAX)
    problems.push(`it has ${schemas.length} options: Discord takes ${OPTIONS_MAX}, split the command or use a list`)
  checkOrder(options, problems)
  return options
}

function checkAsync(schemas: OptionSchemas, options: readonly Option[], problems: string[]): void {
  for (const { name, choices } of options) {
    const schema = schemas[name]
    if (schema && isAsync(schema, choices ?? []))
      problems.push(
        `option ${name}: it has an asynchronous check: arguments are checked before anything is awaited, so check it in the handler`,
      )
  }
}

function checkOrder(options: readonly Option[], problems: string[]): void {
  const shorts = new Map<string, string>()
  let optional: string | null = null
  for (const [i, { name, kind, list, rest, required, short }] of options.entries()) {
    if (!required) optional ??= name
    else if (optional !== null)
      problems.push(
        `option ${name}: it is required but stands after the optional ${optional}: move it before, or give it a .default()`,
      )
    if (rest && i < options.length - 1)
      problems.push(`option ${name}: it takes the rest of the line as typed: declare it last`)
    if (list && i < options.length - 1)
      problems.push(`option ${name}: a list takes all words that are left: declare it last`)
    const other = short === undefined ? undefined : shorts.get(short)
    if (other !== undefined)
      problems.push(`option ${name}: its short form -${short} is that of ${other}: choose another letter`)
    if (short !== undefined) shorts.set(short, name)
    if (kind === 'boolean' && options.some((o) => o.name === `no-${name}`))
      problems.push(`option no-${name}: --no-${name} already means that ${name} is false: rename it`)
  }
}

interface Timed {
  readonly run?: string
  readonly timeout?: string
  readonly startWithin?: string
  readonly approval?: { readonly expires?: string }
}

/** The lengths of time in milliseconds, with their defaults. */
export function durationsOf(definition: Timed, problems: string[]) {
  const read = (field: string, text: string | undefined, fallback: number, most: number, why: string): number => {
    if (text === undefined) return fallback
    const ms = typeof text === 'string' ? parseDuration(text) : null
    if (ms === null || ms === 0) problems.push(`its ${field} is not a length of time: write it as '90s' or '10m'`)
    else if (ms > most) problems.push(`its ${field} is ${text}: at most ${formatDuration(most)}, ${why}`)
    else return ms
    return fallback
  }
  const [bounds, why] =
    definition.run === 'job'
      ? [JOB, 'as a wake-up can be put off for no longer']
      : [INLINE, "as an inline command ends 30 s after its answer: write run: 'job' for more"]
  return {
    command: {
      timeoutMs: read('timeout', definition.timeout, bounds.fallback, bounds.most, why),
      startWithinMs: read(
        'startWithin',
        definition.startWithin,
        START_WITHIN,
        START_WITHIN_MAX,
        'as the queue keeps no longer',
      ),
    },
    approval: read(
      'approval.expires',
      definition.approval?.expires,
      APPROVAL_MS,
      START_WITHIN_MAX,
      'ask again the next day',
    ),
  }
}

function checkWords(
  definition: { summary: unknown; description?: unknown; examples?: unknown },
  problems: string[],
): void {
  const { summary, description, examples } = definition
  if (typeof summary !== 'string' || summary.trim() === '')
    problems.push("it has no summary: write summary: 'What it does'")
  else if (summary.length > SUMMARY_MAX)
    problems.push(
      `its summary has ${summary.length} characters: Discord shows at most ${SUMMARY_MAX}, put more into description`,
    )
  if (description !== undefined && (typeof description !== 'string' || description.length > DESCRIPTION_MAX))
    problems.push(`its description is not a text of at most ${DESCRIPTION_MAX} characters`)
  const isExample = (e: unknown) =>
    Array.isArray(e) && e.length === 2 && e.every((part) => typeof part === 'string' && part !== '')
  if (examples !== undefined && !(Array.isArray(examples) && examples.every(isExample)))
    problems.push("its examples are not pairs: write examples: [['deploy web staging', 'web to staging']]")
}

function checkChoices(definition: object, problems: string[]): void {
  const allowed = [
    ['effects', ['read', 'write'], true],
    ['input', ['each', 'all', 'none'], false],
    ['run', ['inline', 'job'], false],
    ['answer', ['channel', 'private'], false],
    ['retry', ['safe', 'unsafe'], false],
  ] as const
  for (const [field, values, required] of allowed) {
    const value = (definition as { readonly [field: string]: unknown })[field]
    if (value === undefined && !required) continue
    if (!values.some((one) => one === value))
      problems.push(`its ${field} must be ${values.map((one) => `'${one}'`).join(' or ')}`)
  }
  const { slash } = definition as { readonly slash?: unknown }
  if (slash !== undefined && typeof slash !== 'boolean') problems.push('its slash must be true or false')
}

function checkFunctions(
  definition: {
    handler: unknown
    view?: unknown
    singleton?: unknown
    complete?: object
    check?: object
    approval?: { permission?: unknown; when?: unknown; count?: unknown; reason?: unknown }
    confirm?: unknown
    dryRun?: unknown
  },
  problems: string[],
): void {
  const { handler, view, singleton, dryRun } = definition
  if (typeof handler !== 'function') problems.push('it has no handler: write async handler(args, ctx) { … }')
  if (view !== undefined && typeof view !== 'function')
    problems.push('its view is not a function: write view: (records) => md`…`')
  if (singleton !== undefined && typeof singleton !== 'function')
    problems.push("its singleton is not a function: write singleton: (args) => ({ key: '…', whenBusy: 'queue' })")
  for (const [name, completer] of Object.entries(definition.complete ?? {}))
    if (typeof completer !== 'function')
      problems.push(`complete.${name} is not a function: write (typed, ctx) => ['…']`)
  for (const [name, check] of Object.entries(definition.check ?? {}))
    if (typeof check !== 'function') problems.push(`check.${name} is not a function: write (args, ctx) => { … }`)
  if (dryRun !== undefined && typeof dryRun !== 'function')
    problems.push('its dryRun is not a function: write async dryRun(args, ctx) { … }')
  checkCare(definition, problems)
}

function checkCare(
  {
    approval,
    confirm,
  }: { approval?: { permission?: unknown; when?: unknown; count?: unknown; reason?: unknown }; confirm?: unknown },
  problems: string[],
): void {
  if (confirm !== undefined && typeof confirm !== 'boolean' && !(typeof confirm === 'object' && confirm !== null))
    problems.push("its confirm is neither true nor an object: write confirm: { when: ({ env }) => env === 'prod' }")
  else if (typeof confirm === 'object')
    for (const part of ['when', 'word'] as const) {
      const value = (confirm as { readonly [part: string]: unknown })[part]
      if (value !== undefined && typeof value !== 'function')
        problems.push(`its confirm.${part} is not a function: write ${part}: (args) => …`)
    }
  if (approval === undefined) return
  const { count, reason } = approval
  if (count !== undefined && !(Number.isInteger(count) && Number(count) >= 1 && Number(count) <= APPROVERS_MAX))
    problems.push(`its approval.count is not a whole number of 1 to ${APPROVERS_MAX}`)
  if (reason !== undefined && typeof reason !== 'boolean')
    problems.push('its approval.reason must be true or false: true makes the asker say why')
  if (typeof approval.permission !== 'string' || !/^[^\s:]+:[^\s:]+$/.test(approval.permission))
    problems.push("its approval names no permission: write approval: { permission: 'deploy:approve' }")
  if (approval.when !== undefined && typeof approval.when !== 'function')
    problems.push("its approval.when is not a function: write when: ({ env }) => env === 'prod'")
}

/** A queued run's arguments wait in the database, where no secret may be. */
function checkSecrets(
  definition: { readonly run?: unknown; readonly singleton?: unknown },
  options: readonly Option[],
  problems: string[],
): void {
  if (definition.run !== 'job' && definition.singleton === undefined) return
  for (const { name, secret } of options)
    if (secret)
      problems.push(
        `option ${name}: it is secret, and the arguments of a job wait in the database: make the command inline, without singleton, or let it read the secret with ctx.setting`,
      )
}

/** A module ships requirements on its own command only: a file dropped in must not change what others may do. */
function checkRules(rules: unknown, key: string, problems: string[]): void {
  const example = `'when command is ${key} must have ${key.split(':')[0]}:run', or '… allow' to open it to all`
  if (!Array.isArray(rules) || rules.length === 0) {
    problems.push(`it has no rules, so nobody could run it: write rules: [${example}]`)
    return
  }
  rules.forEach((rule: unknown, i) => {
    const parsed = typeof rule === 'string' ? parseRule(rule) : null
    if (parsed === null) problems.push(`rules[${i}] is not a text: write ${example}`)
    else if (!parsed.ok)
      problems.push(`rules[${i}] is not a rule: ${parsed.error.message} (at ${parsed.error.at}); write ${example}`)
    else if (parsed.rule.command !== key)
      problems.push(`rules[${i}] is about ${parsed.rule.command}: a module's rules are about its own command, ${key}`)
  })
}

/** A shipped rule must fit the command that it is for, or the command would be closed for good. */
function checkRulesFit(command: Command, problems: string[]): void {
  const alone = {
    all: () => [command],
    byKey: (key: string) => (key === command.key ? command : null),
    under: () => [],
  }
  for (const [i, text] of command.rules.entries()) {
    const parsed = parseRule(text)
    if (!parsed.ok) continue
    const wrong = checkRule(parsed.rule, alone).filter(({ severity }) => severity === 'error')
    problems.push(...wrong.map(({ message }) => `rules[${i}]: ${message}`))
    const { channel, user, group } = namesIn(parsed.rule)
    const named = [...user, ...group, ...channel.filter((name) => !ROOM_REF.test(name))]
    if (named.length > 0)
      problems.push(
        `rules[${i}] names ${named.join(', ')}, which a module cannot know: leave such rules to the site (rule create), or name a room by its number, as in slack:C123`,
      )
  }
}

/** Discord counts names, descriptions and values of one registered command together. */
function checkSize(name: string, summary: string, options: readonly Option[], problems: string[]): void {
  const size = [name, summary, ...options.flatMap((o) => [o.name, o.summary, ...(o.choices ?? [])])].join('').length
  if (size > CHARACTERS_MAX)
    problems.push(
      `its names, descriptions and choices have ${size} characters together: Discord takes ${CHARACTERS_MAX}`,
    )
}
