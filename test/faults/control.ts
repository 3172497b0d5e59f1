/**
 * The control server of the fault experiments: told by the worker under test of each point it comes to, it says what happens
 * there; and it is the pretend service on which the trial commands work, with its own log. Network: the loopback. State in memory.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  type Answer,
  EFFECT_PATH,
  type Effect,
  type Order,
  POINT_PATH,
  type Point,
  type SeenChange,
} from './protocol.ts'

/** What a trap does: an order to the worker, or something done here. */
export type Deed =
  | Order
  /** The worker is killed now, and never gets an answer. */
  | { readonly do: 'kill' }
  /** The worker gets its answer when the trap is released. */
  | { readonly do: 'hold' }
  | { readonly do: 'delay'; readonly ms: number }

export interface TrapOptions {
  /** The point's name, or `*d1`, `*queue`, `*lock` for all of a realm, or `*` for all. */
  readonly at: string
  readonly phase?: Point['phase']
  readonly deed: Deed
  /** How often it goes off; once unless told. */
  readonly times?: number
  /** How many fitting calls go by first. */
  readonly skip?: number
  readonly run?: string
}

export interface Trap {
  /** How often it has gone off. */
  readonly hits: number
  /** Resolves when it has gone off for the first time. */
  readonly reached: Promise<void>
  /** Takes it away and lets everything go on that it held. */
  release(): void
}

/** Milliseconds since 1970, by the clock of this process for both, so that they can be compared. */
export interface LoggedEffect extends Effect {
  readonly at: number
}
export interface LoggedChange extends SeenChange {
  readonly at: number
}

export interface Control {
  readonly url: string
  readonly effects: readonly LoggedEffect[]
  readonly changes: readonly LoggedChange[]
  /** Milliseconds by which the worker's clock is ahead; it learns so at its next point. */
  skew: number
  /** What a `kill` does. */
  onKill: () => void
  trap(options: TrapOptions): Trap
  /** Takes all traps away. */
  clear(): void
  close(): Promise<void>
}

interface SetTrap {
  readonly options: TrapOptions
  hits: number
  left: number
  skip: number
  reach(): void
  readonly held: (() => void)[]
}

export async function startControl(): Promise<Control> {
  const traps = new Set<SetTrap>()
  const effects: LoggedEffect[] = []
  const changes: LoggedChange[] = []

  /** Null: no answer is ever to be given. */
  const decide = async (point: Point): Promise<Order | null> => {
    const trap = [...traps].find(({ options, left }) => left > 0 && fits(options, point))
    if (!trap) return { do: 'go' }
    if (trap.skip > 0) {
      trap.skip -= 1
      return { do: 'go' }
    }
    trap.left -= 1
    trap.hits += 1
    trap.reach()
    const { deed } = trap.options
    switch (deed.do) {
      case 'kill':
        control.onKill()
        return null
      case 'hold':
        await new Promise<void>((resolve) => trap.held.push(resolve))
        return { do: 'go' }
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, deed.ms))
        return { do: 'go' }
      default:
        return deed
    }
  }

  const onPoint = async (point: Point): Promise<Answer | null> => {
    const at = Date.now()
    changes.push(...(point.changes ?? []).map((change) => ({ ...change, at })))
    const order = await decide(point)
    return order && { order, skew: control.skew }
  }

  const onEffect = async (effect: Effect): Promise<{ status: number } | null> => {
    const point = { realm: 'upstream' as const, name: `effect.${effect.what}`, run: effect.run }
    const before = await decide({ ...point, phase: 'before' })
    if (before === null) return null
    if (before.do === 'fail') return { status: 500 }
    effects.push({ ...effect, at: Date.now() })
    const after = await decide({ ...point, phase: 'after' })
    if (after === null) return null
    return { status: after.do === 'fail' ? 500 : 200 }
  }

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy())
  })
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: unknown = JSON.parse(await readText(request))
    if (request.url === POINT_PATH) {
      const answer = await onPoint(body as Point)
      if (answer) response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    } else if (request.url === EFFECT_PATH) {
      const answer = await onEffect(body as Effect)
      if (answer) response.writeHead(answer.status).end()
    } else response.writeHead(404).end()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const control: Control = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    effects,
    changes,
    skew: 0,
    onKill: () => {},
    trap(options) {
      let reach = () => {}
      const reached = new Promise<void>((resolve) => {
        reach = resolve
      })
      const set: SetTrap = { options, hits: 0, left: options.times ?? 1, skip: options.skip ?? 0, reach, held: [] }
      traps.add(set)
      return {
        get hits() {
          return set.hits
        },
        reached,
        release() {
          traps.delete(set)
          for (const go of set.held.splice(0)) go()
        },
      }
    },
    clear() {
      for (const { held } of traps) for (const go of held.splice(0)) go()
      traps.clear()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return control
}

function fits({ at, phase, run }: TrapOptions, point: Point): boolean {
  const named = at === '*' || at === `*${point.realm}` || at === point.name
  return named && (phase === undefined || phase === point.phase) && (run === undefined || run === point.run)
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
