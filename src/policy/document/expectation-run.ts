/** Whether an expectation holds: plans its line and decides every stage, as a run would. Pure. */

import { textOf } from '../../chat/markdown.ts'
import type { Block } from '../../chat/reply.ts'
import { afterCare, type Care, joinCare, needsCare } from '../../command/care.ts'
import type { Registry } from '../../command/registry.ts'
import type { RunnablePlan } from '../../engine/plan.ts'
import { planInput } from '../../engine/planner.ts'
import { markError } from '../../language/mark.ts'
import { type Decision, decide, decideUnseen, type Policy } from '../decide.ts'
import { missingForTargets, REDIRECT_POST } from '../house-permissions.ts'
import { ROOM_REF } from '../names.ts'
import { type Place, UNKNOWN } from '../request.ts'
import { documentPolicy, permissionsOf, subjectIn } from './evaluate.ts'
import { type Because, type Expectation, type First, parseExpectation, type Wanted } from './expectation.ts'
import { listNames } from './lint/text.ts'
import { EVERYONE, type PolicyDocument } from './model.ts'
import { type Person, requestAs } from './person.ts'
import { shippedRules } from './shipped.ts'

/** What an expectation is about. */
export interface Ground {
  readonly document: PolicyDocument
  readonly policy: Policy
  readonly registry: Registry
  /** Milliseconds since 1970; for an expectation without a date. */
  readonly now: number
}

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly message: string }

/** An expectation that does not hold, or cannot be read, and why. */
export interface FailedExpectation {
  readonly text: string
  readonly message: string
}

type Found<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }

/** A room and a workspace that no rule names: no platform's ids look so. */
const ANY_ROOM = '(any room)'
const ANY_WORKSPACE = '(any workspace)'
/** Whoever is in a group is a user; no user has this name. */
const ANY_MEMBER = 'user:(any member)'

/** Every expectation of a document that does not hold, in their order. */
export function failedExpectations(
  document: PolicyDocument,
  { registry, now }: Pick<Ground, 'registry' | 'now'>,
): FailedExpectation[] {
  if (document.expectations.length === 0) return []
  const ground = { document, policy: documentPolicy(document, shippedRules(registry)), registry, now }
  return document.expectations.flatMap((text) => {
    const parsed = parseExpectation(text)
    const outcome = parsed.ok
      ? runExpectation(ground, parsed.expectation)
      : { ok: false as const, message: markError(text, parsed.error) }
    return outcome.ok ? [] : [{ text, message: outcome.message }]
  })
}

/** Runs one expectation; never throws. What is said of a failure names what is, and the rule behind it. */
export function runExpectation(ground: Ground, expectation: Expectation): Outcome {
  const person = personOf(ground, expectation)
  if (!person.ok) return person
  const where = placeOf(ground.document, expectation)
  if (!where.ok) return where
  const plan = planInput(
    ground.registry,
    { kind: 'line', text: expectation.line, plain: true },
    where.value.platform ?? 'plain',
  )
  if (!plan.ok) {
    const reason = shownText(plan.explain(ground.registry.all()))
    return { ok: false, message: `the line cannot be run: ${reason}` }
  }
  return compare(expectation.wanted, decidePlan(ground.policy, plan, person.value, where.value))
}

function personOf({ document, now }: Ground, { who, at }: Expectation): Found<Person> {
  const everyone = `group:${EVERYONE}`
  switch (who.kind) {
    case 'user':
      if (!document.users.has(who.name)) return { ok: false, message: `there is no user ${who.name}` }
      return { ok: true, value: subjectIn(document, who.name, at ?? now, { everyone: true }) }
    case 'everyone':
      return { ok: true, value: subjectIn(document, null, at ?? now, { everyone: true }) }
    case 'administrator':
      return { ok: true, value: { user: null, groups: new Set([everyone]), permissions: null } }
    case 'member': {
      if (!document.groups.has(who.group)) return { ok: false, message: `there is no group ${who.group}` }
      const permissions = permissionsOf(document, [who.group, EVERYONE], at ?? now)
      return { ok: true, value: { user: ANY_MEMBER, groups: new Set([`group:${who.group}`, everyone]), permissions } }
    }
  }
}

