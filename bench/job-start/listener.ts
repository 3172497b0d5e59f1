/** Hears when jobs start. The loopback network. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Listener {
  readonly url: string
  /** When the job of that tag started, in milliseconds of `performance.now()`. */
  started(tag: string): Promise<number>
  stop(): Promise<void>
}

export async function openListener(): Promise<Listener> {
  const heard = new Map<string, PromiseWithResolvers<number>>()
  const of = (tag: string) => {
    const known = heard.get(tag) ?? Promise.withResolvers<number>()
    heard.set(tag, known)
    return known
  }
  const server = createServer((request, response) => {
    of((request.url ?? '').slice(1)).resolve(performance.now())
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    started: (tag) => of(tag).promise,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
