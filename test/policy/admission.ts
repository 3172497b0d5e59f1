/** What admitting one person reads of D1: the real admission, with the rows of every statement counted. Runs wherever there is a D1. */
import type { Invocation } from '../../src/chat/invocation.ts'
import { plain } from '../../src/chat/markdown.ts'
import { textReply } from '../../src/chat/reply.ts'
import { openDatabase } from '../../src/db/database.ts'
import { admitInvocation } from '../../src/runs/admit.ts'
import type { Services } from '../../src/runs/services.ts'
import { WORKSPACE } from './people.ts'

export interface AdmissionCost {
  /** Rows that D1 read for all statements together. */
  readonly rows: number
  readonly permissions: number
}

/** Admits a line of somebody on Slack as a run of its own; throws when it is not admitted. */
export async function admitAndCount(
  services: Services,
  d1: D1Database,
  account: string,
  line: string,
): Promise<AdmissionCost> {
  let rows = 0
  const openDb = () => {
    const session = openDatabase(d1)
    return {
      prepare: session.prepare.bind(session),
      getBookmark: session.getBookmark.bind(session),
      batch: async <T>(statements: D1PreparedStatement[]) => {
        const results = await session.batch<T>(statements)
        for (const { meta } of results) rows += meta.rows_read
        return results
      },
    }
  }
  const run = services.token()
  const answer = { deferred: false, closing: false, interim: textReply(plain('Working on it.')) }
  const invocation = invocationOf(account, line, services.now())
  const admission = await admitInvocation({ ...services, openDb }, run, invocation, { waitUntil() {} }, answer)
  if (admission.outcome !== 'admitted') throw new Error(`${account} was not admitted`)
  return { rows, permissions: admission.admitted.subject.permissions.size }
}

/** By a full member in a channel, so that no platform is asked. */
function invocationOf(account: string, text: string, receivedAt: number): Invocation {
  return {
    source: 'slack.command',
    delivery: `slack:trigger:${account}`,
    actor: { platform: 'slack', workspace: WORKSPACE, id: account },
    standing: 'member',
    channel: { id: 'C1', kind: 'channel' },
    input: { kind: 'line', text },
    address: { platform: 'slack' },
    answersInResponse: true,
    receivedAt,
  }
}
