/** `audit list`, `audit search` and `audit show` as people type them: what they find, how far they look, and that it is logged. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { DISCORD_GUILD, PEOPLE, SLACK_TEAM } from '../../simulator/index.ts'
import { canonical } from '../../src/audit/canonical.ts'
import { TILE_WIDTH } from '../../src/audit/tile.ts'
import { LINES_SEARCHED } from '../../src/db/audit-read.ts'
import { seal } from './ledger.kit.ts'
import { openWorld, type World } from './world.ts'

const GRACE = PEOPLE.find(({ name }) => name === 'grace')
const ADA = PEOPLE.find(({ name }) => name === 'ada')
const LINUS = PEOPLE.find(({ name }) => name === 'linus')

let world: World
beforeAll(async () => {
  world = await openWorld()
  await env.DB.batch([
    env.DB.prepare("INSERT INTO users (name, created_at) VALUES ('grace', 0)"),
    ...[
      ['slack', SLACK_TEAM.id, GRACE?.slack ?? ''],
      ['discord', DISCORD_GUILD.id, GRACE?.discord ?? ''],
    ].map((account) =>
      env.DB.prepare(
        "INSERT INTO identities (platform, workspace, external_id, user_id) SELECT ?, ?, ?, id FROM users WHERE name = 'grace'",
      ).bind(...account),
    ),
  ])
})

type Platform = 'slack' | 'discord'
const PLATFORMS = ['slack', 'discord'] as const
const typed = { slack: (line: string) => `/pawl ${line}`, discord: (line: string) => `/pawl run: ${line}` }
const asks = async (platform: Platform, person: string, line: string) =>
  await (await world.simulator[platform].user(person).in('#ops').says(typed[platform](line))).final()
const hears = async (platform: Platform, person: string, line: string) => (await asks(platform, person, line)).text
const idOf = async (line: string) => {
  const row = await env.DB.prepare('SELECT id FROM runs WHERE line = ? ORDER BY created_at DESC, id DESC LIMIT 1')
    .bind(line)
    .first<{ id: string }>()
  if (!row) throw new Error(`there is no run of ${line}`)
  return row.id
}
const lineOf = async (run: string, code: string) =>
  (await env.DB.prepare('SELECT seq FROM audit WHERE run = ? AND code = ?').bind(run, code).first<number>('seq')) ?? 0
/** The lines of the log that an answer shows. */
const rowsOf = (text: string) => text.split('\n').filter((row) => /^\d+ \d\d:\d\d:\d\d /.test(row))
const newestReading = async () =>
  JSON.parse(
    (await env.DB.prepare(
      `SELECT CASE WHEN personal IS NULL THEN event ELSE json_patch(event, personal) END AS event FROM audit
       WHERE code = 'audit.read' ORDER BY seq DESC LIMIT 1`,
    ).first<string>('event')) ?? 'null',
  )

