/** The checker finds what it is there to find: each case is a sound history with one thing wrong. */
import { describe, expect, it } from 'vitest'
import { findViolations } from './checker.ts'
import type { Evidence } from './evidence.ts'

const run = 'r_0000000000000001'
const at = '2026-11-21T12:00:00.000Z'
const start = Date.parse(at)
const event = (code: string, more: object = {}) => ({ run, code, event: { at, code, ...more } })
const SOUND: Evidence = {
  killed: false,
  told: [{ run, line: 'work', failed: false, finals: 1, interims: 0 }],
  runs: [
    {
      id: run,
      line: 'work',
      command: 'work',
      effects: 'write',
      retry: 'unsafe',
      mode: 'job',
      state: 'succeeded',
      attempt: 1,
      due_at: null,
      start_by: start,
    },
  ],
  audit: ['run.admitted', 'policy.allowed', 'run.queued', 'run.running', 'run.succeeded', 'reply.delivered'].map(
    (code) => event(code),
  ),
  outbox: [{ run, target: 0, state: 'delivered', reason: null }],
  strays: [],
  effects: [{ run, tag: 't', key: run, what: 'did', at: start }],
  changes: [{ run, to: 'succeeded', took: true }],
  rules: [],
}
const [row = {}] = SOUND.runs
const without = (code: string) => SOUND.audit.filter((one) => one.code !== code)
const [did] = SOUND.effects
const twice = did ? [did, did] : []

const CASES: readonly (readonly [string, Partial<Evidence>, RegExp])[] = [
  ['a run of no delivery', { strays: ['r_x'] }, /of no delivery/],
  ['two admissions', { audit: [event('run.admitted'), ...SOUND.audit] }, /admitted 2 times/],
  ['a run without an end', { runs: [{ ...row, state: 'running' }] }, /has no end/],
  ['an ended run that is still due', { runs: [{ ...row, due_at: 1 }] }, /still due/],
  [
    'an illegal edge',
    { audit: [event('run.admitted'), event('run.lost'), event('run.running')] },
    /from lost to running/,
  ],
  ['a state without its event', { audit: without('run.succeeded') }, /its audit ends with running/],
  ['two ends', { audit: [...SOUND.audit, event('run.succeeded')] }, /more than once/],
  ['a claim without its event', { runs: [{ ...row, attempt: 2 }] }, /attempt 2 and 1 claims/],
  ['a change that nobody has written down', { changes: [{ run, to: 'lost', took: true }] }, /without an audit event/],
  ['two effects of an unsafe run', { effects: twice }, /had 2 effects/],
  [
    'two keys of a safe run',
    { runs: [{ ...row, retry: 'safe' }], effects: twice.map((effect, i) => ({ ...effect, key: `${i}` })) },
    /different keys/,
  ],
  ['an effect without a claim', { audit: without('run.running'), runs: [{ ...row, attempt: 0 }] }, /never ran/],
  ['a success without its effect', { effects: [] }, /without its effect/],
  ['a start past its time', { runs: [{ ...row, start_by: start - 5_001 }] }, /started 5001 ms past/],
  [
    'an answer that is on no screen',
    { told: [{ run, line: 'work', failed: true, finals: 0, interims: 0 }] },
    /no screen/,
  ],
  ['an answer on its way', { outbox: [{ run, target: 0, state: 'pending', reason: null }] }, /still on its way/],
  ['a job without an answer', { outbox: [] }, /without an answer to bring/],
  [
    'an answer that nobody got',
    {
      runs: [{ ...row, mode: 'inline', start_by: null }],
      outbox: [],
      told: [{ run, line: 'touch', failed: false, finals: 0, interims: 0 }],
    },
    /nobody was told/,
  ],
  [
    'a delivery that was dropped silently',
    { runs: [], audit: [], told: [{ run, line: 'x', failed: false, finals: 0, interims: 1 }] },
    /never admitted/,
  ],
  [
    'an interim word that stays',
    { told: [{ run, line: 'work', failed: false, finals: 1, interims: 1 }] },
    /more will come/,
  ],
  [
    'an epoch that goes back',
    {
      audit: [
        ...SOUND.audit,
        event('lock.acquired', { lock: 'l', epoch: 2 }),
        { ...event('lock.acquired', { lock: 'l', epoch: 1 }), run: 'r_2' },
      ],
    },
    /epoch 1 of run r_2 came after 2/,
  ],
  ['a broken rule of a platform', { rules: ['slack chat.update: too long'] }, /rule was broken/],
]

describe('the checker', () => {
  it('finds nothing wrong with a sound history', () => {
    expect(findViolations(SOUND)).toEqual([])
    // The boundary of a late start.
    expect(findViolations({ ...SOUND, runs: [{ ...row, start_by: start - 5_000 }] })).toEqual([])
  })

  it.each(CASES)('finds %s', (_, wrong, words) => {
    const found = findViolations({ ...SOUND, ...wrong })
    expect(found.filter((violation) => words.test(violation))).not.toEqual([])
  })

  it('lets a run that joined another one end as that one did, without an effect of its own', () => {
    const audit = ['run.admitted', 'run.joined', 'run.succeeded', 'reply.delivered'].map((code) => event(code))
    const joined = { ...SOUND, audit, effects: [], runs: [{ ...row, attempt: 0 }] }
    expect(findViolations(joined)).toEqual([])
    expect(findViolations({ ...joined, audit: audit.filter(({ code }) => code !== 'run.joined') })).not.toEqual([])
  })

  it('lets an interim word stay only where the worker was killed', () => {
    const told = [{ run, line: 'work', failed: false, finals: 1, interims: 1 }]
    expect(findViolations({ ...SOUND, told, killed: true })).toEqual([])
  })

  it('lets an answer be undeliverable when the outbox shows it', () => {
    const outbox = [{ run, target: 0, state: 'undeliverable', reason: 'gone' }]
    const told = [{ run, line: 'work', failed: false, finals: 0, interims: 1 }]
    expect(findViolations({ ...SOUND, outbox, told })).toEqual([])
  })
})
