/**
 * One typed word as the JSON value that an option wants. Pure. The schema's JSON type decides: `5` stays text for a text
 * option and becomes a number for an integer; text stays as typed (`1.10`, `007`).
 */
import type { Json } from '../json.ts'
import { KIND_WORDS } from './check.ts'
import type { Option } from './command.ts'

export type ValueReading =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly message: string }

const INTEGER = /^[+-]?\d+$/
/** Decimal notation only: `0x10`, `1_000`, `Infinity` and the empty text, which `Number()` takes, are mistakes here. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i
/** As Slack (`<@U1|ada>`, `<#C1|ops>`) and Discord (`<@!1>`, `<#1>`) send a mention; a bare id is fine too. */
const MENTION = /^<[@#]!?([^|>]+)(?:\|[^>]*)?>$/

/** Reads a word; the message never repeats it, it may be a secret. */
export function readValue(option: Option, text: string): ValueReading {
  switch (option.kind) {
    case 'string':
    case 'json':
      return { ok: true, value: text }
    case 'integer': {
      const value = INTEGER.test(text) ? Number(text) : Number.NaN
      // Beyond 2^53 neighbours fall together: the number that a rule saw would not be the one that was typed.
      return Number.isSafeInteger(value) ? { ok: true, value: value + 0 } : mistyped(option)
    }
    case 'number': {
      const value = NUMBER.test(text) ? Number(text) : Number.NaN
      return Number.isFinite(value) ? { ok: true, value } : mistyped(option)
    }
    case 'boolean':
      return text === 'true' || text === 'false' ? { ok: true, value: text === 'true' } : mistyped(option)
    case 'user':
      return { ok: true, value: mentioned(text, '@') }
    case 'channel':
      return { ok: true, value: mentioned(text, '#') }
  }
}

function mentioned(text: string, sign: '@' | '#'): string {
  return MENTION.exec(text)?.[1] ?? (text.startsWith(sign) ? text.slice(1) : text)
}

function mistyped(option: Option): ValueReading {
  return { ok: false, message: `${option.name} must be ${KIND_WORDS[option.kind]}` }
}
