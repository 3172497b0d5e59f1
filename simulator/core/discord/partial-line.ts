/** A line that is still being typed at Discord: which field the cursor is in, and what the client itself offers for it. Pure. */
import type { Json, PawlRecord } from '../../../src/json.ts'
import { records, text } from '../wire.ts'
import { PEOPLE, type Person } from '../world.ts'
import { assign, follow, inPath, isLastText, type Typed, typed, words } from './typed-line.ts'

export interface Offer {
  /** What is read. */
  readonly name: string
  /** The whole line with it taken. */
  readonly line: string
}

export type PartialLine =
  /** The client knows by itself what fits. */
  | { readonly kind: 'known'; readonly offers: readonly Offer[] }
  /** The application is asked. */
  | {
      readonly kind: 'asked'
      readonly command: PawlRecord
      readonly options: Json[]
      /** The option that is typed. */
      readonly option: PawlRecord
      /** The line up to what is typed into it. */
      readonly before: string
      /** The last field that takes text takes blanks too. */
      readonly open: boolean
    }

/** Reads a line that starts with a slash, up to the cursor at its end. */
export function readPartialLine(line: string, registered: readonly PawlRecord[], person: Person): PartialLine {
  const bare = line.replace(/^\//, '')
  const found = words(bare)
  const isNewWord = /\s$/.test(bare) || bare === ''
  const known = (names: readonly string[], typedPart: string, before: string): PartialLine => ({
    kind: 'known',
    offers: names
      .filter((name) => name.toLowerCase().startsWith(typedPart.toLowerCase()))
      .map((name) => ({ name, line: `/${before}${name} ` })),
  })
  const first = found[0]?.text ?? ''
  const command = registered.find((it) => text(it, 'name') === first)
  if (found.length === 0 || (found.length === 1 && !isNewWord) || !command) {
    const names = registered.flatMap((it) => text(it, 'name') ?? [])
    return found.length > 1 || (found.length === 1 && isNewWord) ? known([], '', '') : known(names, first, '')
  }
  const { path, holder, at, nested } = follow(command, found)
  if (nested.length > 0) {
    const last = found[at]
    if (found.length > at + 1 || (last && isNewWord)) return known([], '', '')
    const before = last ? bare.slice(0, last.at) : bare
    return known(
      nested.flatMap((it) => text(it, 'name') ?? []),
      last?.text ?? '',
      before,
    )
  }
  const declared = records(holder.options)
  const { values, last } = assign(declared, found.slice(at), bare)
  const free = declared.filter((it) => !values.has(text(it, 'name') ?? ''))
  const current = declared.find((it) => it.name === last)
  // The cursor has left a field at a blank, unless the field takes the rest of the line.
  const stays = current !== undefined && (!isNewWord || isLastText(current, [...free, current]))
  const option = stays ? current : free[0]
  if (!option) return known([], '', '')
  const start = stays ? (values.get(text(current, 'name') ?? '')?.at ?? bare.length) : bare.length
  const value = bare.slice(start)
  const before = bare.slice(0, start)
  const choices = records(option.choices)
  if (choices.length > 0)
    return known(
      choices.map((choice) => String(choice.name)),
      value,
      before,
    )
  if (option.type === 5) return known(['true', 'false'], value, before)
  if (option.type === 6 || option.type === 9)
    return known(
      PEOPLE.map(({ name }) => `@${name}`),
      value,
      before,
    )
  if (option.autocomplete !== true) return known([], '', '')
  const options: Json[] = []
  for (const one of declared) {
    const name = text(one, 'name') ?? ''
    const given = values.get(name)
    const isFocused = one === option
    if (!isFocused && !given) continue
    const read: Typed = isFocused ? { ok: true, value } : typed(one, given?.text ?? '', person, {})
    // What is typed is sent as it is, whatever its type; a field that holds something else than it takes is not sent.
    if (read.ok) options.push({ name, type: one.type ?? 3, value: read.value, ...(isFocused && { focused: true }) })
  }
  const open = isLastText(option, stays ? [...free, option] : free)
  return { kind: 'asked', command, options: inPath(path, options), option, before: `/${before}`, open }
}
