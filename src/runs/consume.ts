/** The queue consumer: each message is a wake-up, acknowledged once its run has been seen to. Network: through what it calls. */
import { deliverDue } from './deliver.ts'
import { messageOf, type Services } from './services.ts'
import type { Wake } from './wake.ts'
import { workRun } from './work.ts'

/** Seconds before a wake-up whose run could not be looked at (D1 down) comes again. */
const RETRY_DELAY_SECONDS = 10

/** Works off a batch, its messages side by side; never throws. */
export async function consume(services: Services, batch: MessageBatch<Wake>): Promise<void> {
  await Promise.all(batch.messages.map((message) => consumeOne(services, message)))
}

async function consumeOne(services: Services, message: Message<Wake>): Promise<void> {
  const { body } = message
  const { run } = body
  try {
    if (body.kind === 'run') await workRun(services, run, body.lock)
    else await deliverDue(services, run, body.target)
    message.ack()
  } catch (error) {
    // The row is the truth: repeating the wake-up is harmless, and when the queue gives up the sweeper goes on.
    services.log('wake-up failed', { run, error: messageOf(error) })
    message.retry({ delaySeconds: RETRY_DELAY_SECONDS })
  }
}
