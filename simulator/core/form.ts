/**
 * A form (modal) as a person has it in front of them, the same for both platforms: what may be put into its fields, and how it is
 * drawn in a terminal. State in memory; nothing else.
 */
import type { PawlRecord } from '../../src/json.ts'
import type { Chat } from './chat.ts'
import { lengthOf } from './wire.ts'
import { findPerson, findRoom, type Person, type PlatformName, type Room, roomKey } from './world.ts'

export interface Choice {
  /** What is read. */
  readonly text: string
  /** What is sent. */
  readonly value: string
}

export interface FormField {
  /** Counts through the form from 1. */
  readonly number: number
  /** Slack's block_id, Discord's custom_id. */
  readonly id: string
  readonly label: string
  readonly hint: string | null
  /** `search` asks the application what it offers (Slack's external select); `tick` is on or off. */
  readonly kind: 'text' | 'lines' | 'choice' | 'person' | 'room' | 'search' | 'tick'
  /** How many may be chosen; 1 unless it takes several. */
  readonly most: number
  readonly required: boolean
  /** Characters that a text must have at least, and may have at most; a search asks from `min` on. */
  readonly min: number
  readonly max: number
  readonly choices: readonly Choice[]
  /** What is in it now. */
  chosen: readonly Choice[]
  /** What the application said is wrong with it. */
  problem: string | null
  /** The element as the application sent it. */
  readonly raw: PawlRecord
}

export interface Form {
  readonly platform: PlatformName
  readonly person: Person
  /** Where the person was when it opened. */
  readonly room: Room
  /** Slack's view id, the custom_id of Discord's modal. */
  readonly id: string
  readonly title: string
  /** Text above and between the fields. */
  readonly words: readonly string[]
  /** The label of the button that sends it; null where there is none. */
  readonly submit: string | null
  readonly fields: readonly FormField[]
}

/** At most one form is in front of a person on a platform. */
export interface Forms {
  of(platform: PlatformName, person: Person): Form | null
  /** Puts a form on the person's screen in place of the one that is there. */
  show(form: Form, delivery: string): void
  /** The same form again, with what was said to be wrong. */
  complain(form: Form, problems: ReadonlyMap<string, string>, delivery: string): void
  close(form: Form): void
}

export function createForms(chat: Chat): Forms {
  const open = new Map<string, Form>()
  const key = (platform: PlatformName, person: Person) => `${platform}:${person.name}`
  const note = (form: Form, delivery: string) =>
    chat.note({
      platform: form.platform,
      room: roomKey(form.room),
      kind: 'form',
      by: 'pawl',
      onlyFor: form.person.name,
      text: drawForm(form),
      delivery,
    })
  return {
    of: (platform, person) => open.get(key(platform, person)) ?? null,
    show(form, delivery) {
      open.set(key(form.platform, form.person), form)
      note(form, delivery)
    },
    complain(form, problems, delivery) {
      for (const field of form.fields) field.problem = problems.get(field.id) ?? null
      note(form, delivery)
    },
    close(form) {
      if (open.get(key(form.platform, form.person)) === form) open.delete(key(form.platform, form.person))
    },
  }
}

/** The field with this number, label or id; the label also without regard to case. */
export function findField(form: Form, wanted: string | number): FormField | undefined {
  const name = String(wanted).toLowerCase()
  return (
    form.fields.find(({ number }) => String(number) === name) ??
    form.fields.find(({ label }) => label.toLowerCase() === name) ??
    form.fields.find(({ id }) => id === String(wanted)) ??
    form.fields.find(({ label }) => label.toLowerCase().split(/[^\p{L}\p{N}_-]+/u)[0] === name)
  )
}

/** Puts something into a field as a person does. @throws with what the client would say */
export function fillField(form: Form, field: FormField, value: string, offered = field.choices): void {
  if (field.kind === 'text' || field.kind === 'lines') {
    if (lengthOf(value) > field.max) throw new Error(`${field.label} takes ${field.max} characters at most`)
    field.chosen = value === '' ? [] : [{ text: value, value }]
    return
  }
  // A tick of its own, without choices, is on or off.
  const words = field.kind === 'tick' && field.choices.length === 0 && value === 'false' ? '' : value
  const parts = field.most > 1 ? words.split(',').map((part) => part.trim()) : [words]
  const chosen = parts.filter((part) => part !== '').map((part) => choose(form, field, part, offered))
  if (chosen.length > field.most) throw new Error(`${field.label} takes ${field.most} at most`)
  field.chosen = chosen
}

function choose(form: Form, field: FormField, part: string, offered: readonly Choice[]): Choice {
  if (field.kind === 'person') {
    const found = findPerson(part)
    if (found) return { text: `@${found.name}`, value: found[form.platform] }
    throw new Error(`Nobody here is called ${part}`)
  }
  if (field.kind === 'room') {
    const found = findRoom(part, form.person)
    if (found && !found.direct) return { text: `#${found.name}`, value: found[form.platform] }
    throw new Error(`There is no room ${part}`)
  }
  if (field.kind === 'tick' && field.choices.length === 0) return { text: 'true', value: 'true' }
  const found = offered.find(({ text, value }) => text === part || value === part)
  if (found) return found
  const there = offered.map(({ text }) => text).join(', ')
  throw new Error(`${field.label} offers no "${part}": there ${there === '' ? 'is nothing' : `are ${there}`}`)
}

/** What the client itself says before it sends a form; null when nothing is wrong. */
export function unready(form: Form): string | null {
  for (const { label, required, chosen, kind, min } of form.fields) {
    if (required && chosen.length === 0) return `${label}: this field is required`
    const [first] = chosen
    if ((kind === 'text' || kind === 'lines') && first && lengthOf(first.value) < min)
      return `${label}: at least ${min} characters`
  }
  return form.submit === null ? 'This form has nothing to send' : null
}

/** The form as text: numbered fields with what is in them. */
export function drawForm(form: Form): string {
  const fields = form.fields.flatMap((field) => {
    const { number, label, required, hint, problem, chosen, kind, choices } = field
    const offered =
      kind === 'search'
        ? '(type to search)'
        : choices.length === 0
          ? ''
          : `(${choices.map((it) => it.text).join(' | ')})`
    const value = chosen.map((it) => it.text).join(', ')
    const line = `${number}. ${label}${required ? ' *' : ''}: ${value === '' ? offered : value}`.trimEnd()
    return [
      line.split('\n').join('\n   '),
      ...(hint === null ? [] : [`   ${hint}`]),
      ...(problem === null ? [] : [`   ✗ ${problem}`]),
    ]
  })
  const buttons = form.submit === null ? '[Close]' : `[${form.submit}]  [Close]`
  return [`▤ ${form.title}`, ...form.words, ...fields, buttons].join('\n')
}
