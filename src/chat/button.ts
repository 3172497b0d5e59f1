/**
 * Buttons that Pawl puts under its messages. Pure.
 *
 * A button's id carries nothing but a run's id: what it stands for is a line that is typed anew by the person who presses
 * it, with the full check. A forged id is worth no more than typing that line.
 */
import type { Button } from './reply.ts'

const CANCEL = /^run\.cancel:(r_[0-9a-hjkmnp-tv-z]{16})$/

/** The button that cancels a run. */
export function cancelButton(run: string): Button {
  return { id: `run.cancel:${run}`, label: 'Cancel', style: 'danger' }
}

/**
 * The line that pressing a button stands for; null for an id that is none of Pawl's.
 *
 * @example lineOfButton('run.cancel:r_0123456789abcdef') // 'run cancel r_0123456789abcdef'
 */
export function lineOfButton(id: string): string | null {
  const cancel = CANCEL.exec(id)
  return cancel ? `run cancel ${cancel[1]}` : null
}
