/**
 * The consumer of the dead letter queue: wake-ups that failed as often as the queue tries. They are written to the audit log and
 * done with: the rows stay, and the sweeper wakes what is overdue. Network: D1.
 */
import { auditEvent } from '../audit/event.ts'
import { appendAudit } from '../db/audit.ts'
import { messageOf, type Services } from './services.ts'
import { readWake } from './wake.ts'

/** As in wrangler.toml: the queue's name with this at its end. */
const DEAD = /-dead$/

/** Seconds before a dead letter that could not be written down comes again. */
const RETRY_DELAY_SECONDS = 60

export function isDeadQueue(queue: string): boolean {
  return DEAD.test(queue)
}

/** Writes each message of a batch to the audit log; never throws. */
export async function consumeDead(services: Services, batch: MessageBatch): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      try {
        await auditWake(services, 'run.wake_dead', message)
        message.ack()
      } catch (error) {
        services.log('dead letter not recorded', { run: null, error: messageOf(error) })
        message.retry({ delaySeconds: RETRY_DELAY_SECONDS })
      }
    }),
  )
}

/** Records a message that does no more. Its body may be anything: only what Pawl itself writes is quoted. */
export async function auditWake(
  services: Services,
  code: 'run.wake_dead' | 'run.wake_malformed',
  { id, attempts, body }: Message,
): Promise<void> {
  const wake = readWake(body)
  const event = auditEvent(services.now(), code, null, { run: wake?.run, kind: wake?.kind, message: id, attempts })
  await appendAudit(services.openDb(), { when: 'always' }, [event]).run()
}
