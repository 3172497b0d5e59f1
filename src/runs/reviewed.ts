/** Tells the security room that somebody has looked at a broken glass, where it was told of that. Network: D1, the courier. */

import { flat } from '../approval/shown.ts'
import { code, md, personName } from '../chat/markdown.ts'
import { type Reply, textReply } from '../chat/reply.ts'
import type { Database } from '../db/database.ts'
import { insertWord, REVIEW_TARGET } from '../db/outbox.ts'
import { addressFor, SECURITY_LABEL, tellSecurity } from './break-glass.ts'
import { keptReply } from './kept.ts'
import type { Services } from './services.ts'

/** A review as it was closed. */
export interface Reviewed {
  readonly run: string
  readonly line: string
  /** The name of who has looked. */
  readonly by: string
  readonly note: string
}

/** The word to the security room: it is kept in the batch that closes the review, then brought. */
export interface ReviewWord {
  readonly statements: readonly D1PreparedStatement[]
  /** Never throws. */
  bring(): Promise<void>
}

/** Nothing to write or bring where no room is set. */
export function reviewWord(services: Services, db: Database, { run, line, by, note }: Reviewed): ReviewWord {
  const { securityRoom } = services.config
  if (securityRoom === null) return { statements: [], bring: async () => {} }
  const text = md`**Looked at** by ${personName(by, 'an administrator')}: ${code(flat(line))}, for which the glass was broken. ${flat(note)} (run ${code(run)})`
  const reply: Reply = textReply(text, { visibility: 'channel' })
  const word = {
    run,
    target: REVIEW_TARGET,
    address: addressFor(services, securityRoom, `${run}:${REVIEW_TARGET}`),
    label: SECURITY_LABEL,
    reply: keptReply(reply),
    now: services.now(),
  }
  return { statements: [insertWord(db, word)], bring: () => tellSecurity(services, run, REVIEW_TARGET) }
}
