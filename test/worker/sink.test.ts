/** Sinks of the audit log on real D1, R2 and the Ledger: the webhook's receiver checks each signature by itself. */
import { env } from 'cloudflare:test'
import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { rowsOf, status, tamper } from './ledger.kit.ts'
import {
  ARCHIVE,
  append,
  archives,
  clockAt,
  cron,
  DAY_MS,
  eventsOf,
  exported,
  HOUR_MS,
  MINUTE_MS,
  receiver,
  SIEM,
  sink,
  startAnew,
  verified,
  WEBHOOK,
} from './sink.kit.ts'

const NOW = Date.UTC(2026, 10, 21, 12)

let clock: { time: number }
let siem: ReturnType<typeof receiver>

beforeEach(async () => {
  vi.restoreAllMocks()
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await startAnew()
  clock = clockAt(NOW)
  siem = receiver(clock)
})

const upTo = (to: number, from = 1) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const origin = async () => String((await status()).origin)
const answer = (code: number, headers: Record<string, string> = {}) => {
  siem.told.answer = () => new Response(null, { status: code, headers })
}

/** The next minute, in which nothing else happens. */
async function minute(settings: object = WEBHOOK, ms = MINUTE_MS): Promise<void> {
  clock.time += ms
  await cron(settings)
}

