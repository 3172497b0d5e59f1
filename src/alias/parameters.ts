/**
 * Parameters of an alias, `{{app}}` and `{{env=staging}}`: found in the tree, never in the raw text, and filled in as values, so
 * that nothing that is given for one can become syntax. Pure.
 */
import { isOptionName } from '../language/names.ts'
import type { Path, Pipeline, Stage, Token, Value } from '../language/tree.ts'

export interface Parameter {
  readonly name: string
  /** The text after `=`; null when a value must be given. */
  readonly fallback: string | null
}

export type Parameters =
  | { readonly ok: true; readonly parameters: readonly Parameter[] }
  | { readonly ok: false; readonly message: string }

const HOLE = /\{\{([^{}=]*)(?:=([^{}]*))?\}\}/

/** The text and the parameters in it, in turn. */
function piecesOf(text: string): (string | Parameter)[] {
  // Split by a pattern with two groups gives text, name, fallback, text, …
  const parts: readonly (string | undefined)[] = text.split(HOLE)
  const pieces: (string | Parameter)[] = []
  for (let i = 0; i < parts.length; i += 3) {
    if (parts[i]) pieces.push(parts[i] ?? '')
    const name = parts[i + 1]
    if (name !== undefined) pieces.push({ name: name.trim(), fallback: parts[i + 2] ?? null })
  }
  return pieces
}

/** Every parameter of an alias's line, those that must be given first: the order in which words fill them. */
export function parametersOf({ stages, redirects }: Pipeline): Parameters {
  const found = new Map<string, Parameter>()
  const values = [...stages.flatMap(({ tokens }) => tokens.map(({ value }) => value)), ...redirects.map(({ to }) => to)]
  for (const text of values.flatMap(textsOf))
    for (const piece of piecesOf(text)) {
      if (typeof piece === 'string') {
        const open = piece.indexOf('{{')
        if (open === -1) continue
        const message = `"${piece.slice(open, open + 20)}" is no parameter: write {{name}} or {{name=default}}, in quotes where the default has spaces, without braces in it`
        return { ok: false, message }
      }
      const { name, fallback } = piece
      if (!isOptionName(name) || name === 'help')
        return { ok: false, message: `{{${name}}} is no name of a parameter: use letters, digits, - and _` }
      const before = found.get(name)
      if (before !== undefined && before.fallback !== null && fallback !== null && before.fallback !== fallback)
        return { ok: false, message: `{{${name}}} has two defaults: give it one` }
      // A default that is written once holds wherever the parameter stands.
      found.set(name, { name, fallback: fallback ?? before?.fallback ?? null })
    }
  const all = [...found.values()]
  const required = all.filter(({ fallback }) => fallback === null)
  return { ok: true, parameters: [...required, ...all.filter(({ fallback }) => fallback !== null)] }
}

/** How it is typed: `<app> [<env=staging>]`. */
export function parameterUsage(parameters: readonly Parameter[]): string {
  return parameters
    .map(({ name, fallback }) => (fallback === null ? `<${name}>` : `[<${name}${fallback && `=${fallback}`}>]`))
    .join(' ')
}

function textsOf(value: Value | null): string[] {
  switch (value?.kind) {
    case 'text':
      return [value.text]
    case 'template':
      return value.pieces.filter((piece) => typeof piece === 'string')
    default:
      return []
  }
}

/** Characters that filling in may still make: an argument in many places, alias in alias, must not grow without end. */
export interface Room {
  left: number
}

/** What is filled in for each parameter; those that were not given have their defaults. */
export type Given = ReadonlyMap<string, Value>

/** Unreachable: every parameter has been given something before it is filled in. */
const NOTHING: Value = { kind: 'text', text: '', quoted: true }

/** A stage with its parameters filled in; `given` marks the tokens that changed. */
export function fillStage(
  { tokens }: Stage,
  given: Given,
  room: Room,
): { readonly tokens: Token[]; readonly given: boolean[] } {
  const filled = tokens.map((token) => fillToken(token, given, room))
  return { tokens: filled, given: filled.map((token, i) => token !== tokens[i]) }
}

function fillToken(token: Token, given: Given, room: Room): Token {
  if (token.value === null) return token
  const value = fillValue(token.value, given, room)
  if (value === token.value) return token
  return token.kind === 'word' ? { ...token, value } : { ...token, value }
}

/** A value with its parameters filled in; the same object when it has none. */
export function fillValue(value: Value, given: Given, room: Room): Value {
  if (!textsOf(value).some((text) => HOLE.test(text))) return value
  const written: readonly (string | Path | Parameter)[] =
    value.kind === 'text'
      ? piecesOf(value.text)
      : value.kind === 'template'
        ? value.pieces.flatMap((piece): (string | Path | Parameter)[] =>
            typeof piece === 'string' ? piecesOf(piece) : [piece],
          )
        : []
  const quoted = value.kind !== 'text' || value.quoted
  const [only] = written
  // The whole word is one parameter: it becomes what is given, of whatever kind; in quotes it becomes text.
  if (written.length === 1 && isParameter(only)) {
    const whole = given.get(only.name) ?? NOTHING
    room.left -= lengthOf(whole)
    if (whole.kind === 'text') return { ...whole, quoted: whole.quoted || quoted }
    return whole.kind === 'variable' && quoted ? { kind: 'template', pieces: [whole.path] } : whole
  }
  const pieces: (string | Path)[] = []
  const push = (piece: string | Path) => {
    const last = pieces.at(-1)
    room.left -= typeof piece === 'string' ? piece.length : lengthOf({ kind: 'variable', path: piece })
    if (room.left < 0) return
    if (typeof piece === 'string' && typeof last === 'string') pieces[pieces.length - 1] = last + piece
    else if (piece !== '') pieces.push(piece)
  }
  for (const piece of written) {
    if (!isParameter(piece)) push(piece)
    else for (const part of partsOf(given.get(piece.name) ?? NOTHING)) push(part)
  }
  const [text = '', ...more] = pieces
  return typeof text === 'string' && more.length === 0 ? { kind: 'text', text, quoted } : { kind: 'template', pieces }
}

function isParameter(piece: string | Path | Parameter | undefined): piece is Parameter {
  return typeof piece === 'object' && 'fallback' in piece
}

function partsOf(value: Value): readonly (string | Path)[] {
  switch (value.kind) {
    case 'text':
      return [value.text]
    case 'variable':
      return [value.path]
    case 'template':
      return value.pieces
  }
}

function lengthOf(value: Value): number {
  return partsOf(value).reduce(
    (sum, part) => sum + (typeof part === 'string' ? part.length : part.join('.').length + 1),
    0,
  )
}
