/** One round of one question to one server: at a fixed rate, then at saturation. Processes and the loopback network. */
import { cpuMs, residentBytes } from './cpu.ts'
import { atOnce, atRate } from './fire.ts'
import type { Shooter } from './requests.ts'
import type { Server } from './server.ts'
import { percentile } from './statistics.ts'
import type { Question } from './subjects.ts'

export interface Sizes {
  /** Before anything is measured. */
  readonly warmUp: number
  readonly perSecond: number
  readonly atRate: number
  readonly width: number
  readonly atOnce: number
}

export interface Round {
  /** User and system time of the server's process for one request, in milliseconds, at saturation. */
  readonly cpu: number
  /** Milliseconds to the answer. */
  readonly p50: number
  readonly p99: number
  readonly saturated: { readonly perSecond: number; readonly p50: number; readonly p99: number }
  /** Bytes, at the end. */
  readonly memory: number
}

/** @throws when an answer is not the expected one */
export async function measure(server: Server, shooter: Shooter, question: Question, sizes: Sizes): Promise<Round> {
  const { url, pid } = server
  const { expected, wanted, repeated } = question
  // The first delivery of a repeated one is answered while it is warmed up, one after the other.
  const same = repeated ? await shooter.shots(wanted, 1) : []
  const shots = async (count: number) =>
    repeated ? Array.from({ length: count }, () => same).flat() : await shooter.shots(wanted, count)
  await atOnce(url, await shots(sizes.warmUp), 1, expected)
  const steady = await atRate(url, await shots(sizes.atRate), sizes.perSecond, expected)
  const crowd = await shots(sizes.atOnce)
  const before = cpuMs(pid)
  const full = await atOnce(url, crowd, sizes.width, expected)
  // What goes on behind the answers is part of the price.
  await new Promise((resolve) => setTimeout(resolve, 200))
  const cpu = (cpuMs(pid) - before) / crowd.length
  return {
    cpu,
    p50: percentile(steady.ms, 0.5),
    p99: percentile(steady.ms, 0.99),
    saturated: {
      perSecond: (crowd.length * 1_000) / full.wallMs,
      p50: percentile(full.ms, 0.5),
      p99: percentile(full.ms, 0.99),
    },
    memory: residentBytes(pid),
  }
}