describe('the webhook', () => {
  it('is sent the sealed lines as an export has them, in order, each once', async () => {
    await append(7, NOW)
    await cron(WEBHOOK)
    await append(3, NOW)
    await minute()
    const lines = (await exported()).split('\n').filter((line) => line.includes('"seq":'))
    expect(lines).toHaveLength(11)
    expect(siem.requests.map(({ body }) => body).join('')).toBe(`${lines.join('\n')}\n`)
    const log = (await origin()).replace('/', '_')
    expect(siem.requests.map(({ id }) => id)).toEqual([`${log}_1-8`, `${log}_9-11`])
    expect(await sink('webhook')).toMatchObject({ cursor: 11, failures: 0, lease_until: null, sending_to: null })
  })

  it('is sent nothing that is not sealed', async () => {
    await append(2, NOW)
    const away = { getByName: () => ({ seal: async () => ({ ok: false, problem: 'away' }) }) }
    await cron({ ...WEBHOOK, LEDGER: away })
    expect(siem.requests).toEqual([])
    await minute()
    expect(siem.seqs()).toEqual(upTo(3))
  })

  it('leaves a quiet log quiet: no event, no checkpoint, no request, and no row is written', async () => {
    await append(5, NOW)
    answer(503)
    await cron(WEBHOOK)
    answer(200)
    for (let i = 0; i < 3; i++) await minute()
    const dump = async () => [
      await rowsOf('SELECT * FROM audit'),
      await rowsOf('SELECT * FROM checkpoints'),
      await rowsOf('SELECT * FROM audit_sinks'),
    ]
    const before = await dump()
    const requests = siem.requests.length
    for (let i = 0; i < 5; i++) await minute()
    expect(await dump()).toEqual(before)
    expect(siem.requests).toHaveLength(requests)
    // The log's own begin, the failure and its end, all delivered.
    expect(await eventsOf('sink.failing', 'sink.recovered')).toHaveLength(2)
    expect(await sink('webhook')).toMatchObject({ cursor: 8 })
  })

  it('is sent 1,000 lines in one request, and 1,001 in two', async () => {
    await append(999, NOW)
    await cron(WEBHOOK)
    expect(siem.requests.map(({ seqs }) => seqs.length)).toEqual([1_000])
    await append(1_001, NOW)
    await minute()
    expect(siem.requests.map(({ seqs }) => seqs.length)).toEqual([1_000, 1_000, 1])
    expect(siem.seqs()).toEqual(upTo(2_001))
  })

  it('is sent at most 1 MB in one request, but a longer line by itself', async () => {
    await append(6, NOW, 240_000)
    await append(1, NOW, 1_100_000)
    await append(1, NOW)
    await cron(WEBHOOK)
    expect(siem.requests.map(({ seqs }) => seqs)).toEqual([[1, 2, 3, 4], [5, 6], [7], [8, 9]])
    for (const { body, seqs } of siem.requests) expect(seqs[0] === 7 || body.length <= 1_000_000).toBe(true)
  })

  it('that fails gets the same lines under the same id again, whatever was written meanwhile', async () => {
    await append(4, NOW)
    answer(500)
    await cron(WEBHOOK)
    await append(4, NOW)
    answer(200)
    await minute()
    const [first, second, third] = siem.requests
    expect(second).toEqual(first)
    expect(third?.seqs).toEqual([6, 7, 8, 9, 10])
    expect(await eventsOf('sink.failing', 'sink.recovered')).toEqual([
      { code: 'sink.failing', sink: 'webhook', reason: 'http_500' },
      { code: 'sink.recovered', sink: 'webhook', after_ms: MINUTE_MS },
    ])
  })

  it.each([
    ['an answer that is not 2xx', () => new Response(null, { status: 400 }), 'http_400'],
    ['a redirect, which is not followed', () => Response.redirect('https://elsewhere.test/', 307), 'http_307'],
    ['a broken connection', () => Promise.reject(new TypeError('reset')), 'network_error'],
    ['no answer in time', () => Promise.reject(new DOMException('', 'TimeoutError')), 'timeout'],
  ])('rests after %s: 2 s, then twice as long each time, up to 10 minutes', async (_, failure, reason) => {
    siem.told.answer = failure
    await append(1, NOW)
    await cron(WEBHOOK)
    const pauses: number[] = []
    for (let i = 0; i < 12; i++) {
      const row = await sink('webhook')
      expect(row).toMatchObject({ reason, failures: i + 1, cursor: 0, lease_until: null })
      pauses.push(Number(row?.next_at) - clock.time)
      await minute(WEBHOOK, (pauses.at(-1) ?? 0) - 1)
      expect(siem.requests).toHaveLength(i + 1)
      await minute(WEBHOOK, 1)
      expect(siem.requests).toHaveLength(i + 2)
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600].map((s) => s * 1_000))
    expect(await eventsOf('sink.failing')).toHaveLength(1)
  })

  it.each([
    ['900', 900_000],
    [new Date(NOW + 900_000).toUTCString(), 900_000],
    ['1', 2_000],
    ['soon', 2_000],
    ['999999999', DAY_MS],
  ])('rests as long as Retry-After %s asks', async (written, pause) => {
    answer(503, { 'retry-after': written })
    await append(1, NOW)
    await cron(WEBHOOK)
    expect(Number((await sink('webhook'))?.next_at) - NOW).toBe(pause)
  })

  it('that answers 410 is sent nothing more, until its address or secret is set anew', async () => {
    await append(1, NOW)
    answer(410)
    await cron(WEBHOOK)
    await append(1, NOW)
    answer(200)
    for (let i = 0; i < 3; i++) await minute(WEBHOOK, HOUR_MS)
    expect(siem.requests).toHaveLength(1)
    expect(await eventsOf('sink.stopped', 'sink.failing')).toEqual([
      { code: 'sink.stopped', sink: 'webhook', reason: 'gone' },
    ])
    await minute({ ...WEBHOOK, PAWL_AUDIT_WEBHOOK: `${SIEM}?2` })
    expect(siem.seqs().slice(2)).toEqual(upTo(4))
    expect(await eventsOf('sink.recovered')).toEqual([
      { code: 'sink.recovered', sink: 'webhook', after_ms: 3 * HOUR_MS + MINUTE_MS },
    ])
    expect(JSON.stringify(await rowsOf('SELECT * FROM audit_sinks'))).not.toContain('siem.test')
  })

  it('has one sender at a time', async () => {
    await append(1_500, NOW)
    siem.told.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return new Response()
    }
    await cron({})
    await Promise.all([cron(WEBHOOK), cron(WEBHOOK), cron(WEBHOOK)])
    expect(siem.seqs()).toEqual(upTo(1_501))
  })

  it('is sent the same once more when the sender died before it could note the delivery, and not before its lease is over', async () => {
    await append(4, NOW)
    await cron(WEBHOOK)
    await append(2, NOW)
    const lease = clock.time + 2 * MINUTE_MS
    await env.DB.prepare('UPDATE audit_sinks SET cursor = 0, sending_to = 3, lease_until = ?').bind(lease).run()
    await minute(WEBHOOK, 2 * MINUTE_MS - 1)
    expect(siem.requests).toHaveLength(1)
    await minute(WEBHOOK, 1)
    expect(siem.requests.slice(1).map(({ seqs }) => seqs)).toEqual([
      [1, 2, 3],
      [4, 5, 6, 7],
    ])
  })

  it('is settled only by the sender that has the lease: one that was away too long changes nothing', async () => {
    await append(4, NOW)
    await cron({})
    siem.told.answer = async () => {
      await env.DB.prepare('UPDATE audit_sinks SET lease_until = lease_until + 60000').run()
      return new Response(null, { status: 500 })
    }
    await cron(WEBHOOK)
    expect(await sink('webhook')).toMatchObject({ cursor: 0, failures: 0, reason: null, sending_to: 5 })
    expect(await eventsOf('sink.failing')).toEqual([])
  })

  it.each([
    ['is gone', 'DELETE FROM audit WHERE seq = 4', 'line_missing'],
    ['was edited', `UPDATE audit SET event = replace(event, '"n":4', '"n":9') WHERE seq = 4`, 'line_changed'],
    ['is no event any more', `UPDATE audit SET event = '{ "v": 2 }' WHERE seq = 4`, 'line_unreadable'],
    [
      'has no hash',
      'DROP TRIGGER audit_tiles_grow; UPDATE audit_tiles SET hashes = substr(hashes, 1, 128)',
      'tile_missing',
    ],
  ])('gets what is before a line that %s, and nothing behind it', async (_, change, reason) => {
    await append(6, NOW)
    await cron({})
    await tamper(...change.split('; '))
    await minute()
    expect(siem.seqs()).toEqual([1, 2, 3])
    expect(await sink('webhook')).toMatchObject({ cursor: 3, reason })
    expect(await eventsOf('sink.failing')).toEqual([{ code: 'sink.failing', sink: 'webhook', reason, line_no: 4 }])
  })

  it('does not get a line whose words of people are others than those that were sealed', async () => {
    await append(6, NOW)
    await cron({})
    await tamper(`UPDATE audit SET personal = '{"line":"deploy api"}' WHERE seq = 3`)
    await minute()
    expect(siem.seqs()).toEqual([1, 2])
    expect(await sink('webhook')).toMatchObject({ cursor: 2, reason: 'line_changed' })
  })

  it('has had every line, in order, whatever its receiver answers', async () => {
    const answers = fc.array(fc.constantFrom(200, 202, 400, 429, 500, 503), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(answers, fc.array(fc.nat(40), { maxLength: 4 }), async (codes, written) => {
        const from = Number((await sink('webhook'))?.cursor ?? 0)
        const taken: number[] = []
        const left = [...codes]
        siem.told.answer = () => {
          const code = left.shift() ?? 200
          if (code < 300) taken.push(...(siem.requests.at(-1)?.seqs ?? []))
          return new Response(null, { status: code })
        }
        for (const count of written) {
          await append(count, NOW)
          await minute(WEBHOOK, HOUR_MS)
        }
        // Twelve bad answers at most, and then the line that says that it is well again.
        for (let i = 0; i < codes.length + 3; i++) await minute(WEBHOOK, HOUR_MS)
        const { size } = await status()
        expect(taken).toEqual(upTo(size, from + 1))
        expect(await sink('webhook')).toMatchObject({ cursor: size, failures: 0, reason: null })
      }),
      { numRuns: 15 },
    )
  })
})

