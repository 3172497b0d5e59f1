/** Keeps secrets out of what people read and what is kept for that: the values of secret options, and well-known tokens. Pure. */
import { maskTokens } from '../audit/tokens.ts'
import type { Arguments, Command } from '../command/command.ts'
import { MASK } from '../command/redact.ts'
import type { Json } from '../json.ts'
import { writingsOf } from './writings.ts'

/** A secret shorter than this is not searched for in texts: it would blot out ordinary words. */
const SCRUB_MIN_LENGTH = 4

/** The values of a command's secret options. */
export function secretsIn(command: Command, args: Arguments): string[] {
  return command.options.flatMap(({ name, secret }) => (secret && Object.hasOwn(args, name) ? textsOf(args[name]) : []))
}

/** A text without the given secrets, in all writings of `writings.ts`, and without well-known tokens. */
export function withoutSecrets(secrets: readonly string[], text: string): string {
  let clean = text
  // No writing is shorter than its secret.
  const fitting = secrets.filter(({ length }) => length <= text.length)
  // The longest first: one may be part of another.
  const written = [...new Set(fitting.flatMap(writingsOf))].sort((a, b) => b.length - a.length)
  for (const one of written) clean = clean.replaceAll(one, MASK)
  return maskTokens(clean)
}

/** A text without the values of the command's secret options, and without well-known tokens. */
export function scrub(command: Command, args: Arguments, text: string): string {
  return withoutSecrets(secretsIn(command, args), text)
}

function textsOf(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf)
  if (typeof value !== 'string' && typeof value !== 'number') return []
  const text = String(value)
  return text.length >= SCRUB_MIN_LENGTH ? [text] : []
}
