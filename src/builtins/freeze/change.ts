/** A change of the freezes: made on the version of the policy that it was checked with, with its event in the same batch. Network: D1. */
import type { AuditEvent } from '../../audit/event.ts'
import type { Context } from '../../command/command.ts'
import { CommandFailure } from '../../command/failure.ts'
import { appendAudit } from '../../db/audit.ts'
import { expectVersion, isVersionConflict } from '../../db/policy.ts'
import { houseOf } from '../house.ts'

/** How often it is tried again when somebody else changed the policy meanwhile. */
const ATTEMPTS = 3

export interface FreezeChange<T> {
  readonly version: number
  readonly statements: readonly D1PreparedStatement[]
  readonly event: AuditEvent
  readonly made: T
}

/** Makes what `plan` says of the policy as it is now; `plan` refuses with a CommandFailure. */
export async function changeFreezes<T>(ctx: Context, plan: () => Promise<FreezeChange<T>>): Promise<T> {
  const { db } = houseOf(ctx)
  for (let attempt = 1; ; attempt++) {
    const { version, statements, event, made } = await plan()
    try {
      await db.batch([expectVersion(db, version), ...statements, appendAudit(db, { when: 'always' }, [event])])
      return made
    } catch (error) {
      if (!isVersionConflict(error)) throw error
      if (attempt === ATTEMPTS) throw new CommandFailure('somebody else is changing the policy right now; try again')
    }
  }
}
