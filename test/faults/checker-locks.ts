/** The invariants of the locks: epochs, holders, who is at work under one, and whose turn it is. Pure. */
import { isTerminal } from '../../src/runs/state.ts'
import { stateAfter } from './events.ts'
import type { Evidence } from './evidence.ts'
import type { Row } from './house.ts'

/** Between the two looks at the clock for the row and for the place in line, and between two requests that come together. */
const TOGETHER_MS = 2_000

/** Everything that is wrong with the locks. */
export function ofLocks(evidence: Evidence): string[] {
  return [...ofEpochs(evidence), ...ofOverlaps(evidence), ...ofLines(evidence)]
}

/** Of each lock, epochs only grow, and each belongs to one run; a broken one to nobody any more, and its holder has ended. */
function ofEpochs({ audit }: Evidence): string[] {
  const last = new Map<string, { epoch: number; run: string | null }>()
  return audit.flatMap(({ code, run, event }, i) => {
    if (code !== 'lock.acquired' && code !== 'lock.broken') return []
    const { lock, epoch } = { lock: String(event.lock), epoch: Number(event.epoch) }
    const before = last.get(lock)
    if (code === 'lock.broken') {
      last.set(lock, { epoch: Math.max(epoch, before?.epoch ?? 0), run: null })
      const next = audit.slice(i).find((one) => one.run === run && stateAfter(one.code) !== null)
      const goesOn = next !== undefined && !isTerminal(stateAfter(next.code) ?? 'accepted')
      return goesOn ? [`lock ${lock}: it was broken, and run ${run}, which held it, went on`] : []
    }
    last.set(lock, { epoch, run })
    if (!before || epoch > before.epoch || (epoch === before.epoch && run === before.run)) return []
    return [`lock ${lock}: epoch ${epoch} of run ${run} came after ${before.epoch} of run ${before.run ?? 'nobody'}`]
  })
}

/**
 * While a run works under a lock, nobody else begins to: from its first effect until it has left its last stage. Not of who was
 * replaced, as what that still does outside nobody here can stop, nor of several attempts, between which a lock may pass on.
 */
function ofOverlaps({ runs, audit, effects }: Evidence): string[] {
  const replaced = new Set(
    audit.filter(({ code }) => code === 'lock.expired' || code === 'lock.broken').map(({ run }) => run),
  )
  const keysOf = new Map(runs.map((row) => [String(row.id), lockKeys(row)]))
  return runs.flatMap((row) => {
    const run = String(row.id)
    if (row.attempt !== 1 || replaced.has(run)) return []
    const from = effects.findIndex((effect) => effect.run === run && effect.what === 'did')
    const to = effects.findLastIndex((effect) => effect.run === run && effect.what === 'left')
    const inside = effects.slice(from, Math.max(from, to)).filter(({ what }) => what === 'did')
    const others = new Set(inside.map((effect) => effect.run).filter((other) => other !== run))
    return [...others].flatMap((other) =>
      lockKeys(row)
        .filter((key) => keysOf.get(other)?.includes(key))
        .map((key) => `lock ${key}: run ${other} began to work while run ${run} was at work`),
    )
  })
}

/**
 * First come, first served: of two that stand in one line, the one that was asked for first has the lock first. Not of who let its
 * turn pass until that lapsed: it has lost its turn, though not its place.
 */
function ofLines({ runs, audit }: Evidence): string[] {
  const createdAt = new Map(runs.map(({ id, created_at }) => [String(id), Number(created_at)]))
  const first = (code: string, run: string, lock: string) =>
    audit.findIndex((one) => one.code === code && one.run === run && one.event.lock === lock)
  const places = audit
    .filter(({ code }) => code === 'lock.waiting')
    .map(({ run, event }) => ({ run, lock: String(event.lock) }))
    .map(({ run, lock }) => ({
      run,
      lock,
      asked: createdAt.get(run) ?? 0,
      since: first('lock.waiting', run, lock),
      served: first('lock.acquired', run, lock),
      missed: first('lock.expired', run, lock) >= 0,
    }))
  return places.flatMap((late) =>
    places
      .filter(({ run, lock }) => run !== late.run && lock === late.lock)
      .filter(({ asked, since }) => asked + TOGETHER_MS < late.asked && since < late.served)
      .filter(({ served, missed }) => served > late.served && !missed)
      .map(({ run }) => `lock ${late.lock}: run ${late.run} was served before run ${run}, which had come first`),
  )
}

function lockKeys({ locks }: Row): string[] {
  return typeof locks === 'string' ? (JSON.parse(locks) as { key: string }[]).map(({ key }) => key) : []
}
