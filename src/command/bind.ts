/**
 * From the tokens after a command's name to its checked arguments, by the rules of the pipeline language (positional
 * words, `--name value`, `--name=value`, `-f`, `--no-name`), with every problem at once. Pure.
 */
import type { Json } from '../json.ts'
import { printStage } from '../language/print.ts'
import type { Place, Token, Value } from '../language/tree.ts'
import { FlagReader } from './bind-flags.ts'
import { noRecord, type Resolve, ValueReader } from './bind-values.ts'
import { wanted } from './check.ts'
import type { Arguments, Command, Option } from './command.ts'
import type { RawArguments } from './define.ts'
import { FLAG_NAMES, type Flags, isSwitch } from './flags.ts'
import { nearest } from './names.ts'
import { readValue } from './read-value.ts'

export interface BindProblem {
  /** The option it is about, where there is one. */
  readonly option: string | null
  readonly message: string
  /** Where on the line; null for what is missing and for arguments that no line carried. */
  readonly place: Place | null
}

export type Bound =
  | {
      readonly ok: true
      readonly args: Arguments
      readonly flags: Flags
      readonly raw: RawArguments
      /** Where on the line the values of secret options stand: mask them wherever the line is shown or kept. */
      readonly secrets: readonly Place[]
    }
  | {
      readonly ok: false
      /** `--help` was asked for; then there are no problems. */
      readonly help: boolean
      readonly flags: Flags
      readonly problems: readonly BindProblem[]
      readonly secrets: readonly Place[]
      /** What could be bound all the same; `unknown` are the options whose value is not known. */
      readonly known: { readonly args: Arguments; readonly unknown: ReadonlySet<string> }
      /** The values that could be read, as they were given. */
      readonly raw: RawArguments
    }

/**
 * Binds a stage's tokens after the command's name to the command's options and checks them.
 *
 * @example bindStage(deploy, stage.tokens.slice(1), noRecord)
 */
export function bindStage(command: Command, tokens: readonly Token[], resolve: Resolve): Bound {
  return bindTokens(command, tokens, resolve).bound
}

/** What one option was given: by a word of the line, or by its mere mention. */
export type Taken = { readonly option: Option } & ({ readonly value: Value } | { readonly given: Json })

/** As {@link bindStage}; also says which word went to which option, in order, which is the same whatever the variables hold. */
export function bindTokens(
  command: Command,
  tokens: readonly Token[],
  resolve: Resolve,
): { readonly bound: Bound; readonly taken: readonly Taken[] } {
  const binding = new Binding(command, resolve)
  const words: (Token & { kind: 'word' })[] = []
  const rest = command.options.at(-1)?.rest ? command.options.length - 1 : Number.POSITIVE_INFINITY
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]
    // A form would ask for just what a switch alone would be taken for.
    const asksForForm = token !== undefined && i === tokens.length - 1 && isSwitch(token, 'form')
    if (words.length === rest && token && !isSwitch(token, 'help') && !asksForForm) {
      words.push(asOneWord(tokens.slice(i)))
      break
    }
    if (token?.kind === 'word') words.push(token)
    else if (token?.kind === 'option') {
      const next = tokens[i + 1]
      const tookNext = binding.option(token, next?.kind === 'word' ? next : null)
      if (tookNext) i++
    }
  }
  binding.words(words)
  return { bound: binding.finish(), taken: binding.taken }
}

/** What is left of a stage as one word: what was quoted as a whole to the letter, else as it was typed. */
function asOneWord(tokens: readonly Token[]): Token & { kind: 'word' } {
  const [first] = tokens
  if (tokens.length === 1 && first?.kind === 'word') return first
  const place = { at: first?.at ?? 0, end: tokens.at(-1)?.end ?? 0 }
  return { kind: 'word', value: { kind: 'text', text: printStage({ tokens }), quoted: true }, ...place }
}

/**
 * Binds values that the platform has already typed (Discord's options). Gives what the same values on a line give. A list
 * arrives as one text, as Discord has no lists: its words are separated by white space.
 */
export function bindTyped(command: Command, options: ReadonlyMap<string, Json>): Bound {
  const binding = new Binding(command, noRecord)
  for (const [name, value] of options) binding.typed(name, value)
  return binding.finish()
}

