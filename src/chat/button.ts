/**
 * Buttons that Pawl puts under its messages. Pure.
 *
 * A button's id carries nothing but the id of a run or of a form: what it stands for is a line that is typed anew by the
 * person who presses it, with the full check, or a form that only its own asker can open. A forged id is worth no more than
 * typing that line.
 */
import type { Button, Reply } from './reply.ts'

/** A run's id, and where a run has several of a kind, which one. */
const ID = /^([a-z]+\.[a-z]+):(r_[0-9a-hjkmnp-tv-z]{16})(?::([1-9]))?$/

/** What each kind stands for. */
const LINES: ReadonlyMap<string, (run: string) => string> = new Map([
  ['run.cancel', (run) => `run cancel ${run}`],
  ['run.retry', (run) => `run retry ${run}`],
  ['run.anyway', (run) => `run retry ${run} --anyway`],
  ['approval.approve', (run) => `approval approve ${run}`],
  ['approval.refuse', (run) => `approval refuse ${run}`],
  ['approval.withdraw', (run) => `approval withdraw ${run}`],
  ['confirm.yes', (run) => `confirm ${run}`],
])

/** The one kind of which a run has several: what its answer offers next. */
const ACTION = 'run.action'

/** The id of a form. */
const FORM = /^form\.open:(f_[0-9a-hjkmnp-tv-z]{16})$/

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

/** The button with which somebody else lets a run start. */
export function approveButton(run: string): Button {
  return { id: `approval.approve:${run}`, label: 'Approve', style: 'primary' }
}

/** The button with which somebody else ends a run before it starts. */
export function refuseButton(run: string): Button {
  return { id: `approval.refuse:${run}`, label: 'Refuse', style: 'danger' }
}

/** The button with which the asker takes back what waits for approval. */
export function withdrawButton(run: string): Button {
  return { id: `approval.withdraw:${run}`, label: 'Withdraw' }
}

/** The button with which the asker lets a run start. */
export function confirmButton(run: string): Button {
  return { id: `confirm.yes:${run}`, label: 'Confirm', style: 'primary' }
}

/** The button that runs the line which the answer of a run offers in this place, counted from 1 to 9. */
export function actionButton(run: string, place: number, label: string): Button {
  return { id: `${ACTION}:${run}:${place}`, label }
}

/** The button that opens a form, with what was typed into it so far. */
export function formButton(form: string, label: string): Button {
  return { id: `form.open:${form}`, label, style: 'primary' }
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
  const [, kind = '', run = '', place] = ID.exec(id) ?? []
  if (place !== undefined) return kind === ACTION ? `run action ${run} ${place}` : null
  return LINES.get(kind)?.(run) ?? null
}

/** The form that a button opens; null for any other id. */
export function formOfButton(id: string): string | null {
  return FORM.exec(id)?.[1] ?? null
}
