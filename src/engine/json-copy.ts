/**
 * JSON copied and measured in one walk: what `JSON.parse(JSON.stringify(value))` gives, and how many bytes the text would have,
 * several times as fast, as no text is made. Only for what is plain JSON already; the rest is left to JSON itself. Pure.
 */
import type { Json, PawlRecord } from '../json.ts'

/** Nested deeper than this is left to JSON, which knows when it is too deep or goes round in a circle. */
const DEPTH_MAX = 100

export interface JsonCopy {
  readonly copy: Json
  /** UTF-8 bytes of the text that `JSON.stringify` makes. */
  readonly bytes: number
}

/** A copy of plain JSON and its size; undefined where JSON would change the value, and where it has more than `max` bytes. */
export function copyJson(value: unknown, max: number): JsonCopy | undefined {
  const walk = new Walk(max)
  const copy = walk.copy(value, 0)
  return copy === undefined || walk.bytes > max ? undefined : { copy, bytes: walk.bytes }
}

class Walk {
  bytes = 0
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  copy(value: unknown, depth: number): Json | undefined {
    switch (typeof value) {
      case 'string':
        this.bytes += textBytes(value)
        return value
      case 'number':
        this.bytes += numberBytes(value)
        // JSON has no minus zero.
        return Number.isFinite(value) && !Object.is(value, -0) ? value : undefined
      case 'boolean':
        this.bytes += value ? 4 : 5
        return value
      case 'object':
        if (value !== null) return this.#inner(value, depth + 1)
        this.bytes += 4
        return null
      default:
        return undefined
    }
  }

  #inner(value: object, depth: number): Json | undefined {
    // A value that names one part in many places is short in memory and endless as a text.
    if (depth > DEPTH_MAX || this.bytes > this.#max || ('toJSON' in value && typeof value.toJSON === 'function'))
      return undefined
    if (Array.isArray(value)) return this.#list(value, depth)
    return Object.getPrototypeOf(value) === Object.prototype ? this.#object(value, depth) : undefined
  }

  #list(list: readonly unknown[], depth: number): Json[] | undefined {
    const copy: Json[] = []
    for (let i = 0; i < list.length; i++) {
      const one = this.copy(list[i], depth)
      if (one === undefined) return undefined
      copy.push(one)
    }
    // Brackets, and a comma between two.
    this.bytes += 2 + Math.max(0, list.length - 1)
    return copy
  }

  #object(object: object, depth: number): Json | undefined {
    const copy: PawlRecord = {}
    let fields = 0
    for (const key in object) {
      // Assigned, it would be no field.
      if (key === '__proto__') return undefined
      const one = this.copy(object[key as keyof typeof object], depth)
      if (one === undefined) return undefined
      copy[key] = one
      fields += 1
      this.bytes += textBytes(key)
    }
    // Braces, a colon in each field, and a comma between two.
    this.bytes += 2 + fields + Math.max(0, fields - 1)
    return copy
  }
}

/** Bytes of a text in JSON, with its quotes. */
function textBytes(text: string): number {
  let bytes = text.length + 2
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x20) bytes += SHORT_ESCAPES.includes(unit) ? 1 : 5
    else if (unit === QUOTE || unit === BACKSLASH) bytes += 1
    else if (unit < 0x80) continue
    else if (unit < 0x800) bytes += 1
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 2
    else if (unit < 0xdc00 && isLow(text.charCodeAt(i + 1))) {
      // Two units, four bytes.
      bytes += 2
      i += 1
    } else bytes += 5
  }
  return bytes
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** `\b`, `\t`, `\n`, `\f`, `\r`; every other control character is `\u00xx`, as half a surrogate pair is `\udxxx`. */
const SHORT_ESCAPES: readonly number[] = [0x08, 0x09, 0x0a, 0x0c, 0x0d]

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

function numberBytes(value: number): number {
  // Most are small; no text is made for those.
  if (Number.isInteger(value) && value >= 0 && value < 1_000) return value < 10 ? 1 : value < 100 ? 2 : 3
  return String(value).length
}
