/**
 * What people must have been told: the end of each run once, in each place that it was to go to; or that it could not be brought, for
 * a reason. Pure.
 */
import { isTerminal, type State } from '../../src/runs/state.ts'
import type { Evidence, Told } from './evidence.ts'
import type { Row } from './house.ts'

/** An answer is given up when its next try would come after a day, and tries are at most ten minutes apart. */
const GIVEN_UP_MS = 24 * 3_600_000 - 600_000

/** Every admitted delivery is answered once, or its person or the outbox shows that it is not. */
export function ofAnswer(evidence: Evidence, told: Told, row: Row | undefined): string[] {
  const { run, line, failed, unheard, finals, interims } = told
  const say = (what: string) => [`run ${run} (${line}): ${what}`]
  if (!row) {
    if (finals.length > 1) return say(`was never admitted, and ${finals.length} last words were said about it`)
    return failed || finals.length > 0 ? [] : say('was never admitted, and nobody was told')
  }
  if (!isTerminal(row.state as State)) return []
  const own = evidence.outbox.filter((word) => word.run === run)
  const wrong = [...ofCopies(told, own), ...ofGivenUp(evidence, told, own)].flatMap(say)
  const answer = own.find(({ target }) => target === 0)
  if (answer?.state === 'undeliverable') return wrong
  if (answer?.state === 'pending') return [...wrong, ...say('its answer is still on its way')]
  // Later words to who asked: what people found out about a lost run, and what became of a redirect.
  const further = own.filter(({ target, label }) => target !== 0 && !isRoom(label)).length
  if (finals.length > 1 + further + told.again)
    wrong.push(...say(`${finals.length} last words stand where it was asked, not ${1 + further}`))
  if (answer && finals.length === 0) return [...wrong, ...say('its answer counts as delivered and is on no screen')]
  // Who is killed between posting a word and noting where it is, or is never told where it is, cannot take it back.
  const left = interims > 0 && !evidence.killed && !unheard
  if (answer) return left ? [...wrong, ...say('a word that more will come still stands after the answer')] : wrong
  // In the response: a job that was ever queued has its answer brought.
  if (row.mode === 'job' && row.start_by !== null) return [...wrong, ...say('ended without an answer to bring')]
  return finals.length > 0 || failed ? wrong : [...wrong, ...say('nobody was told, neither the result nor a failure')]
}

/** What a redirect brought to a room stands there once. */
function ofCopies({ copies, again }: Told, own: readonly Row[]): string[] {
  return own.flatMap(({ label, state }) => {
    if (!isRoom(label) || state !== 'delivered') return []
    const there = copies.filter((place) => place === label).length
    if (there >= 1 && there <= 1 + again) return []
    return [`what was brought to ${label} stands there ${there} times`]
  })
}

/** A word is given up when the platform refuses it for good, or after a day; and the audit says so. */
function ofGivenUp({ audit }: Evidence, { run, refused }: Told, own: readonly Row[]): string[] {
  return own.flatMap(({ target, state, reason, created_at }) => {
    if (state !== 'undeliverable') return []
    const given = audit.find(
      ({ code, run: of, event }) => of === run && code === 'reply.undeliverable' && targetOf(event) === target,
    )
    if (!given) return [`its word ${target} was given up without an audit event`]
    const age = Date.parse(String(given.event.at)) - Number(created_at)
    if (refused || age >= GIVEN_UP_MS) return []
    return [`its word ${target} was given up after ${age} ms, and nobody had refused it for good (${reason})`]
  })
}

/** The row of the outbox that an event of a delivery is about. */
function targetOf({ redirect, notice }: Row): number {
  return redirect !== undefined ? Number(redirect) : notice !== undefined ? -Number(notice) : 0
}

function isRoom(label: Row[string] | undefined): boolean {
  return typeof label === 'string' && label.startsWith('#')
}
