/**
 * Buttons that Pawl puts under its messages. Pure.
 *
 * A button's id carries nothing but a run's id: what it stands for is a line that is typed anew by the person who presses
 * it, with the full check. A forged id is worth no more than typing that line.
 */
import type { Button, Reply } from './reply.ts'

const ID = /^(run\.(?:cancel|retry|anyway)):(r_[0-9a-hjkmnp-tv-z]{16})$/

/** What each kind stands for. */
const LINES: ReadonlyMap<string, (run: string) => string> = new Map([
  ['run.cancel', (run) => `run cancel ${run}`],
  ['run.retry', (run) => `run retry ${run}`],
  ['run.anyway', (run) => `run retry ${run} --anyway`],
])

/** The button that cancels a run. */
export function cancelButton(run: string): Button {
  return { id: `run.cancel:${run}`, label: 'Cancel', style: 'danger' }
}

/** The button that runs the line of a run again. */
export function retryButton(run: string): Button {
  return { id: `run.retry:${run}`, label: 'Retry' }
}

/** The button that runs the line of a lost run again although nobody knows what it did. */
export function anywayButton(run: string): Button {
  return { id: `run.anyway:${run}`, label: 'Run it again anyway', style: 'danger' }
}

/** A reply with nothing to press. */
export function withoutButtons(reply: Reply): Reply {
  return { ...reply, blocks: reply.blocks.filter(({ kind }) => kind !== 'buttons') }
}

/**
 * The line that pressing a button stands for; null for an id that is none of Pawl's.
 *
 * @example lineOfButton('run.cancel:r_0123456789abcdef') // 'run cancel r_0123456789abcdef'
 */
export function lineOfButton(id: string): string | null {
  const [, kind = '', run = ''] = ID.exec(id) ?? []
  return LINES.get(kind)?.(run) ?? null
}
