/**
 * Who can do more, and who less, after a change of the policy: both are asked the same questions, made of what their rules
 * name. Pure. What it says is certain; with very many conditions it may miss something, as the questions are bounded.
 */
import { type Care, includesCare, joinCare, needsCare } from '../../command/care.ts'
import type { Command } from '../../command/command.ts'
import type { Registry } from '../../command/registry.ts'
import { decide, type Policy } from '../decide.ts'
import { approvingOf, askedBesideRules } from '../house-permissions.ts'
import { certainCare } from '../module-approvals.ts'
import { documentPolicy } from './evaluate.ts'
import { isUnchanged, type Kind, kindsOf } from './gains/people.ts'
import { roomNamesIn } from './gains/places.ts'
import { type Probe, type Probes, probesOf } from './gains/probes.ts'
import type { PolicyDocument } from './model.ts'
import { refsOf, ruleKey } from './names.ts'
import { type Person, requestAs } from './person.ts'
import { shippedRules } from './shipped.ts'

/** A difference that a change makes. */
export interface Difference {
  readonly change: 'gains' | 'loses'
  /** Who is alike in it: `everyone`, `group deployers`, `@ada`; not those to whom it comes through a group that is named. */
  readonly who: readonly string[]
  /** As people type it, `deploy`; or a permission that handlers ask for, `pawl:admin`. */
  readonly command: string
  /** With what and where, as in `with env=prod in #ops`, or what the permission is for; empty: it does not matter. */
  readonly example: string
}

/** Whoever asks, whether he belongs to the workspace or not. */
const EVERYBODY = ['everybody, also from outside']

