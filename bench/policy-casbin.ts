/**
 * The site of `bench/policy-site.ts` in casbin, as near as its RBAC model comes: who may run a command through user, group and
 * role, one line a rule. It has no way to say that every matching requirement must hold, nor (without running JavaScript per line)
 * conditions on options, so its answers are not compared, and each question is easier than the one that the others get.
 */
import { type Enforcer, newEnforcer, newModelFromString, StringAdapter } from 'casbin'
import { GROUPS, groupOf, groupsOfUser, type Question, type SiteRule, USERS } from './policy-site.ts'

const MODEL = `
[request_definition]
r = sub, obj
[policy_definition]
p = sub, obj, rule, eft
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.obj == p.obj && g(r.sub, p.sub)
`

export async function prepareCasbin(rules: readonly SiteRule[]): Promise<Enforcer> {
  const lines = rules.map(({ command }, i) => {
    const [team = ''] = command.split(':')
    return `p, ${team}-${i % 2 === 0 ? 'dev' : 'lead'}, ${command}, ${i}, allow`
  })
  for (let group = 0; group < GROUPS; group++) {
    const { team, role } = groupOf(group)
    lines.push(`g, group:${group}, team${team}-${role}`)
  }
  for (let user = 0; user < USERS; user++)
    for (const group of groupsOfUser(user)) lines.push(`g, user:${user}, group:${group}`)
  return await newEnforcer(newModelFromString(MODEL), new StringAdapter(lines.join('\n')))
}

export function askCasbin(enforcer: Enforcer, { request }: Question): boolean {
  return enforcer.enforceSync(request.user, request.command)
}