describe.each(PLATFORMS)('on %s', (platform) => {
  it('audit list shows the newest lines, the newest last, to the asker alone', async () => {
    await hears(platform, 'grace', `echo ${platform}-first`)
    await hears(platform, 'grace', `echo ${platform}-second`)
    const list = await asks(platform, 'ada', 'audit list 5')
    expect(list.onlyFor).toBe('ada')
    const seqs = rowsOf(list.text).map((row) => Number.parseInt(row, 10))
    expect(seqs).toHaveLength(5)
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
    expect(list.text).toMatch(/^\d{4}-\d\d-\d\d$/m)
    expect(list.text).toContain(`5 lines. Looked at lines ${seqs[0]} to ${seqs[4]}, back to `)
    expect(list.text).toContain(`older ones: the same with --before ${seqs[0]}`)
    const older = rowsOf(await hears(platform, 'ada', `audit list 2 --before ${seqs[0]}`))
    expect(older.map((row) => Number.parseInt(row, 10))).toEqual([(seqs[0] ?? 0) - 2, (seqs[0] ?? 0) - 1])
  })

  it('a person is a user with all accounts, a mention, or an account by its id; runs that others touched go along', async () => {
    await hears('slack', 'grace', `echo ${platform}-one`)
    await hears('discord', 'grace', `echo ${platform}-two`)
    await hears('slack', 'linus', `echo ${platform}-three`)
    const byName = await hears(platform, 'ada', 'audit list 100 --person grace --code run.admitted')
    expect(byName).toContain(`echo ${platform}-one`)
    expect(byName).toContain(`echo ${platform}-two`)
    expect(byName).not.toContain(`echo ${platform}-three`)
    const byMention = await hears(platform, 'ada', 'audit list 100 --person @grace --code run.admitted')
    expect(byMention.includes(`echo ${platform}-one`)).toBe(platform === 'slack')
    expect(byMention.includes(`echo ${platform}-two`)).toBe(platform === 'discord')
    const hers = await idOf(`echo ${platform}-one`)
    await hears('slack', 'ada', `run retry ${hers}`)
    const touched = await hears(platform, 'ada', 'audit list --person grace --code run.repeated')
    expect(touched).toContain(`run.repeated ${ADA?.slack} ${hers}`)
    const account = `slack:${SLACK_TEAM.id}:${LINUS?.slack}`
    expect(await hears(platform, 'ada', `audit list --person ${account} --code run.admitted`)).toContain(
      `echo ${platform}-three`,
    )
    expect(await newestReading()).toMatchObject({
      filter: { person: account, accounts: [account], code: 'run.admitted' },
    })
    expect(await hears(platform, 'ada', 'audit list --person nobody-here')).toContain('is no user with accounts')
  })

  it('a command takes all lines of its runs, an outcome those that say it', async () => {
    await hears(platform, 'grace', `seed '[{"a":1}]' | count`)
    await hears(platform, 'linus', 'user list')
    const counted = rowsOf(await hears(platform, 'ada', 'audit list 100 --command count'))
    expect(counted.some((row) => row.includes(' stage.succeeded '))).toBe(true)
    expect(counted.some((row) => row.includes(' run.succeeded '))).toBe(true)
    const denied = rowsOf(await hears(platform, 'ada', 'audit list 100 --outcome denied'))
    expect(denied.length).toBeGreaterThan(0)
    for (const row of denied) expect(row).toMatch(/ (?:policy|run)\.denied /)
    const family = rowsOf(await hears(platform, 'ada', 'audit list 100 --code stage.*'))
    expect(family.length).toBeGreaterThan(0)
    for (const row of family) expect(row).toMatch(/ stage\./)
    expect(await hears(platform, 'ada', 'audit list --outcome deneid')).toContain('did you mean denied?')
    expect(await hears(platform, 'ada', 'audit list --code run.admited')).toContain('did you mean run.admitted?')
    expect(await hears(platform, 'ada', 'audit list --run 12')).toContain('--run is a run id')
  })

  it('a time is a date or as long ago', async () => {
    expect(rowsOf(await hears(platform, 'ada', 'audit list --since 1h')).length).toBeGreaterThan(0)
    const before = await hears(platform, 'ada', 'audit list --until 2020-01-01')
    expect(rowsOf(before)).toEqual([])
    expect(before).toContain('There is no line to look at.')
    expect(await hears(platform, 'ada', 'audit list --since soon')).toContain('a length of time ago as 2h or 7d')
    expect(await hears(platform, 'ada', 'audit list --since 1h --until 2h')).toContain('nothing lies between')
  })

  it('audit search finds the lines that hold all words, itself not among them', async () => {
    const text = `${platform}-needle "quoted" back\\slash <!here> @everyone`
    await hears(platform, 'grace', `echo '${text}'`)
    const found = await asks(platform, 'ada', `audit search '${platform}-NEEDLE "quoted" back\\slash'`)
    expect(found.onlyFor).toBe('ada')
    const rows = rowsOf(found.text)
    expect(rows.length).toBeGreaterThan(0)
    expect(found.text).toContain(`${platform}-needle`)
    expect(found.text).not.toContain('audit search')
    expect(await newestReading()).toMatchObject({ words: `${platform}-NEEDLE "quoted" back\\slash` })
    const none = await hears(platform, 'ada', `audit search '${platform}-needle nowhere-else' --outcome lost`)
    expect(none).toContain('Nothing found. Looked at lines 1 to ')
    expect(none).toContain('there is nothing older to find')
  })

  it('audit show tells every field, the seal, and what stands beside it in its run', async () => {
    await hears(platform, 'grace', `seed '[{"a":2}]' | count`)
    const run = await idOf(`seed '[{"a":2}]' | count`)
    const seq = await lineOf(run, 'run.admitted')
    const shown = await asks(platform, 'ada', `audit show ${seq}`)
    expect(shown.onlyFor).toBe('ada')
    for (const field of ['at', 'code', 'platform', 'workspace', 'actor', 'channel', 'run', 'line'])
      expect(shown.text).toMatch(new RegExp(`\\b${field}\\b`))
    expect(shown.text).toContain(`#${seq} `)
    expect(shown.text).toMatch(new RegExp(`#${seq} .*run\\.admitted.*◀`))
    expect(shown.text).toMatch(new RegExp(`#${seq + 1} .*policy\\.allowed`))
    expect(shown.text).toContain('Not sealed yet')
    expect(await newestReading()).toMatchObject({ of_line: seq })
    await seal()
    const sealed = await hears(platform, 'ada', `audit show ${seq}`)
    expect(sealed).toMatch(/Sealed: the checkpoint over lines 1 to \d+, of .* UTC, covers it/)
    expect(sealed).toContain(`audit prove ${seq}`)
    expect(await hears(platform, 'ada', 'audit show 99999999')).toMatch(/there is no line 99999999: the newest is \d+/)
  })

  it('what was read goes through a pipe, line by line', async () => {
    expect(await hears(platform, 'ada', 'audit list 7 | flatten lines | count')).toContain('7')
    expect(
      await hears(platform, 'ada', `audit list 50 | flatten lines | filter 'code == "run.admitted"' | head 1`),
    ).toContain('run.admitted')
  })

  it('nobody reads the log without audit:read', async () => {
    for (const line of ['audit list', 'audit search x', 'audit show 1'])
      expect(await hears(platform, 'grace', line)).toContain('audit:read')
  })
})

