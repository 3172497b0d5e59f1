/** A clean end on Ctrl-C and on a polite kill. Process signals. */
import type { Launched } from './launch.ts'

/** Ends everything that was launched, then this process: 130 and 143 are what shells expect after these signals. */
export function endOnSignals(launched: Pick<Launched, 'stop'>): void {
  const end = (code: number) => {
    launched.stop().finally(() => process.exit(code))
  }
  process.once('SIGINT', () => end(130))
  process.once('SIGTERM', () => end(143))
  process.once('SIGHUP', () => end(129))
}