type OptionToken = Token & { kind: 'option' }

interface Names {
  readonly byName: ReadonlyMap<string, Option>
  readonly byShort: ReadonlyMap<string, Option>
}

/** Made once a command: a stage whose arguments come from records is bound once a record. */
const names = new WeakMap<Command, Names>()

function namesOf(command: Command): Names {
  const known = names.get(command)
  if (known !== undefined) return known
  const read: Names = {
    byName: new Map(command.options.map((option) => [option.name, option])),
    byShort: new Map(command.options.flatMap((option) => (option.short ? [[option.short, option]] : []))),
  }
  names.set(command, read)
  return read
}

/** One binding in progress: what was given so far and what is wrong so far. */
class Binding {
  readonly taken: Taken[] = []
  readonly #command: Command
  readonly #values: ValueReader
  readonly #byName: ReadonlyMap<string, Option>
  readonly #byShort: ReadonlyMap<string, Option>
  readonly #given = new Map<string, Json>()
  /** Options that were meant but could not be read: they are neither missing nor open to a positional word. */
  readonly #spoilt = new Set<string>()
  readonly #problems: BindProblem[] = []
  readonly #secrets: Place[] = []
  readonly #flags = new FlagReader()
  #unknown = false

  constructor(command: Command, resolve: Resolve) {
    this.#command = command
    this.#values = new ValueReader(resolve)
    const { byName, byShort } = namesOf(command)
    this.#byName = byName
    this.#byShort = byShort
  }

