/** Message and command payloads as Discord's API accepts them, with its form errors. Pure. */
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import { DISCORD, DISCORD_NAME } from '../limits.ts'
import { lengthOf, list, records, text } from '../wire.ts'
import { COMPONENTS_V2 } from './view.ts'

export interface FormProblem {
  /** Where, as a path: `['embeds', '0', 'title']`. */
  readonly path: readonly string[]
  readonly code: string
  readonly message: string
}

/** The body of a 400: `errors` nests by field and list position, as Discord does. */
export function formError(problems: readonly FormProblem[]): PawlRecord {
  const errors: PawlRecord = {}
  for (const { path, code, message } of problems) {
    let at = errors
    for (const step of path) {
      const inner = at[step]
      const next: PawlRecord = isRecord(inner) ? inner : {}
      at[step] = next
      at = next
    }
    const there = Array.isArray(at._errors) ? at._errors : []
    at._errors = [...there, { code, message }]
  }
  return { message: 'Invalid Form Body', code: 50035, errors }
}

export function describe(problems: readonly FormProblem[]): string {
  return problems.map((problem) => `${problem.path.join('.')}: ${problem.message}`).join('; ')
}

export type Check = (value: Json | undefined, most: number, path: readonly string[], least?: number) => void

/** A check of lengths that adds what is wrong. */
export function bounds(problems: FormProblem[]): Check {
  return (value, most, path, least = 0) => {
    const length = typeof value === 'string' ? lengthOf(value) : 0
    if (length > most)
      problems.push({ path, code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${most} or fewer in length.` })
    if (length < least) problems.push({ path, code: 'BASE_TYPE_REQUIRED', message: 'This field is required' })
  }
}

/** What is wrong with a message; empty when nothing is. Emptiness has its own error (50006) and is not checked here. */
export function checkMessage(payload: PawlRecord): FormProblem[] {
  const problems: FormProblem[] = []
  const check = bounds(problems)
  check(payload.content, DISCORD.content, ['content'])
  if (payload.nonce !== undefined) check(String(payload.nonce), DISCORD.nonce, ['nonce'])
  const embeds = list(payload, 'embeds') ?? []
  tooMany(problems, embeds.length, DISCORD.embeds, ['embeds'])
  let all = 0
  records(embeds).forEach((embed, i) => {
    const at = ['embeds', String(i)]
    const inner = (value: Json | undefined, name: string): Json | undefined =>
      isRecord(value) ? value[name] : undefined
    const measured: [Json | undefined, number, string[]][] = [
      [embed.title, DISCORD.title, [...at, 'title']],
      [embed.description, DISCORD.description, [...at, 'description']],
      [inner(embed.footer, 'text'), DISCORD.footer, [...at, 'footer', 'text']],
      [inner(embed.author, 'name'), DISCORD.author, [...at, 'author', 'name']],
    ]
    const fields = records(embed.fields)
    tooMany(problems, fields.length, DISCORD.fields, [...at, 'fields'])
    fields.forEach((field, n) => {
      check(field.name, DISCORD.fieldName, [...at, 'fields', String(n), 'name'], 1)
      check(field.value, DISCORD.fieldValue, [...at, 'fields', String(n), 'value'], 1)
      all += lengthOf(String(field.name ?? '')) + lengthOf(String(field.value ?? ''))
    })
    for (const [value, most, path] of measured) {
      check(value, most, path)
      if (typeof value === 'string') all += lengthOf(value)
    }
  })
  if (all > DISCORD.embedsText)
    problems.push({
      path: ['embeds'],
      code: 'MAX_EMBED_SIZE_EXCEEDED',
      message: `Embed size exceeds maximum size of ${DISCORD.embedsText}`,
    })
  const v2 = (Number(payload.flags ?? 0) & COMPONENTS_V2) !== 0
  if (v2 && (text(payload, 'content') || embeds.length > 0))
    problems.push({
      path: ['content'],
      code: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      message: 'No content or embeds with components V2',
    })
  if (!v2) checkRows(records(payload.components), problems, check)
  return problems
}

function checkRows(rows: PawlRecord[], problems: FormProblem[], check: Check): void {
  tooMany(problems, rows.length, DISCORD.rows, ['components'])
  const ids = new Set<string>()
  for (const [i, row] of rows.entries()) {
    const at = ['components', String(i)]
    if (row.type !== 1) {
      problems.push({
        path: [...at, 'type'],
        code: 'UNION_TYPE_CHOICES',
        message: 'Value of field "type" must be one of (1,).',
      })
      continue
    }
    const inner = records(row.components)
    tooMany(problems, inner.length, DISCORD.rowButtons, [...at, 'components'])
    if (inner.length === 0)
      problems.push({
        path: [...at, 'components'],
        code: 'BASE_TYPE_BAD_LENGTH',
        message: 'Must be between 1 and 5 in length.',
      })
    for (const [n, component] of inner.entries()) {
      if (component.type === 2) checkButton(component, [...at, 'components', String(n)], ids, problems, check)
    }
  }
}

function checkButton(
  button: PawlRecord,
  at: readonly string[],
  ids: Set<string>,
  problems: FormProblem[],
  check: Check,
): void {
  check(button.label, DISCORD.label, [...at, 'label'])
  if (button.style === 5) {
    check(button.url, DISCORD.linkUrl, [...at, 'url'], 1)
    return
  }
  check(button.custom_id, DISCORD.customId, [...at, 'custom_id'], 1)
  const id = text(button, 'custom_id') ?? ''
  if (ids.has(id))
    problems.push({
      path: [...at, 'custom_id'],
      code: 'COMPONENT_CUSTOM_ID_DUPLICATED',
      message: 'Component custom id cannot be duplicated',
    })
  ids.add(id)
}

export function tooMany(problems: FormProblem[], length: number, most: number, path: readonly string[]): void {
  if (length > most)
    problems.push({ path, code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${most} or fewer in length.` })
}

/** True for a message with nothing in it: error 50006. */
export function isEmpty(payload: PawlRecord): boolean {
  const some = (name: string) => (list(payload, name) ?? []).length > 0
  return (
    (text(payload, 'content') ?? '').trim() === '' && !some('embeds') && !some('components') && !some('attachments')
  )
}

const CHAT_INPUT = 1
const USER = 2
const MESSAGE = 3

function typeOf({ type }: PawlRecord): number {
  return Number(type ?? CHAT_INPUT)
}

/** A command of a user's or a message's menu: a name, and nothing to type. */
function checkMenu(command: PawlRecord, at: readonly string[], problems: FormProblem[], check: Check): void {
  check(command.name, DISCORD.menuName, [...at, 'name'], 1)
  for (const field of ['description', 'options'])
    if (command[field] !== undefined && command[field] !== '')
      problems.push({
        path: [...at, field],
        code: 'APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_NOT_ALLOWED',
        message: `Context menu commands cannot have ${field}`,
      })
}

/** What is wrong with a bulk overwrite of commands. */
export function checkCommands(commands: readonly PawlRecord[]): FormProblem[] {
  const problems: FormProblem[] = []
  const check = bounds(problems)
  for (const [type, most] of [
    [CHAT_INPUT, DISCORD.commands],
    [USER, DISCORD.menuCommands],
    [MESSAGE, DISCORD.menuCommands],
  ] as const)
    tooMany(problems, commands.filter((command) => typeOf(command) === type).length, most, ['commands'])
  const names = new Set<string>()
  commands.forEach((command, i) => {
    const at = [String(i)]
    if (typeOf(command) === CHAT_INPUT) checkNamed(command, at, problems, check, 0)
    else checkMenu(command, at, problems, check)
    const name = `${typeOf(command)} ${text(command, 'name') ?? ''}`
    if (names.has(name))
      problems.push({
        path: [...at, 'name'],
        code: 'APPLICATION_COMMANDS_DUPLICATE_NAME',
        message: 'Application command names must be unique',
      })
    names.add(name)
    const size = sizeOf(command)
    if (size > DISCORD.commandText)
      problems.push({
        path: at,
        code: 'APPLICATION_COMMAND_TOO_LARGE',
        message: `Command exceeds maximum size (${DISCORD.commandText})`,
      })
  })
  return problems
}

function checkNamed(
  item: PawlRecord,
  at: readonly string[],
  problems: FormProblem[],
  check: Check,
  depth: number,
): void {
  const name = text(item, 'name') ?? ''
  if (!DISCORD_NAME.test(name) || name !== name.toLowerCase())
    problems.push({
      path: [...at, 'name'],
      code: 'APPLICATION_COMMAND_INVALID_NAME',
      message: 'Command name is invalid',
    })
  check(item.description, DISCORD.commandDescription, [...at, 'description'], 1)
  const options = records(item.options)
  tooMany(problems, options.length, DISCORD.options, [...at, 'options'])
  const nested = options.filter((option) => option.type === 1 || option.type === 2)
  if (nested.length > 0 && nested.length < options.length)
    problems.push({
      path: [...at, 'options'],
      code: 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
      message: 'Sub-command and sub-command group option types are mutually exclusive to all other types',
    })
  let optional = false
  options.forEach((option, i) => {
    const place = [...at, 'options', String(i)]
    if (option.type === 2 && depth > 0)
      problems.push({
        path: [...place, 'type'],
        code: 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
        message: 'Groups do not nest',
      })
    if (option.required === true && optional)
      problems.push({
        path: place,
        code: 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        message: 'Required options must be placed before non-required options',
      })
    optional ||= option.type !== 1 && option.type !== 2 && option.required !== true
    const choices = records(option.choices)
    if (option.autocomplete === true && (choices.length > 0 || ![3, 4, 10].includes(Number(option.type))))
      problems.push({
        path: [...place, 'autocomplete'],
        code: 'APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID',
        message: 'Autocomplete is for text and numbers without choices',
      })
    tooMany(problems, choices.length, DISCORD.choices, [...place, 'choices'])
    choices.forEach((choice, n) => {
      check(choice.name, DISCORD.choiceName, [...place, 'choices', String(n), 'name'], 1)
      if (typeof choice.value === 'string')
        check(choice.value, DISCORD.choiceName, [...place, 'choices', String(n), 'value'])
    })
    checkNamed(option, place, problems, check, depth + (option.type === 2 ? 1 : 0) + (option.type === 1 ? 2 : 0))
  })
}

function sizeOf(item: PawlRecord): number {
  const own = lengthOf(text(item, 'name') ?? '') + lengthOf(text(item, 'description') ?? '')
  const choices = records(item.choices).reduce(
    (sum, choice) => sum + lengthOf(String(choice.name ?? '')) + lengthOf(String(choice.value ?? '')),
    0,
  )
  return records(item.options).reduce((sum, option) => sum + sizeOf(option), own + choices)
}
