/** Free TCP ports of this machine. Network: listens on the loopback for a moment. */
import { createServer } from 'node:net'

const LOOPBACK = '127.0.0.1'
/** Beyond this many taken ports in a row something else is wrong. */
const TRIES = 50

/** The wanted port or the next free one; 0 lets the system choose. */
export async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + TRIES; port++) {
    const got = await tryListen(port)
    if (got !== null) return got
  }
  throw new Error(
    `No free port between ${wanted} and ${wanted + TRIES - 1}: stop what listens there, or choose another with --port`,
  )
}

/** True when nobody listens on the port. */
export async function isFree(port: number): Promise<boolean> {
  return (await tryListen(port)) !== null
}

function tryListen(port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null)
      else reject(error)
    })
    server.listen(port, LOOPBACK, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null))
    })
  })
}
