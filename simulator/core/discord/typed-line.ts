/**
 * What Discord's client makes of `/deploy web staging`: it fills the fields of a registered command, typed, and refuses what
 * the form would not take. Pure.
 */
import type { Json, PawlRecord } from '../../../src/json.ts'
import { records, text } from '../wire.ts'
import { findPerson, findRoom, type Person } from '../world.ts'

export type TypedLine =
  | { readonly ok: true; readonly command: PawlRecord; readonly options: Json[]; readonly resolved: PawlRecord }
  | { readonly ok: false; readonly why: string }

const SUBCOMMAND = 1
const GROUP = 2

/** Reads a line that starts with a slash against the registered commands. Options stand in declared order or as `name:value`. */
export function readTypedLine(line: string, registered: readonly PawlRecord[], person: Person): TypedLine {
  const bare = line.replace(/^\//, '')
  const found = words(bare)
  const first = found[0]?.text ?? ''
  const command = registered.find((it) => text(it, 'name') === first)
  if (!command) return { ok: false, why: `No command "/${first}" here: it is not registered with Discord` }
  const { path, holder, at, nested } = follow(command, found)
  if (nested.length > 0)
    return {
      ok: false,
      why: `Choose one of ${nested.map((option) => `/${first} … ${text(option, 'name')}`).join(', ')}`,
    }
  const resolved: PawlRecord = {}
  const filled = fill(records(holder.options), found.slice(at), bare, person, resolved)
  return filled.ok ? { ok: true, command, options: inPath(path, filled.options), resolved } : filled
}

/** Down into groups and subcommands as far as the words lead; `nested` are those of which one had to be chosen. */
export function follow(command: PawlRecord, found: readonly Word[]) {
  const path: PawlRecord[] = []
  let holder = command
  for (;;) {
    const nested = records(holder.options).filter((option) => option.type === SUBCOMMAND || option.type === GROUP)
    const at = 1 + path.length
    const next = nested.find((option) => text(option, 'name') === found[at]?.text)
    if (!next) return { path, holder, at, nested }
    path.push(next)
    holder = next
  }
}

/** Options inside the groups and subcommands that lead to them. */
export function inPath(path: readonly PawlRecord[], options: Json[]): Json[] {
  return path.reduceRight<Json[]>(
    (inner, option) => [{ name: option.name ?? '', type: option.type ?? SUBCOMMAND, options: inner }],
    options,
  )
}

export interface Word {
  readonly text: string
  /** Where it starts in the line without its slash. */
  readonly at: number
  readonly quoted: boolean
}

/** Words at white space; quotes hold one together, as fingers are used to, also behind the name of a field: `why:"it is down"`. */
export function words(bare: string): Word[] {
  return [...bare.matchAll(/([^\s:"']+:)"([^"]*)"|"([^"]*)"|'([^']*)'|(\S+)/g)].map((found) => {
    const [, field, value = '', double, single, plain] = found
    const quoted = double ?? single
    return { text: field ? `${field}${value}` : (quoted ?? plain ?? ''), at: found.index, quoted: quoted !== undefined }
  })
}

export interface Assigned {
  /** By the option's name: what stands in its field, and where that starts in the line. */
  readonly values: ReadonlyMap<string, { readonly text: string; readonly at: number }>
  /** The option that was filled last. */
  readonly last: string | null
  /** The word that no field was left for. */
  readonly over: string | null
}

/** Puts words into fields: by name where one is given, else in declared order. */
export function assign(declared: readonly PawlRecord[], found: readonly Word[], bare: string): Assigned {
  const values = new Map<string, { text: string; at: number }>()
  let last: string | null = null
  const put = (name: string, value: string, at: number) => {
    values.set(name, { text: value, at })
    last = name
  }
  // Quotes that hold a whole value together are for the line; a field has none.
  const putRest = (name: string, from: number, to: number | undefined) => {
    const value = bare.slice(from, to)
    const at = from + value.length - value.trimStart().length
    const quoted = /^(?:"([^"]+)"|'([^']+)')$/.exec(value.trim())
    put(name, quoted?.[1] ?? quoted?.[2] ?? value.trim(), quoted ? at + 1 : at)
  }
  let lastNamed: string | null = null
  const open = () => declared.filter((option) => !values.has(text(option, 'name') ?? ''))
  for (let i = 0; i < found.length; i++) {
    const word = found[i]
    if (!word) break
    const named = word.quoted ? null : /^([^:\s]+):(.*)$/s.exec(word.text)
    const byName = named ? open().find((option) => text(option, 'name') === named[1]) : undefined
    if (byName && named) {
      const [, name = '', rest = ''] = named
      const start = word.at + name.length + 1
      // `run: deploy web`: a field that nothing follows takes what is left, as typing into the last field does.
      if (isLastText(byName, open())) {
        const next = nextNamed(found, i + 1, open(), byName)
        putRest(name, start, found[next]?.at)
        i = next - 1
        continue
      }
      lastNamed = name
      const following = rest === '' ? found[++i] : undefined
      put(name, rest === '' ? (following?.text ?? '') : rest, following?.at ?? start)
      continue
    }
    const next = open()[0]
    // Behind a text that was named it goes on with that text, unless it can only be the next field's.
    const before = declared.find((option) => text(option, 'name') === lastNamed)
    if (!next || (before && isText(before) && !looksLike(next, word.text))) return { values, last, over: word.text }
    const name = text(next, 'name') ?? ''
    if (isLastText(next, open()) && i < found.length - 1) {
      const after = nextNamed(found, i + 1, open(), next)
      if (after === i + 1) put(name, word.text, word.at)
      else putRest(name, word.at, found[after]?.at)
      i = after - 1
      continue
    }
    put(name, word.text, word.at)
    lastNamed = null
  }
  return { values, last, over: null }
}

function fill(
  declared: readonly PawlRecord[],
  found: readonly Word[],
  bare: string,
  person: Person,
  resolved: PawlRecord,
): { ok: true; options: Json[] } | { ok: false; why: string } {
  const { values, over } = assign(declared, found, bare)
  if (over !== null)
    return { ok: false, why: `There is no field for "${over}": put a value of several words in quotes` }
  const options: Json[] = []
  for (const option of declared) {
    const name = text(option, 'name') ?? ''
    const value = values.get(name)?.text
    if (value === undefined) {
      if (option.required === true) return { ok: false, why: `This option is required: ${name}` }
      continue
    }
    const read = typed(option, value, person, resolved)
    if (!read.ok) return { ok: false, why: `${name}: ${read.why}` }
    options.push({ name, type: option.type ?? 3, value: read.value })
  }
  return { ok: true, options }
}

/** Where the next word stands that names another field; behind the last word when none does. */
function nextNamed(found: readonly Word[], from: number, open: readonly PawlRecord[], own: PawlRecord): number {
  const names = new Set(open.filter((option) => option !== own).map((option) => text(option, 'name')))
  const at = found.findIndex((word, i) => i >= from && !word.quoted && names.has(/^([^:\s]+):/.exec(word.text)?.[1]))
  return at < 0 ? found.length : at
}

function isText({ type, choices }: PawlRecord): boolean {
  return type === 3 && records(choices).length === 0
}

/** Whether a word can be meant for a field that takes no free text. */
function looksLike({ type, choices }: PawlRecord, word: string): boolean {
  const listed = records(choices)
  if (listed.length > 0) return listed.some(({ name, value }) => name === word || String(value) === word)
  if (type === 5) return /^(true|false)$/i.test(word)
  return type === 4 || type === 10 ? Number.isFinite(Number(word)) : type !== 3
}

/** A field of free text behind which only fields of free text are left that may stay empty: who types on types into it. */
export function isLastText(option: PawlRecord, open: readonly PawlRecord[]): boolean {
  return isText(option) && open.every((one) => one === option || (isText(one) && one.required !== true))
}

export type Typed = { ok: true; value: Json } | { ok: false; why: string }

/** A field's text as the value that Discord sends for it. */
export function typed(option: PawlRecord, value: string, person: Person, resolved: PawlRecord): Typed {
  const choices = records(option.choices)
  if (choices.length > 0) {
    const chosen = choices.find((choice) => choice.name === value || String(choice.value) === value)
    if (!chosen) return { ok: false, why: `choose one of ${choices.map((choice) => String(choice.name)).join(', ')}` }
    return { ok: true, value: chosen.value ?? null }
  }
  switch (option.type) {
    case 4:
    case 10: {
      const number = Number(value)
      if (value.trim() === '' || !Number.isFinite(number) || (option.type === 4 && !Number.isInteger(number)))
        return { ok: false, why: option.type === 4 ? 'enter a whole number' : 'enter a number' }
      if (typeof option.min_value === 'number' && number < option.min_value)
        return { ok: false, why: `at least ${option.min_value}` }
      if (typeof option.max_value === 'number' && number > option.max_value)
        return { ok: false, why: `at most ${option.max_value}` }
      return { ok: true, value: number }
    }
    case 5:
      return /^(true|false)$/i.test(value)
        ? { ok: true, value: value.toLowerCase() === 'true' }
        : { ok: false, why: 'choose True or False' }
    case 6:
    case 9: {
      const found = findPerson(value)
      if (!found) return { ok: false, why: `nobody here is called ${value}` }
      resolved.users = {
        ...asRecord(resolved.users),
        [found.discord]: { id: found.discord, username: found.name, discriminator: '0', avatar: null },
      }
      return { ok: true, value: found.discord }
    }
    case 7: {
      const room = findRoom(value, person)
      if (!room || room.direct) return { ok: false, why: `there is no room ${value}` }
      resolved.channels = {
        ...asRecord(resolved.channels),
        [room.discord]: { id: room.discord, name: room.name, type: 0, permissions: '0' },
      }
      return { ok: true, value: room.discord }
    }
    default: {
      const length = [...value].length
      if (typeof option.min_length === 'number' && length < option.min_length)
        return { ok: false, why: `at least ${option.min_length} characters` }
      if (typeof option.max_length === 'number' && length > option.max_length)
        return { ok: false, why: `at most ${option.max_length} characters` }
      return { ok: true, value: withMentions(value, person) }
    }
  }
}

/** In a text field the client turns a picked name into a mention. */
export function withMentions(value: string, person: Person): string {
  return value
    .replace(/(^|[\s("'])@([a-z0-9._-]+)/gi, (found, before: string, name: string) => {
      const known = findPerson(name)
      return known ? `${before}<@${known.discord}>` : found
    })
    .replace(/(^|[\s("'>])#([a-z0-9_-]+)/gi, (found, before: string, name: string) => {
      const room = findRoom(name, person)
      return room && !room.direct ? `${before}<#${room.discord}>` : found
    })
}

function asRecord(value: Json | undefined): PawlRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}
