/**
 * One person in one room of one platform: what they type, press, fill in and read. Everything goes through the platform's client;
 * clock and door come with the desk.
 */
import type { ChatMessage } from './chat.ts'
import type { Delivery, Exchange } from './delivery.ts'
import type { Desk } from './desk.ts'
import type { DiscordClient } from './discord/client.ts'
import { type Choice, type Form, type FormField, fillField, findField, unready } from './form.ts'
import type { SlackClient } from './slack/client.ts'
import type { SlackState } from './slack/state.ts'
import { lengthOf } from './wire.ts'
import { type Person, type PlatformName, type Room, roomKey } from './world.ts'

/** What fits a line that is being typed. */
export interface Completion {
  /** What is read, and the whole line with it taken. */
  readonly choices: readonly { readonly name: string; readonly line: string }[]
  /** What came of asking the application; null where the client knew by itself. */
  readonly exchange: Exchange | null
}

export interface Seat {
  /** Types a line and waits for the first answer. A line that Pawl never hears gives an exchange with status 0. */
  says(line: string): Promise<Exchange>
  /** The signed delivery of a line, to be sent later. Throws when the client would not send it. */
  prepares(line: string): Promise<Delivery>
  /** What the client offers for a line typed so far, the cursor at its end. Slack completes the names of commands alone. */
  completes(line: string): Promise<Completion>
  /** Presses the button with this number, or the newest with this label. */
  press(button: number | string): Promise<Exchange>
  /** The signed delivery of a press, to be sent when the message may have changed. Throws when there is no such button. */
  preparesPress(button: number | string): Promise<Delivery>
  /** Uses a message's menu, or Slack's menu of global shortcuts; the first entry there is, or the one of this name. */
  shortcut(message: ChatMessage | null, name?: string): Promise<Exchange>
  /** The form in front of this person; null when there is none. */
  form(): Form | null
  /**
   * Puts something into a field, named by number, label or id: a text, a choice by its words, `@grace`, `#ops`, several by commas,
   * nothing to clear it. @throws with what the client would say
   */
  fills(field: number | string, value: string): Promise<void>
  /** What the application offers in a menu that asks it (Slack's external select). */
  searches(field: number | string, typed: string): Promise<readonly Choice[]>
  /** Sends the form and waits for the first answer. */
  submits(): Promise<Exchange>
  /** The signed delivery of the form, to be sent later or more than once. */
  preparesSubmit(): Promise<Delivery>
  /** Closes the form unsent. */
  closes(): Promise<void>
  /** The messages of Pawl that this person sees in this room, oldest first. */
  sees(): readonly ChatMessage[]
  /** Those, and what people say. */
  reads(): readonly ChatMessage[]
}

export interface Clients {
  readonly slack: SlackClient
  readonly discord: DiscordClient
  readonly slackState: SlackState
}

/** What a person learns who talks past Pawl. */
const UNHEARD: Readonly<Record<PlatformName, string>> = {
  slack: 'Pawl hears slash commands, mentions, and direct messages; this was none of them',
  discord: 'Pawl hears slash commands only',
}

