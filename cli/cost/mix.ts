/** Which commands are asked for: how many of each kind. Pure. */
import { KIND_NAMES, type KindName } from './measured.ts'
import { type Counts, mapCounts } from './usage.ts'

/** The kinds that run from the queue: `--jobs` says how many they are together. */
const JOBS: ReadonlySet<KindName> = new Set(['job', 'locked'])

/** Parts of a whole, as `bench:load` types them; a delivery in a hundred comes twice. */
export const DEFAULT_MIX: Counts = { read: 35, write: 20, denied: 15, pipeline: 15, job: 10, locked: 5, duplicate: 1 }

export type ReadMix = { readonly ok: true; readonly mix: Counts } | { readonly ok: false; readonly why: string }

/** Reads `read=70,write=20,job=10`; what it does not name is none. */
export function readMix(text: string): ReadMix {
  const parts = new Map<string, number>()
  for (const part of text.split(',')) {
    const [, name = '', digits = ''] = /^\s*([a-z]+)=(\d+(?:\.\d+)?)\s*$/.exec(part) ?? []
    if (!isKind(name))
      return { ok: false, why: `--mix cannot be read at "${part}": write parts as read=70,write=30, of ${kinds()}.` }
    if (parts.has(name)) return { ok: false, why: `--mix names ${name} twice.` }
    parts.set(name, Number(digits))
  }
  return { ok: true, mix: mapCounts((kind) => parts.get(kind) ?? 0) }
}

function isKind(name: string): name is KindName {
  return KIND_NAMES.some((kind) => kind === name)
}

function kinds(): string {
  return KIND_NAMES.join(', ')
}

export type Asked = { readonly ok: true; readonly counts: Counts } | { readonly ok: false; readonly why: string }

/** So many commands, `jobs` of them jobs; the mix says what jobs they are, and what the others are. */
export function countsOf(commands: number, jobs: number, mix: Counts): Asked {
  const parts = (ofJobs: boolean) =>
    KIND_NAMES.filter((kind) => JOBS.has(kind) === ofJobs).reduce((all, kind) => all + mix[kind], 0)
  const [jobParts, otherParts] = [parts(true), parts(false)]
  if (jobs > commands)
    return { ok: false, why: `--jobs ${jobs} is more than --commands ${commands}, which counts them too.` }
  if (jobs > 0 && jobParts === 0)
    return { ok: false, why: 'There are jobs, but --mix has none: add job=1, or --jobs 0.' }
  if (commands > jobs && otherParts === 0)
    return { ok: false, why: 'Not all commands are jobs, but --mix has nothing else: add read=1, or as many --jobs.' }
  const share = (kind: KindName) =>
    JOBS.has(kind) ? (jobs * mix[kind]) / (jobParts || 1) : ((commands - jobs) * mix[kind]) / (otherParts || 1)
  return { ok: true, counts: mapCounts(share) }
}
