/** Lengths of time as people write them: `90s`, `10m`, `2h`, `1d`, `1h30m`. Pure. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const DURATION = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/

/**
 * Milliseconds of a length of time, or null when the text is none; units go from large to small, each at most once.
 *
 * @example parseDuration('1h30m') // 5_400_000
 */
export function parseDuration(text: string): number | null {
  const parts = DURATION.exec(text)
  if (text === '' || !parts) return null
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = parts
  return Number(days) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND
}

/**
 * The shortest text for a number of milliseconds, in whole seconds (rounded up, so that no wait is understated).
 *
 * @example formatDuration(90_000) // '1m30s'
 */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.ceil(ms / SECOND)) * SECOND
  let text = ''
  for (const [unit, letter] of [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'm'],
    [SECOND, 's'],
  ] as const) {
    const count = Math.floor(rest / unit)
    if (count > 0) text += `${count}${letter}`
    rest -= count * unit
  }
  return text === '' ? '0s' : text
}
