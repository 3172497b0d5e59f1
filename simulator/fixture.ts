/** For the simulator's own tests: a simulator in front of a fake door. */
import { createSecrets, createSimulator, type Secrets, type Simulator, type SimulatorOptions } from './index.ts'

export interface Fixture {
  readonly simulator: Simulator
  readonly secrets: Secrets
  /** Every request that reached the door, bodies read. */
  readonly heard: { readonly path: string; readonly headers: Headers; readonly body: string }[]
  /** Moves the clock. */
  pass(ms: number): void
  /** A call to the pretend Slack's Web API with the right token. */
  slack(method: string, args: object, token?: string): Promise<{ ok: boolean; error?: string; [key: string]: unknown }>
  /** A call to the pretend Discord's REST API with the right headers. */
  discord(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: { code?: number; [key: string]: unknown } }>
}

/** The door answers what `door` says, given the body as JSON or as a form. */
export async function createFixture(
  door: (heard: { path: string; body: string }) => Response | Promise<Response> = () => new Response(null),
  options: Partial<SimulatorOptions> = {},
): Promise<Fixture> {
  const secrets = await createSecrets()
  const heard: Fixture['heard'] = []
  let now = Date.UTC(2026, 10, 21, 12)
  const simulator = createSimulator({
    door: async (request) => {
      const body = await request.text()
      const path = new URL(request.url).pathname
      heard.push({ path, headers: request.headers, body })
      return door({ path, body })
    },
    doorUrl: 'http://pawl.test',
    origin: 'http://simulator.test',
    secrets,
    now: () => now,
    ...options,
  })
  return {
    simulator,
    secrets,
    heard,
    pass: (ms) => {
      now += ms
    },
    async slack(method, args, token = secrets.slackBotToken) {
      const response = await simulator.fetch(
        new Request(`http://simulator.test/slack/api/${method}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(args),
        }),
      )
      return (await response.json()) as Awaited<ReturnType<Fixture['slack']>>
    },
    async discord(method, path, body) {
      const response = await simulator.fetch(
        new Request(`http://simulator.test/discord/api/v10${path}`, {
          method,
          headers: {
            authorization: `Bot ${secrets.discordBotToken}`,
            'content-type': 'application/json',
            'user-agent': 'DiscordBot (https://example.test, 1)',
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
      )
      const text = await response.text()
      return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
    },
  }
}

export function jsonAnswer(body: object): Response {
  return Response.json(body)
}
