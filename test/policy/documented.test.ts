/** The rules that people copy from the documents, and what they do in a direct message. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadRegistry } from '../../src/command/house-registry.ts'
import { compilePolicy, decide } from '../../src/policy/decide.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const PAGES = ['README.md', ...readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
)
const SOURCES = [
  ...PAGES.map((name) => [name, readFileSync(path.join(ROOT, name), 'utf8')] as const),
  ...loadRegistry()
    .all()
    .map(({ name, examples }) => [`help ${name}`, examples.map(([line]) => line).join('\n')] as const),
]

/** Every rule that keeps a command in a room. */
const FENCES = SOURCES.flatMap(([from, text]) =>
  [...text.matchAll(/when command is deploy with [^\n]*channel [=!]= [^\n]*? forbid/g)].map(([rule]) => ({
    from,
    rule,
  })),
)

describe('a documented rule that keeps a command in a room', () => {
  it('is in the README, in four pages and in the help', () => {
    expect(new Set(FENCES.map(({ from }) => from)).size).toBeGreaterThanOrEqual(5)
  })

  it.each(FENCES)('denies in a direct message: $from, $rule', ({ rule }) => {
    const names = { channel: { '#ops': 'slack:C1' } }
    const open = { command: 'deploy', text: 'when command is deploy allow' }
    const policy = compilePolicy('documented', [open, { command: 'deploy', text: rule, names }])
    const ask = (channel: string | null) =>
      decide(policy, {
        command: 'deploy',
        arguments: { list: ['web', 'prod'], named: new Map([['env', 'prod']]) },
        where: { platform: 'slack', workspace: 'T1', channel },
        user: null,
        groups: new Set(),
        permissions: null,
      })
    expect(ask(null)).toMatchObject({ allowed: false, reason: 'forbidden' })
    expect(ask('slack:C2')).toMatchObject({ allowed: false, reason: 'forbidden' })
    expect(ask('slack:C1').allowed).toBe(true)
  })

  it('is nowhere written with !=, which is false where there is no room and no user', () => {
    for (const [from, text] of SOURCES)
      expect([from, text.match(/when command is [^\n]*\b(?:channel|user) !=[^\n]*/)?.[0]]).toEqual([from, undefined])
  })
})
