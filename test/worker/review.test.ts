/** Reviews of broken glass: another person closes them, once; whoever broke it never does, whichever account is used. */
import { env } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { hall, who } from './forms.kit.ts'
import { done, eventsOf, grant, useCommands } from './freeze.kit.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  useCommands()
  world = await openWorld()
  await grant(world, {
    grace: ['site:work', 'pawl:break-glass', 'pawl:review'],
    linus: ['pawl:review'],
    gus: ['site:approve'],
  })
  // grace on Discord is the same user.
  const { results } = await env.DB.prepare("SELECT id FROM users WHERE name = 'grace'").all<{ id: number }>()
  await env.DB.prepare('INSERT INTO identities (platform, workspace, external_id, user_id) VALUES (?1, ?2, ?3, ?4)')
    .bind('discord', '1180000000000000001', '1180000000000000012', results[0]?.id)
    .run()
  // The version has moved with it, as a change in chat would have moved it.
  await env.DB.prepare('UPDATE policy SET version = version + 1').run()
})
beforeEach(() => {
  done.length = 0
})

const hears = (person: string, line: string) => world.hears(person, `/pawl ${line}`)
const onDiscord = async (person: string, line: string) =>
  (await (await world.simulator.discord.user(person).in('#ops').says(`/pawl run: ${line}`)).final()).text

/** The run of a glass that this person breaks. */
async function broken(person: string, what: string): Promise<string> {
  await hears(person, `break-glass 'checkout is down for all' risky ${what}`)
  await vi.waitUntil(() => done.includes(`risky ${what} staging`), { timeout: 10_000, interval: 50 })
  const id = await env.DB.prepare('SELECT id FROM runs WHERE line = ?').bind(`risky ${what}`).first<string>('id')
  if (id === null) throw new Error('it did not run')
  return id
}
const closedBy = (run: string) =>
  env.DB.prepare('SELECT closed_by FROM reviews WHERE run = ?').bind(run).first<string>('closed_by')