export function createSeat(
  { chat, deliverer, forms }: Desk,
  { slack, discord, slackState }: Clients,
  platform: PlatformName,
  person: Person,
  room: Room,
): Seat {
  const client = platform === 'slack' ? slack : discord
  const refuse = (line: string, why: string) => deliverer.refuse(platform, person, room, line, why)
  const prepare = async (line: string): Promise<Delivery | Exchange> => {
    const typed = await client.line(person, room, line)
    if (typed.kind === 'delivery') return typed.delivery
    return refuse(line, typed.kind === 'refused' ? typed.why : UNHEARD[platform])
  }
  const reads = (): ChatMessage[] =>
    chat.messages.filter(
      (message) =>
        message.platform === platform &&
        message.room === roomKey(room) &&
        !message.deleted &&
        (message.onlyFor === null || message.onlyFor === person.name),
    )
  const sees = () => reads().filter(({ by }) => by === 'pawl')
  const nameOf = (wanted: number | string) => (typeof wanted === 'number' ? `[${wanted}]` : `"${wanted}"`)
  const findButton = (wanted: number | string) =>
    sees()
      .flatMap((message) => message.buttons.map((button) => ({ message, button })))
      .findLast(({ button }) => (typeof wanted === 'number' ? button.number === wanted : button.label === wanted))
  const form = () => forms.of(platform, person)
  const open = (): Form => {
    const there = form()
    if (there) return there
    throw new Error(`${person.name} has no form open`)
  }
  const fieldOf = (there: Form, wanted: number | string): FormField => {
    const field = findField(there, wanted)
    if (field) return field
    throw new Error(`There is no field ${wanted}: there are ${there.fields.map(({ label }) => label).join(', ')}`)
  }
  const search = async (there: Form, field: FormField, typed: string): Promise<readonly Choice[]> => {
    // Slack asks only when enough is typed.
    if (lengthOf(typed) < field.min) return []
    let choices: readonly Choice[] = []
    const delivery = await slack.forms.search(there, field, typed, (offered) => {
      choices = offered
    })
    await delivery.send()
    return choices
  }
  const submission = (there: Form) => (platform === 'slack' ? slack.forms.submit(there) : discord.submit(there))

  return {
    async says(line) {
      const prepared = await prepare(line)
      return 'send' in prepared ? prepared.send() : prepared
    },
    async prepares(line) {
      const prepared = await prepare(line)
      if ('send' in prepared) return prepared
      throw new Error(prepared.refused ?? 'the client did not send it')
    },
    async completes(line) {
      if (!line.startsWith('/')) return { choices: [], exchange: null }
      if (platform === 'slack') {
        const names = [...(slackState.commands ?? [])].filter((name) => name.startsWith(line))
        return { choices: names.map((name) => ({ name, line: `${name} ` })), exchange: null }
      }
      let choices: Completion['choices'] = []
      const delivery = await discord.complete(person, room, line, (offered) => {
        choices = offered
      })
      const exchange = (await delivery?.send()) ?? null
      return { choices, exchange }
    },
    async press(wanted) {
      const found = findButton(wanted)
      if (!found) return refuse(nameOf(wanted), `There is no button ${nameOf(wanted)} here`)
      return (await client.press(person, room, found.message, found.button)).send()
    },
    async preparesPress(wanted) {
      const found = findButton(wanted)
      if (!found) throw new Error(`There is no button ${nameOf(wanted)} here`)
      return await client.press(person, room, found.message, found.button)
    },
    async shortcut(message, name) {
      const isIt = (entry: { readonly name?: unknown }) => name === undefined || entry.name === name
      const shown = name ?? 'a shortcut'
      if (message !== null && message.onlyFor !== null)
        return refuse(shown, 'A message that only you see has no such menu')
      if (platform === 'discord') {
        const command = message === null ? undefined : discord.menu(room).find(isIt)
        if (message === null) return refuse(shown, 'Discord has no global shortcuts')
        if (!command) return refuse(shown, 'No app offers anything for messages here')
        return (await discord.onMessage(person, room, command, message)).send()
      }
      const type = message === null ? 'global' : 'message'
      const found = slackState.shortcuts.find((it) => it.type === type && isIt(it))
      if (!found) return refuse(shown, `No app offers a ${type} shortcut here`)
      return (await slack.forms.shortcut(person, room, found, message)).send()
    },
    form,
    async fills(wanted, value) {
      const there = open()
      const field = fieldOf(there, wanted)
      if (field.kind !== 'search' || value === '') return fillField(there, field, value)
      // Each word of a menu that takes several is searched for by itself.
      const words = field.most > 1 ? value.split(',').map((part) => part.trim()) : [value]
      const offered: Choice[] = []
      for (const word of words) offered.push(...(await search(there, field, word)))
      fillField(there, field, value, offered)
    },
    async searches(wanted, typed) {
      const there = open()
      const field = fieldOf(there, wanted)
      if (field.kind !== 'search') return field.choices.filter(({ text }) => text.includes(typed))
      return await search(there, field, typed)
    },
    async submits() {
      const there = open()
      const why = unready(there)
      return why === null ? (await submission(there)).send() : refuse(there.title, why)
    },
    preparesSubmit: () => submission(open()),
    async closes() {
      const there = open()
      if (platform === 'discord') return forms.close(there)
      await (await slack.forms.close(there))?.send()
    },
    sees,
    reads,
  }
}
