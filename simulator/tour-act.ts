/** What a person does in a step of a tour: types, presses, uses a menu, fills in a form. On the simulator that is passed in. */
import { drawForm, type Exchange, type PlatformName, type Seat } from './index.ts'
import type { Step, TourOptions } from './tour.ts'

const RUN = /\br_[a-z0-9]{16}\b/g
/** A button that is there a moment after the message before it. */
const BUTTON_MS = 10_000
/** What links accounts (`user link`). */
const CODE = /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/

/**
 * Placeholders in a line: `{origin}`, `{platform}`, `{run:name}` for the run of a kept exchange (`{run:slack.name}` of one kept
 * there), `{code}` for the newest code in the person's direct messages on the other platform.
 *
 * Does it. Gives what came of it, or a text that is to say the expected; undefined where the step only looks.
 */
export async function act(
  { simulator, origin, print }: TourOptions,
  step: Step,
  on: PlatformName,
  kept: ReadonlyMap<string, Exchange>,
): Promise<Exchange | string | undefined> {
  const seat = simulator[on].user(step.as).in(step.in ?? '#ops')
  const fill = (line: string) =>
    line
      .replaceAll('{origin}', origin)
      .replaceAll('{platform}', on)
      .replaceAll('{code}', () => newestCode(simulator[on === 'slack' ? 'discord' : 'slack'].user(step.as).in('dm')))
      .replace(/\{run:(?:(slack|discord)\.)?(\w+)\}/g, (_, where: string | undefined, name: string) => {
        const texts = kept.get(`${where ?? on}:${name}`)?.messages() ?? []
        // Pawl names the run last; another one may be named before it.
        return texts.flatMap(({ text }) => text.match(RUN) ?? []).at(-1) ?? `no run of ${name}`
      })
  for (const line of step.first ?? []) await (await seat.says(fill(line))).final()
  const line = typeof step.says === 'object' ? step.says[on] : step.says
  if (step.completes !== undefined) {
    const offered = (await seat.completes(step.completes)).choices.map(({ name }) => name)
    print(`  ${step.as} types ${step.completes} and is offered: ${offered.join(', ')}`)
    return offered.join('\n')
  }
  let done: Exchange | undefined
  if (line !== undefined) done = await seat.says(fill(line))
  else if (step.presses !== undefined) {
    const { presses } = step
    // It comes with a message that may not be there yet.
    const isThere = () => seat.sees().some(({ buttons }) => buttons.some(({ label }) => label === presses))
    await simulator.until(isThere, BUTTON_MS)
    done = await seat.press(presses)
  } else if (step.uses !== undefined) {
    const { uses } = step
    const message = uses === 'menu' ? null : seat.reads().findLast(({ text }) => uses.test(text))
    if (message === undefined) return `no message says ${uses}`
    done = await seat.shortcut(message)
  }
  // What people say to each other is no exchange with Pawl.
  if (done && done.deliveryId === '' && line !== undefined && !line.startsWith('/')) return line
  if (done && done.failure !== null) return done
  if (step.fills) {
    for (const [field, value] of Object.entries(step.fills)) await seat.fills(field, fill(value))
    const there = seat.form()
    if (there) print(`  ${step.as} fills in:\n${drawForm(there).replace(/^/gm, '    ')}`)
    done = await seat.submits()
  }
  if (step.looks !== 'form') return done
  const open = seat.form()
  return open === null ? 'no form is open' : drawForm(open)
}

function newestCode(seat: Seat): string {
  const texts = seat.sees().map(({ text }) => CODE.exec(text)?.[0])
  return texts.findLast((code) => code !== undefined) ?? 'no code'
}
