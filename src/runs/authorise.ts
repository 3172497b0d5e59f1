/** Decides every stage of a plan before the first one runs, and says so to the audit. Pure but for the clock. */
import { auditedArguments } from '../audit/digest.ts'
import { type AuditEvent, auditEvent } from '../audit/event.ts'
import { type Care, joinCare, NO_CARE } from '../command/care.ts'
import type { Arguments, Command } from '../command/command.ts'
import { readsForReal } from '../engine/assemble.ts'
import type { Plan } from '../engine/plan.ts'
import { placeOf, requestOf } from '../policy/ask.ts'
import { type Denial, decide, decideUnseen } from '../policy/decide.ts'
import { canFreeze, freezesOn, frozenDenial } from '../policy/freeze.ts'
import { UNKNOWN } from '../policy/request.ts'
import type { Freeze } from '../policy/site.ts'
import type { RunFacts } from './context.ts'
import { deniedStage } from './replies.ts'
import type { Services } from './services.ts'

export interface Authorised {
  /** One event per stage; with a refusal, that one alone. */
  readonly events: readonly AuditEvent[]
  /** The first stage that may not run; then none may. */
  readonly refusal: { readonly command: Command; readonly decision: Denial } | null
  /** What has to come before it starts, of modules and rules together; for a dry run of what it reads alone; nothing with a refusal. */
  readonly care: Care
  /** The freezes that did not count because the glass was broken, each once. */
  readonly passed: readonly Freeze[]
}

/** What the decisions of a run depend on beside its plan. */
type Asked = Pick<RunFacts, 'run' | 'actor' | 'channel' | 'policy' | 'subject' | 'broken' | 'begun'>

/**
 * The decisions on a plan's stages, on one version of the policy. Of a stage whose arguments wait for records only what is
 * certain is refused; {@link authoriseCalls} decides it again, bound.
 */
export function authorisePlan(
  services: Pick<Services, 'now' | 'config' | 'registry'>,
  { run, actor, channel, policy, subject, broken = false, begun = false }: Asked,
  plan: Plan,
): Authorised {
  const now = services.now()
  const where = placeOf(actor, channel)
  const dry = plan.ok && plan.dry
  const events: AuditEvent[] = []
  const cares = plan.ok ? [plan.care] : []
  const passed = new Set<Freeze>()
  for (const [index, command] of plan.commands.entries()) {
    const stage = plan.ok ? plan.stages[index] : undefined
    const request = requestOf(subject, where, command, stage?.args ?? stage?.known ?? UNKNOWN)
    const waits = stage !== undefined && stage.args === null
    // What a dry run only pretends to do, nobody has to be asked about.
    const asks = !dry || readsForReal(command)
    // What has begun was agreed to when it could be: it is not stopped half-way by a rule that asks for more now.
    const unseen = waits || (index > 0 && !begun)
    const own = plan.ok ? plan.cares[index] : undefined
    const ruled = unseen && asks && !broken && plan.ok ? decideUnseen(policy, request, own) : decide(policy, request)
    // What only asks how it is typed is answered during a freeze, too.
    const counts = plan.ok && !dry && !begun && ruled.allowed && canFreeze(services.registry, command)
    const freezes = counts ? freezesOn(policy, request, now, broken) : []
    if (broken) for (const freeze of freezes) passed.add(freeze)
    const decision = (broken ? null : frozenDenial(freezes, ruled.rules)) ?? ruled
    // A refused line is free to type: whoever reads the log could try one value after another against those of others.
    const key = decision.allowed ? services.config.digestKey : null
    const facts = {
      run,
      channel: channel.id,
      command: command.key,
      // A single command is a pipeline of one: its stage needs no number.
      stage: plan.commands.length > 1 ? index + 1 : undefined,
      ...(stage?.args && auditedArguments(key, command, stage.args)),
      rules: [...decision.rules],
      policy: policy.version,
      dry: dry || undefined,
    }
    if (!decision.allowed) {
      const { reason, missing } = decision
      const event = auditEvent(now, 'policy.denied', actor, {
        ...facts,
        decision: 'deny',
        reason,
        missing: [...missing],
      })
      return { events: [event], refusal: { command, decision }, care: NO_CARE, passed: [] }
    }
    if (asks) cares.push(decision.care)
    events.push(auditEvent(now, 'policy.allowed', actor, { ...facts, decision: 'allow' }))
  }
  return { events, refusal: null, care: joinCare(cares), passed: [...passed] }
}

/**
 * The decision on the calls of a stage whose arguments came from records; `refusal` says why none may be made.
 *
 * @param unasked true where nobody has to be asked whatever the rules say: in a dry run
 */
export function authoriseCalls(
  services: Pick<Services, 'now' | 'config' | 'registry'>,
  { run, actor, channel, policy, subject, broken = false, begun = false }: Asked,
  command: Command,
  stage: number,
  calls: readonly Arguments[],
  unasked: boolean,
): { readonly events: readonly AuditEvent[]; readonly refusal: string | null } {
  const now = services.now()
  const where = placeOf(actor, channel)
  const freezes = !unasked && !broken && !begun && canFreeze(services.registry, command)
  const decided = calls.map((args) => {
    const request = requestOf(subject, where, command, args)
    const ruled =
      (unasked && !readsForReal(command)) || broken ? decide(policy, request) : decideUnseen(policy, request)
    const stopping = freezes && ruled.allowed ? freezesOn(policy, request, now) : []
    return { args, decision: frozenDenial(stopping, ruled.rules) ?? ruled }
  })
  const denied = decided.find(({ decision }) => !decision.allowed)?.decision
  // One denial, and none is made: then there is nothing to compare, as in `authorisePlan`.
  const key = denied === undefined ? services.config.digestKey : null
  // What has effects is recorded call by call; of what only reads, one of each decision stands for the others.
  const groups =
    command.effects === 'write'
      ? decided.map((one) => [one])
      : [...Map.groupBy(decided, ({ decision }) => JSON.stringify(decision)).values()]
  const events = groups.flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { args, decision } = first
    const facts = {
      run,
      channel: channel.id,
      command: command.key,
      stage,
      ...auditedArguments(key, command, args),
      calls: group.length > 1 ? group.length : undefined,
      rules: [...decision.rules],
      policy: policy.version,
      dry: unasked || undefined,
    }
    if (decision.allowed) return [auditEvent(now, 'policy.allowed', actor, { ...facts, decision: 'allow' })]
    const { reason, missing } = decision
    return [auditEvent(now, 'policy.denied', actor, { ...facts, decision: 'deny', reason, missing: [...missing] })]
  })
  return { events, refusal: denied && !denied.allowed ? deniedStage(command.name, denied) : null }
}
