/**
 * Takes a form step by step, until the last one becomes a run. Network: D1. What it asks to run goes the way of every invocation.
 */
import type { Answer, Submission, Submitted } from '../chat/hall.ts'
import type { Address, Channel, Input, Invocation } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import type { Database } from '../db/database.ts'
import { type FormRow, keepTyped } from '../db/forms.ts'
import { mayKeepUnread, readLine } from '../engine/planner.ts'
import { type Draft, draftOf, flagsOf, isKept, keptDraft, NEW_DRAFT, typedIn } from '../form/draft.ts'
import type { FieldValue, Form, FormLimits } from '../form/form.ts'
import { COMMAND_FIELD, LINE_FIELD, lineForm, pickForm } from '../form/other-forms.ts'
import { missingWhy, readForm } from '../form/read.ts'
import { formOf, stepsOf } from '../form/steps.ts'
import type { Json, PawlRecord } from '../json.ts'
import { isPossible } from '../policy/ask.ts'
import { type Asked, planAsked } from './expand.ts'
import { problemsNow } from './form-check.ts'
import { deliveryOf, findForm, isAsItWas, makeForm, type OpenForm, shownOf } from './form-kept.ts'
import { formChanged, formOver, formUnreachable } from './form-replies.ts'
import { ADMISSION_BUDGET_MS } from './limits.ts'
import { messageOf, type Services } from './services.ts'
import { askerStatements, readAsker } from './subject.ts'
import { within } from './within.ts'

/** What the hall does for a submission. */
export interface Desk {
  /** Admits what a form asks to run. */
  admit(invocation: Invocation): Promise<Answer>
  /** Tells the audit of one that is nothing to its sender. */
  refuse(reason: string): void
}

/** Taking a step leaves the last one {@link ADMISSION_BUDGET_MS} of the platform's 3 s for its run. In milliseconds. */
const STEP_BUDGET_MS = 1_000

/** Of a field that the next step would have to find again. */
const UNKEPT =
  'it looks like a token or a password, and no form keeps those between its steps: type it on a line instead'

/** What a step comes to: an answer, or what is to run. */
type Step = Submitted | { readonly kind: 'run'; readonly row: FormRow; readonly input: Input }

/** Takes one step of a form; the last becomes a run. Never rejects. */
export async function submitForm(
  services: Services,
  { admit, refuse }: Desk,
  submission: Submission,
  limits: FormLimits,
): Promise<Submitted> {
  const { answersInResponse } = submission
  let step: Step
  try {
    const budget = answersInResponse ? STEP_BUDGET_MS : ADMISSION_BUDGET_MS
    step = await within(budget, () => takeStep(services, refuse, submission, limits))
  } catch (error) {
    // Nothing is admitted but below: what comes too late from there runs nothing.
    services.log('a form failed', { error: messageOf(error) })
    return told(formUnreachable())
  }
  if (step.kind !== 'run') return step
  const reply = await admit(invocationOf(step.row, submission, step.input))
  return { kind: 'reply', reply, told: !answersInResponse }
}

/** Something that the door has to say itself. */
function told(reply: Reply): Submitted {
  return { kind: 'reply', reply, told: false }
}

async function takeStep(
  services: Services,
  refuse: Desk['refuse'],
  submission: Submission,
  limits: FormLimits,
): Promise<Step> {
  const db = services.openDb()
  const found = await findForm(services, db, submission.actor, submission.id)
  if ('reply' in found) {
    if (!found.sent) refuse('form_over')
    return told(found.reply)
  }
  switch (found.row.kind) {
    case 'line':
      return await submitLine(services, db, found, submission, limits)
    case 'pick':
      return await submitPick(services, db, found, submission, limits)
    case 'options':
      return await submitOptions(services, db, found, submission, limits)
  }
}

/** What a form asks to run, where it was asked for. */
function invocationOf(
  row: FormRow,
  { id, source, actor, standing, address, answersInResponse, receivedAt }: Submission,
  input: Input,
): Invocation {
  const { authors } = JSON.parse(row.typed) as Draft
  return {
    source,
    delivery: deliveryOf(id),
    actor,
    standing,
    channel: JSON.parse(row.channel) as Channel,
    input,
    ...(authors.length > 0 && { authors }),
    ...(row.record !== null && { record: JSON.parse(row.record) as PawlRecord }),
    address: address ?? (JSON.parse(row.address) as Address),
    answersInResponse,
    receivedAt,
  }
}

async function submitLine(
  services: Services,
  db: Database,
  { row, draft }: OpenForm,
  submission: Submission,
  limits: FormLimits,
): Promise<Step> {
  const text = textOf(submission.values.get(LINE_FIELD))
  // Whoever may run nothing learns nothing here but the grammar, and which names there are, as from any line.
  const parsed = readLine({ kind: 'line', text }, row.platform)
  const line = { kind: 'line', text } as const
  const asked = parsed.ok ? await planAsked(services, db, invocationOf(row, submission, line)) : null
  const isUnknown = asked?.plan.ok === false && asked.plan.code === 'unknown_command'
  if (asked && !isUnknown) {
    const form = await optionsInstead(services, db, submission, asked, limits)
    return form ? { kind: 'next', form } : { kind: 'run', row, input: line }
  }
  const message = parsed.ok ? 'there is no such command: help lists those that you may run' : parsed.error.message
  const problems = [[LINE_FIELD, message]] as const
  const now: Draft = { ...draft, values: { [LINE_FIELD]: text }, problems }
  const kept = mayKeepUnread(services.registry, text) ? now : { ...now, values: {} }
  await keepTyped(db, row.id, keptDraft(kept)).run()
  return { kind: 'problems', form: lineForm(row.id, now), problems: new Map(problems) }
}

