import { describe, expect, it } from 'vitest'
import { parseExpectation } from './expectation.ts'

function parsed(text: string) {
  const result = parseExpectation(text)
  return result.ok ? result.expectation : result.error.message
}

describe('an expectation', () => {
  it('is read into who, where, when, the line and what is wanted', () => {
    expect(parsed('@ada on slack in #ops at 2026-12-24: deploy web --env prod => denied because deploy:prod')).toEqual({
      who: { kind: 'user', name: 'ada' },
      platform: 'slack',
      where: { kind: 'room', name: '#ops' },
      at: Date.UTC(2026, 11, 24),
      line: 'deploy web --env prod',
      wanted: { allowed: false, because: { kind: 'permission', permission: 'deploy:prod' } },
    })
  })

  it.each([
    ['everyone: a => allowed', { kind: 'everyone' }],
    ['administrator: a => allowed', { kind: 'administrator' }],
    ['member of deployers: a => allowed', { kind: 'member', group: 'deployers' }],
  ])('%j says who asks', (text, who) => {
    expect(parsed(text)).toMatchObject({ who, platform: null, where: { kind: 'any' }, at: null, line: 'a' })
  })

  it.each([
    ['@a in direct message: x => denied', { kind: 'direct' }],
    ['@a in slack:C12: x => denied', { kind: 'room', name: 'slack:C12' }],
    ['@a in "#a: b": x => denied', { kind: 'room', name: '#a: b' }],
  ])('%j says where', (text, where) => {
    expect(parsed(text)).toMatchObject({ where, line: 'x' })
  })

  it('keeps a colon, an arrow and quotes of the line itself', () => {
    const line = `say "a: b => allowed" | pack:install 'x'`
    expect(parsed(`@a at 2026-01-01T10:30:00+01:00: ${line} => allowed`)).toMatchObject({
      line,
      at: Date.UTC(2026, 0, 1, 9, 30),
    })
  })

  it.each([
    ['at once', { kind: 'nothing' }],
    ['after confirming', { kind: 'confirming' }],
    ['after approval', { kind: 'approval', permission: null }],
    ['after approval by deploy:yes', { kind: 'approval', permission: 'deploy:yes' }],
  ])('may be allowed %s', (words, first) => {
    expect(parsed(`@a: x => allowed ${words}`)).toMatchObject({ wanted: { allowed: true, first } })
  })

  it.each([
    ['forbidden', { kind: 'forbidden' }],
    ['no rule', { kind: 'no rule' }],
    ['broken rule', { kind: 'broken rule' }],
  ])('may be denied because %s', (reason, because) => {
    expect(parsed(`@a: x => denied because ${reason}`)).toMatchObject({ wanted: { allowed: false, because } })
  })

  it.each([
    ['@ada deploy web => allowed', '', 'a colon and a space'],
    ['@ada: deploy web', '', '=> comes after'],
    ['@ada: => allowed', ': ', 'the line is missing'],
    ['ada: deploy => allowed', 'ada', 'start with who'],
    ['@: deploy => allowed', '@', 'start with who'],
    [': deploy => allowed', '', 'start with who'],
    ['member of: deploy => allowed', 'member', 'start with who'],
    ['@ada by night: deploy => allowed', 'by', 'before the colon'],
    ['@ada in ops: deploy => allowed', 'ops', 'expected a room'],
    ['@ada in direct: deploy => allowed', '', '"message"'],
    ['@ada on irc: deploy => allowed', 'irc', 'slack or discord'],
    ['@ada on slack on slack: deploy => allowed', 'on', 'twice'],
    ['@ada at noon: deploy => allowed', 'noon', 'a date'],
    ['@ada at 2026-13-01: deploy => allowed', '2026-13-01', 'a date'],
    ['@ada at 2026-01-01T10:00: deploy => allowed', '2026-01-01T10:00', 'its zone'],
    ['@ada: deploy => maybe', 'maybe', 'allowed, or denied'],
    ['@ada: deploy => ', '', 'allowed, or denied'],
    ['@ada: deploy => allowed because deploy:run', 'because', 'ends before'],
    ['@ada: deploy => allowed after', '', 'at once, after confirming'],
    ['@ada: deploy => allowed after lunch', 'lunch', 'at once, after confirming'],
    ['@ada: deploy => allowed at once now', 'now', 'ends before'],
    ['@ada: deploy => allowed after approval by', '', 'after approval by deploy:approve'],
    ['@ada: deploy => allowed after approval by bob', 'bob', 'after approval by deploy:approve'],
    ['@ada: deploy => allowed after approval of a:b', 'of', 'ends before'],
    ['@ada: deploy => denied for deploy:run', 'for', 'only because'],
    ['@ada: deploy => denied because', '', 'a permission'],
    ['@ada: deploy => denied because deploy', 'deploy', 'a permission'],
    ['@ada: deploy => denied because no rule today', 'today', 'ends before'],
    ['@ada: deploy => denied because forbidden today', 'today', 'ends before'],
    ['@ada: a\nb => allowed', '\n', 'on one line'],
  ])('%j is refused with its place', (text, place, message) => {
    const result = parseExpectation(text)
    expect(result).toMatchObject({ ok: false, error: { message: expect.stringContaining(message) } })
    if (!result.ok && place !== '') expect(text.slice(result.error.at, result.error.end)).toContain(place)
  })

  it('has at most 1,000 characters', () => {
    const text = (length: number) => `@a: ${'x'.repeat(length - '@a:  => allowed'.length)} => allowed`
    expect(parseExpectation(text(1_000)).ok).toBe(true)
    expect(parsed(text(1_001))).toContain('1001')
  })
})