  /** Takes one option token; true when it took the word after it as its value. */
  option(token: OptionToken, next: (Token & { kind: 'word' }) | null): boolean {
    if (this.#flags.knows(token)) return this.#flags.take(token, next)
    const option = (token.long ? this.#byName : this.#byShort).get(token.name)
    if (option) return this.#known(option, token, next)
    const negated = token.long && token.name.startsWith('no-') ? this.#byName.get(token.name.slice(3)) : undefined
    if (negated?.kind === 'boolean') {
      if (token.value === null) this.#mention(negated, false, token)
      else
        this.#spoil(negated, `--${token.name} takes no value: write --${negated.name}=true or --${token.name}`, token)
      return false
    }
    return this.#unknownOption(token, next)
  }

  #known(option: Option, token: OptionToken, next: (Token & { kind: 'word' }) | null): boolean {
    if (token.value !== null) {
      this.#take(option, token.value, token)
      return false
    }
    if (option.kind === 'boolean') {
      this.#mention(option, true, token)
      return false
    }
    if (next === null) {
      this.#spoil(option, `${shown(token)} needs a value: ${wanted(option)}`, token)
      return false
    }
    this.#take(option, next.value, next)
    return true
  }

  #unknownOption(token: OptionToken, next: Token | null): boolean {
    this.#unknown = true
    const names = this.#command.options.flatMap(({ name, kind }) =>
      kind === 'boolean' ? [name, `no-${name}`] : [name],
    )
    const near = token.long ? nearest(token.name, [...names, ...FLAG_NAMES]) : null
    const meant = near === null ? undefined : (this.#byName.get(near) ?? this.#byName.get(near.replace(/^no-/, '')))
    const advice = near === null ? this.#optionList() : `did you mean --${near}?`
    this.#problems.push({
      option: null,
      message: `there is no option ${shown(token)}: ${advice}`,
      place: placeOf(token),
    })
    if (!meant) return false
    // One slip, one problem: what was nearly given is not also missing.
    this.#spoilt.add(meant.name)
    if (meant.secret && token.value !== null) this.#secrets.push(placeOf(token))
    const tookNext = meant.kind !== 'boolean' && token.value === null && next !== null
    if (tookNext && meant.secret) this.#secrets.push(placeOf(next))
    return tookNext
  }

  #optionList(): string {
    const names = this.#command.options.map(({ name, short }) => (short ? `--${name} (-${short})` : `--${name}`))
    return names.length === 0 ? `${this.#command.name} has no options` : `the options are ${names.join(', ')}`
  }

  /** Positional words fill the options that were not named, in declared order; a list takes the rest. */
  words(words: readonly (Token & { kind: 'word' })[]): void {
    const open = this.#command.options.filter(
      ({ name, kind }) => kind !== 'boolean' && !this.#given.has(name) && !this.#spoilt.has(name),
    )
    const surplus = words.filter((word, i) => {
      const last = open.at(-1)
      const option = open[i] ?? (last?.list ? last : undefined)
      if (option) this.#take(option, word.value, word)
      return option === undefined
    })
    // It may be the rest of a secret that was typed with a space in it.
    if (this.#command.options.some(({ secret }) => secret)) this.#secrets.push(...surplus.map(placeOf))
    const [first] = surplus
    // With an unknown option on the line, a word too many is most likely its value.
    if (first && !this.#unknown) this.#surplus(first, surplus.length)
  }

  #surplus(first: Place, count: number): void {
    const places = this.#command.options.filter(({ kind }) => kind !== 'boolean').map(({ name }) => name)
    const takes = places.length === 0 ? 'no words' : `only ${places.join(', ')}`
    const message = `${count === 1 ? 'one word' : `${count} words`} too many: ${this.#command.name} takes ${takes}; put text with spaces in quotes`
    this.#problems.push({ option: null, message, place: placeOf(first) })
  }

  /** Takes one value that a platform has typed. */
  typed(name: string, value: Json): void {
    const option = this.#byName.get(name)
    if (!option && this.#flags.typed(name, value)) return
    if (!option) {
      this.#problems.push({ option: null, message: `there is no option ${name}: ${this.#optionList()}`, place: null })
      return
    }
    if (!option.list) this.#give(option, value, null)
    else if (typeof value !== 'string') this.#give(option, value, null)
    else for (const word of value.split(/\s+/).filter((part) => part !== '')) this.#read(option, word, null)
  }

  #mention(option: Option, given: boolean, place: Place): void {
    this.taken.push({ option, given })
    this.#give(option, given, place)
  }

  #take(option: Option, value: Value, place: Place): void {
    this.taken.push({ option, value })
    if (option.secret) this.#secrets.push(placeOf(place))
    const found = value.kind === 'text' ? { ok: true as const, value: value.text } : this.#values.read(value)
    if (!found.ok) this.#spoil(option, found.message, place)
    // A variable that is the whole word keeps its JSON type and is never parsed again.
    else if (value.kind === 'variable') this.#give(option, found.value, place)
    else this.#read(option, String(found.value), place)
  }

  #read(option: Option, text: string, place: Place | null): void {
    const reading = readValue(option, text)
    if (reading.ok) this.#give(option, reading.value, place)
    else this.#spoil(option, reading.message, place)
  }

  #give(option: Option, value: Json, place: Place | null): void {
    if (option.list) {
      const before = this.#given.get(option.name)
      // Any value is one value of a `json` list, a list too.
      const more = Array.isArray(value) && option.kind !== 'json' ? value : [value]
      this.#given.set(option.name, Array.isArray(before) ? [...before, ...more] : more)
    } else if (this.#given.has(option.name)) this.#spoil(option, `${option.name} is given twice: give it once`, place)
    else this.#given.set(option.name, value)
  }

  #spoil(option: Option, message: string, place: Place | null): void {
    this.#spoilt.add(option.name)
    this.#problems.push({ option: option.name, message, place: place && placeOf(place) })
  }

  finish(): Bound {
    const secrets = this.#secrets
    const flags = this.#flags.flags()
    const problems = [...this.#flags.problems, ...this.#problems]
    const raw: RawArguments = Object.fromEntries(this.#given)
    if (this.#flags.help) {
      const known = { args: {}, unknown: new Set(this.#byName.keys()) }
      return { ok: false, help: true, flags, problems: [], secrets, known, raw }
    }
    const checked = this.#command.check(raw)
    if (!checked.ok)
      for (const { option, message } of checked.problems)
        if (!this.#spoilt.has(option)) problems.push({ option, message, place: null })
    if (!checked.ok || problems.length > 0) {
      const known = this.#command.checkEach(raw, this.#spoilt)
      return { ok: false, help: false, flags, problems, secrets, known, raw }
    }
    return { ok: true, args: checked.args, flags, raw, secrets }
  }
}

function shown(token: OptionToken): string {
  return token.long ? `--${token.name}` : `-${token.name}`
}

function placeOf({ at, end }: Place): Place {
  return { at, end }
}
