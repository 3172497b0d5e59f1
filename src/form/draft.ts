/** What was typed into a form so far, as it is kept between its steps. Pure. */
import { maskTokens } from '../audit/tokens.ts'
import type { Command, Option } from '../command/command.ts'
import { asksWhy } from '../command/flags.ts'
import type { Json } from '../json.ts'
import type { FieldValue } from './form.ts'

export interface Draft {
  /** The step that is next; 1 is the first. */
  readonly step: number
  /** By field; what was left empty is the empty text. Never of a secret option. */
  readonly values: { readonly [field: string]: FieldValue }
  /** What `--dry-run` and `--why` said. */
  readonly flags: { readonly [flag: string]: Json }
  /** Keys of the accounts that wrote the aliases in the line that it was opened for. */
  readonly authors: readonly string[]
  /** What is wrong with it, by field. No message repeats a value. */
  readonly problems: readonly (readonly [field: string, message: string])[]
}

export const NEW_DRAFT: Draft = { step: 1, values: {}, flags: {}, authors: [], problems: [] }

/** True for what a form may keep of a field: no token that somebody pasted is in it. */
export function isKept(value: FieldValue): boolean {
  const texts = typeof value === 'object' ? value : [String(value)]
  return texts.every((text) => maskTokens(text) === text)
}

/** A draft as it is kept. A token is left out, for one that is masked would be another value; its field is asked for again. */
export function keptDraft({ values, ...draft }: Draft): string {
  const kept = Object.entries(values).map(([name, value]) => [name, isKept(value) ? value : ''])
  return JSON.stringify({ ...draft, values: Object.fromEntries(kept) })
}

/** A draft with what a line had given already. */
export function draftOf(
  command: Command,
  given: { readonly [option: string]: Json },
  { why, ...flags }: Draft['flags'],
): Draft {
  const values: Record<string, FieldValue> = {}
  for (const { name, secret } of command.options)
    if (!secret && Object.hasOwn(given, name)) values[name] = shown(given[name] ?? null)
  if (why === undefined) return { ...NEW_DRAFT, values, flags }
  return asksWhy(command)
    ? { ...NEW_DRAFT, values: { ...values, why: shown(why) }, flags }
    : { ...NEW_DRAFT, values, flags: { ...flags, why } }
}

/** What goes to the command beside its options, as a platform would type it. */
export function flagsOf(command: Command, { flags }: Draft, values: Draft['values']): Draft['flags'] {
  const why = asksWhy(command) ? typedIn({ values }, 'why') : undefined
  return typeof why === 'string' && why.trim() !== '' ? { ...flags, why } : flags
}

/** What was typed into a field; undefined when nothing was said of it. */
export function typedIn({ values }: Pick<Draft, 'values'>, field: string): FieldValue | undefined {
  return Object.hasOwn(values, field) ? values[field] : undefined
}

/** What is wrong with a field; undefined when nothing is. */
export function problemOf({ problems }: Draft, field: string): string | undefined {
  return problems.find(([name]) => name === field)?.[1]
}

/** What an option's default looks like in its field; undefined when it has none. */
export function shownDefault({ default: fallback, secret }: Option): FieldValue | undefined {
  return secret || fallback === undefined || fallback === null ? undefined : shown(fallback)
}

function shown(value: Json): FieldValue {
  if (Array.isArray(value)) return value.map(textOf)
  return typeof value === 'boolean' ? value : textOf(value)
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
