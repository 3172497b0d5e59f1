import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AUDIT_CODES } from '../audit/event.ts'
import type { PawlRecord } from '../json.ts'
import { counted, sentenceOf, tookText } from './history-sentences.ts'

const SECRETIVE: PawlRecord = {
  args: { env: 'prod' },
  missing: ['deploy:prod'],
  rules: ['when command is deploy must have deploy:prod'],
  note: 'looked',
  reason_text: 'gone',
}

describe('sentenceOf', () => {
  it.each([
    [
      { code: 'policy.allowed', command: 'pack:install', args: {}, rules: ['r1', 'r2'] },
      'Allowed: pack install, by "r1" and "r2".',
    ],
    [
      { code: 'policy.allowed', command: 'a', stage: 2, calls: 1, args: { x: 1 }, rules: [] },
      'Allowed: stage 2, a for 1 call with {"x":1}, by no rule.',
    ],
    [
      { code: 'policy.denied', redirects: ['#ops'], reason: 'missing_permission', missing: ['redirect:post'] },
      'Denied: the line (a permission is missing); missing redirect:post, by no rule.',
    ],
    [{ code: 'run.running', attempt: 1 }, 'It starts.'],
    [{ code: 'run.running', attempt: 2 }, 'It starts again: attempt 2.'],
    [
      { code: 'run.retried', reason: 'fault', tries: 2, pause_ms: 5_000 },
      'It broke (its code broke), for the second time, and is tried again in 5.0 s.',
    ],
    [
      { code: 'run.failed', reason: 'handler', latency_ms: 999 },
      'It fails after 999 ms (the command said that it failed).',
    ],
    [{ code: 'run.failed', reason: 'something_new' }, 'It fails (something_new).'],
    [
      { code: 'run.succeeded', latency_ms: 120_000, redirects: ['#ops', 'me'] },
      'It succeeds after 2m; the answer goes to #ops, me.',
    ],
    [{ code: 'run.succeeded', joins: 'r_1' }, 'It succeeds, as r_1 did.'],
    [
      { code: 'stage.succeeded', stage: 1, command: 'seed', records_in: 0, records_out: 2 },
      'Done: stage 1, seed, 0 records in, 2 out.',
    ],
    [
      { code: 'reply.delivered', via: 'direct.post', redirect: 2 },
      'The answer for place 2 of the line arrives (direct.post).',
    ],
    [{ code: 'reply.undeliverable', notice: 1, reason: 'gone' }, 'The word to who asked is given up (gone).'],
  ])('tells %j', (event, sentence) => {
    expect(sentenceOf(event as PawlRecord, 'open')).toBe(sentence)
  })

  it('tells an event without a sentence by its code and what tells it from others', () => {
    const event = { at: '2026-11-21T10:00:00.000Z', code: 'grant.expired', lock: 'x' }
    expect(sentenceOf(event, 'open')).toBe('grant.expired lock=x')
  })

  it.each(AUDIT_CODES)('tells nobody outside what a run was given: %s', (code) => {
    const told = sentenceOf({ at: '2026-11-21T10:00:00.000Z', code, ...SECRETIVE }, 'closed')
    for (const word of ['prod', 'looked', 'when command']) expect(told).not.toContain(word)
  })

  it('has a sentence for any event, whatever is in it', () => {
    const field = fc.constantFrom(
      'line',
      'args',
      'rules',
      'missing',
      'lock',
      'stage',
      'tries',
      'latency_ms',
      'redirect',
    )
    const fields = fc.dictionary(field, fc.jsonValue() as fc.Arbitrary<PawlRecord[string]>)
    fc.assert(
      fc.property(fc.constantFrom(...AUDIT_CODES, 'run.unheard_of'), fields, (code, rest) => {
        expect(sentenceOf({ at: '2026-11-21T10:00:00.000Z', ...rest, code }, 'open')).not.toBe('')
      }),
    )
  })
})

describe('tookText', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [59_949, '59.9 s'],
    [60_000, '1m'],
    [119_000, '1m59s'],
    [180_000, '3m'],
  ])('%d ms is %s', (ms, text) => {
    expect(tookText(ms)).toBe(text)
  })
})

describe('counted', () => {
  it('has one in the singular', () => {
    expect([0, 1, 2].map((count) => counted(count, 'record'))).toEqual(['0 records', '1 record', '2 records'])
  })
})
