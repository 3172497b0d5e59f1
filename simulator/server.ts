/** The simulator over HTTP, so that workerd can reach it. Network: listens on the loopback only. */
import { type HttpBindings, serve } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Dropped, type Simulator } from './index.ts'

export interface SimulatorServer {
  readonly port: number
  close(): Promise<void>
}

/** Serves what `current` gives; a broken line (`drop`) closes the socket without an answer. Rejects when the port is taken. */
export function serveSimulator(current: () => Simulator | null, port: number): Promise<SimulatorServer> {
  const answer = async (request: Request, { outgoing }: HttpBindings): Promise<Response> => {
    const simulator = current()
    if (!simulator) return new Response('starting', { status: 503 })
    try {
      return await simulator.fetch(request)
    } catch (error) {
      if (!(error instanceof Dropped)) throw error
      outgoing.destroy()
      return RESPONSE_ALREADY_SENT
    }
  }
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: (request, env) => answer(request, env as HttpBindings), port, hostname: '127.0.0.1' },
      (info) =>
        resolve({
          port: info.port,
          close: () =>
            new Promise((done) => {
              server.close(() => done())
              // Keep-alive connections of workerd would hold the server open.
              if ('closeAllConnections' in server) server.closeAllConnections()
            }),
        }),
    )
    server.once('error', reject)
  })
}
