/** `history search` and `history show` of what really ran: what they find and tell, and to whom. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import { DISCORD_GUILD, PEOPLE, SLACK_TEAM } from '../../simulator/index.ts'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { openWorld, type World } from './world.ts'

const GRACE = PEOPLE.find(({ name }) => name === 'grace')

const roll = defineCommand({
  name: 'roll',
  summary: 'Take a step and write it down',
  options: { what: z.string().describe('What'), broken: z.boolean().default(false).describe('Fail') },
  input: 'none',
  effects: 'write',
  run: 'job',
  rules: ['when command is roll allow', 'when command is roll with option[what] == "vault" must have vault:open'],
  async handler({ what, broken }, ctx) {
    ctx.log(`rolling ${what}\nslowly`)
    await ctx.step('image', () => `${what}:1`)
    if (broken) throw new Error('secret inside')
    return { what }
  },
})

let world: World
beforeAll(async () => {
  Object.assign(loadRegistry(), createRegistry(houseEntries([{ file: 'test', command: roll }])))
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
const asks = async (platform: Platform, person: string, line: string, room = '#ops') =>
  await (await world.simulator[platform].user(person).in(room).says(typed[platform](line))).final()
const hears = async (platform: Platform, person: string, line: string, room = '#ops') =>
  (await asks(platform, person, line, room)).text
const idOf = async (line: string) => {
  const row = await env.DB.prepare('SELECT id FROM runs WHERE line = ? ORDER BY created_at DESC, id DESC LIMIT 1')
    .bind(line)
    .first<{ id: string }>()
  if (!row) throw new Error(`there is no run of ${line}`)
  return row.id
}

describe.each(PLATFORMS)('on %s, history search', (platform) => {
  it('finds the same line once, with how often it ran, how it ended last, and what to type', async () => {
    const line = `roll ${platform}-web`
    await hears(platform, 'grace', line)
    await hears(platform, 'grace', line)
    await hears(platform, 'grace', `roll ${platform}-api`)
    const found = await asks(platform, 'grace', `history search 'WEB roll'`)
    expect(found.onlyFor).toBe('grace')
    const run = await idOf(line)
    expect(found.text).toMatch(
      new RegExp(`${line}\\n +succeeded · you · \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d · ${run} · 2 times, 2 succeeded`),
    )
    expect(found.text).not.toContain(`${platform}-api`)
    expect(found.text).toContain(`history show ${run}`)
    expect(found.text).toContain(`run retry ${run}`)
    expect(found.text).toMatch(/Looked at the newest \d+ runs for your own lines, back to .* UTC\./)
    // What was found is no line of history itself, and the newest stands first.
    const both = await hears(platform, 'grace', `history search ${platform}-`)
    expect(both).not.toContain('history search')
    expect(both.indexOf(`${platform}-api`)).toBeLessThan(both.indexOf(`${platform}-web`))
  })

  it('finds others’ lines with run:read alone, and only in the room that was told', async () => {
    const line = `roll ${platform}-shared`
    await hears(platform, 'grace', line)
    const search = `history search ${platform}-shared`
    expect(await hears(platform, 'linus', search)).toContain('No line has all of these words.')
    const seen = await hears(platform, 'ada', search)
    expect(seen).toContain(`succeeded · grace · `)
    expect(seen).toContain('your lines and those told in this room')
    expect(await hears(platform, 'ada', search, '#general')).toContain('No line has all of these words.')
    await hears(platform, 'grace', `roll ${platform}-apart > me`)
    expect(await hears(platform, 'ada', `history search ${platform}-apart`)).toContain('No line has all')
    expect(await hears(platform, 'grace', `history search ${platform}-apart`)).toContain(`${platform}-apart > me`)
  })

  it('counts others’ runs of a line in this room alone, and none whose answer went elsewhere', async () => {
    const line = `echo ${platform}-rooms`
    await hears(platform, 'grace', line)
    const here = await idOf(line)
    await hears(platform, 'grace', line, '#general')
    const search = `history search ${platform}-rooms`
    const seen = await hears(platform, 'ada', search)
    expect(seen).toContain(here)
    expect(seen).not.toContain('times')
    expect(await hears(platform, 'grace', search)).toContain('2 times, 2 succeeded')
    await env.DB.prepare("UPDATE runs SET line = line || ' > #general' WHERE id = ?").bind(here).run()
    expect(await hears(platform, 'ada', search)).toContain('No line has all')
  })

  it('keeps to a command, a person, and what succeeded', async () => {
    await hears(platform, 'grace', `roll ${platform}-kept --broken`)
    await hears(platform, 'grace', `echo ${platform}-kept`)
    await hears(platform, 'ada', `roll ${platform}-kept`)
    const search = `history search ${platform}-kept`
    const rolled = await hears(platform, 'grace', `${search} --command roll`)
    expect(rolled).toContain('failed · you')
    expect(rolled).not.toContain('echo')
    const good = await hears(platform, 'grace', `${search} --succeeded`)
    expect(good).toContain(`echo ${platform}-kept`)
    expect(good).not.toContain('--broken')
    const hers = await hears(platform, 'ada', `${search} --person grace`)
    expect(hers).toContain('--broken')
    expect(hers).not.toContain(' you ')
    expect(await hears(platform, 'grace', `${search} --command nosuch`)).toContain('there is no command "nosuch"')
    expect(await hears(platform, 'grace', `${search} --person nobody-here`)).toContain('is no user with accounts')
  })

  it('goes further back from the run that --before names', async () => {
    await hears(platform, 'grace', `echo ${platform}-old`)
    await hears(platform, 'grace', `echo ${platform}-old again`)
    const older = await hears(
      platform,
      'grace',
      `history search ${platform}-old --before ${await idOf(`echo ${platform}-old again`)}`,
    )
    expect(older).toContain(`echo ${platform}-old\n`)
    expect(older).not.toContain('old again')
  })

  it('shows whatever a line holds as text on one row', async () => {
    await hears(platform, 'grace', `echo '${platform}-naughty <!channel> @everyone *b* \`c\` % _ ⟪x⟫'`)
    const found = await hears(platform, 'grace', `history search '${platform}-naughty %'`)
    expect(found).toContain('<!channel> @everyone *b*')
    expect(await hears(platform, 'grace', `history search '${platform}-naughty zzz'`)).toContain('No line has all')
  })
})

describe.each(PLATFORMS)('on %s, history show', (platform) => {
  it('tells a job from the first word to the last', async () => {
    const line = `roll ${platform}-told | count`
    await hears(platform, 'grace', line)
    const run = await idOf(line)
    await vi.waitUntil(async () => (await world.auditOf(run)).includes('reply.delivered'))
    const told = await asks(platform, 'grace', `history show ${run}`)
    expect(told.onlyFor).toBe('grace')
    const order = [
      `grace asked in #ops on ${platform}: ${line}`,
      'Allowed: stage 1, roll with {"broken":false,',
      'by "when command is roll allow"',
      'Allowed: stage 2, count',
      'It is a job, and waits in the queue.',
      'It starts.',
      `It writes down: rolling ${platform}-told ⏎ slowly`,
      'Step image is done (stage 1, attempt 1).',
      'Done: stage 1, roll, 0 records in, 1 out.',
      'Done: stage 2, count, 1 record in, 1 out.',
      'It succeeds after',
      'The answer arrives (',
      'It gives 1 record: run show',
      'Delivery: to who asked: delivered.',
    ]
    let at = -1
    for (const sentence of order) {
      const next = told.text.indexOf(sentence, at + 1)
      expect(next, `${sentence} in\n${told.text}`).toBeGreaterThan(at)
      at = next
    }
    expect(told.text).toMatch(/^\+\d+ ms +grace asked/m)
    expect(told.text).toContain(`run retry ${run} runs it again`)
  })

  it('tells a denial with its rules and what is missing', async () => {
    await hears(platform, 'grace', 'roll vault')
    const told = await hears(platform, 'grace', `history show ${await idOf('roll vault')}`)
    expect(told).toContain('Denied: roll (a permission is missing); missing vault:open, by "when command is roll')
    expect(told).toContain('It ends as denied after')
  })

  it('tells others what run show tells them: nothing, the way alone, or all', async () => {
    const line = `roll ${platform}-whose`
    await hears(platform, 'grace', line)
    const run = await idOf(line)
    expect(await hears(platform, 'linus', `history show ${run}`)).toContain('need the permission run:read')
    const elsewhere = await hears(platform, 'ada', `history show ${run}`, '#general')
    expect(elsewhere).toContain('Allowed: roll.')
    expect(elsewhere).toContain('was not told in this room')
    expect(elsewhere).not.toContain('rolling')
    expect(elsewhere).not.toContain('"what"')
    const here = await hears(platform, 'ada', `history show ${run}`)
    expect(here).toContain('rolling')
    expect(here).toContain('"what"')
    expect(here).toContain('It says: ')
  })

  it('comes a page at a time', async () => {
    const line = `echo ${platform}-many`
    await hears(platform, 'grace', line)
    const run = await idOf(line)
    await env.DB.prepare(
      `INSERT INTO run_log (run, seq, at, stage, text)
       WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 60)
       SELECT ?1, n, (SELECT created_at FROM runs WHERE id = ?1), 1, 'word ' || n FROM n`,
    )
      .bind(run)
      .run()
    const first = await hears(platform, 'grace', `history show ${run}`)
    expect(first).toMatch(new RegExp(`The first 40 of \\d+ lines · next: history show ${run} --page 2`))
    expect(await hears(platform, 'grace', `history show ${run} --page 2`)).toContain('word 60')
    expect(await hears(platform, 'grace', `history show ${run} --page 3`)).toContain('has 2 pages')
  })
})

it('history itself is still one command, on both platforms', async () => {
  await hears('slack', 'grace', 'echo by itself')
  expect(await hears('slack', 'grace', 'history 3')).toContain('!2')
  expect(await hears('discord', 'grace', 'history 3')).toContain('!2')
})

it('its subcommands are reached through /pawl on Discord, where history itself stays a command of its own', async () => {
  const says = async (line: string) =>
    (await (await world.simulator.discord.user('grace').in('#ops').says(line)).final()).text
  await says('/pawl run: echo slashed')
  expect(await says('/history')).toContain('echo slashed')
  expect(await says('/pawl run: history search slashed --succeeded')).toContain('echo slashed')
})

it('no message was sent that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
