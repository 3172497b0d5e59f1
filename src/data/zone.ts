/** Time zones, as ICU knows them. Pure but for a memory of what was asked before: making a formatter is slow. */
import { remember } from './remember.ts'

/** The formatter of a zone; null for a zone that is not known. */
export const formatterOf: (zone: string) => Intl.DateTimeFormat | null = remember((zone) => {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      weekday: 'long',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'longOffset',
    })
  } catch {
    return null // RangeError: invalid time zone
  }
})

/** True for `Europe/Berlin`, `UTC`, `+02:00`. */
export function isZone(zone: string): boolean {
  return formatterOf(zone) !== null
}
