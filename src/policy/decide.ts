/**
 * The one evaluator: may this request be run? Pure and total; running, each stage, help, completion, `why` and `can` ask it.
 *
 * Default deny; every matching rule's requirement must hold; `allow` only makes a rule match; `forbid` always wins; a rule that
 * cannot be evaluated denies; order and duplicates never matter (design, section 6; language, section 2).
 */
import { BECAUSE_UNSEEN, type Care, joinCare, NO_CARE, needsCare } from '../command/care.ts'
import { type CompiledRule, type CompiledTest, compileRule, type RuleSource } from './compile.ts'
import { lookAt } from './compile-test.ts'
import type { Outcome } from './outcome.ts'
import { type Request, UNKNOWN } from './request.ts'
import { type Freeze, NO_SITE, type Site } from './site.ts'

export type { CompiledRule, RuleSource } from './compile.ts'

/** Rules by command, compiled once per version. */
export interface Policy {
  /** The version in D1 and a digest of the shipped rules: what the audit names. */
  readonly version: string
  /** Every rule, each once. */
  readonly rules: readonly CompiledRule[]
  /** The rules that speak of a command, by its key; those of its group (`pack:*`) among them. */
  rulesOf(command: string): readonly CompiledRule[]
  /** The same by text: a decision names them so, and must not sort them each time. */
  sortedRulesOf(command: string): readonly CompiledRule[]
  /** Every permission that some rule speaks of. */
  readonly permissions: ReadonlySet<string>
  /** Whether some rule asks in which groups a person is. */
  readonly asksForGroups: boolean
  readonly site: Site
}

export type Denial = Extract<Decision, { allowed: false }>

export type Decision =
  | {
      readonly allowed: true
      /** False when it depends on what is not known yet. */
      readonly certain: boolean
      /** The rules that match for certain, sorted. */
      readonly rules: readonly string[]
      /** What those rules want before it starts. */
      readonly care: Care
    }
  | {
      readonly allowed: false
      /**
       * The last two are not the rules' alone: a freeze stops it, or it needs somebody's word and its arguments, which come from
       * records, cannot be shown to anybody.
       */
      readonly reason: 'no_rule' | 'missing_permission' | 'forbidden' | 'broken_rule' | 'frozen' | 'unseen'
      /** Those that match, the deciding ones first. */
      readonly rules: readonly string[]
      /** Sorted, each once. */
      readonly missing: readonly string[]
      /** One clause for people: `it needs deploy:prod`. */
      readonly because: string
      /** What stops it where the reason is `frozen`. */
      readonly freezes?: readonly Freeze[]
    }

/** Compiles rules; a rule that does not parse closes its command instead of being skipped. */
export function compilePolicy(version: string, sources: readonly RuleSource[], site: Site = NO_SITE): Policy {
  const unique = new Map(sources.map((source) => [JSON.stringify([source.text, source.names ?? {}]), source]))
  const rules = [...unique.values()].map(compileRule)
  const exact = Map.groupBy(rules, ({ command }) => command)
  const known = new Map<
    string,
    { readonly written: readonly CompiledRule[]; readonly byText: readonly CompiledRule[] }
  >()
  const about = (command: string) => {
    let found = known.get(command)
    if (!found) {
      const written = [command, ...groupsOf(command)].flatMap((name) => exact.get(name) ?? [])
      found = { written, byText: written.toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)) }
      // Only what there are rules for: names come from outside.
      if (written.length > 0) known.set(command, found)
    }
    return found
  }
  return {
    version,
    site,
    rules,
    permissions: new Set(rules.flatMap(({ permissions }) => permissions)),
    asksForGroups: rules.some(({ tests }) => tests.some(({ test }) => test.ref.kind === 'group')),
    rulesOf: (command) => about(command).written,
    sortedRulesOf: (command) => about(command).byText,
  }
}

/** `pack:repo:add` → `pack:*`, `pack:repo:*`. */
function groupsOf(command: string): string[] {
  const words = command.split(':')
  return words.slice(1).map((_, i) => `${words.slice(0, i + 1).join(':')}:*`)
}