it('the subcommands of Discord find the same', async () => {
  const found = await (
    await world.simulator.discord
      .user('ada')
      .in('#ops')
      .says('/audit search words:slack-needle person:grace code:run.admitted')
  ).final()
  expect(found.onlyFor).toBe('ada')
  expect(rowsOf(found.text)).toHaveLength(1)
})

it('an erased line says so and keeps its seal', async () => {
  await hears('slack', 'grace', 'echo to be erased')
  const run = await idOf('echo to be erased')
  const seq = await lineOf(run, 'run.admitted')
  await seal()
  expect(await hears('slack', 'ada', `audit erase 'a name' --run ${run}`)).toContain('Erased')
  const shown = await hears('slack', 'ada', `audit show ${seq}`)
  expect(shown).not.toContain('to be erased')
  expect(shown).toContain('What people wrote in it was erased')
  expect(shown).toContain('Sealed: ')
})

describe('a sealed line that was changed past Pawl', () => {
  const guarded = async (trigger: string, change: string) => {
    const sql = await env.DB.prepare('SELECT sql FROM sqlite_master WHERE name = ?').bind(trigger).first<string>('sql')
    await env.DB.batch([`DROP TRIGGER ${trigger}`, change, sql ?? ''].map((one) => env.DB.prepare(one)))
  }
  const changeLine = (seq: number, change: string) =>
    guarded('audit_no_update', `UPDATE audit SET ${change} WHERE seq = ${seq}`)
  const echoed = async (text: string) => {
    await hears('slack', 'grace', `echo ${text}`)
    const seq = await lineOf(await idOf(`echo ${text}`), 'run.admitted')
    await seal()
    return seq
  }

  it.each([
    [
      'its event',
      `event = replace(event, '"command":"echo"', '"command":"sing"')`,
      `event = replace(event, 'sing', 'echo')`,
    ],
    [
      'what was written',
      `personal = replace(personal, 'past', 'last')`,
      `personal = replace(personal, 'last', 'past')`,
    ],
    ['its salt', 'salt = substr(salt, 2) || substr(salt, 1, 1)', 'salt = substr(salt, 32) || substr(salt, 1, 31)'],
  ])('is not what was sealed: %s', async (what, change, back) => {
    const seq = await echoed(`past ${what}`)
    expect(await hears('slack', 'ada', `audit show ${seq}`)).toContain('covers it')
    await changeLine(seq, change)
    const shown = await hears('slack', 'ada', `audit show ${seq}`)
    expect(shown).toMatch(/This line is not what was sealed by the checkpoint over lines 1 to \d+, of .* UTC/)
    expect(shown).not.toContain('covers it')
    await changeLine(seq, back)
    expect(await hears('slack', 'ada', `audit show ${seq}`)).toContain('covers it')
  })

  it('is told from one whose hash is gone', async () => {
    const seq = await echoed('no hash')
    const tile = `level = 0 AND n = ${Math.floor((seq - 1) / TILE_WIDTH)}`
    const hashes = await env.DB.prepare(`SELECT hashes FROM audit_tiles WHERE ${tile}`).first<string>('hashes')
    const change = (to: string) => guarded('audit_tiles_grow', `UPDATE audit_tiles SET hashes = ${to} WHERE ${tile}`)
    await change('substr(hashes, 1, 128)')
    expect(await hears('slack', 'ada', `audit show ${seq}`)).toContain('its hash is gone from the database')
    await change(`'${hashes}'`)
    expect(await hears('slack', 'ada', `audit show ${seq}`)).toContain('covers it')
  })
})