interface Context {
  readonly registry: Registry
  /** The accounts of PAWL_ADMINS. */
  readonly admins: ReadonlySet<string>
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Every difference between two policies, gains first; those of broad groups before those of single people. */
export function whoGains(
  before: PolicyDocument,
  after: PolicyDocument,
  { registry, admins, now }: Context,
): readonly Difference[] {
  const shipped = shippedRules(registry)
  const policies = { before: documentPolicy(before, shipped), after: documentPolicy(after, shipped) }
  const changedTexts = textsInOne(before, after)
  const named = new Set([...before.rules, ...after.rules].flatMap(({ names }) => refsOf(names)))
  const kinds = kindsOf(before, after, now, named, admins)
  const rooms = roomNamesIn([before, after])
  const found = registry.all().flatMap((command) => {
    const isTouched = [policies.before, policies.after].some((policy) =>
      policy.rulesOf(command.key).some(({ text }) => changedTexts.has(text)),
    )
    const concerned = kinds.filter((kind) => isTouched || !isUnchanged(kind))
    if (concerned.length === 0) return []
    const probes = probesOf(command, [policies.before, policies.after], changedTexts, rooms)
    return [runOf(command, policies, probes), ...caresOf(command, policies, probes)].flatMap((ability) =>
      differencesIn(ability, concerned),
    )
  })
  const changed = kinds.filter((kind) => !isUnchanged(kind))
  const held = [...new Map([...approvingIn(policies), ...askedBesideRules(registry)])].flatMap(
    ([permission, purpose]) => differencesIn(holdingOf(permission, purpose), changed),
  )
  const merged = merge([...found, ...held])
  return [...merged.filter(({ change }) => change === 'gains'), ...merged.filter(({ change }) => change === 'loses')]
}

/** The texts of the enabled rules that only one of the documents has. */
function textsInOne(before: PolicyDocument, after: PolicyDocument): Set<string> {
  const enabled = ({ rules }: PolicyDocument) =>
    new Map(rules.flatMap((rule) => (rule.enabled ? [[ruleKey(rule), rule.text] as const] : [])))
  const [was, is] = [enabled(before), enabled(after)]
  return new Set([...was, ...is].flatMap(([key, text]) => (was.has(key) && is.has(key) ? [] : [text])))
}

interface Policies {
  readonly before: Policy
  readonly after: Policy
}

/** Something that one may be able to do, in several ways. */
interface Ability {
  readonly name: string
  readonly probes: readonly Probe[]
  could(kind: Kind, probe: Probe): boolean
  can(kind: Kind, probe: Probe): boolean
  describe: Probes['describe']
}

/** Running a command. */
function runOf(command: Command, { before, after }: Policies, probes: Probes): Ability {
  const may = (policy: Policy, person: Person, probe: Probe) => {
    const { where, args } = probes.questionOf(probe)
    return decide(policy, requestAs(person, where, command, args)).allowed
  }
  return {
    name: command.name,
    probes: probes.all,
    could: (kind, probe) => may(before, kind.before, probe),
    can: (kind, probe) => may(after, kind.after, probe),
    describe: probes.describe,
  }
}

/**
 * What has to come before a command that one may run anyhow: to be asked for less is a gain, for more a loss, and for something
 * else both.
 */
function caresOf(command: Command, { before, after }: Policies, probes: Probes): Ability[] {
  if (![before, after].some((policy) => policy.rulesOf(command.key).some(({ care }) => needsCare(care)))) return []
  const compare = (kind: Kind, probe: Probe, found: (was: Care, is: Care) => boolean) => {
    const { where, args } = probes.questionOf(probe)
    const was = decide(before, requestAs(kind.before, where, command, args))
    const is = decide(after, requestAs(kind.after, where, command, args))
    if (!was.allowed || !is.allowed) return false
    // What the module asks for by itself is asked for before and after.
    const own = certainCare(command, args)
    return found(joinCare([own, was.care]), joinCare([own, is.care]))
  }
  const never = () => false
  const base = { probes: probes.all, describe: probes.describe }
  return [
    {
      ...base,
      name: `${command.name} (less to confirm or approve)`,
      could: never,
      can: (kind, probe) => compare(kind, probe, (was, is) => !includesCare(is, was)),
    },
    {
      ...base,
      name: `${command.name} (more to confirm or approve)`,
      could: (kind, probe) => compare(kind, probe, (was, is) => !includesCare(was, is)),
      can: never,
    },
  ]
}

/** The permissions that approve by the rules of both policies, and what. */
function approvingIn({ before, after }: Policies): [string, string][] {
  const rules = [...before.rules, ...after.rules].flatMap(({ command, care }) =>
    care.approvals.map(({ permission }) => ({ permission, command })),
  )
  return [...Map.groupBy(rules, ({ permission }) => permission)].map(([permission, by]) => [
    permission,
    approvingOf(by.map(({ command }) => command)),
  ])
}

/** What a permission is for that no rule asks for: handlers do. */
function holdingOf(permission: string, purpose: string): Ability {
  return {
    name: permission,
    probes: [[]],
    could: ({ before }) => before.permissions?.has(permission) ?? true,
    can: ({ after }) => after.permissions?.has(permission) ?? true,
    describe: () => `(${purpose})`,
  }
}

function differencesIn({ name, probes, could, can, describe }: Ability, kinds: readonly Kind[]): Difference[] {
  const asked = new Map(kinds.map((kind) => [kind, new Map<Probe, Difference['change'] | null>()]))
  const changeOf = (kind: Kind, probe: Probe) => {
    const known = asked.get(kind)?.get(probe)
    if (known !== undefined) return known
    const [was, is] = [could(kind, probe), can(kind, probe)]
    const change = was === is ? null : is ? 'gains' : 'loses'
    asked.get(kind)?.set(probe, change)
    return change
  }
  return (['gains', 'loses'] as const).flatMap((change) => {
    const holds = (kind: Kind, probe: Probe) => changeOf(kind, probe) === change
    const side = change === 'gains' ? 'after' : 'before'
    const broader: Kind[] = []
    return kinds.flatMap((kind): Difference[] => {
      // What comes to these people through something that they belong to is said of that.
      const over = broader.filter((other) => [...other[side].groups].every((group) => kind[side].groups.has(group)))
      const isNews = (probe: Probe) => holds(kind, probe) && !over.some((other) => holds(other, probe))
      const first = probes.find(isNews)
      if (!first) return []
      // What comes to the outside comes to those inside as well, mostly.
      const inside = kind.kind === 'stranger' ? kinds.find((other) => other.kind === 'everyone') : undefined
      const all = inside && probes.every((probe) => !isNews(probe) || holds(inside, probe))
      // A list of people is nothing to belong to.
      if (kind.kind !== 'users' && kind.kind !== 'administrator') broader.push(kind)
      return [{ change, who: all ? EVERYBODY : kind.names, command: name, example: describe(first, isNews) }]
    })
  })
}

/** One entry for people who gain the same. */
function merge(found: readonly Difference[]): Difference[] {
  const same = Map.groupBy(found, ({ change, command, example }) => JSON.stringify([change, command, example]))
  return [...same.values()].flatMap((alike) => {
    const [first] = alike
    return first ? [{ ...first, who: alike.flatMap(({ who }) => who) }] : []
  })
}
