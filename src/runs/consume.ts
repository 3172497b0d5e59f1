/** The queue consumer: each message is a wake-up, acknowledged once its run has been seen to. Network: through what it calls. */
import { auditWake } from './dead-letters.ts'
import { deliverDue } from './deliver.ts'
import { wakeMoreJoiners } from './joiners.ts'
import { messageOf, type Services } from './services.ts'
import { readWake, type Wake } from './wake.ts'
import { workRun } from './work.ts'

/** Seconds before a wake-up whose run could not be looked at (D1 down) comes again. */
const RETRY_DELAY_SECONDS = 10

/** Works off a batch, its messages side by side; never throws. */
export async function consume(services: Services, batch: MessageBatch): Promise<void> {
  await Promise.all(batch.messages.map((message) => consumeOne(services, message)))
}

async function consumeOne(services: Services, message: Message): Promise<void> {
  const wake = readWake(message.body)
  try {
    if (wake) await workOff(services, wake)
    // Nothing can be made of it, however often it comes.
    else await auditWake(services, 'run.wake_malformed', message)
    message.ack()
  } catch (error) {
    // The row is the truth: repeating the wake-up is harmless, and when the queue gives up the sweeper goes on.
    services.log('wake-up failed', { run: wake?.run ?? null, error: messageOf(error) })
    message.retry({ delaySeconds: RETRY_DELAY_SECONDS })
  }
}

async function workOff(services: Services, wake: Wake): Promise<void> {
  switch (wake.kind) {
    case 'run':
      return await workRun(services, wake.run, wake.lock)
    case 'joiners':
      return await wakeMoreJoiners(services, wake.run, wake.after)
    case 'deliver':
      return await deliverDue(services, wake.run, wake.target)
  }
}
