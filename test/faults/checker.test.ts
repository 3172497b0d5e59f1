/** The checker finds what it is there to find: each case is a sound history with one thing wrong. */
import { describe, expect, it } from 'vitest'
import { findViolations } from './checker.ts'
import type { Evidence, Told } from './evidence.ts'

const run = 'r_0000000000000001'
const at = '2026-11-21T12:00:00.000Z'
const start = Date.parse(at)
const event = (code: string, more: object = {}) => ({ run, code, event: { at, code, ...more } })
const TOLD: Told = {
  run,
  line: 'work',
  failed: false,
  unheard: false,
  refused: false,
  again: 0,
  finals: ['Did it.'],
  interims: 0,
  copies: [],
}
/** The answer's row in the outbox. */
const WORD = { run, target: 0, label: null, state: 'delivered', reason: null, created_at: start }
const SOUND: Evidence = {
  killed: false,
  told: [TOLD],
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
      created_at: start,
    },
  ],
  audit: ['run.admitted', 'policy.allowed', 'run.queued', 'run.running', 'run.succeeded', 'reply.delivered'].map(
    (code) => event(code),
  ),
  outbox: [WORD],
  unfound: [],
  strays: [],
  effects: [{ run, tag: 't', key: run, what: 'did', at: start }],
  changes: [{ run, to: 'succeeded', took: true, at: start }],
  rules: [],
}
const [row = {}] = SOUND.runs
const without = (code: string) => SOUND.audit.filter((one) => one.code !== code)
const [did] = SOUND.effects
const twice = did ? [did, did] : []

/** Two runs of one lock, one after the other. */
const second = 'r_0000000000000002'
const work = (who: string, what: 'did' | 'left') => ({ run: who, tag: `t-${who}`, key: who, what, at: start })
const LOCKED: Evidence = {
  ...SOUND,
  told: [],
  runs: [run, second].map((id) => ({ ...row, id, locks: '[{"key":"l","epoch":1}]' })),
  audit: [run, second].flatMap((id) => SOUND.audit.map((one) => ({ ...one, run: id }))),
  outbox: [run, second].map((id) => ({ ...WORD, run: id })),
  effects: [work(run, 'did'), work(run, 'left'), work(second, 'did'), work(second, 'left')],
}
const overlapping = [work(run, 'did'), work(second, 'did'), work(run, 'left'), work(second, 'left')]
const locked = (code: string, epoch: number, who = run) => ({ ...event(code, { lock: 'l', epoch }), run: who })
const DAY_MS = 24 * 3_600_000
/** What was given up, `after` milliseconds. */
const givenUp = (after: number, more: object = {}) => ({
  audit: [...SOUND.audit, event('reply.undeliverable', { at: new Date(start + after).toISOString(), ...more })],
  outbox: [{ ...WORD, state: 'undeliverable', reason: 'http_503' }],
  told: [{ ...TOLD, finals: [] }],
})
const brought = { ...WORD, target: 1, label: '#general' }

/** Stopped, and then it had an effect. */
const stopped = (to: 'cancelled' | 'timed_out', after: number, text = 'It was stopped.') => ({
  runs: [{ ...row, state: to }],
  audit: [...SOUND.audit.slice(0, -2), event(`run.${to}`)],
  changes: [{ run, to, took: true, at: start }],
  effects: [{ run, tag: 't', key: run, what: 'did' as const, at: start + after }],
  told: [{ ...TOLD, finals: [text] }],
})

/** Two runs that wait for the lock of a third, and are served in this order. */
const [earlier, later] = ['r_0000000000000003', 'r_0000000000000004']
const inLine = (order: readonly string[], { apart = 2_001, missed = false, late = false } = {}): Partial<Evidence> => {
  const waits = (who: string) => ({ ...locked('lock.waiting', 0), run: who })
  const lives = (who: string, ...codes: string[]) => codes.map((code) => ({ ...event(code), run: who }))
  return {
    told: [],
    outbox: [],
    effects: [earlier, later].map((who) => work(who, 'did')),
    changes: [],
    runs: [earlier, later].map((id, i) => ({ ...row, id, created_at: start + i * apart })),
    audit: [
      ...lives(earlier, 'run.admitted', 'run.queued'),
      ...(late ? [] : [waits(earlier)]),
      ...lives(later, 'run.admitted', 'run.queued'),
      waits(later),
      ...(missed ? [locked('lock.expired', 1, earlier)] : []),
      ...order.flatMap((who, i) => [
        locked('lock.acquired', i + 2, who),
        ...lives(who, 'run.running', 'run.succeeded'),
        ...(late && i === 0 ? [waits(earlier)] : []),
      ]),
    ],
  }
}
const resolved = [...SOUND.audit.slice(0, -2), event('run.lost'), event('run.resolved')]

