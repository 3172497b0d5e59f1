import { describe, expect, it } from 'vitest'
import { failedExpectations } from './expectation-run.ts'
import { context, DEPLOY, documentOf } from './lint.kit.ts'

/** What is said of one expectation on the deploy policy; null when it holds. */
function failure(expectation: string, more = ''): string | null {
  const document = { ...documentOf(DEPLOY + more), expectations: [expectation] }
  return failedExpectations(document, context)[0]?.message ?? null
}

describe('an expectation on the designed deploy rules', () => {
  it.each([
    '@ada: deploy web staging => allowed',
    '@ada: deploy web prod => denied',
    '@ada in #ops: deploy web --env=prod => denied because deploy:prod',
    '@bob: deploy web prod => allowed',
    '@bob at 2026-01-10T01:59:59Z: deploy web prod => allowed',
    '@bob at 2026-01-10T02:00:00Z: deploy web prod => denied because deploy:prod',
    'everyone: deploy web staging => denied because deploy:run',
    'member of developers: deploy web staging => allowed',
    'member of developers: deploy web prod => denied because deploy:prod',
    // Alone in that group, one lacks what the other gives.
    'member of releasers: deploy web prod => denied because deploy:run',
    'administrator: deploy web prod => allowed',
    // A stage whose environment is literal is decided on it, whatever the record holds.
    '@ada: apps | deploy $app prod => denied because deploy:prod',
    '@ada: apps | deploy $app staging => allowed',
  ])('%s', (text) => {
    expect(failure(text)).toBeNull()
  })

  it.each([
    [
      '@ada: deploy web prod => allowed',
      'expected allowed, but deploy is denied: it needs deploy:prod (rule: when command is deploy with option[env] == "prod" must have deploy:prod)',
    ],
    [
      '@ada: deploy web staging => denied',
      'expected denied, but it is allowed (by: when command is deploy must have deploy:run)',
    ],
    [
      '@ada: deploy web prod => denied because deploy:run',
      'expected denied because deploy:run, but deploy is denied: it needs deploy:prod',
    ],
    ['@ada: deploy web prod => denied because forbidden', 'expected denied because forbidden, but'],
    ['@ada: deplyo web => allowed', 'the line cannot be run:'],
    ['@ada: deploy web nowhere => denied', 'the line cannot be run:'],
    ['@eve: deploy web staging => denied', 'there is no user eve'],
    ['member of nobody: deploy web staging => denied', 'there is no group nobody'],
    ['@ada in #dev: deploy web staging => denied', 'there is no room #dev'],
    ['@ada on discord in #ops: deploy web staging => denied', 'the room #ops is on slack'],
    ['ada: deploy => allowed', 'start with who asks'],
  ])('%s fails with the reason', (text, message) => {
    expect(failure(text)).toContain(message)
  })

  it('cannot say what is allowed where it depends on records', () => {
    const text = '@ada: apps | deploy web $env =>'
    expect(failure(`${text} allowed`)).toContain('depends on records')
    expect(failure(`${text} denied`)).toContain('depends on records')
    expect(failure('everyone: apps | deploy web $env => denied because deploy:run')).toBeNull()
  })

  it('knows what comes first, of rules and of modules', () => {
    const care =
      'rule when command is deploy with option[env] == staging must be confirmed and approved by 2 of deploy:yes\n'
    for (const words of ['', ' after confirming', ' after approval', ' after approval by deploy:yes'])
      expect(failure(`@ada: deploy web staging => allowed${words}`, care)).toBeNull()
    expect(failure('@ada: deploy web staging => allowed at once', care)).toContain(
      'expected allowed at once, but it is allowed after confirming it, and after approval by 2 with deploy:yes (by:',
    )
    expect(failure('@ada: deploy web staging => allowed after approval by deploy:no', care)).toContain(
      'but it is allowed',
    )
    expect(failure('@ada: deploy web staging => allowed at once')).toBeNull()
    expect(failure('@ada: deploy web staging => allowed after confirming')).toContain('but it is allowed at once')
    expect(failure('everyone: apps => allowed after approval by apps:approve')).toBeNull()
    expect(failure('everyone: apps 5 => allowed at once')).toBeNull()
  })

  it('denies what would have to be confirmed or approved behind a pipe', () => {
    const care = 'rule when command is deploy must be confirmed\n'
    expect(failure('@ada: apps 5 | deploy $app staging => denied', care)).toBeNull()
    expect(failure('@ada: apps 5 | deploy web staging => denied', care)).toBeNull()
    expect(failure('@ada: deploy web staging | apps 5 => allowed after confirming', care)).toBeNull()
  })

  it('knows the room, and what is none', () => {
    const forbid =
      'rule when command is apps with channel != #ops forbid\nrule when command is apps with channel is missing must have x:y\n'
    expect(failure('everyone in #ops: apps => allowed', forbid)).toBeNull()
    expect(failure('everyone in slack:C1: apps => allowed', forbid)).toBeNull()
    expect(failure('everyone in "#release notes": apps => denied because forbidden', forbid)).toBeNull()
    expect(failure('everyone: apps => denied because forbidden', forbid)).toBeNull()
    expect(failure('everyone in direct message: apps => denied because x:y', forbid)).toBeNull()
  })

  it('takes platform and workspace from the room, then from the account', () => {
    const forbid =
      'rule when command is apps with platform == slack forbid\nrule when command is apps with workspace == G1 must have x:y\n'
    expect(failure('everyone: apps => denied because forbidden', forbid)).toBeNull()
    expect(failure('everyone on discord: apps => allowed', forbid)).toBeNull()
    expect(failure('@bob: apps => denied because x:y', forbid)).toBeNull()
    expect(failure('@bob in #ops: apps => denied because forbidden', forbid)).toBeNull()
  })

  it('is denied because of no rule, or of a broken one', () => {
    const broken = 'rule when command is apps with option[what] > 1 allow\n'
    expect(failure('everyone: apps --what x => denied because broken rule', broken)).toBeNull()
    expect(failure('everyone: apps => allowed', broken)).toBeNull()
    expect(failure('administrator: shift => denied because no rule')).toBeNull()
    expect(failure('administrator in #ops: shift => allowed')).toBeNull()
  })

  it('asks for redirect:post where the answer goes elsewhere, and not where it stays', () => {
    expect(failure('everyone: apps > #ops => denied because redirect:post')).toBeNull()
    expect(failure('everyone: apps > @ada => denied because redirect:post')).toBeNull()
    expect(failure('everyone: apps > me => allowed')).toBeNull()
    expect(failure('administrator: apps > #ops => allowed')).toBeNull()
  })

  it('fails at the first stage that is denied', () => {
    expect(failure('everyone: apps | deploy web staging => allowed')).toContain('deploy is denied: it needs deploy:run')
  })
})

describe('a person with accounts on both platforms', () => {
  const BOTH = `${DEPLOY.replace('slack:T1:ADA', 'slack:T1:ADA discord:G1:ADA')}`
  const on = (text: string, rule: string) =>
    failedExpectations(
      { ...documentOf(`${BOTH}rule when command is deploy with ${rule} forbid\n`), expectations: [text] },
      context,
    )

  it('asks on Slack where nothing else is said, so that a new account on Discord moves nothing', () => {
    expect(on('@ada: deploy web staging => allowed', 'platform == discord or workspace == G1')).toEqual([])
    expect(on('@ada: deploy web staging => denied', 'platform == slack and workspace == T1')).toEqual([])
    expect(on('@ada on discord: deploy web staging => denied', 'platform == discord')).toEqual([])
  })
})
