/** What the operating system counts of a process: CPU time and memory. Linux only: /proc. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** `getconf CLK_TCK`: the unit of CPU time in /proc, 100 on every Linux that this was run on. */
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** User and system time of a process since its start, in milliseconds. */
export function cpuMs(pid: number): number {
  // The second field is the name in brackets, which may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND
}

/** Memory that a process holds, in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1_024
}

/** The process of that name that this one started and that is not among those known; undefined when there is none. */
export function startedProcess(name: string, known: ReadonlySet<number>): number | undefined {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' }).trimEnd().split('\n')
  for (const row of rows) {
    const [pid = '', parent = '', comm = ''] = row.trim().split(/\s+/)
    if (Number(parent) === process.pid && comm.startsWith(name) && !known.has(Number(pid))) return Number(pid)
  }
  return undefined
}
