/** A case as a Cedar policy set and its requests, and Cedar's answers (`@cedar-policy/cedar-wasm`). No network, no clock. */
import { createRequire } from 'node:module'
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs'
import type { Json } from '../../src/json.ts'
import type { Requirement } from '../../src/policy/tree.ts'
import { type CaseRequest, type CaseRule, NAMES, OPTIONS } from './case.ts'
import { elementsOf, translate } from './cedar-condition.ts'
import { and, FALSE, not, or, TRUE, tenths, text } from './cedar-expression.ts'

/** It is CommonJS and has no entry for `import` in Node. */
const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as typeof Cedar

/** What a policy stands for of its rule. */
export type Part = 'permit' | 'require' | 'forbid' | 'error'

export interface Answer {
  readonly allowed: boolean
  /** The policies that decided. */
  readonly reasons: readonly { readonly rule: number; readonly part: Part }[]
}

/** Each case set takes the place of the one before. */
const SET = 'case'

/**
 * The policies of a case by id, `<rule> <part>`. `allow` and `must have` permit; what `must have` asks for forbids where it is not
 * held; `forbid` forbids; and so does a rule that errs.
 */
export function policiesOf(rules: readonly CaseRule[]): Record<string, string> {
  const policies: Record<string, string> = {}
  for (const [i, rule] of rules.entries()) {
    const write = (part: Part, when: string) => {
      if (when === FALSE) return
      const effect = part === 'permit' ? 'permit' : 'forbid'
      const scope = rule.command.endsWith(':*')
        ? `action in Action::"${rule.command}"`
        : `action == Action::"${rule.command}"`
      policies[`${i} ${part}`] = `${effect} (principal, ${scope}, resource) when { ${when} };`
    }
    if ('broken' in rule) {
      write('error', TRUE)
      continue
    }
    const { condition, verdict } = rule
    const { holds, fails } =
      condition === null ? { holds: TRUE, fails: FALSE } : translate(condition, NAMES[rule.names])
    write('error', fails)
    write(verdict.kind === 'forbid' ? 'forbid' : 'permit', holds)
    // What a rule wants before a command starts is no matter of Cedar's: there `must be` permits, as `allow` does.
    if (verdict.kind === 'require' && verdict.requirement !== null)
      write('require', and(holds, not(isHeld(verdict.requirement))))
  }
  return policies
}

function isHeld(requirement: Requirement): string {
  return or('context.administrator', isListed(requirement))
}

function isListed(requirement: Requirement): string {
  switch (requirement.kind) {
    case 'permission':
      return `context.permissions.contains(${text(requirement.name)})`
    case 'any':
      return `context.permissions.containsAny([${requirement.names.map(text)}])`
    case 'all':
      return `context.permissions.containsAll([${requirement.names.map(text)}])`
    case 'and':
      return and(...requirement.parts.map(isListed))
    case 'or':
      return or(...requirement.parts.map(isListed))
  }
}

/** Parses the policies once for all requests of a case. */
export function prepare(rules: readonly CaseRule[]): void {
  const parsed = cedar.preparsePolicySet(SET, { staticPolicies: policiesOf(rules) })
  if (parsed.type === 'failure') throw new Error(`Cedar cannot read it: ${parsed.errors[0]?.message}`)
}

/** Asks what was prepared last; throws when a policy errs, which none may. */
export function ask(request: CaseRequest): Answer {
  const answer = cedar.statefulIsAuthorized({ ...callOf(request), preparsedPolicySetId: SET })
  if (answer.type === 'failure') throw new Error(`Cedar cannot answer: ${answer.errors[0]?.message}`)
  const { decision, diagnostics } = answer.response
  const [error] = diagnostics.errors
  if (error) throw new Error(`the policy "${error.policyId}" errs: ${error.error.message}`)
  const reasons = diagnostics.reason.map((id) => {
    const [rule, part] = id.split(' ')
    return { rule: Number(rule), part: part as Part }
  })
  return { allowed: decision === 'allow', reasons }
}

function callOf({ command, options, user, groups, permissions, ...where }: CaseRequest) {
  const principal = user === null ? { type: 'Visitor', id: '' } : { type: 'User', id: user }
  const action = { type: 'Action', id: command }
  const values: Record<string, Cedar.CedarValueJson> = {}
  const types: Record<string, string> = {}
  const tell = (key: string, value: Json) => {
    if (value === null) return
    types[key] = Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : typeof value
    if (Array.isArray(value)) for (const [i, name] of elementsOf(key).entries()) tell(name, value[i] ?? null)
    else values[key] = cedarValue(value)
  }
  for (const [i, name] of OPTIONS.entries())
    for (const key of [`arg ${i}`, `option ${name}`]) {
      tell(key, options[name])
      if (!Array.isArray(options[name])) tell(`${key} alone`, options[name])
    }
  for (const [key, value] of Object.entries(where)) tell(key, value)
  const parents = groups.map((id) => ({ type: 'Group', id }))
  return {
    principal,
    action,
    resource: { type: 'Pawl', id: '' },
    context: { administrator: permissions === null, permissions: [...(permissions ?? [])], values, types },
    entities: [
      { uid: principal, attrs: { key: principal.id, grouped: parents.length > 0 }, parents },
      { uid: action, attrs: {}, parents: groupsOf(command).map((id) => ({ type: 'Action', id })) },
    ],
  } satisfies Omit<Cedar.StatefulAuthorizationCall, 'preparsedPolicySetId'>
}

function cedarValue(value: string | number | boolean | object): Cedar.CedarValueJson {
  if (typeof value === 'number') return tenths(value)
  return typeof value === 'object' ? {} : value
}

/** The groups that a command is below, all of them. */
function groupsOf(command: string): string[] {
  const groups: string[] = []
  for (let end = command.indexOf(':'); end >= 0; end = command.indexOf(':', end + 1))
    groups.push(`${command.slice(0, end)}:*`)
  return groups
}
