/** For the tests of the shipped commands: a context with a fetch that plays given answers and a clock that is stepped. */
import type { Command, Context, Found, PawlRecord } from '#pawl'

export interface Call {
  readonly url: string
  readonly init: RequestInit
}

export type Answer = (call: Call) => Response | Promise<Response>

/** A fetch that gives one answer after the other, the last one again and again; `calls` says what was asked. */
export function fakeFetch(...answers: Answer[]): { fetch: typeof fetch; calls: Call[] } {
  const calls: Call[] = []
  const fake = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const call = { url: String(input), init }
    const answer = answers[Math.min(calls.length, answers.length - 1)]
    calls.push(call)
    if (!answer) throw new TypeError('no answer was prepared')
    return answer(call)
  }
  return { fetch: fake as typeof fetch, calls }
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return () => Response.json(value, { status, headers })
}

/** What a handler needs, with what the test gives in place. `told` collects progress, `logged` the log, `waited` the sleeps. */
export function fakeContext(
  given: Partial<Context> & { settings?: Record<string, string> } = {},
): Context & { told: string[]; logged: string[]; waited: string[] } {
  const { settings = {}, ...rest } = given
  const told: string[] = []
  const logged: string[] = []
  const waited: string[] = []
  let now = 1_000
  return {
    run: 'r_1',
    actor: { platform: 'slack', workspace: 'T1', id: 'U1' },
    channel: { id: 'C1', kind: 'channel' },
    record: {},
    records: [],
    signal: new AbortController().signal,
    now: () => (now += 7),
    fetch: fakeFetch().fetch,
    setting: (name) => settings[name],
    progress: async (text) => {
      told.push(text)
    },
    log: (text) => {
      logged.push(text)
    },
    effectKey: 'r_1/1/1',
    step: async (_name, fn) => await fn(),
    sleep: async (duration) => {
      waited.push(duration)
    },
    poll: async (every, fn) => {
      for (;;) {
        const value = await fn()
        if (value !== undefined && value !== null && value !== false) return value as Found<typeof value>
        waited.push(every)
      }
    },
    told,
    logged,
    waited,
    ...rest,
  }
}

/** Checks the raw arguments and runs the handler, as the engine does. */
export async function runCommand(command: Command, raw: PawlRecord, ctx: Context): Promise<PawlRecord> {
  const checked = command.check(raw)
  if (!checked.ok) throw new Error(checked.problems.map(({ message }) => message).join('; '))
  return (await command.handler(checked.args, ctx)) as PawlRecord
}