/** Decides one request; never throws. With what is unknown in it, only what is certain is denied. */
export function decide(policy: Policy, request: Request): Decision {
  const matching: CompiledRule[] = []
  const forbidding: CompiledRule[] = []
  const broken: CompiledRule[] = []
  const open: CompiledRule[] = []
  for (const rule of policy.sortedRulesOf(request.command)) {
    const outcome = rule.holds(request)
    if (outcome === 'true') (rule.verdict?.kind === 'forbid' ? forbidding : matching).push(rule)
    else if (outcome === 'error') broken.push(rule)
    else if (outcome === 'unknown') open.push(rule)
  }
  const deny = (
    reason: Denial['reason'],
    deciding: readonly CompiledRule[],
    because: string,
    missing: string[] = [],
  ) => {
    // A rule that forbids is always among those that decide.
    const others = matching.filter((rule) => !deciding.includes(rule))
    const rules = [...textsOf(deciding), ...textsOf(others)]
    return { allowed: false, reason, rules, missing: sorted(missing), because } as const
  }
  if (forbidding.length > 0) return deny('forbidden', forbidding, becauseForbidden(forbidding))
  const [first] = textsOf(broken)
  if (first !== undefined) return deny('broken_rule', broken, `the rule "${first}" cannot be evaluated`)
  const { permissions } = request
  const failing = matching.filter((rule) => rule.unmet(permissions).length > 0)
  if (failing.length > 0) return deny('missing_permission', failing, ...needed(failing, permissions))
  // A rule that is still open may turn out to match, and even to be in error: only without one is it certain.
  if (matching.length > 0)
    return { allowed: true, certain: open.length === 0, rules: textsOf(matching), care: careOf(matching) }
  // Something must match: it can only be a rule that then asks for nothing more.
  if (open.some((rule) => isHarmless(rule, permissions)))
    return { allowed: true, certain: false, rules: [], care: NO_CARE }
  const asking = open.filter(({ verdict }) => verdict?.kind === 'require')
  if (asking.length > 0) return deny('missing_permission', asking, ...needed(asking, permissions))
  return deny('no_rule', [], 'no rule opens it')
}

/**
 * Decides a stage behind a pipe: whoever would be asked about it could not be shown what comes to it, nor how often it would run.
 *
 * @param own what its module asks for, as far as its arguments are known
 */
export function decideUnseen(policy: Policy, request: Request, own: Care = NO_CARE): Decision {
  const decision = decide(policy, request)
  if (!decision.allowed || !(needsCare(decision.care) || needsCare(own))) return decision
  return { allowed: false, reason: 'unseen', rules: decision.rules, missing: [], because: BECAUSE_UNSEEN }
}

/** What a rule came to, and on what: for `why`. */
export interface Explanation {
  readonly rule: CompiledRule
  readonly outcome: Outcome
  readonly tests: readonly { readonly text: string; readonly outcome: Outcome; readonly found: string }[]
  /** Permissions missing for it, if it matches; sorted. */
  readonly missing: readonly string[]
}

/** Every rule that speaks of the request's command, and what it came to; the same functions as {@link decide} asks. */
export function explain(policy: Policy, request: Request): readonly Explanation[] {
  return policy.rulesOf(request.command).map((rule) => ({
    rule,
    outcome: rule.holds(request),
    tests: rule.tests.map((test) => ({
      text: test.text,
      outcome: test.evaluate(request),
      found: foundBy(test, request),
    })),
    missing: sorted(rule.unmet(request.permissions)),
  }))
}

/** The value that a test looked at, as JSON; words where there is none. */
function foundBy({ test }: CompiledTest, request: Request): string {
  const value = lookAt(test.ref, request)
  if (value === UNKNOWN) return 'not known yet'
  return value === undefined || value === null ? 'missing' : JSON.stringify(value)
}

/** True when a rule, should it match, would not stand in the way. */
function isHarmless({ verdict, unmet }: CompiledRule, permissions: ReadonlySet<string> | null): boolean {
  return verdict !== null && verdict.kind !== 'forbid' && unmet(permissions).length === 0
}

function needed(rules: readonly CompiledRule[], permissions: ReadonlySet<string> | null): [string, string[]] {
  const needs = sorted(rules.map((rule) => rule.needs))
  return [`it needs ${needs.join(', and ')}`, rules.flatMap((rule) => rule.unmet(permissions))]
}

/** Most rules want none: then nothing is made. */
function careOf(rules: readonly CompiledRule[]): Care {
  return rules.every(({ care }) => care === NO_CARE) ? NO_CARE : joinCare(rules.map(({ care }) => care))
}

function becauseForbidden(rules: readonly CompiledRule[]): string {
  const reasons = rules.flatMap(({ verdict }) =>
    verdict?.kind === 'forbid' && verdict.because !== null ? [verdict.because] : [],
  )
  return reasons.length === 0
    ? `the rule "${textsOf(rules)[0]}" forbids it`
    : `it is forbidden: ${sorted(reasons).join('; ')}`
}

/** Of rules that are sorted by text; each text once, since two rules may differ in what their names stand for. */
function textsOf(rules: readonly CompiledRule[]): string[] {
  const texts: string[] = []
  for (const { text } of rules) if (text !== texts.at(-1)) texts.push(text)
  return texts
}

/** By code unit, each once: the same on every machine, whatever the order of the rules. */
function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort()
}
