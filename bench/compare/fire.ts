/** Sends requests at a rate, or as many as go at once, and times the answers. The loopback network. */
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Shot } from './requests.ts'

export interface Fired {
  /** Milliseconds that each answer took. */
  readonly ms: readonly number[]
  /** From the first request to the last answer. */
  readonly wallMs: number
}

/** What an answer must hold, so that nothing else is timed by mistake. */
export interface Expected {
  readonly status: number
  readonly text: string
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** One every so often, whatever the answers before it are doing. @throws when an answer is not the expected one */
export async function atRate(url: URL, shots: readonly Shot[], perSecond: number, expected: Expected): Promise<Fired> {
  const start = performance.now()
  const flying: Promise<number>[] = []
  for (const [i, shot] of shots.entries()) {
    const wait = start + (i * 1_000) / perSecond - performance.now()
    if (wait > 0) await pause(wait)
    flying.push(one(url, shot, expected))
  }
  const ms = await Promise.all(flying)
  return { ms, wallMs: performance.now() - start }
}

/** Always so many under way. @throws when an answer is not the expected one */
export async function atOnce(url: URL, shots: readonly Shot[], width: number, expected: Expected): Promise<Fired> {
  const start = performance.now()
  const todo = shots.values()
  const ms: number[] = []
  const lane = async () => {
    for (const shot of todo) ms.push(await one(url, shot, expected))
  }
  await Promise.all(Array.from({ length: width }, lane))
  return { ms, wallMs: performance.now() - start }
}

/** Forgets the connections to a server that is gone. */
export function hangUp(): void {
  agent.destroy()
}

function one(url: URL, { path, headers, body }: Shot, expected: Expected): Promise<number> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        agent,
        hostname: url.hostname,
        port: url.port,
        path,
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          text += part
        })
        response.on('end', () => {
          if (response.statusCode === expected.status && text.includes(expected.text))
            resolve(performance.now() - start)
          else
            reject(
              new Error(`${path} answered ${response.statusCode} with ${text.slice(0, 300)}, not ${expected.text}`),
            )
        })
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
