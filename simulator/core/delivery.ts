/**
 * One thing that a person did, on its way to Pawl: signed, sent, timed, answered; again and late on demand. The door and the
 * clock are passed in.
 */
import { isRecord, type Json } from '../../src/json.ts'
import { runIdOf } from '../../src/runs/identity.ts'
import type { Chat, ChatMessage } from './chat.ts'
import type { Clock } from './clock.ts'
import { FIRST_ANSWER_MS } from './limits.ts'
import { parseJson } from './wire.ts'
import type { Person, PlatformName, Room } from './world.ts'
import { roomKey } from './world.ts'

/** How long `final()` waits for a word that is no interim one. */
const FINAL_MS = 30_000

export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly text: string
}

/** What a platform says about one delivery before it goes out. */
export interface DeliverySpec {
  /** Slack's trigger_id or event_id, Discord's interaction id. */
  readonly id: string
  readonly platform: PlatformName
  readonly person: Person
  readonly room: Room
  /** What the person typed or pressed, for messages about it. */
  readonly line: string
  readonly url: string
  readonly contentType: string
  readonly body: string
  /** The `ts` of a Slack message that is the delivery itself, so that an answer in its thread is recognised. */
  readonly thread?: string
  sign(body: string, seconds: number): Promise<Record<string, string>>
  /** No message answers it: what is asked while somebody types, and the closing of a form. */
  readonly silent?: true
  /** Called with the answer that came in time; says what is wrong with it, or null. */
  receive(answer: Answer): string | null
  /** Called when the person is shown a failure instead. */
  fail?(): void
}

export interface FinalOptions {
  /** Milliseconds; 30 s unless told. */
  readonly withinMs?: number
  /** What counts as the end; without it, the first message that is no interim one. */
  readonly until?: (message: ChatMessage) => boolean
}

/** What came of sending one delivery. */
export interface Exchange {
  /** Empty when the client refused to send anything. */
  readonly deliveryId: string
  /** The HTTP status of Pawl's answer; 0 when there was none in time, or nothing was sent. */
  readonly status: number
  /** The body of Pawl's answer: JSON where it is JSON, else text, else null. */
  readonly answer: Json
  /** Milliseconds until the answer, on the wall. */
  readonly ms: number
  /** What the client told the person instead of sending; null when it was sent. */
  readonly refused: string | null
  /** The failure that the person was shown; null when there was none. */
  readonly failure: string | null
  /** What answers this delivery and is still there, oldest first. */
  messages(): readonly ChatMessage[]
  /** The message that ends it. Rejects at the deadline, saying what there is instead. */
  final(options?: FinalOptions): Promise<ChatMessage>
  /** The same signed bytes once more. The client shows nothing of a second answer. */
  deliverAgain(): Promise<Exchange>
}

/** Signed and ready; the time in the signature is the time of preparing, whenever it is sent. */
export interface Delivery {
  readonly id: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  send(): Promise<Exchange>
  /** The same delivery id with another body, signed anew as only the platform could. */
  altered(change: (body: string) => string): Promise<Delivery>
}

/** What became of a typed line in the client. */
export type Typed =
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  /** The client sends nothing and says so. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Plain words that the platform does not pass on to the application. */
  | { readonly kind: 'unheard' }

export interface Deliverer {
  prepare(spec: DeliverySpec): Promise<Delivery>
  /** What the client does with a line that it will not send. */
  refuse(platform: PlatformName, person: Person, room: Room, line: string, why: string): Exchange
  /** Whose answer a message is that the bot posted of its own accord; null when nothing tells. */
  ownerOf(platform: PlatformName, room: string, text: string, threadOf: string | null): string | null
}

interface Sent {
  readonly spec: DeliverySpec
  /** The ids of the run that this delivery may have started. */
  readonly runs: readonly string[]
  /** Text of the answers so far, to recognise a run's id in later ones. */
  readonly seen: () => string
}

