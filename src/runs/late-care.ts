/** What rules may ask for where arguments come from records, said before these are known. Pure. */
import { joinCare } from '../command/care.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { placeOf, requestOf } from '../policy/ask.ts'
import { UNKNOWN } from '../policy/request.ts'
import type { RunFacts } from './context.ts'

/** Each as people know it; nothing for a line whose arguments are all written out. */
export function lateCareTexts(
  { policy, subject, actor, channel }: Pick<RunFacts, 'policy' | 'subject' | 'actor' | 'channel'>,
  { stages }: RunnablePlan,
): string[] {
  const cares = stages.flatMap(({ command, args, known }) => {
    if (args !== null) return []
    const request = requestOf(subject, placeOf(actor, channel), command, known ?? UNKNOWN)
    return policy.rulesOf(command.key).flatMap(({ holds, care }) => (holds(request) === 'unknown' ? [care] : []))
  })
  const { confirmation, approvals } = joinCare(cares)
  return [
    ...(confirmation === null ? [] : ['confirmation']),
    ...approvals.map(({ permission, count }) => `approval by ${count} with ${permission}`),
  ].map((text) => `${text}, if what comes from records needs it`)
}
