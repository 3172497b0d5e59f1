/** Moments: read from what people write, and told in a zone. Pure. */
import { parseDuration } from '../command/duration.ts'
import type { Json } from '../json.ts'
import { numberOf } from './value.ts'
import { formatterOf } from './zone.ts'

/** The range of a JavaScript date: 100 million days from 1970. */
const MS_MAX = 8.64e15

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s?(?:([Zz])|([+-])(\d{2}):?(\d{2}))?)?$/

/**
 * Milliseconds since 1970 of a written moment: `now`, an ISO date or date and time (UTC without an offset), seconds since
 * 1970, or a length of time from now (`+2h`, `-3d`). Null when it is none of them, or no day of the calendar.
 */
export function readMoment(when: Json, now: number): number | null {
  if (when === 'now') return now
  const seconds = numberOf(when)
  // A sign makes a length of time of it only together with a unit.
  if (seconds !== null) return Math.abs(seconds * 1_000) <= MS_MAX ? Math.round(seconds * 1_000) : null
  if (typeof when !== 'string') return null
  const length = /^[+-]/.test(when) ? parseDuration(when.slice(1)) : null
  if (length !== null) return inRange(when.startsWith('-') ? now - length : now + length)
  return readIso(when)
}

function readIso(text: string): number | null {
  const parts = ISO.exec(text)
  if (!parts) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const [fraction = '', , sign, offsetHours, offsetMinutes] = parts.slice(7)
  const local = new Date(0)
  local.setUTCFullYear(year, month - 1, day)
  const isDay = local.getUTCMonth() === month - 1 && local.getUTCDate() === day
  if (
    !isDay ||
    hour > 23 ||
    minute > 59 ||
    second > 59 ||
    Number(offsetHours ?? 0) > 23 ||
    Number(offsetMinutes ?? 0) > 59
  )
    return null
  const offset = (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)) * (sign === '-' ? -60_000 : 60_000)
  const ms = Number((fraction ?? '').padEnd(3, '0').slice(0, 3))
  return local.getTime() + ((hour * 60 + minute) * 60 + second) * 1_000 + ms - offset
}

function inRange(ms: number): number | null {
  return Math.abs(ms) <= MS_MAX ? ms : null
}

/** One moment in the forms that people ask for. */
export function momentAt(ms: number, zone: string) {
  const parts = new Map(
    formatterOf(zone)
      ?.formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  // "GMT" alone stands for no offset.
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00'
  const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
  const time = `${part('hour')}:${part('minute')}:${part('second')}`
  const iso = `${date}T${time}${offset === '+00:00' ? 'Z' : offset}`
  return { iso, date, time, weekday: part('weekday'), zone, offset, unix: Math.floor(ms / 1_000) }
}