it('a long answer shows the newest that fit, and how to go on from there', async () => {
  for (let i = 0; i < 15; i++) await hears('slack', 'grace', `echo ${'long '.repeat(40)}${i}`)
  const list = await hears('slack', 'ada', 'audit list 100')
  const rows = rowsOf(list)
  expect(rows.length).toBeGreaterThan(10)
  expect(list).toContain(`${rows.length} of 100 lines. Looked`)
  expect(list).toContain(`--before ${Number.parseInt(rows[0] ?? '', 10)}`)
})

it(`a filter is held against ${LINES_SEARCHED} lines at a time, and the answer leads on to the rest`, async () => {
  const old = await hears('slack', 'grace', 'echo far-back').then(() => idOf('echo far-back'))
  const seq = await lineOf(old, 'run.admitted')
  const day = 24 * 3_600_000
  const start = Date.now() - 10 * day
  const event = (i: number) => ({
    at: start + i,
    event: canonical({ v: 2, at: new Date(start + i).toISOString(), code: 'lock.expired', lock: 'filler', epoch: i }),
  })
  for (let i = 0; i < LINES_SEARCHED; i += 2_000)
    await env.DB.prepare(
      "INSERT INTO audit (at, code, event) SELECT e.value ->> 'at', 'lock.expired', e.value ->> 'event' FROM json_each(?) e",
    )
      .bind(JSON.stringify(Array.from({ length: 2_000 }, (_, n) => event(i + n))))
      .run()
  const none = await hears('slack', 'ada', 'audit search far-back')
  const before = /Nothing found\. Looked at lines (\d+) to (\d+), .* · older ones: the same with --before (\d+)/.exec(
    none,
  )
  const [, from = 0, to = 0, next = 0] = before?.map(Number) ?? []
  expect(to - from + 1).toBe(LINES_SEARCHED)
  expect(next).toBe(from)
  expect(next).toBeGreaterThan(seq)
  expect(await hears('slack', 'ada', `audit search far-back --before ${next}`)).toContain('line="echo far-back"')
  // The lines of one run are found however far back they are.
  expect(await hears('slack', 'ada', `audit list --run ${old}`)).toContain('line="echo far-back"')
  // A time leads there at once, and nothing older than what is asked for is looked for.
  const found = await hears('slack', 'ada', 'audit list 3 --until 9d')
  expect(rowsOf(found)).toHaveLength(3)
  expect(found).toContain('lock.expired')
  expect(await hears('slack', 'ada', 'audit search far-back --since 11d --until 5d')).toContain('Nothing found.')
})

it('no message was sent that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
