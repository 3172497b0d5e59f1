/** Who asks, as the evaluator sees it. Network: the platform, and only where the answer depends on who is a full member. */
import type { Actor, Standing } from '../chat/invocation.ts'
import { isAdministrator } from '../config.ts'
import type { Database } from '../db/database.ts'
import { type SubjectRow, selectAdmission, selectSubject, selectSubjectOfRun } from '../db/subject.ts'
import { subjectOf } from '../policy/cache.ts'
import type { Policy } from '../policy/decide.ts'
import type { Subject } from '../policy/request.ts'
import type { Services } from './services.ts'
import { askStanding } from './standing.ts'

/** What a decision needs, and what it was read for. */
export interface Asker {
  readonly policy: Policy
  readonly subject: Subject
}

/** As it was read just now. */
export interface ReadAsker extends Asker {
  /**
   * Where the platform could not be asked and its word can matter: the subject of a full member. Then `subject` is that of somebody
   * outside, so that who does not wait for the platform fails closed.
   */
  readonly ifMember: Subject | null
}

/** The statements that {@link readAsker} wants the answers of, in this order; part of whatever batch there is. */
export function askerStatements(services: Services, db: Database, actor: Actor): D1PreparedStatement[] {
  return [selectSubject(db, actor, services.now()), ...services.policy.statements(db)]
}

/** The same for who asks for a run that is being admitted; the first answer is an `AdmissionRow`. */
export function admissionStatements(
  services: Services,
  db: Database,
  run: string,
  actor: Actor,
): D1PreparedStatement[] {
  return [selectAdmission(db, run, actor, services.now()), ...services.policy.statements(db)]
}

/** The same for the actor of a run. */
export function askerOfRunStatements(services: Services, db: Database, run: string): D1PreparedStatement[] {
  return [selectSubjectOfRun(db, run, services.now()), ...services.policy.statements(db)]
}

/**
 * The policy and the subject out of the answers to {@link askerStatements}. `standing` is what the platform's envelope says; where
 * it does not tell, the platform is asked, if the answer can matter. Null when the actor has no row. Throws when D1 does.
 */
export async function readAsker(
  services: Services,
  db: Database,
  { actor, standing }: { readonly actor: Actor; readonly standing: Standing },
  [subjects, ...policies]: readonly (D1Result | undefined)[],
): Promise<ReadAsker | null> {
  const row = subjects?.results[0] as SubjectRow | undefined
  if (!row) return null
  const policy = await services.policy.at(db, row.version, policies)
  const administrator = isAdministrator(services.config, actor)
  const outside = subjectOf(row, administrator, false)
  const member = subjectOf(row, administrator, true)
  if (standing !== 'unknown') return { policy, subject: standing === 'member' ? member : outside, ifMember: null }
  const gains = !administrator && member.permissions.size > outside.permissions.size
  if (!gains && !policy.asksForGroups) return { policy, subject: outside, ifMember: null }
  const known = row.standing ?? (await askStanding(services, db, actor))
  return { policy, subject: known === 'member' ? member : outside, ifMember: known === 'unknown' ? member : null }
}
