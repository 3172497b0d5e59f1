import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { createRegistry } from '../command/registry.ts'
import { checkRule } from './rule-check.ts'
import { parseRule } from './rule-parse.ts'

function command(name: string, options: { readonly [name: string]: z.ZodType }) {
  return defineCommand({
    name,
    summary: name,
    effects: 'read',
    rules: [`when command is ${name.replaceAll(' ', ':')} allow`],
    options,
    handler: () => null,
  })
}

const registry = createRegistry(
  [
    command('deploy', {
      service: z.string().min(2).max(60).describe('x'),
      env: z.enum(['staging', 'prod']).describe('x'),
      count: z.int().min(1).max(10).default(1).describe('x'),
      ratio: z.number().optional().describe('x'),
      force: z.boolean().default(false).describe('x'),
      who: z.string().meta({ kind: 'user' }).optional().describe('x'),
      tags: z
        .array(z.enum(['web', 'api']))
        .optional()
        .describe('x'),
    }),
    command('pack install', { name: z.string().describe('x'), env: z.enum(['dev']).optional().describe('x') }),
    command('pack list', { env: z.enum(['prod']).optional().describe('x'), count: z.int().optional().describe('x') }),
    command('ping', {}),
  ].map((one) => ({ file: `${one.key}.ts`, command: one })),
)

