/**
 * A local Slack and Discord: people who type, servers that sign and send, screens that show. Runs in Node and in workerd; state
 * in memory; the door and the clock are passed in.
 */
import { Hono } from 'hono'
import type { PawlRecord } from '../../src/json.ts'
import { type ChatMessage, createChat, type Entry } from './chat.ts'
import { type Clock, createIds, timerWait } from './clock.ts'
import { createDeliverer, type Exchange } from './delivery.ts'
import type { Desk } from './desk.ts'
import { createDiscordApi } from './discord/api.ts'
import { createDiscordClient } from './discord/client.ts'
import { createDiscordState } from './discord/state.ts'
import { createFaults, type Faults } from './faults.ts'
import { createForms } from './form.ts'
import { looksPending } from './pending.ts'
import { createSeat, type Seat } from './seat.ts'
import type { Secrets } from './sign.ts'
import { createSlackApi } from './slack/api.ts'
import { createSlackClient } from './slack/client.ts'
import { createSlackState, type Shortcut } from './slack/state.ts'
import { formatEntry, type LineOptions } from './timeline.ts'
import { createUpstream, type Upstream } from './upstream.ts'
import { createViolations, type Violation } from './violations.ts'
import { json } from './wire.ts'
import { findPerson, findRoom, PEOPLE, type PlatformName, roomsOf } from './world.ts'

export interface SimulatorOptions {
  /** Where deliveries go: `fetch`, or the application's own handler. */
  readonly door: (request: Request) => Promise<Response>
  /** The address that requests to the door carry. */
  readonly doorUrl: string
  /** Where this simulator is reached, for response_url. */
  readonly origin: string
  readonly secrets: Secrets
  readonly now: () => number
  /** How many times as fast as the wall `now` runs, and then every wait of the platforms; 1 unless given. */
  readonly speed?: number
  /** Slack's one message a second in a channel; off unless set. */
  readonly enforceRates?: boolean
  /** What an interim message looks like; {@link looksPending} unless given. */
  readonly isPending?: (message: ChatMessage) => boolean
}

export interface PlatformHands {
  /** @throws when nobody has this name */
  user(name: string): { in(room: string): Seat }
}

export interface Simulator {
  /** The platforms' APIs, response_url, and the pretend outside world. Rejects with `Dropped` when a fault breaks the line. */
  fetch(request: Request): Promise<Response>
  readonly slack: PlatformHands & {
    /**
     * Names the slash commands of the installed app, and its shortcuts; other commands are then refused as Slack does. Until then
     * every command is sent, and there is no shortcut.
     */
    installs(commands: readonly string[], shortcuts?: readonly Shortcut[]): void
  }
  readonly discord: PlatformHands & {
    /** Registers commands as `PUT /applications/{id}/commands` would have. */
    readonly commands: () => readonly PawlRecord[]
    /** Discord's PING. */
    ping(): Promise<Exchange>
  }
  readonly faults: Faults
  readonly violations: readonly Violation[]
  readonly upstream: Upstream
  timeline(platform?: PlatformName): readonly Entry[]
  /** Messages that still say that another one will take their place: none is left when everything has ended well. */
  interim(): readonly ChatMessage[]
  /** The timeline as lines of text. */
  transcript(options?: LineOptions & { platform?: PlatformName }): string
  onEntry(listener: (entry: Entry) => void): () => void
  /** Resolves true as soon as the test holds, looking at every new entry; false after `withinMs`. */
  until(test: () => boolean, withinMs: number): Promise<boolean>
}

export function createSimulator(options: SimulatorOptions): Simulator {
  const { door, secrets, now, speed = 1, enforceRates = false, isPending = looksPending } = options
  const clock: Clock = { now, wait: (ms, signal) => timerWait(ms / speed, signal) }
  // Whoever waits for a message sits in front of the screen: on the wall.
  const chat = createChat({ now, wait: timerWait })
  const ids = createIds(clock)
  const faults = createFaults(clock)
  const violations = createViolations(clock)
  const deliverer = createDeliverer({ door, clock, speed, chat, isPending })
  const desk: Desk = {
    clock,
    speed,
    ids,
    chat,
    forms: createForms(chat),
    faults,
    violations,
    secrets,
    enforceRates,
    deliverer,
    ownerOf: deliverer.ownerOf,
    doorUrl: options.doorUrl.replace(/\/$/, ''),
    origin: options.origin.replace(/\/$/, ''),
  }
  const slackState = createSlackState()
  const discordState = createDiscordState()
  const slackClient = createSlackClient(desk, slackState)
  const discordClient = createDiscordClient(desk, discordState)
  const { upstream, app: upstreamApp } = createUpstream(clock)

  const app = new Hono()
  app.route('/', createSlackApi(desk, slackState))
  app.mount('/discord', createDiscordApi(desk, discordState).fetch, { replaceRequest: (request) => request })
  app.route('/', upstreamApp)
  app.get('/healthz', () => json(200, { ok: true }))
  app.notFound(() =>
    json(404, {
      error: 'nothing here: the simulator serves /slack/api, /slack/response, /discord/api/v10 and /upstream',
    }),
  )
  app.onError((error) => {
    throw error
  })

  const clients = { slack: slackClient, discord: discordClient, slackState }
  const hands = (platform: PlatformName): PlatformHands => ({
    user(name) {
      const person = findPerson(name)
      if (!person) throw new Error(`Nobody is called "${name}": there are ${PEOPLE.map((it) => it.name).join(', ')}`)
      return {
        in(roomName) {
          const room = findRoom(roomName, person)
          if (!room) throw new Error(`There is no room "${roomName}": there are ${roomsOf(person)} and dm`)
          return createSeat(desk, clients, platform, person, room)
        },
      }
    },
  })

  const installs = (commands: readonly string[], shortcuts: readonly Shortcut[] = []) => {
    slackState.commands = new Set(commands)
    slackState.shortcuts = shortcuts
  }
  const timeline = (platform?: PlatformName) =>
    chat.entries.filter((entry) => platform === undefined || entry.platform === platform)
  return {
    fetch: async (request) => app.fetch(request),
    slack: { ...hands('slack'), installs },
    discord: {
      ...hands('discord'),
      commands: () => [...discordState.guildCommands, ...discordState.globalCommands],
      async ping() {
        const [person] = PEOPLE
        const room = person && findRoom('ops', person)
        if (!person || !room) throw new Error('the world is empty')
        return (await discordClient.ping(person, room)).send()
      },
    },
    faults,
    violations: violations.list,
    upstream,
    timeline,
    interim: () =>
      chat.messages.filter(
        (message) => message.by === 'pawl' && !message.deleted && (message.thinking || isPending(message)),
      ),
    transcript: ({ platform, ...line } = {}) =>
      timeline(platform)
        .map((entry) => formatEntry(entry, line))
        .filter((text) => text !== null)
        .join('\n'),
    onEntry: (listener) => chat.onEntry(listener),
    until: (test, withinMs) => chat.until(test, withinMs),
  }
}