/** The form of the line's command, where the line lacks options and whoever sends it may run that; null elsewhere. */
async function optionsInstead(
  services: Services,
  db: Database,
  submission: Submission,
  { plan, authors, invocation, retried, pressed, glass }: Asked<Invocation>,
  limits: FormLimits,
): Promise<Form | null> {
  if (plan.ok || !plan.form || retried || pressed || glass || stepsOf(plan.form.command, limits) === null) return null
  const { command, given, flags } = plan.form
  const { actor, channel, address, record } = invocation
  const asker = await readAsker(services, db, submission, await db.batch(askerStatements(services, db, actor)))
  if (!asker || !isPossible(asker, command)) return null
  const made = { ...draftOf(command, given, flags), authors }
  const wanted = { kind: 'options', actor, channel, address, command, draft: made, record } as const
  return shownOf(services, await makeForm(services, db, wanted), made, limits)
}

async function submitPick(
  services: Services,
  db: Database,
  { row, draft }: OpenForm,
  submission: Submission,
  limits: FormLimits,
): Promise<Step> {
  const { actor, values } = submission
  const name = textOf(values.get(COMMAND_FIELD)).trim()
  const command = services.registry.byKey(name.replaceAll(' ', ':'))
  const asker = await readAsker(services, db, submission, await db.batch(askerStatements(services, db, actor)))
  if (!command || !asker || !isPossible(asker, command)) {
    const message = name === '' ? 'command is missing: give its name' : 'there is no such command that you may run'
    const problems = [[COMMAND_FIELD, message]] as const
    const form = pickForm(row.id, { ...draft, values: { [COMMAND_FIELD]: name }, problems })
    return { kind: 'problems', form, problems: new Map(problems) }
  }
  const asked = { kind: 'command', path: command.path, options: new Map() } as const
  if (stepsOf(command, limits) === null) return { kind: 'run', row, input: asked }
  // A form of its own: in one that changed its command, what was typed for the one could run the other.
  const { channel, address } = invocationOf(row, submission, asked)
  const made = await makeForm(services, db, { kind: 'options', actor, channel, address, command, draft: NEW_DRAFT })
  const form = shownOf(services, made, NEW_DRAFT, limits)
  return form ? { kind: 'next', form } : told(formOver())
}

async function submitOptions(
  services: Services,
  db: Database,
  { row, draft }: OpenForm,
  submission: Submission,
  limits: FormLimits,
): Promise<Step> {
  const command = services.registry.byKey(row.command ?? '')
  const steps = command && stepsOf(command, limits)
  if (!command || !steps || !(await isAsItWas(services, row)))
    return told(formChanged((row.command ?? '').replaceAll(':', ' ')))
  const { step, values } = submission
  const shown = steps[step - 1]
  if (!shown) return told(formOver())
  const secrets = new Map<string, FieldValue | null | undefined>()
  const kept: Record<string, FieldValue> = { ...draft.values }
  for (const { name, secret } of shown) {
    if (secret) secrets.set(name, values.get(name))
    else kept[name] = values.get(name) ?? ''
  }
  const isLast = step === steps.length
  const unkept = new Map(shown.flatMap(({ name }) => (isKept(kept[name] ?? '') ? [] : [[name, UNKEPT] as const])))
  const { raw, problems } = readForm(command, (name) =>
    secrets.has(name) ? secrets.get(name) : typedIn({ values: kept }, name),
  )
  const unsaid = draft.flags['dry-run'] === true ? null : missingWhy(command, raw, typedIn({ values: kept }, 'why'))
  // What later steps ask for is missing still.
  const seen = new Set(steps.slice(0, step).flatMap((options) => options.map(({ name }) => name)))
  const unreasoned = unsaid === null ? [] : [['why', unsaid] as const]
  const unread = [...new Map([...(isLast ? [] : unkept), ...problems, ...unreasoned])].filter(([name]) =>
    seen.has(name),
  )
  const { actor, standing } = submission
  const sent = { actor, standing, channel: JSON.parse(row.channel) as Channel, run: row.run }
  const wrong = isLast && unread.length === 0 ? await problemsNow(services, db, sent, command, raw) : unread
  const [first] = wrong
  if (!first && isLast) {
    const options = new Map<string, Json>([...Object.entries(raw), ...Object.entries(flagsOf(command, draft, kept))])
    return { kind: 'run', row, input: { kind: 'command', path: command.path, options } }
  }
  const next = first ? steps.findIndex((options) => options.some(({ name }) => name === first[0])) + 1 : step + 1
  const now: Draft = { ...draft, step: next, values: kept, problems: wrong }
  await keepTyped(db, row.id, keptDraft(now)).run()
  const form = formOf({ id: row.id, command, draft: now, steps })
  return first ? { kind: 'problems', form, problems: new Map(wrong) } : { kind: 'next', form }
}

function textOf(value: FieldValue | null | undefined): string {
  return typeof value === 'string' ? value : Array.isArray(value) ? (value[0] ?? '') : ''
}