describe('a review', () => {
  it('is listed, shown, and closed for good by somebody else', async () => {
    const run = await broken('grace', 'one')
    expect(await hears('linus', 'review list')).toContain(run)
    const offered = () => hall().complete(who('linus'), 'review close r_')
    expect(await offered()).toEqual([`review close ${run}`])
    const shown = await hears('linus', `review show ${run}`)
    for (const part of ['risky one', 'grace', 'checkout is down for all', 'approval by 1 with site:approve', 'open'])
      expect(shown).toContain(part)
    expect(await hears('linus', `review close ${run} it was the right thing to do`)).toContain('is closed')
    expect(await closedBy(run)).toBe('linus')
    // The security room, which was asked to look at it, reads that somebody has.
    const security = world.simulator.slack.user('linus').in('#security')
    const heard = () => security.sees().filter(({ text }) => text.includes('Looked at by linus: risky one'))
    await vi.waitUntil(() => heard().length > 0, { timeout: 10_000, interval: 50 })
    expect(heard().map(({ text }) => text)).toEqual([expect.stringContaining('it was the right thing to do')])
    expect((await eventsOf('review.closed')).at(-1)).toMatchObject({ run, note: 'it was the right thing to do' })
    expect(await hears('linus', `review close ${run} and I say it once more`)).toContain('was closed by linus')
    expect(await hears('linus', 'review list')).toContain('Nothing is left to review.')
    expect(await offered()).toEqual([])
    expect(heard()).toHaveLength(1)
    expect(await hears('linus', 'review list --all')).toContain(run)
    expect(await eventsOf('review.closed')).toHaveLength(1)
  })

  it('is not closed by who broke the glass, by any linked account; each attempt is in the log', async () => {
    const run = await broken('grace', 'two')
    expect(await hears('grace', `review close ${run} it was the right thing to do`)).toContain('you broke this glass')
    expect(await onDiscord('grace', `review close ${run} it was the right thing to do`)).toContain(
      'you broke this glass',
    )
    expect(await closedBy(run)).toBeNull()
    const rejected = (await eventsOf('review.rejected')).filter((event) => event.run === run)
    expect(rejected).toMatchObject([
      { reason: 'own', platform: 'slack' },
      { reason: 'own', platform: 'discord' },
    ])
  })

  it('of an administrator who was no user is not closed by the user whose account that is now', async () => {
    await hears('ada', 'freeze start release')
    await hears('ada', "break-glass 'checkout is down for all' risky three")
    await vi.waitUntil(() => done.includes('risky three staging'), { timeout: 10_000, interval: 50 })
    await hears('ada', 'freeze end 1')
    const run = await env.DB.prepare('SELECT id FROM runs WHERE line = ?').bind('risky three').first<string>('id')
    expect(await hears('ada', `review close ${run} it was the right thing to do`)).toContain('you broke this glass')
    await hears('ada', 'user add ada @ada')
    expect(await hears('ada', `review close ${run} it was the right thing to do`)).toContain('you broke this glass')
    // From her other account, which is another administrator of the setting until it is linked.
    await env.DB.prepare(
      `INSERT INTO identities (platform, workspace, external_id, user_id)
       SELECT 'discord', '1180000000000000001', '1180000000000000011', id FROM users WHERE name = 'ada'`,
    ).run()
    await env.DB.prepare('UPDATE policy SET version = version + 1').run()
    expect(await onDiscord('ada', `review close ${run} it was the right thing to do`)).toContain('you broke this glass')
    expect(await closedBy(String(run))).toBeNull()
  })

  it('is not closed by an account that was the same user when the glass was broken, and took itself away since', async () => {
    // Her account on Discord, which PAWL_ADMINS names too, is linked since the test before.
    await hears('ada', 'freeze start release')
    const run = await broken('ada', 'apart')
    await hears('ada', 'freeze end 2')
    expect(await onDiscord('ada', 'user unlink discord:1180000000000000001:1180000000000000011')).toContain(
      'no longer the user',
    )
    expect(await onDiscord('ada', `review close ${run} it was the right thing to do`)).toContain('you broke this glass')
    expect(await closedBy(run)).toBeNull()
  })

  it('is not closed without the permission, nor by whoever is no user of Pawl', async () => {
    const run = await broken('grace', 'four')
    expect(await hears('gus', `review close ${run} it was the right thing to do`)).toContain('pawl:review')
    await hears('ada', 'role grant linus-role everyone')
    expect(await onDiscord('linus', `review close ${run} it was the right thing to do`)).toContain(
      'only a user of Pawl',
    )
    await hears('ada', 'role revoke linus-role everyone')
    expect(await closedBy(run)).toBeNull()
    expect((await eventsOf('review.rejected')).at(-1)).toMatchObject({ run, reason: 'nobody' })
  })

  it.each([
    ['123456789', false],
    ['1234567890', true],
  ])('wants ten characters of what was found: %s', async (note, taken) => {
    const run = await broken('grace', `note-${note}`)
    const text = await hears('linus', `review close ${run} ${note}`)
    expect(text).toContain(taken ? 'is closed' : 'say what you found')
    expect(await closedBy(run)).toBe(taken ? 'linus' : null)
  })

  it('is closed once when two close it at the same moment', async () => {
    const run = await broken('grace', 'five')
    const before = (await eventsOf('review.closed')).length
    const texts = await Promise.all([
      hears('linus', `review close ${run} it was right, says linus`),
      hears('ada', `review close ${run} it was right, says ada`),
    ])
    expect(texts.filter((text) => text.includes('is closed'))).toHaveLength(1)
    expect(await eventsOf('review.closed')).toHaveLength(before + 1)
  })

  it('loses what people wrote when its run is erased, and no fact', async () => {
    const run = await broken('grace', 'six')
    await hears('linus', `review close ${run} the words of a review`)
    await vi.waitUntil(
      async () =>
        (await env.DB.prepare('SELECT state FROM runs WHERE id = ?').bind(run).first('state')) === 'succeeded',
      { timeout: 10_000, interval: 50 },
    )
    await hears('ada', `audit erase asked-for --run ${run}`)
    const row = await env.DB.prepare('SELECT * FROM reviews WHERE run = ?').bind(run).first<Record<string, unknown>>()
    expect(row).toMatchObject({ name: 'grace', closed_by: 'linus', reason: '[erased]', note: '[erased]' })
    expect(JSON.stringify(await eventsOf('glass.broken'))).not.toContain(`"run":"${run}","reason_text"`)
  })

  it('is none of a run in which no glass was broken', async () => {
    expect(await hears('linus', 'review close r_0123456789abcdef it was the right thing')).toContain(
      'no glass was broken',
    )
    expect(await hears('linus', 'review show r_0123456789abcdef')).toContain('no glass was broken')
  })
})
