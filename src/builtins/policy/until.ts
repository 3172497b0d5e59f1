/** When a grant ends: how it is asked for, and how it is shown. Pure. */
import * as z from 'zod'
import { parseDuration } from '../../command/duration.ts'
import { CommandFailure } from '../../command/failure.ts'
import { readMoment } from '../../data/moment.ts'

/** The options of every command that grants something. */
export const endOptions = {
  for: z.string().optional().describe('For how long, as 2h or 3d; for good unless told'),
  until: z.string().optional().describe('Until when, as 2026-12-01 or 2026-12-01T18:00Z'),
}

export interface EndOptions {
  readonly for?: string | undefined
  readonly until?: string | undefined
}

/** Milliseconds since 1970 at which a grant ends; null for one that is for good. Refuses what is past or no time at all. */
export function endOf({ for: length, until }: EndOptions, now: number): number | null {
  if (length !== undefined && until !== undefined) throw new CommandFailure('give --for or --until, not both')
  if (length !== undefined) {
    const ms = parseDuration(length)
    const end = ms === null || ms === 0 ? null : readMoment(`+${length}`, now)
    if (end === null) throw new CommandFailure(`"${length}" is no length of time: write it as 90m, 2h or 3d`)
    return end
  }
  if (until === undefined) return null
  // A bare number would be seconds since 1970, which nobody means here.
  const end = /^\d{4}-/.test(until) ? readMoment(until, now) : null
  if (end === null)
    throw new CommandFailure(`"${until}" is no date: write it as 2026-12-01, or 2026-12-01T18:00Z with a time (UTC)`)
  if (end <= now) throw new CommandFailure(`${endText(end)} is past: give a date to come`)
  return end
}

/** `2026-12-01 18:00 UTC` */
export function endText(end: number): string {
  return `${new Date(end).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** A name with its end, if it has one. */
export function grantText(name: string, end: number | null): string {
  return end === null ? name : `${name} until ${endText(end)}`
}

/** All grants, sorted, each with its end. */
export function grantTexts(grants: ReadonlyMap<string, number | null>): string[] {
  return [...grants].map(([name, end]) => grantText(name, end)).sort()
}