export interface DelivererDeps {
  readonly door: (request: Request) => Promise<Response>
  readonly clock: Clock
  /** How many times as fast as the wall that clock runs. */
  readonly speed: number
  readonly chat: Chat
  readonly isPending: (message: ChatMessage) => boolean
}

/** Discord's number for the submission of a modal. */
const MODAL_SUBMIT = 5

/** How Pawl names a form (`src/form/form.ts`), in whatever it is told back. */
const FORM_ID = /\bf_[0-9a-hjkmnp-tv-z]{16}\b/

/** Something like a run's id: at least six letters and digits, mixed. */
const RUN_ID = /\b(?=\w*\d)(?=\w*[a-z])[a-z0-9]+(?:[_-][a-z0-9]+)*\b/gi

export function createDeliverer({ door, clock, speed, chat, isPending }: DelivererDeps): Deliverer {
  const sent: Sent[] = []
  const answersOf = (id: string) => chat.messages.filter((message) => message.delivery === id && !message.deleted)
  // A form that opens is an answer, and the end of that delivery.
  const isOver = (id: string) =>
    answersOf(id).some((message) => !message.thinking && !isPending(message)) ||
    chat.entries.some(({ kind, delivery }) => kind === 'form' && delivery === id)

  /** Time for the first answer is there for what machines can do, so it is the wall's, however fast the clock runs. */
  const answerMs = FIRST_ANSWER_MS * speed
  /** The client's side of one request: the first answer within 3 s counts, on the clock given and on the wall. */
  const post = async (url: string, headers: Record<string, string>, body: string): Promise<Answer | null | Error> => {
    const stop = new AbortController()
    const start = clock.now()
    const asking = (async () => {
      const response = await door(new Request(url, { method: 'POST', headers, body }))
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        text: await response.text(),
      }
    })().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
    const first = await Promise.race([asking, clock.wait(answerMs, stop.signal).then(() => null)])
    stop.abort()
    return clock.now() - start > answerMs ? null : first
  }

  const prepare = async (spec: DeliverySpec, body = spec.body): Promise<Delivery> => {
    const signature = await spec.sign(body, Math.floor(clock.now() / 1_000))
    const headers = { 'content-type': spec.contentType, ...signature }
    let copies = 0

    const send = async (): Promise<Exchange> => {
      const again = copies > 0
      copies += 1
      const place = { platform: spec.platform, room: roomKey(spec.room), delivery: spec.id }
      if (!again && spec.silent !== true)
        sent.push({
          spec,
          runs: await runsOf(spec),
          seen: () =>
            answersOf(spec.id)
              .map((message) => message.text)
              .join('\n'),
        })
      const start = clock.now()
      const heard = await post(spec.url, headers, body)
      const ms = (clock.now() - start) / speed
      let failure: string | null = null
      if (heard === null) failure = timeoutWords(spec)
      else if (heard instanceof Error) failure = failureWords(spec, `no connection: ${heard.message}`)
      if (again) {
        const what = heard === null || heard instanceof Error ? (failure ?? '') : `HTTP ${heard.status}`
        chat.note({ ...place, kind: 'duplicate', by: spec.person.name, text: what })
      } else {
        if (heard !== null && !(heard instanceof Error)) {
          const wrong = heard.status >= 200 && heard.status < 300 ? spec.receive(heard) : `HTTP ${heard.status}`
          if (wrong !== null) failure = failureWords(spec, wrong)
        }
        if (failure !== null) {
          spec.fail?.()
          chat.note({ ...place, kind: 'failure', by: spec.platform, onlyFor: spec.person.name, text: failure })
        }
      }
      const answer = heard === null || heard instanceof Error ? null : heard
      return {
        deliveryId: spec.id,
        status: answer?.status ?? 0,
        answer: answer === null || answer.text === '' ? null : (parseJson(answer.text) ?? answer.text),
        ms,
        refused: null,
        failure,
        messages: () => answersOf(spec.id),
        async final({
          withinMs = FINAL_MS,
          until = (message: ChatMessage) => !message.thinking && !isPending(message),
        } = {}) {
          const find = () => answersOf(spec.id).findLast(until)
          await chat.until(() => find() !== undefined, withinMs)
          const message = find()
          if (message) return message
          const there = answersOf(spec.id).map((it) => `\n  ${it.via}: ${it.text}`)
          throw new Error(
            `"${spec.line}" by ${spec.person.name} has no final answer after ${withinMs} ms` +
              (failure === null ? '' : `; the client showed: ${failure}`) +
              (there.length === 0 ? '; nothing was shown' : `; there is only:${there.join('')}`),
          )
        },
        deliverAgain: send,
      }
    }

    return { id: spec.id, url: spec.url, headers, body, send, altered: (change) => prepare(spec, change(body)) }
  }

  return {
    prepare,
    refuse(platform, person, room, line, why) {
      chat.note({ platform, room: roomKey(room), kind: 'failure', by: platform, onlyFor: person.name, text: why })
      const exchange: Exchange = {
        deliveryId: '',
        status: 0,
        answer: null,
        ms: 0,
        refused: why,
        failure: why,
        messages: () => [],
        final: () => Promise.reject(new Error(`"${line}" was not sent: ${why}`)),
        deliverAgain: () => Promise.resolve(exchange),
      }
      return exchange
    },
    ownerOf(platform, room, text, threadOf) {
      const near = sent.filter(({ spec }) => spec.platform === platform && roomKey(spec.room) === room)
      const threaded = threadOf === null ? undefined : near.findLast(({ spec }) => spec.thread === threadOf)
      if (threaded) return threaded.spec.id
      // Pawl names the run last; another one may be named before it (the holder of a lock).
      const ids = (text.match(RUN_ID) ?? []).filter((id) => id.length >= 6).reverse()
      for (const id of ids) {
        // Others may have named the run since (to cancel it): whoever started it, or learned its id first, owns the message.
        const owner = near.find(({ runs }) => runs.includes(id)) ?? near.find(({ seen }) => seen().includes(id))
        if (owner) return owner.spec.id
      }
      const waiting = near.find(({ spec }) => !isOver(spec.id))
      return (waiting ?? near.at(-1))?.spec.id ?? null
    },
  }
}

