/** How forms open: for a line that lacks options, by a shortcut, once more by a button. Network: D1. */
import type { Asking, Opened, Shortcut } from '../chat/hall.ts'
import type { Invocation } from '../chat/invocation.ts'
import type { Database } from '../db/database.ts'
import type { FormRow } from '../db/forms.ts'
import type { FormWanted } from '../engine/plan.ts'
import { draftOf, NEW_DRAFT } from '../form/draft.ts'
import type { Form, FormLimits } from '../form/form.ts'
import { stepsOf } from '../form/steps.ts'
import { findForm, isAsItWas, makeForm, type OpenForm, shownOf } from './form-kept.ts'
import { formChanged, formOver, formUnreachable } from './form-replies.ts'
import { ADMISSION_BUDGET_MS } from './limits.ts'
import { messageOf, type Services } from './services.ts'
import { within } from './within.ts'

/** A step holds so many fields on every platform. */
const SMALLEST: FormLimits = { fields: 5 }

/** A form for a line that lacks options, and how it opens where that can be now; null when there is none. Never rejects. */
export async function offerForm(
  services: Services,
  db: Database,
  { actor, channel, address, record }: Invocation,
  authors: readonly string[],
  { command, given, flags }: FormWanted,
  limits: FormLimits | undefined,
): Promise<{ readonly id: string; readonly form: Form | null } | null> {
  if (stepsOf(command, limits ?? SMALLEST) === null) return null
  try {
    const draft = { ...draftOf(command, given, flags), authors }
    const row = await makeForm(services, db, { kind: 'options', actor, channel, address, command, draft, record })
    return { id: row.id, form: limits ? shownOf(services, row, draft, limits) : null }
  } catch (error) {
    services.log('no form', { command: command.key, error: messageOf(error) })
    return null
  }
}

/** The form that a shortcut opens. Never rejects. */
export async function openShortcut(services: Services, shortcut: Shortcut, limits: FormLimits): Promise<Opened> {
  const { actor, channel, address } = shortcut
  return await guarded(services, async () => {
    const wanted = { actor, channel, address, draft: NEW_DRAFT }
    const row = await makeForm(
      services,
      services.openDb(),
      shortcut.kind === 'message' ? { ...wanted, kind: 'line', record: shortcut.record } : { ...wanted, kind: 'pick' },
    )
    return opened(services, { row, draft: NEW_DRAFT }, limits)
  })
}

/** Shows a form again. Never rejects. */
export async function openForm(
  services: Services,
  { actor }: Pick<Asking, 'actor'>,
  id: string,
  limits: FormLimits,
): Promise<Opened> {
  return await guarded(services, async () => {
    const found = await findForm(services, services.openDb(), actor, id)
    if ('reply' in found) return { ok: false, reply: found.reply, ...(!found.sent && { refused: 'form_over' }) }
    const { command } = found.row
    if (command !== null && !(await isAsItWas(services, found.row)))
      return { ok: false, reply: formChanged(command.replaceAll(':', ' ')) }
    return opened(services, found, limits)
  })
}

async function guarded(services: Services, open: () => Promise<Opened>): Promise<Opened> {
  try {
    return await within(ADMISSION_BUDGET_MS, open)
  } catch (error) {
    services.log('no form', { error: messageOf(error) })
    return { ok: false, reply: formUnreachable() }
  }
}

function opened(
  services: Services,
  { row, draft }: Pick<OpenForm, 'draft'> & { readonly row: FormRow },
  limits: FormLimits,
): Opened {
  const form = shownOf(services, row, draft, limits)
  return form ? { ok: true, form } : { ok: false, reply: formOver() }
}
