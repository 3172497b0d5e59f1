/** The site of `bench/policy-site.ts` in Cedar: parsed once, asked as an application would, with the user and his groups given. */
import { createRequire } from 'node:module'
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs'
import type { Json } from '../src/json.ts'
import { UNKNOWN } from '../src/policy/request.ts'
import type { Question, SiteRule } from './policy-site.ts'

/** It is CommonJS and has no entry for `import` in Node. */
const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as typeof Cedar

/** All rules in one policy set, which is how Cedar is meant to be asked. */
export const WHOLE = 'whole'

/** Parses rules into a policy set; throws when Cedar cannot read them. */
export function prepareCedar(set: string, rules: readonly SiteRule[]): void {
  const policies = rules.flatMap(({ command, cedar: parts }) =>
    parts.map(
      ({ effect, when }) => `${effect} (principal, action == Action::"${command}", resource) when { ${when} };`,
    ),
  )
  const parsed = cedar.preparsePolicySet(set, { staticPolicies: policies.join('\n') })
  if (parsed.type === 'failure') throw new Error(parsed.errors[0]?.message)
}

export type CedarQuestion = Omit<Cedar.StatefulAuthorizationCall, 'preparsedPolicySetId'>

/** The question in Cedar's form; made before the clock starts, as ours is. */
export function cedarQuestion({ request }: Question): CedarQuestion {
  const { command, arguments: args, where, user, groups, permissions } = request
  if (args === UNKNOWN || where === UNKNOWN || user === null || permissions === null)
    throw new Error('everything is known')
  const principal = { type: 'User', id: user }
  return {
    principal,
    action: { type: 'Action', id: command },
    resource: { type: 'Pawl', id: '' },
    context: {
      options: Object.fromEntries(args.named) as Record<string, Exclude<Json, null>>,
      ...(where.channel === null ? {} : { channel: where.channel }),
    },
    entities: [
      {
        uid: principal,
        attrs: { permissions: [...permissions] },
        parents: [...groups].map((id) => ({ type: 'Group', id })),
      },
    ],
  }
}

export function askCedar(set: string, question: CedarQuestion): boolean {
  const answer = cedar.statefulIsAuthorized({ ...question, preparsedPolicySetId: set })
  if (answer.type === 'failure') throw new Error(answer.errors[0]?.message)
  const [error] = answer.response.diagnostics.errors
  if (error) throw new Error(error.error.message)
  return answer.response.decision === 'allow'
}