/** What is said, as `error: the text it is said of: the message`. */
function problems(text: string): string[] {
  const parsed = parseRule(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`)
  return checkRule(parsed.rule, registry).map(
    ({ severity, message, at, end }) => `${severity}: ${text.slice(at, end)}: ${message}`,
  )
}

const deploy = (condition: string) => problems(`when command is deploy with ${condition} allow`)

describe('a rule that fits its command', () => {
  it.each([
    'option[env] == prod and option[count] > 3',
    'arg[0] == /web-.*/ and arg[2] != 10 and arg[2] == 1',
    'option[env] in [staging, "prod"] or option[env] matches /prod|qa/',
    'option[force] == true and option[ratio] < 0.5',
    'option[tags] in [web, api] and any option[tags] == web and all option[tags] != api',
    'option[tags] is missing and not option[ratio] is missing',
    'any arg == prod or any option in [5, true]',
    'option[who] == U024BE7LH and user == "@ada" and group in [ops, dev] and not channel == "#ops"',
    'platform == slack and workspace == T1 and workspace matches /T.*/',
    'group == ops and group == dev',
    'any option[tags] == web and any option[tags] == api',
    'option[env] == prod or option[env] == staging',
  ])('%s is fine', (condition) => expect(deploy(condition)).toEqual([]))

  it.each([
    ['channel != "#ops"', 'a direct message, which is no channel: write not channel == "#ops"'],
    ['user != "@ada"', 'somebody who is no user of Pawl: write not user == "@ada"'],
  ])('is told that %s is false where there is nothing to compare', (test, advice) => {
    expect(deploy(test)).toEqual([`warning: ${test}: ${test} is false for ${advice}`])
    expect(deploy(`not ${test.replace('!=', '==')}`)).toEqual([])
  })

  it('is fine without a condition, for a command and for a group', () => {
    expect(problems('when command is pack:install must have pack:run')).toEqual([])
    expect(problems('when command is pack:* forbid')).toEqual([])
  })
})

describe('an unknown command', () => {
  it.each([
    ['deplyo', 'deplyo: there is no command deplyo, did you mean deploy?'],
    ['elephant', 'elephant: there is no command elephant'],
    ['pack', 'pack: there is no command pack: for all of that group, write pack:*'],
    ['pakc:*', 'pakc:*: there is no group pakc, did you mean pack:*?'],
    ['deploy:*', 'deploy:*: there is no group deploy: it is a command, write deploy'],
    ['constructor', 'constructor: there is no command constructor'],
  ])('%s is an error', (name, said) => {
    expect(problems(`when command is ${name} allow`)).toEqual([`error: ${said}`])
  })

  it('is the only thing said of options that nobody can know', () => {
    expect(
      problems('when command is elephant with option[x] == 1 and arg[9] == 2 and any arg == 3 allow'),
    ).toHaveLength(1)
  })
})

describe('an error', () => {
  it.each([
    ['option[evn] == prod', 'option[evn] == prod', 'deploy has no option evn: did you mean env?'],
    ['option[elephant] == a', 'option[elephant] == a', 'there is service, env, count, ratio, force, who, tags'],
    ['option[constructor] == a', 'option[constructor] == a', 'deploy has no option constructor'],
    ['arg[7] == a', 'arg[7] == a', 'deploy has no arg[7]: the last is arg[6]'],
    ['option[service] == 1.10', '1.10', "option service is a text and 1.10 is a number: write '1.10'"],
    ['option[service] == true', 'true', "option service is a text and true is true or false: write 'true'"],
    ['arg[0] in [web, 5]', '5', "option service is a text and 5 is a number: write '5'"],
    ['option[count] == "5"', '"5"', 'option count is a number and "5" is a text: write 5 without quotes'],
    ['option[count] == five', 'five', 'option count is a number and five is a text'],
    ['option[force] == "true"', '"true"', 'write true without quotes'],
    ['option[force] == 1', '1', 'option force is true or false and 1 is a number'],
    ['option[count] matches /5/', '/5/', 'option count is a number, and patterns are for texts'],
    ['option[force] == /t.*/', '/t.*/', 'option force is true or false, and patterns are for texts'],
    ['option[service] < 5', '5', 'option service is a text and 5 is a number'],
    ['option[tags] == web', 'option[tags] == web', 'option tags is a list: say any option[tags] or all option[tags]'],
    ['arg[6] matches /w.*/', 'arg[6] matches /w.*/', 'say any option[tags] or all option[tags]'],
    ['any option[env] == prod', 'any option[env] == prod', 'option env is one value and no list'],
    ['all option[env] is missing', 'all option[env] is missing', 'one value and no list'],
    ['option[env] == production', 'production', 'option env is never "production": it is one of staging, prod'],
    ['option[env] != porduction', 'porduction', 'option env is never "porduction"'],
    ['option[env] in [prod, stagin]', 'stagin', 'did you mean staging?'],
    ['any option[tags] == db', 'db', 'option tags is never "db": it is one of web, api'],
    ['all option < 10', 'all option < 10', 'compares option service too, which is of another type'],
    ['channel == 5', '5', "channel is a text: write '5'"],
    ['workspace == 1234567890', '1234567890', "workspace is a text: write '1234567890'"],
    ['user == true', 'true', "user is a text: write 'true'"],
    ['channel == /ops.*/', '/ops.*/', 'channel takes no pattern'],
    ['user matches /a.*/', '/a.*/', 'user takes no pattern'],
    ['group in [ops, /a.*/]', '/a.*/', 'group takes no pattern'],
    ['platform matches /s.*/', '/s.*/', 'platform takes no pattern'],
    ['channel < 5', 'channel < 5', 'only numbers have an order'],
    ['platform == Slack', 'Slack', 'there is no platform Slack, did you mean slack?'],
    ['platform in [slack, teams]', 'teams', 'there is no platform teams: it is slack or discord'],
  ])('%s', (condition, marked, message) => {
    const [first, ...more] = deploy(condition)
    expect(first).toContain(`error: ${marked}: `)
    expect(first).toContain(message)
    expect(more).toEqual([])
  })

  it('is said of every test, wherever it stands', () => {
    expect(deploy('not (option[a] == 1 or (user == a and not option[b] == 2))')).toHaveLength(2)
  })

  it('is said of a command without options too', () => {
    const ping = (condition: string) => problems(`when command is ping with ${condition} allow`)[0]
    expect(ping('option[env] == a')).toContain('ping has no option env: it has no options')
    expect(ping('arg[0] == a')).toContain('ping has no arg[0]: it has no options')
  })
})

describe('a warning', () => {
  it.each([
    ['option[env] in []', 'option[env] in []', 'never true: name a value'],
    ['option[env] is missing', 'option[env] is missing', 'option env is never missing: it is required'],
    ['arg[2] is missing', 'arg[2] is missing', 'option count is never missing: it has the default 1'],
    ['platform is missing', 'platform is missing', 'platform is never missing'],
    ['option[count] == 11', '11', 'option count is never 11: it is 1 to 10'],
    ['option[count] == 0', '0', 'option count is never 0'],
    ['option[count] in [5, 11]', '11', 'option count is never 11'],
    ['option[count] == 1.5', '1.5', 'option count is never 1.5: it is a whole number'],
    ['option[count] < 1', '1', 'option count is never < 1'],
    ['option[count] <= 0', '0', 'option count is never <= 0'],
    ['option[count] > 10', '10', 'option count is never > 10'],
    ['option[count] >= 11', '11', 'option count is never >= 11'],
    ['option[count] < 11', '11', 'option count is always < 11'],
    ['option[count] <= 10', '10', 'option count is always <= 10'],
    ['option[count] > 0', '0', 'option count is always > 0'],
    ['option[count] >= 1', '1', 'option count is always >= 1'],
    ['option[service] == a', 'a', 'option service is never "a": it has 2 to 60 characters'],
    ['option[env] == /qa.*/', '/qa.*/', 'no value of option env matches /qa.*/: it is one of staging, prod'],
    [
      'option[env] == prod and option[env] == staging',
      'option[env] == staging',
      'never true together: did you mean "or"?',
    ],
    ['option[who] == @ada', '@ada', 'option who is never @ada: it is the id of a user'],
    ['option[ratio] is missing and option[ratio] > 1', 'option[ratio] > 1', 'never true together'],
    ['not (user == a and user == b)', 'user == b', 'never true together'],
  ])('%s', (condition, marked, message) => {
    const [first, ...more] = deploy(condition)
    expect(first).toContain(`warning: ${marked}: `)
    expect(first).toContain(message)
    expect(more).toEqual([])
  })

  it.each([
    'option[count] < 2',
    'option[count] <= 1',
    'option[count] > 9',
    'option[count] >= 10',
    'option[count] == 10',
  ])('is not given for %s, which holds for some', (condition) => expect(deploy(condition)).toEqual([]))

  it('is given where no option is of the type that all are asked for', () => {
    expect(problems('when command is pack:install with any arg == 5 allow')).toEqual([
      'error: any arg == 5: any arg == 5 is never true: there is no option of that type',
    ])
    expect(problems('when command is ping with any arg == 5 allow')).toHaveLength(1)
  })
})

describe('a rule for a group', () => {
  const pack = (condition: string) => problems(`when command is pack:* with ${condition} allow`)

  it('is checked against the commands that have the option', () => {
    expect(pack('option[name] == a')).toEqual([])
    expect(pack('option[name] == 5')).toEqual([
      "error: 5: option name of pack install is a text and 5 is a number: write '5'",
    ])
    expect(pack('arg[0] == 5')).toHaveLength(2)
    expect(pack('arg[2] == 5')[0]).toContain('none of these commands has arg[2]: the last is arg[1]')
  })

  it('may not name an option that none of them has', () => {
    expect(pack('option[nmae] == a')).toEqual([
      'error: option[nmae] == a: none of these commands has option nmae: did you mean name?',
    ])
  })

  it('may name a value that one of them knows', () => {
    expect(pack('option[env] == prod')).toEqual([])
    expect(pack('option[env] == qa').length).toBe(2)
  })
})