/** Pawl derives a run's id from the delivery's (`src/runs/identity.ts`), whichever door it came through; a form's from the form. */
function runsOf({ platform, id, body }: DeliverySpec): Promise<string[]> {
  const payload = parseJson(platform === 'slack' ? (new URLSearchParams(body).get('payload') ?? '') : body)
  const { actions, type, view, data } = isRecord(payload) ? payload : {}
  const [action] = Array.isArray(actions) ? actions : []
  const kinds = platform === 'slack' ? [`trigger:${id}`, `event:${id}`] : [`interaction:${id}`]
  // When a button was pressed, as Slack says it.
  if (isRecord(action)) kinds.push(`action:${id}:${String(action.action_ts)}`)
  const form =
    type === 'view_submission' && isRecord(view) ? view.private_metadata : isRecord(data) ? data.custom_id : null
  const [sent] = type === 'view_submission' || type === MODAL_SUBMIT ? (FORM_ID.exec(String(form)) ?? []) : []
  return Promise.all([...kinds.map((kind) => `${platform}:${kind}`), ...(sent ? [`form:${sent}`] : [])].map(runIdOf))
}

function timeoutWords(spec: DeliverySpec): string {
  return spec.platform === 'slack'
    ? `${spec.line.split(' ')[0]} failed with the error "operation_timeout"`
    : 'The application did not respond'
}

function failureWords(spec: DeliverySpec, why: string): string {
  return spec.platform === 'slack'
    ? `${spec.line.split(' ')[0]} failed with the error "dispatch_failed" (${why})`
    : `The application did not respond (${why})`
}
