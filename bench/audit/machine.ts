/** Where and under what load figures were made. Reads the operating system. */
import { cpus, loadavg } from 'node:os'

export interface Machine {
  /** RFC 3339. */
  readonly at: string
  readonly cpu: string
  readonly cores: number
  readonly node: string
  /** Processes that ran or waited, mean of the last minute. */
  readonly load: number
}

export function machineNow(): Machine {
  const all = cpus()
  return {
    at: new Date().toISOString(),
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    node: process.version,
    load: loadNow(),
  }
}

/** The load on the machine, mean of the last minute. */
export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10
}
