/**
 * What cron does for the log beside sealing it: the sinks are given what is sealed, old lines leave D1, its size is watched. Network:
 * D1, R2, the receiver of the webhook, the Ledger.
 */
import { messageOf, type Services } from '../runs/services.ts'
import { archiveSink } from './archive.ts'
import { prune, watchSize } from './retention.ts'
import { serveSink } from './sink.ts'
import { webhookSink } from './sink-webhook.ts'

type OutsideServices = Pick<Services, 'openDb' | 'now' | 'fetch' | 'log' | 'ledger' | 'config'>

/** Never throws: what fails is logged and tried again a minute later. */
export async function sendOut(services: OutsideServices, bucket: R2Bucket | undefined): Promise<void> {
  const { audit } = services.config
  await Promise.all([
    guarded(services, 'the archive was not served', async () => {
      if (bucket) await serveSink(services, archiveSink(bucket, services))
    }),
    guarded(services, 'the webhook was not served', async () => {
      if (audit.webhook) await serveSink(services, await webhookSink(audit.webhook, services))
    }),
  ])
  await guarded(services, 'old lines were not pruned', () => prune(services, audit))
  await guarded(services, 'the size of the database was not looked at', () => watchSize(services, audit))
}

async function guarded({ log }: OutsideServices, message: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    log(`${message}; the next minute tries again`, { error: messageOf(error) })
  }
}
