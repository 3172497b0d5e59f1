/** Small pieces of HTTP that both pretend platforms share. Pure. */
import { isRecord, type Json, type PawlRecord } from '../../src/json.ts'

export function json(status: number, body: Json, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

/** A text as JSON; undefined when it is none. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** The field as text; numbers and absent fields are not text. */
export function text(record: PawlRecord, name: string): string | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined
  return typeof value === 'string' ? value : undefined
}

export function list(record: PawlRecord, name: string): Json[] | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined
  return Array.isArray(value) ? value : undefined
}

export function records(value: Json | undefined): PawlRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

/** Length as the platforms count it: in characters, not UTF-16 units. */
export function lengthOf(value: string): number {
  return [...value].length
}

/** A moment as both clients show it here, to a reader in UTC: `2026-11-21 12:15 UTC`; null when there is no such moment. */
export function shownTime(seconds: number): string | null {
  const date = new Date(seconds * 1_000)
  return Number.isNaN(date.getTime()) ? null : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
