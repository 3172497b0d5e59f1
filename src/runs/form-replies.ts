/** What the hall says of forms. Pure. */
import { formButton } from '../chat/button.ts'
import { code, md } from '../chat/markdown.ts'
import { type Block, type Reply, textReply } from '../chat/reply.ts'
import { formatDuration } from '../command/duration.ts'
import type { RefusedPlan } from '../engine/plan.ts'

/** How long a form may be filled in: as long as Slack's response_url, that brings its answer, is good. */
export const FORM_MS = 30 * 60_000

/** What is wrong with a line, with the form that would mend it. */
export function withFormButton(plan: RefusedPlan, explained: readonly Block[], form: string): readonly Block[] {
  const name = plan.form?.command.name ?? ''
  const asked: Block = { kind: 'text', text: md`${code(name)} asks for its options in a form. Nothing was run yet.` }
  return [...(plan.code === 'form' ? [asked] : explained), fillIn(form)]
}

/** The button that opens a form. */
export function fillIn(form: string): Block {
  return { kind: 'buttons', buttons: [formButton(form, 'Fill in a form')] }
}

/** Unknown, somebody else's and too late are told alike. */
export function formOver(): Reply {
  return textReply(
    md`This form is over: it is good for ${formatDuration(FORM_MS)}, and only for the account that asked for it. Nothing was run; type the command again.`,
    { tone: 'warning' },
  )
}

/** It has become its run. */
export function formSent(run: string): Reply {
  return textReply(md`This form was sent already: it is run ${code(run)}. Nothing was started again.`)
}

/** What the person saw is not what the command takes now. */
export function formChanged(command: string): Reply {
  return textReply(
    md`${code(command)} has changed since this form was made, so nothing was run. Ask for it again: ${code(`${command} --form`)}.`,
    { tone: 'warning' },
  )
}

/** D1 could not be asked. */
export function formUnreachable(): Reply {
  return textReply(
    md`Pawl cannot reach its database, so nothing was run. Try again in a minute; if it stays so, tell an administrator.`,
    { tone: 'failure' },
  )
}