/** Where it is asked: what is not said follows from the room, then from the person's accounts: Slack, where there is one of it. */
function placeOf(
  { rooms, users }: PolicyDocument,
  { who, platform, where }: Expectation,
): Found<Place & { readonly platform: string }> {
  let channel: string | null = null
  if (where.kind === 'room') {
    const ref = ROOM_REF.test(where.name) ? where.name : rooms.get(where.name)
    if (ref === undefined) return { ok: false, message: `there is no room ${where.name}` }
    const roomPlatform = ref.slice(0, ref.indexOf(':'))
    if (platform !== null && platform !== roomPlatform)
      return { ok: false, message: `the room ${where.name} is on ${roomPlatform}, not on ${platform}` }
    channel = ref
  }
  const accounts = (who.kind === 'user' ? (users.get(who.name) ?? []) : []).map((key) => key.split(':'))
  // One that is linked later must not move what was expected to another platform; those on Slack stay there.
  const home = accounts.some(([on]) => on === 'slack') ? 'slack' : (accounts[0]?.[0] ?? 'slack')
  const asked = platform ?? channel?.split(':', 1)[0] ?? home
  const workspace = accounts.find(([on]) => on === asked)?.[1] ?? ANY_WORKSPACE
  if (where.kind === 'any') channel = `${asked}:${ANY_ROOM}`
  return { ok: true, value: { platform: asked, workspace, channel } }
}

/** The first denial, or that all stages may run; with the name of what it is about. */
type Verdict = { readonly about: string; readonly decision: Decision }

function decidePlan(policy: Policy, plan: RunnablePlan, person: Person, where: Place): Verdict {
  let open: Verdict | null = null
  const rules: string[] = []
  const cares = [plan.care]
  for (const [i, { command, args, known }] of plan.stages.entries()) {
    const request = requestAs(person, where, command, args ?? known ?? UNKNOWN)
    const unseen = (i > 0 || args === null) && !plan.dry
    const decision = unseen ? decideUnseen(policy, request, plan.cares[i]) : decide(policy, request)
    const verdict = { about: command.name, decision }
    if (!decision.allowed) return verdict
    if (!decision.certain) open ??= verdict
    rules.push(...decision.rules)
    cares.push(decision.care)
  }
  if (missingForTargets(plan.targets, person.permissions) !== null) {
    const because = `it needs ${REDIRECT_POST}`
    const denial = {
      allowed: false,
      reason: 'missing_permission',
      rules: [],
      missing: [REDIRECT_POST],
      because,
    } as const
    return { about: '> another room', decision: denial }
  }
  return open ?? { about: plan.line, decision: { allowed: true, certain: true, rules, care: joinCare(cares) } }
}

const REASONS = {
  no_rule: 'no rule',
  forbidden: 'forbidden',
  broken_rule: 'broken rule',
  missing_permission: 'permission',
  // What documents say is not what stands in the way: these are no words of an expectation.
  frozen: null,
  unseen: null,
} as const satisfies Record<Extract<Decision, { allowed: false }>['reason'], Because['kind'] | null>

function compare(wanted: Wanted, { about, decision }: Verdict): Outcome {
  const expected = `expected ${shownWanted(wanted)}, but`
  if (decision.allowed) {
    if (!decision.certain)
      return {
        ok: false,
        message: `${expected} ${about} depends on records: write the arguments out to say what is expected`,
      }
    const { care } = decision
    if (wanted.allowed && (wanted.first === undefined || isFirst(wanted.first, care))) return { ok: true }
    const how = needsCare(care) ? `allowed ${afterCare(care)}` : wanted.allowed ? 'allowed at once' : 'allowed'
    return { ok: false, message: `${expected} it is ${how} (by: ${listNames(decision.rules)})` }
  }
  const { reason, missing, because, rules } = decision
  const is = `${about} is denied: ${because}${by(rules)}`
  if (wanted.allowed) return { ok: false, message: `${expected} ${is}` }
  const met =
    wanted.because === null ||
    (wanted.because.kind === REASONS[reason] &&
      (wanted.because.kind !== 'permission' || missing.includes(wanted.because.permission)))
  return met ? { ok: true } : { ok: false, message: `${expected} ${is}` }
}

function isFirst(first: First, care: Care): boolean {
  switch (first.kind) {
    case 'nothing':
      return !needsCare(care)
    case 'confirming':
      return care.confirmation !== null
    case 'approval':
      return care.approvals.some(({ permission }) => permission === (first.permission ?? permission))
  }
}

function shownWanted(wanted: Wanted): string {
  if (wanted.allowed) return `allowed${wanted.first === undefined ? '' : ` ${shownFirst(wanted.first)}`}`
  const { because } = wanted
  if (because === null) return 'denied'
  return `denied because ${because.kind === 'permission' ? because.permission : because.kind}`
}

function shownFirst(first: First): string {
  if (first.kind !== 'approval') return first.kind === 'nothing' ? 'at once' : 'after confirming'
  return first.permission === null ? 'after approval' : `after approval by ${first.permission}`
}

/** The first rule is the deciding one. */
function by([first]: readonly string[]): string {
  return first === undefined ? '' : ` (rule: ${first})`
}

function shownText(blocks: readonly Block[]): string {
  return blocks
    .flatMap((block) => (block.kind === 'text' ? [textOf(block.text)] : block.kind === 'code' ? [block.text] : []))
    .join('\n')
}
