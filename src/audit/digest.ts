/**
 * Keyed digests: they tell that two things were the same without showing them. Pure. Without the deployment's key there are none,
 * for without a key everybody could try short values until one fits.
 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Arguments, Command } from '../command/command.ts'
import { MASK, redact } from '../command/redact.ts'
import { hex } from '../digest.ts'
import type { Json, PawlRecord } from '../json.ts'
import { canonical } from './canonical.ts'

/** Hex digits: 64 bits name the arguments of an install for good; 32 tell its few secrets apart and say little of each. */
const ARGS_DIGITS = 16
const SECRET_DIGITS = 8

/** What an event says of arguments. A type, so that it goes into an event as it is. */
export type AuditedArguments = {
  /** Secret ones masked; with a key, equal secrets have equal tags: `[secret:1a2b3c4d]`. */
  readonly args: PawlRecord
  /** Of all arguments, unmasked. */
  readonly args_digest: string | undefined
}

/** A command's arguments as the audit may know them. */
export function auditedArguments(key: string | null, command: Command, args: Arguments): AuditedArguments {
  if (key === null) return { args: redact(command, args), args_digest: undefined }
  const given = Object.entries(args).flatMap(([name, value]): [string, Json][] =>
    value === undefined ? [] : [[name, value]],
  )
  return {
    args: redact(command, args, (value) => `${MASK.slice(0, -1)}:${digest(key, 'secret', value, SECRET_DIGITS)}]`),
    args_digest: digest(key, 'args', Object.fromEntries(given), ARGS_DIGITS),
  }
}

/** What it is of is part of the message: a digest of the one never meets one of the other. */
function digest(key: string, what: 'args' | 'secret', value: Json, digits: number): string {
  const encoder = new TextEncoder()
  const message = encoder.encode(`pawl:${what}\n${canonical(value)}`)
  return hex(hmac(sha256, encoder.encode(key), message)).slice(0, digits)
}
