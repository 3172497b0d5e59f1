/** The Worker's entry: fetch, queue, scheduled, and the Durable Object classes. Wiring only. */
import { createApp } from './app.ts'
import { keepLog } from './audit/minute.ts'
import { sendOut } from './audit/sink-sweep.ts'
import type { Env } from './env.ts'
import { consume } from './runs/consume.ts'
import { consumeDead, isDeadQueue } from './runs/dead-letters.ts'
import { createHall } from './runs/hall.ts'
import { sweep } from './runs/sweep.ts'
import { healthOf, servicesOf } from './services.ts'

export { Ledger } from './audit/ledger.ts'
export { Singleton } from './singleton/singleton.ts'

const app = createApp((env: Env) => {
  const services = servicesOf(env)
  const { config, now, fetch, log } = services
  return { hall: createHall(services), config, now, fetch, log, health: () => healthOf(env) }
})

export default {
  fetch: app.fetch,
  queue: (batch, env) =>
    isDeadQueue(batch.queue) ? consumeDead(servicesOf(env), batch) : consume(servicesOf(env), batch),
  scheduled: async (_controller, env) => {
    const services = servicesOf(env)
    const kept = keepLog(services).then(() => sendOut(services, env.AUDIT_ARCHIVE))
    try {
      await sweep(services)
    } finally {
      // A sweep that fails must not cut it off.
      await kept
    }
  },
} satisfies ExportedHandler<Env>
