import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { createRegistry } from '../command/registry.ts'
import { printPipeline } from '../language/print.ts'
import { aliasNameProblem } from './alias.ts'
import { aliasUsage, checkAlias, resolveAlias } from './check.ts'

const deploy = defineCommand({
  name: 'deploy',
  summary: 'Deploy',
  options: {
    app: z.string().describe('What'),
    env: z.enum(['staging', 'prod']).describe('Where to'),
    times: z.int().optional().describe('How often'),
  },
  effects: 'read',
  rules: ['when command is deploy allow'],
  handler: () => null,
})
const login = defineCommand({
  name: 'user login',
  summary: 'Log in',
  options: { token: z.string().meta({ secret: true }).describe('The token') },
  effects: 'read',
  rules: ['when command is user:login allow'],
  handler: () => null,
})
const registry = createRegistry([deploy, login].map((command) => ({ file: command.name, command })))

function around(aliases: { readonly [name: string]: string } = {}) {
  const texts = new Map(Object.entries(aliases))
  return { registry, textOf: (name: string) => texts.get(name) ?? null, suggest: () => 'deploy', mayRun: () => true }
}

function check(text: string, aliases?: { readonly [name: string]: string }, name = 'x'): string {
  const result = checkAlias({ name, text }, around(aliases))
  return result.ok ? `ok ${aliasUsage(name, result.parameters)}` : result.message
}

describe('an alias that is saved', () => {
  it.each(['d', 'deploy-web', 'a_1', '🎉', '👩‍💻', '🇩🇪', ':tada:', ':+1:', '(tada)'])('may be called %s', (name) => {
    expect(aliasNameProblem(name)).toBeNull()
  })
  it.each(['', 'D', '1a', 'a b', 'a:b', 'a.b', '!!', '!3', '-a', ':a:b:', 'é', 'a🎉', '__proto__'])(
    'may not be called %j',
    (name) => {
      expect(aliasNameProblem(name)).toContain('cannot be the name of an alias')
    },
  )
  it('has a name of at most 32 characters', () => {
    expect(aliasNameProblem('a'.repeat(32))).toBeNull()
    expect(aliasNameProblem('a'.repeat(33))).toContain('at most 32')
  })

  it('has at most 1,000 characters', () => {
    expect(check(`deploy web prod${' '.repeat(985)}`)).toBe('ok x')
    expect(check(`deploy web prod${' '.repeat(986)}`)).toContain('at most 1000')
  })

  it.each([
    ['deploy {{app}} {{env=prod}}', 'ok x <app> [<env=prod>]'],
    ['deploy web', 'ok x'],
    ['deploy {{app}} | deploy {{app}} prod', 'env is missing'],
    ['deploy web --evn=prod', 'did you mean --env?'],
    ['deploy web moon', 'env must be one of staging, prod'],
    ['deploy web prod 3 4', 'one word too many'],
    ['deploy {{app}} prod --times=x', 'times'],
    ['deploy $app prod', 'ok x'],
    ['{{app}} web', "cannot be a command's name"],
    ['deploy {{a b}} prod', 'is no parameter'],
    ['deploy "{{a b}}" prod', 'is no name of a parameter'],
    ['deploy {{help}} prod', 'is no name of a parameter'],
    ['deploy {{app=a}} prod | deploy {{app=b}} prod', 'two defaults'],
    ['depoly web', 'did you mean deploy?'],
    ['', 'no command here'],
    ['deploy a prod > her', 'A redirect goes to'],
  ])('is checked: %j gives %j', (text, answer) => {
    expect(check(text)).toContain(answer)
  })

  it('never keeps a secret, in its own line or handed to another alias', () => {
    expect(check('user login hunter2')).toContain('a secret of user login stands in the line')
    expect(check('user login --token=hunter2')).toContain('a secret')
    expect(check('l hunter2', { l: 'user login {{t}}' })).toContain('a secret')
    expect(check('user login {{token}}')).toBe('ok x <token>')
    expect(check('user login hunter2')).not.toContain('hunter2')
  })

  it.each([
    ['beside a parameter', 'user login --token=hunter2{{rest}}', {}],
    ['on both sides of one', 'user login "hun{{mid}}ter2"', {}],
    ['as a default', 'user login {{token=hunter2}}', {}],
    ['as a part of a default', 'user login --token=x{{token=hunter2}}', {}],
    ['as a default that another alias hands on', 'l {{x=hunter2}}', { l: 'user login {{t}}' }],
  ])('never keeps a secret %s, nor says it again', (_, text, aliases) => {
    expect(check(text, aliases)).toContain('a secret of user login stands in the line')
    expect(check(text, aliases)).not.toContain('hunter2')
  })

  it('takes an empty default for a secret, and never repeats two that differ', () => {
    expect(check('user login {{token=}}')).toBe('ok x [<token>]')
    const twice = check('user login {{token=hunter2}} | user login {{token=hunter3}}')
    expect(twice).toContain('two defaults')
    expect(twice).not.toContain('hunter')
  })

  it('is checked with its defaults filled in', () => {
    expect(check('deploy web {{env=moon}}')).toContain('env must be one of staging, prod')
    expect(check('deploy web prod {{times=x}}')).toContain('times')
    expect(check('deploy web prod {{times=3}}')).toBe('ok x [<times=3>]')
  })

  it('says of a command that one may not run only that, whatever is wrong with the line', () => {
    const mayRun = ({ name }: { readonly name: string }) => name !== 'deploy'
    for (const text of ['deploy web prod', 'deploy', 'deploy --evn=x', 'user login {{t}} | deploy moon moon moon']) {
      const result = checkAlias({ name: 'x', text }, { ...around(), mayRun })
      expect(result).toEqual({ ok: false, message: 'you may not run deploy' })
    }
  })

  it('undoes what a phone did inside the quotes', () => {
    expect(checkAlias({ name: 'x', text: ' deploy web —env=“prod” ' }, around())).toMatchObject({
      text: 'deploy web --env="prod"',
    })
  })

  it('tells which aliases it stands on', () => {
    expect(
      checkAlias({ name: 'x', text: 'd web | d api | deploy b prod' }, around({ d: 'deploy {{a}} prod' })),
    ).toMatchObject({
      uses: ['d'],
    })
  })

  it('gives what an alias in its line needs', () => {
    expect(check('d', { d: 'deploy {{a}} prod' })).toContain('needs a')
  })

  it('hides no command and no group of commands', () => {
    expect(check('deploy web prod', {}, 'deploy')).toContain('is a command')
    expect(check('deploy web prod', {}, 'user')).toContain('is a command')
  })
})

describe('an alias written out', () => {
  it('keeps its own parameters to be seen', () => {
    const aliases = { d: 'deploy {{app}} --env={{env=staging}}' }
    const own = [
      { name: 'service', fallback: null },
      { name: 'to', fallback: 'prod' },
    ]
    const resolved = resolveAlias('x', 'd {{service}} {{to=prod}}', own, around(aliases))
    expect(resolved.ok && printPipeline(resolved.pipeline)).toBe('deploy {{service}} --env={{to=prod}}')
  })
})
