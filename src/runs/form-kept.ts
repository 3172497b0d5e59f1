/**
 * Forms as they are kept: made, found again by whoever they belong to, cleared away. Network: D1. A form is worth something only to
 * the account that asked for it. Its run has an id that is made of the form's, so that it is sent once, however often it arrives.
 */
import { cleanJson, maskTokens } from '../audit/tokens.ts'
import { base32 } from '../base32.ts'
import type { Actor, Address, Channel } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import type { Command } from '../command/command.ts'
import type { Database } from '../db/database.ts'
import { clearForms, dropOldestForms, type FormRow, insertForm, type SentFormRow, selectForm } from '../db/forms.ts'
import { hex, sha256 } from '../digest.ts'
import { type Draft, keptDraft } from '../form/draft.ts'
import { FORM_ID, type Form, type FormLimits } from '../form/form.ts'
import { lineForm, pickForm } from '../form/other-forms.ts'
import { formOf, stepsOf } from '../form/steps.ts'
import type { PawlRecord } from '../json.ts'
import { FORM_MS, formOver, formSent } from './form-replies.ts'
import { runIdOf } from './identity.ts'
import type { Services } from './services.ts'

/** 80 bits: nobody meets another form by chance. */
const ID_CHARACTERS = 16

/** As many forms as one sweep deletes; people ask for fewer in a minute. */
const FORGET_LIMIT = 500

/** No platform's deliveries begin so: theirs begin with its name. */
const OF_FORM = 'form:'

/** More than anybody fills in at once: of one account's the oldest goes. */
const OPEN_MAX = 20

/** Who asks for a form, and for what. */
type NewForm = Pick<FormRow, 'kind'> & {
  readonly actor: Actor
  readonly channel: Channel
  readonly address: Address
  readonly command?: Command
  readonly draft: Draft
  readonly record?: PawlRecord | undefined
}

/** A form that is the asker's, still good and not sent. */
export interface OpenForm {
  readonly row: SentFormRow
  readonly draft: Draft
}

/** The delivery that a form is. */
export function deliveryOf(id: string): string {
  return `${OF_FORM}${id}`
}

/** True for the delivery of a form that was sent. */
export function isOfForm(delivery: string): boolean {
  return delivery.startsWith(OF_FORM)
}

/** Nothing of what was typed stays once it was sent, or is too late to send. Throws when D1 does. */
export async function forgetForms(services: Pick<Services, 'now'>, db: Database): Promise<void> {
  await db.batch(clearForms(db, services.now(), FORGET_LIMIT))
}

/** What a command's form is made of; a form that was made of other options is not shown again. */
async function shapeOf({ options }: Command): Promise<string> {
  return hex(await sha256(JSON.stringify(options))).slice(0, 16)
}

/** Keeps a new form. Throws when D1 does. */
export async function makeForm(services: Services, db: Database, wanted: NewForm): Promise<FormRow> {
  const { kind, actor, channel, address, command, draft, record } = wanted
  const now = services.now()
  const id = `f_${base32(await sha256(services.token()), ID_CHARACTERS)}`
  const row: FormRow = {
    id,
    run: await runIdOf(deliveryOf(id)),
    kind,
    platform: actor.platform,
    workspace: actor.workspace,
    actor: actor.id,
    channel: JSON.stringify(channel),
    address: JSON.stringify(address),
    command: command?.key ?? null,
    shape: command ? await shapeOf(command) : null,
    typed: keptDraft(draft),
    // As admission does it: no token of a message is kept, nor reaches a command.
    record: record === undefined ? null : JSON.stringify(cleanJson(record, maskTokens)),
    created_at: now,
    expires_at: now + FORM_MS,
  }
  await db.batch([insertForm(db, row), dropOldestForms(db, row, OPEN_MAX)])
  return row
}

/** The step that is next; null for a command that is gone or has more secrets than a step has fields. */
export function shownOf(
  { registry }: Services,
  { id, kind, command: key }: FormRow,
  draft: Draft,
  limits: FormLimits,
): Form | null {
  if (kind === 'line') return lineForm(id, draft)
  if (kind === 'pick') return pickForm(id, draft)
  const command = registry.byKey(key ?? '')
  const steps = command && stepsOf(command, limits)
  return command && steps && formOf({ id, command, draft, steps })
}

/** The asker's own form; or what is said instead. Throws when D1 cannot be asked. */
export async function findForm(
  services: Services,
  db: Database,
  actor: Actor,
  id: string,
): Promise<OpenForm | { readonly reply: Reply; readonly sent: boolean }> {
  const over = { reply: formOver(), sent: false }
  if (!FORM_ID.test(id)) return over
  const row = await selectForm(db, id, actor, services.now()).first<SentFormRow>()
  if (!row) return over
  return row.sent ? { reply: formSent(row.run), sent: true } : { row, draft: JSON.parse(row.typed) as Draft }
}

/** Whether the form's command takes what it took when the form was made. */
export async function isAsItWas({ registry }: Services, { command: key, shape }: FormRow): Promise<boolean> {
  const command = registry.byKey(key ?? '')
  return command !== null && (await shapeOf(command)) === shape
}
