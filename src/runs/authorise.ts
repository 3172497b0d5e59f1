/** Decides every stage of a plan before the first one runs, and says so to the audit. Pure but for the clock. */
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import type { Actor } from '../chat/invocation.ts'
import type { Arguments, Command } from '../command/command.ts'
import { redact } from '../command/redact.ts'
import type { Plan } from '../engine/plan.ts'
import { type Decision, decide, type Policy, type Subject } from '../policy/decide.ts'
import type { RunFacts } from './context.ts'
import { deniedStage } from './replies.ts'
import type { Services } from './services.ts'

export interface Authorised {
  /** One event per stage; with a refusal, that one alone. */
  readonly events: readonly AuditEvent[]
  /** The first stage that may not run; then none may. */
  readonly refusal: { readonly command: Command; readonly decision: Decision & { readonly allowed: false } } | null
}

/** The decisions on a plan's stages, on one version of the policy. */
export function authorisePlan(
  services: Pick<Services, 'now'>,
  run: string,
  actor: Actor,
  plan: Plan,
  policy: Policy,
  subject: Subject,
): Authorised {
  const now = services.now()
  const events: AuditEvent[] = []
  for (const [index, command] of plan.commands.entries()) {
    const decision = decide(policy, subject, command.key)
    const args = plan.ok ? plan.stages[index]?.shownArgs : undefined
    const facts = {
      run,
      command: command.key,
      // A single command is a pipeline of one: its stage needs no number.
      stage: plan.commands.length > 1 ? index + 1 : undefined,
      args: args ?? undefined,
      rules: [...decision.rules],
      policy: policy.version,
    }
    if (!decision.allowed) {
      const { reason, missing } = decision
      const event = auditEvent(now, 'policy.denied', actor, {
        ...facts,
        decision: 'deny',
        reason,
        missing: [...missing],
      })
      return { events: [event], refusal: { command, decision } }
    }
    events.push(auditEvent(now, 'policy.allowed', actor, { ...facts, decision: 'allow' }))
  }
  return { events, refusal: null }
}

/** The decision on the calls of a stage whose arguments came from records; `refusal` says why none may be made. */
export function authoriseCalls(
  services: Pick<Services, 'now'>,
  { run, actor, policy, subject }: Pick<RunFacts, 'run' | 'actor' | 'policy' | 'subject'>,
  command: Command,
  stage: number,
  calls: readonly Arguments[],
): { readonly events: readonly AuditEvent[]; readonly refusal: string | null } {
  const now = services.now()
  const decision = decide(policy, subject, command.key)
  const facts = { run, command: command.key, stage, rules: [...decision.rules], policy: policy.version }
  const events = calls.map((args) => {
    const shown = { ...facts, args: redact(command, args) }
    return decision.allowed
      ? auditEvent(now, 'policy.allowed', actor, { ...shown, decision: 'allow' })
      : auditEvent(now, 'policy.denied', actor, { ...shown, decision: 'deny', reason: decision.reason })
  })
  return { events, refusal: decision.allowed ? null : deniedStage(command.name, decision) }
}
