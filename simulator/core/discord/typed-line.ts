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
  const words = split(line.replace(/^\//, ''))
  const first = words[0]?.text ?? ''
  const command = registered.find((it) => text(it, 'name') === first)
  if (!command) return { ok: false, why: `No command "/${first}" here: it is not registered with Discord` }
  let at = 1
  let holder = command
  const path: PawlRecord[] = []
  for (;;) {
    const nested = records(holder.options).filter((option) => option.type === SUBCOMMAND || option.type === GROUP)
    if (nested.length === 0) break
    const word = words[at]?.text ?? ''
    const next = nested.find((option) => text(option, 'name') === word)
    if (!next)
      return {
        ok: false,
        why: `Choose one of ${nested.map((option) => `/${first} … ${text(option, 'name')}`).join(', ')}`,
      }
    path.push(next)
    holder = next
    at += 1
  }
  const resolved: PawlRecord = {}
  const filled = fill(records(holder.options), words.slice(at), line, person, resolved)
  if (!filled.ok) return filled
  const options = path.reduceRight<Json[]>(
    (inner, option) => [{ name: option.name ?? '', type: option.type ?? SUBCOMMAND, options: inner }],
    filled.options,
  )
  return { ok: true, command, options, resolved }
}

interface Word {
  readonly text: string
  /** Where it starts in the line without its slash. */
  readonly at: number
  readonly quoted: boolean
}

/** Words at white space; quotes hold one together, as fingers are used to. */
function split(line: string): Word[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((found) => ({
    text: found[1] ?? found[2] ?? found[3] ?? '',
    at: found.index,
    quoted: found[3] === undefined,
  }))
}

function fill(
  declared: readonly PawlRecord[],
  words: readonly Word[],
  line: string,
  person: Person,
  resolved: PawlRecord,
): { ok: true; options: Json[] } | { ok: false; why: string } {
  const values = new Map<string, string>()
  const open = () => declared.filter((option) => !values.has(text(option, 'name') ?? ''))
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (!word) break
    const named = word.quoted ? null : /^([^:\s]+):(.*)$/s.exec(word.text)
    const byName = named ? open().find((option) => text(option, 'name') === named[1]) : undefined
    if (byName && named) {
      const rest = named[2] ?? ''
      // `run: deploy web`: a field that nothing follows takes what is left, as typing into the last field does.
      if (isLastText(byName, open())) {
        values.set(
          named[1] ?? '',
          line
            .replace(/^\//, '')
            .slice(word.at + (named[1] ?? '').length + 1)
            .trim(),
        )
        break
      }
      if (rest !== '') values.set(named[1] ?? '', rest)
      else values.set(named[1] ?? '', words[++i]?.text ?? '')
      continue
    }
    const next = open()[0]
    if (!next) return { ok: false, why: `There is no field for "${word.text}"` }
    const name = text(next, 'name') ?? ''
    if (isLastText(next, open()) && i < words.length - 1) {
      values.set(name, line.replace(/^\//, '').slice(word.at).trim())
      break
    }
    values.set(name, word.text)
  }
  const options: Json[] = []
  for (const option of declared) {
    const name = text(option, 'name') ?? ''
    const value = values.get(name)
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

/** The only field left, and it takes any text. */
function isLastText(option: PawlRecord, open: readonly PawlRecord[]): boolean {
  return option.type === 3 && open.length === 1 && records(option.choices).length === 0
}

type Typed = { ok: true; value: Json } | { ok: false; why: string }

function typed(option: PawlRecord, value: string, person: Person, resolved: PawlRecord): Typed {
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
function withMentions(value: string, person: Person): string {
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
