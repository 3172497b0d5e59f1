/** For the tests of forms: the hall without a door, and people who ask it. */
import { env } from 'cloudflare:test'
import type { Answer, Submission, Submitted } from '../../src/chat/hall.ts'
import type { Invocation } from '../../src/chat/invocation.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { FieldValue, Form, FormLimits } from '../../src/form/form.ts'
import { createHall } from '../../src/runs/hall.ts'
import { servicesOf } from '../../src/services.ts'

export const hall = () => createHall(servicesOf(env))

/** As many fields as a step has on Discord. */
export const FIVE = { fields: 5 }

const ACCOUNTS = { ada: 'U0ADA00001', grace: 'U0GRACE001', linus: 'U0LINUS001' }
export type Name = keyof typeof ACCOUNTS

export const who = (name: Name) => ({
  actor: { platform: 'slack', workspace: 'T0PAWL', id: ACCOUNTS[name] },
  standing: 'member' as const,
  channel: { id: 'C0OPS00001', kind: 'channel' as const, name: 'ops' },
})

const left: Promise<unknown>[] = []
export const lifetime = { waitUntil: (promise: Promise<unknown>) => void left.push(promise) }
/** Waits for what goes on behind the answers. */
export const rest = async () => void (await Promise.all(left.splice(0)))

let deliveries = 0

/** Says a line at a door that can open forms; with null as `limits` it cannot now. */
export async function says(
  name: Name,
  line: string,
  more: Partial<Invocation> = {},
  limits: FormLimits | null = FIVE,
): Promise<Answer> {
  const invocation: Invocation = {
    ...who(name),
    source: 'slack.command',
    delivery: `slack:trigger:forms-${++deliveries}`,
    input: { kind: 'line', text: line },
    address: { platform: 'slack', team: 'T0PAWL', channel: 'C0OPS00001', user: ACCOUNTS[name] },
    answersInResponse: true,
    receivedAt: Date.now(),
    ...more,
  }
  return await hall().admit(invocation, lifetime, limits ?? undefined)
}

/** The form that a line opens. */
export async function formFor(name: Name, line: string, more: Partial<Invocation> = {}): Promise<Form> {
  const { form, ...reply } = await says(name, line, more)
  if (!form) throw new Error(`no form: ${textOf(reply)}`)
  return form
}

/** Submits a step. */
export async function submits(
  name: Name,
  { id, step }: Pick<Form, 'id' | 'step'>,
  values: Record<string, FieldValue | null>,
  more: Partial<Submission> = {},
): Promise<Submitted> {
  const { actor, standing } = who(name)
  const submission: Submission = {
    actor,
    standing,
    id,
    step,
    values: new Map(Object.entries(values)),
    source: 'slack.form',
    address: null,
    answersInResponse: true,
    receivedAt: Date.now(),
    ...more,
  }
  return await hall().submitForm(submission, lifetime, FIVE)
}

/** The text of what was answered; problems as `field: message`. */
export function said(submitted: Submitted): string {
  if (submitted.kind === 'reply') return textOf(submitted.reply)
  if (submitted.kind === 'next') return `step ${submitted.form.step}`
  return [...submitted.problems].map(([field, message]) => `${field}: ${message}`).join('\n')
}

export function textOf(reply: Reply): string {
  return JSON.stringify(reply.blocks)
}

export const valueIn = (form: Form, field: string) => form.fields.find(({ name }) => name === field)?.value

/** Every row of every table, as text. */
export async function everything(): Promise<string> {
  const { results: tables } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
  ).all<{ name: string }>()
  const dumps = await Promise.all(tables.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`).all()))
  return JSON.stringify(dumps.map(({ results }) => results))
}

export async function formRow(id: string): Promise<Record<string, unknown> | null> {
  return await env.DB.prepare('SELECT * FROM forms WHERE id = ?').bind(id).first()
}
