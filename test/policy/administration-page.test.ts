/** What docs/administration.md lists, against the commands and permissions that there are. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadRegistry } from '../../src/command/house-registry.ts'
import { compilePolicy } from '../../src/policy/decide.ts'
import { shippedRules } from '../../src/policy/document/shipped.ts'
import { HOUSE_PERMISSIONS } from '../../src/policy/house-permissions.ts'
import { permissionsOfApprovals } from '../../src/policy/module-approvals.ts'

const PAGE = readFileSync(path.join(import.meta.dirname, '../../docs/administration.md'), 'utf8')
const registry = loadRegistry()
const policy = compilePolicy('shipped', shippedRules(registry))
const approvals = permissionsOfApprovals(registry).keys()

const between = (start: string, end: string) => {
  const from = PAGE.indexOf(start)
  return PAGE.slice(from + start.length, PAGE.indexOf(end, from))
}
const named = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

describe('the page about administration', () => {
  it('lists every command that is open to all, and no other', () => {
    const open = registry
      .all()
      .filter(({ key }) =>
        policy.rulesOf(key).every(({ verdict, tests }) => verdict?.kind === 'allow' && tests.length === 0),
      )
      .map(({ name }) => name)
    const listed = between('open to everybody in a served workspace:', 'Everything else needs a permission')
    const [all = '', but = ''] = listed.split(' but for ').map((part, i) => (i === 0 ? part : part.split(',')[0]))
    const rest = listed.slice(listed.indexOf(but) + but.length)
    const expanded = [...named(all), ...named(rest)].flatMap((name) =>
      name.endsWith(' …') ? registry.under([name.slice(0, -2)]).map((command) => command.name) : [name],
    )
    const without = named(but)
    expect(without).not.toEqual([])
    expect(expanded.filter((name) => !without.includes(name)).sort()).toEqual([...open].sort())
  })

  it('lists every permission that a shipped rule, a module or the house asks for, and no other', () => {
    const table = between('## Permissions of the shipped commands', '\n\nA pipeline is decided')
    const listed = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
    expect(listed.sort()).toEqual(
      [...new Set([...policy.permissions, ...approvals, ...HOUSE_PERMISSIONS.keys(), 'policy:<word>'])].sort(),
    )
  })
})