describe('the archive', () => {
  const names = async () =>
    [...(await archives()).keys()].map((name) => name.replace(/^audit\/pawl\/[0-9a-f]{8}\//, ''))

  it('waits an hour for more lines, and not a millisecond longer', async () => {
    await append(3, NOW)
    await cron(ARCHIVE)
    await minute(ARCHIVE, HOUR_MS - 1)
    expect(await names()).toEqual([])
    await append(2, clock.time)
    await minute(ARCHIVE, 1)
    expect(await names()).toEqual(['000000000001-6.jsonl'])
    expect([...(await archives()).keys()]).toEqual([`audit/${await origin()}/000000000001-6.jsonl`])
    await minute(ARCHIVE, HOUR_MS)
    expect(await names()).toEqual(['000000000001-6.jsonl'])
  })

  it('takes 5,000 lines at once, and leaves 4,999 to wait', async () => {
    await append(4_998, NOW)
    await cron(ARCHIVE)
    expect(await names()).toEqual([])
    await append(1, NOW)
    await minute(ARCHIVE)
    expect(await names()).toEqual(['000000000001-5000.jsonl'])
  })

  it('is a file that verifies by itself and with the others, through a change of the key, and shows any edit', async () => {
    const before: string[] = []
    for (const count of [3, 300, 41, 700, 5]) {
      await append(count, clock.time)
      await cron(ARCHIVE)
      if (count === 41) {
        before.push(String((await status()).key?.vkey))
        const rotated = await env.LEDGER.getByName('log').rotate({
          reason: 'yearly',
          actor: { platform: 'slack', workspace: 'T1', id: 'U1' },
          run: 'r_1',
        })
        expect(rotated.ok).toBe(true)
        // So that the checkpoint with both signatures stands in the middle of a file.
        await append(2, clock.time)
        await cron(ARCHIVE)
      }
      await minute(ARCHIVE, HOUR_MS)
    }
    const texts = [...(await archives()).values()]
    expect(texts).toHaveLength(5)
    expect(await verified(texts)).toBe('intact')
    expect(await verified(texts, before[0])).toBe('intact')
    expect(await verified([...texts, await exported()])).toBe('intact')
    expect(await verified([texts[4] ?? ''])).toBe('intact')
    for (const i of [0, 1, 2, 3, 4]) {
      const edited = texts.with(i, (texts[i] ?? '').replace('"n":2', '"n":9'))
      expect(await verified(edited)).toMatch(/^tampered: .*not what was sealed/)
    }
    expect(await verified(texts.toSpliced(1, 1))).toMatch(/^unsaid/)
  })

  it('divides what one checkpoint covers into files that still verify', async () => {
    await append(6_200, NOW)
    await cron(ARCHIVE)
    await minute(ARCHIVE, HOUR_MS)
    expect(await names()).toEqual(['000000000001-5000.jsonl', '000000005001-6201.jsonl'])
    const texts = [...(await archives()).values()]
    expect(await verified(texts)).toBe('intact')
    for (const text of texts) expect(await verified([text])).toBe('intact')
  })

  it('gets the same object again under the same name when the word of it was lost', async () => {
    await append(20, NOW - HOUR_MS)
    await cron(ARCHIVE)
    const before = await archives()
    await env.DB.prepare('UPDATE audit_sinks SET cursor = 0, sending_to = 21').run()
    await append(5, NOW)
    await minute(ARCHIVE)
    expect(await archives()).toEqual(before)
    expect(await sink('archive')).toMatchObject({ cursor: 21 })
  })

  it('that is locked and has the object already counts as served; with another content it does not', async () => {
    await append(20, NOW - HOUR_MS)
    await cron(ARCHIVE)
    const locked = new Proxy(env.TEST_BUCKET, {
      get: (bucket, name) =>
        name === 'put' ? () => Promise.reject(new Error('locked')) : Reflect.get(bucket, name).bind(bucket),
    })
    await env.DB.prepare('UPDATE audit_sinks SET cursor = 0, sending_to = 21').run()
    await minute({ AUDIT_ARCHIVE: locked })
    expect(await sink('archive')).toMatchObject({ cursor: 21, failures: 0 })
    const [name = ''] = (await archives()).keys()
    await env.TEST_BUCKET.put(name, 'something else')
    await env.DB.prepare('UPDATE audit_sinks SET cursor = 0, sending_to = 21').run()
    await minute({ AUDIT_ARCHIVE: locked })
    expect(await sink('archive')).toMatchObject({ cursor: 0, failures: 1, reason: 'r2_error' })
  })

  it('and the webhook do not wait for each other', async () => {
    await append(3, NOW - HOUR_MS)
    answer(500)
    await cron({ ...WEBHOOK, ...ARCHIVE })
    expect(await names()).toEqual(['000000000001-4.jsonl'])
    expect(await sink('webhook')).toMatchObject({ cursor: 0, failures: 1 })
  })
})