const CASES: readonly (readonly [string, Partial<Evidence>, RegExp])[] = [
  ['a line of the log that its run does not lead to', { unfound: [run] }, /does not lead to each of its lines/],
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
  [
    'a change that nobody has written down',
    { changes: [{ run, to: 'lost', took: true, at: start }] },
    /without an audit event/,
  ],
  ['two effects of an unsafe run', { effects: twice }, /had the effect t 2 times/],
  [
    'two keys of a safe run',
    { runs: [{ ...row, retry: 'safe' }], effects: twice.map((effect, i) => ({ ...effect, key: `${i}` })) },
    /different keys/,
  ],
  ['an effect without a claim', { audit: without('run.running'), runs: [{ ...row, attempt: 0 }] }, /never ran/],
  ['a success without its effect', { effects: [] }, /without its effect/],
  ['a start past its time', { runs: [{ ...row, start_by: start - 5_001 }] }, /started 5001 ms past/],
  ['an answer that is on no screen', { told: [{ ...TOLD, failed: true, finals: [] }] }, /no screen/],
  ['an answer on its way', { outbox: [{ ...WORD, state: 'pending' }] }, /still on its way/],
  ['a job without an answer', { outbox: [] }, /without an answer to bring/],
  [
    'an answer that nobody got',
    {
      runs: [{ ...row, mode: 'inline', start_by: null }],
      outbox: [],
      told: [{ ...TOLD, line: 'touch', finals: [] }],
    },
    /nobody was told/,
  ],
  [
    'a delivery that was dropped silently',
    { runs: [], audit: [], told: [{ ...TOLD, line: 'x', finals: [], interims: 1 }] },
    /never admitted/,
  ],
  ['an interim word that stays', { told: [{ ...TOLD, interims: 1 }] }, /more will come/],
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
  [
    'an epoch that is used after it was broken',
    { audit: [...SOUND.audit, locked('lock.broken', 3), locked('lock.acquired', 3, 'r_2')] },
    /epoch 3 of run r_2 came after 3 of run nobody/,
  ],
  [
    'a holder that goes on after its lock was broken',
    {
      audit: [...SOUND.audit.slice(0, 3), locked('lock.broken', 1), ...SOUND.audit.slice(3)],
    },
    /it was broken, and run r_0000000000000001, which held it, went on/,
  ],
  [
    'a joined run that ends otherwise than the other one',
    {
      ...LOCKED,
      runs: [
        { ...row, state: 'lost' },
        { ...row, id: second, joins: run, attempt: 0 },
      ],
      audit: [...SOUND.audit.slice(0, -2), event('run.lost'), { ...event('run.joined'), run: second }],
    },
    /joined run r_0000000000000001, which is lost, and is succeeded itself/,
  ],
  ['a repeat that the earlier run does not tell of', { runs: [{ ...row, retries: second }] }, /and 0 audit events/],
  [
    'a repeat that the later run does not know of',
    { audit: [...SOUND.audit, { ...event('run.repeated', { by_run: run }), run: second }] },
    /repeats run none, and 1 audit events/,
  ],
  ['a resolution without its event', { runs: [{ ...row, resolution: '{}' }] }, /has a resolution, and 0 audit events/],
  [
    'a resolution that is only in the audit',
    { audit: resolved, runs: [{ ...row, state: 'lost', resolution: null }] },
    /has no resolution, and 1 audit events/,
  ],
  [
    'a resolution of a run whose end is known',
    { audit: [...SOUND.audit, event('run.resolved')], runs: [{ ...row, resolution: '{}' }] },
    /was resolved, and is succeeded/,
  ],
  [
    'the copy of a redirect on its way',
    { outbox: [WORD, { ...WORD, target: 1, label: '#general', state: 'pending' }] },
    /1 further words/,
  ],
  ['an end that is told twice', { told: [{ ...TOLD, finals: ['Did it.', 'Did it.'] }] }, /2 last words stand .* not 1/],
  [
    'two last words about what was never admitted',
    { runs: [], audit: [], told: [{ ...TOLD, failed: true, finals: ['No.', 'No.'] }] },
    /never admitted, and 2 last words/,
  ],
  [
    'an end in a room that is told there twice',
    { outbox: [WORD, brought], told: [{ ...TOLD, copies: ['#general', '#general'] }] },
    /#general stands there 2 times/,
  ],
  [
    'a copy that stands in another room',
    { outbox: [WORD, brought], told: [{ ...TOLD, copies: ['#leads'] }] },
    /#general stands there 0 times/,
  ],
  ['an answer that is given up too early', givenUp(DAY_MS - 600_001), /given up after 85799999 ms/],
  [
    'an answer that is given up without a word in the audit',
    { ...givenUp(0), audit: SOUND.audit },
    /given up without an audit event/,
  ],
  [
    'a copy that is given up without a cause',
    { ...givenUp(1, { redirect: 1 }), outbox: [WORD, { ...brought, state: 'undeliverable' }], told: [TOLD] },
    /its word 1 was given up after 1 ms/,
  ],
  ['an effect after a run was cancelled', stopped('cancelled', 1), /did it 1 ms after it was cancelled/],
  ['an effect after the time of a run was over', stopped('timed_out', 1), /did it 1 ms after it was timed_out/],
  [
    'a turn in line that somebody else has',
    inLine([later, earlier]),
    /run r_0000000000000004 was served before run r_0000000000000003/,
  ],
  ['two at work under one lock', { ...LOCKED, effects: overlapping }, /run r_0000000000000002 began to work while/],
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

  it('lets whoever was replaced be at work outside a while longer', () => {
    expect(findViolations(LOCKED)).toEqual([])
    for (const code of ['lock.expired', 'lock.broken']) {
      const audit = [...LOCKED.audit, locked(code, 1)]
      expect(findViolations({ ...LOCKED, effects: overlapping, audit })).toEqual([])
    }
    // Another lock is no matter.
    const runs = LOCKED.runs.map((one) => (one.id === run ? one : { ...one, locks: '[{"key":"m","epoch":1}]' }))
    expect(findViolations({ ...LOCKED, effects: overlapping, runs })).toEqual([])
  })

  it('lets the parts of one unsafe run have an effect each', () => {
    const effects = twice.map((effect, i) => ({ ...effect, tag: `t-${i}`, key: `${i}` }))
    expect(findViolations({ ...SOUND, effects })).toEqual([])
  })

  it('lets a lost run be resolved, and a broken lock pass on with a greater epoch', () => {
    const audit = [
      ...resolved.slice(0, -2),
      locked('lock.acquired', 1),
      locked('lock.broken', 1),
      ...resolved.slice(-2),
    ]
    const runs = [{ ...row, state: 'lost', resolution: '{}' }]
    const passed = [...audit, locked('lock.acquired', 2, second)]
    expect(findViolations({ ...SOUND, audit: passed, runs, changes: [] })).toEqual([])
  })

  it('lets a run that joined another one end as that one did, without an effect of its own', () => {
    const audit = ['run.admitted', 'run.joined', 'run.succeeded', 'reply.delivered'].map((code) => event(code))
    const joined = { ...SOUND, audit, effects: [], runs: [{ ...row, attempt: 0 }] }
    expect(findViolations(joined)).toEqual([])
    expect(findViolations({ ...joined, audit: audit.filter(({ code }) => code !== 'run.joined') })).not.toEqual([])
  })

  it('lets an interim word stay only where the worker was killed, or the platform did not say that it took one', () => {
    const told = [{ ...TOLD, interims: 1 }]
    expect(findViolations({ ...SOUND, told, killed: true })).toEqual([])
    expect(findViolations({ ...SOUND, told: told.map((one) => ({ ...one, unheard: true })) })).toEqual([])
    expect(findViolations({ ...SOUND, told })).not.toEqual([])
  })

  it('lets an answer be given up after a day, and at once where the platform refuses it', () => {
    expect(findViolations({ ...SOUND, ...givenUp(DAY_MS - 600_000) })).toEqual([])
    const refused = givenUp(0)
    expect(findViolations({ ...SOUND, ...refused, told: [{ ...TOLD, finals: [], refused: true }] })).toEqual([])
  })

  it('lets a last word stand as often as the experiment allows, and each later word about a run once', () => {
    const told = [{ ...TOLD, finals: ['Did it.', 'Did it.'] }]
    expect(findViolations({ ...SOUND, told: told.map((one) => ({ ...one, again: 1 })) })).toEqual([])
    const word = { ...WORD, target: 1 }
    expect(findViolations({ ...SOUND, told, outbox: [WORD, word] })).toEqual([])
    expect(findViolations({ ...SOUND, told, outbox: [WORD, { ...word, label: '#general' }] })).not.toEqual([])
  })

  it('lets the end stand once in each place that it was to go to', () => {
    const copies = ['#general', '#leads']
    const outbox = [WORD, brought, { ...brought, target: 2, label: '#leads' }]
    expect(findViolations({ ...SOUND, outbox, told: [{ ...TOLD, copies }] })).toEqual([])
  })

  it('lets a handler be at work after its end if the answer says that it may', () => {
    expect(findViolations({ ...SOUND, ...stopped('cancelled', 0) })).toEqual([])
    const text = 'It did not stop when it was told to, and may still be at work.'
    expect(findViolations({ ...SOUND, ...stopped('cancelled', 1, text) })).toEqual([])
  })

  it('lets those in a line be served as they came, but for who came at the same moment, missed its turn, or was not yet there', () => {
    expect(findViolations({ ...SOUND, ...inLine([earlier, later]) })).toEqual([])
    for (const why of [{ apart: 2_000 }, { missed: true }, { late: true }])
      expect(findViolations({ ...SOUND, ...inLine([later, earlier], why) })).toEqual([])
  })
})
