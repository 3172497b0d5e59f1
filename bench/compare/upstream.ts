/** Slack's and Discord's APIs as far as a benchmark needs them: everything is accepted at once. The loopback network. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Upstream {
  readonly url: string
  /** When each message that a bot posted came, in milliseconds of `performance.now()`. */
  readonly posted: readonly number[]
  stop(): Promise<void>
}

export async function openUpstream(): Promise<Upstream> {
  const posted: number[] = []
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      posted.push(performance.now())
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ ok: true, id: '1180000000000000900', channel: 'C0BENCH0001', ts: '1700000000.000100' }),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
