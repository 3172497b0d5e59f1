/** Freezes, as people type them: what they stop, what they let pass, and what is said of it. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { done, eventsOf, grant, useCommands } from './freeze.kit.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  useCommands()
  world = await openWorld()
  await grant(world, {
    grace: ['site:work'],
    linus: ['site:work', 'site:approve'],
    gus: ['pawl:freeze'],
  })
})
beforeEach(async () => {
  done.length = 0
  await env.DB.prepare('DELETE FROM freezes').run()
})
afterEach(() => {
  vi.useRealTimers()
})

const hears = (person: string, line: string) => world.hears(person, `/pawl ${line}`)
const codeOf = async (line: string) =>
  await env.DB.prepare('SELECT code FROM runs WHERE line = ? ORDER BY created_at DESC LIMIT 1')
    .bind(line)
    .first<string>('code')

describe('a freeze', () => {
  it('stops every command that changes something, names its reason, and is audited with what holds', async () => {
    expect(await hears('gus', "freeze start '#release of v42'")).toContain('every command that changes something')
    const text = await hears('grace', 'work one')
    expect(text).toContain('frozen by gus until somebody ends it: release of v42 (freeze 1)')
    expect(text).toContain('Nothing was run')
    expect(done).toEqual([])
    expect(await codeOf('work one')).toBe('frozen')
    expect(await eventsOf('freeze.started')).toMatchObject([
      { freeze: 1, before: null, after: expect.arrayContaining(['reason release of v42']) },
    ])
    expect((await eventsOf('policy.denied')).at(-1)).toMatchObject({ reason: 'frozen', command: 'work' })
  })

  it('stops administrators too, and the second stage of a line before its first', async () => {
    await hears('gus', 'freeze start release')
    expect(await hears('ada', 'tidy')).toContain('frozen')
    expect(await hears('grace', 'look | work two')).toContain('frozen')
    expect(done).toEqual([])
  })

  it('lets reading, help, usage, and Pawl itself go on', async () => {
    await hears('gus', 'freeze start release')
    expect(await hears('grace', 'look')).toContain('seen')
    expect(await hears('grace', 'work --help')).toContain('Do work')
    expect(await hears('ada', 'group create during')).toContain('during')
    expect(await hears('gus', 'freeze end 1 it is out')).toContain('was ended by gus: it is out')
    await hears('grace', 'work three')
    expect(done).toEqual(['work three staging'])
    expect(await eventsOf('freeze.ended')).toMatchObject([{ freeze: 1, note: 'it is out', after: null }])
    expect(await hears('gus', 'freeze end 1')).toContain('is ended by gus')
    expect(await hears('gus', 'freeze end 99')).toContain('there is no freeze 99')
  })

  it('of named commands and groups stops those alone', async () => {
    await hears('gus', 'freeze start packs --commands pack:*,tidy')
    for (const line of ['pack install a', 'pack remove a', 'tidy'])
      expect(await hears('grace', line)).toContain('frozen')
    await hears('grace', 'work four')
    expect(done).toEqual(['work four staging'])
  })

  it('with a condition stops what meets it, and no command without that option', async () => {
    await hears('gus', `freeze start 'end of year' --where 'option[env] == "prod"'`)
    expect(await hears('grace', 'work five --env prod')).toContain('where option[env] == "prod"')
    await hears('grace', 'work five')
    await hears('grace', 'tidy')
    expect(done).toEqual(['work five staging', 'tidy'])
  })

  it('with a condition stops arguments that come from records as soon as they are known', async () => {
    await hears('gus', `freeze start late --where 'option[env] == "prod"'`)
    expect(await hears('grace', `seed '[{"e":"staging"},{"e":"prod"}]' | work six --env $e`)).toContain('frozen')
    expect(done).toEqual([])
    await hears('grace', `seed '[{"e":"staging"}]' | work six --env $e`)
    expect(done).toEqual(['work six staging'])
  })

  it('knows the room and the person of a condition by what they were when it was typed', async () => {
    await hears('gus', `freeze start there --where 'channel == "#general"'`)
    await hears('gus', `freeze start him --where 'user == "@linus"'`)
    expect(await hears('linus', 'work seven')).toContain('him (freeze 2)')
    await hears('grace', 'work seven')
    const there = await world.simulator.slack.user('grace').in('#general').says('/pawl work seven')
    expect((await there.final()).text).toContain('there (freeze 1)')
    expect(done).toEqual(['work seven staging'])
  })

  it('does not stop whoever holds the permission that it excepts', async () => {
    await hears('gus', 'freeze start hotfixes --except site:approve')
    expect(await hears('grace', 'work eight')).toContain('except for site:approve')
    await hears('linus', 'work eight')
    await hears('ada', 'work nine')
    expect(done).toEqual(['work eight staging', 'work nine staging'])
  })

  it('is over at its time, to the millisecond, without anybody ending it', async () => {
    await hears('gus', 'freeze start release --until 1h')
    const end = await env.DB.prepare('SELECT until FROM freezes').first<number>('until')
    vi.useFakeTimers({ toFake: ['Date'], now: (end ?? 0) - 60_000 })
    expect(await hears('grace', 'work ten')).toContain('frozen by gus until 20')
    vi.setSystemTime((end ?? 0) + 60_000)
    await hears('grace', 'work ten')
    expect(done).toEqual(['work ten staging'])
    expect(await hears('gus', 'freeze end 1')).toContain('freeze 1 is over')
    expect(await hears('grace', 'freeze list')).not.toContain('release')
    expect(await hears('grace', 'freeze list --all')).toContain('release')
  })

  it('lets a job go on that had begun before it, and comes back from a wait', async () => {
    vi.useRealTimers()
    const begun = await world.says('grace', '/pawl slow')
    await vi.waitUntil(() => done.includes('slow begins'), { timeout: 10_000, interval: 50 })
    await hears('gus', 'freeze start release')
    expect((await begun.final()).text).not.toContain('frozen')
    expect(done).toEqual(['slow begins', 'slow ends'])
  })

  it('is decided when a queued job starts, whatever was so when it was asked', async () => {
    const { workRun } = await import('../../src/runs/work.ts')
    const { servicesOf } = await import('../../src/services.ts')
    // Its lines are at the door at the same time: the freeze comes between the queue and the start.
    const send = vi.spyOn(env.JOBS, 'send').mockResolvedValue(undefined as never)
    await world.says('grace', '/pawl haul eleven')
    await vi.waitUntil(async () => (await stateOf('haul eleven')) === 'queued', { timeout: 10_000, interval: 50 })
    send.mockRestore()
    await hears('gus', 'freeze start release')
    const row = await world.newestRun('haul')
    await workRun(servicesOf(env), String(row.id))
    expect(await stateOf('haul eleven')).toBe('denied')
    expect(await codeOf('haul eleven')).toBe('frozen')
    expect(done).toEqual([])
  })
})

const stateOf = async (line: string) =>
  await env.DB.prepare('SELECT state FROM runs WHERE line = ? ORDER BY created_at DESC LIMIT 1')
    .bind(line)
    .first<string>('state')

describe('a room that is named in a reason', () => {
  it('is shown by its name again, though Slack hands over its id', async () => {
    await hears('gus', 'freeze start "see #general"')
    expect(await hears('grace', 'work one')).toContain('see #general')
    expect(await hears('grace', 'freeze list')).not.toContain('C0GENERAL')
    expect(await hears('grace', "plan 'look > #general'")).not.toContain('C0GENERAL')
    await hears('grace', 'look --why "for #general"')
    expect(await hears('grace', 'history')).toMatch(/look --why "for #C0GENERAL1"[\s\S]*#C0GENERAL1 is #general/)
  })
})

describe('help', () => {
  it('names the freezes that stop what it lists, and no others', async () => {
    await hears('gus', 'freeze start release --commands pack:* --until 2h')
    await hears('gus', 'freeze start hotfixes --commands tidy --except site:approve')
    const page = await hears('grace', 'help pack install')
    expect(page).toMatch(/Frozen by gus until 20.*: release \(freeze 1\)/)
    const list = await hears('grace', 'help')
    expect(list).toMatch(/Frozen by gus until 20.*release \(freeze 1\): pack install, pack remove/)
    expect(list).toContain('(freeze 2, except for site:approve): tidy')
    expect(list.indexOf('Frozen')).toBeLessThan(list.indexOf('echo'))
    expect(await hears('linus', 'help tidy')).not.toContain('rozen')
    expect(await hears('grace', 'help work')).not.toContain('rozen')
  })
})

describe.each(['slack', 'discord'] as const)('on %s, help of all that there is', (platform) => {
  const asks = async (line: string) =>
    (await (await world.simulator[platform].user('ada').in('#ops').says(line)).final()).text
  const typed = (line: string) => (platform === 'slack' ? `/pawl ${line}` : `/pawl run: ${line}`)

  it('fits, names every group, and says how to go on', async () => {
    const list = await asks(typed('help'))
    expect(list).not.toContain('left out')
    expect(list).toMatch(/audit +\w+, /)
    expect(list).toMatch(/user +add, /)
    expect(list).toContain('help <group> shows the commands of a group')
    expect(list).toContain('vault')
    expect(await asks(typed('help user'))).toMatch(/user add <[\s\S]*user list/)
  })
})

describe('why and can', () => {
  it('say that a line which the rules let pass cannot start now, for whom it cannot', async () => {
    await hears('gus', `freeze start release --where 'option[env] == "prod"' --except site:approve`)
    expect(await hears('grace', 'why work one --env prod')).toMatch(/cannot start now: it is frozen .*release/)
    expect(await hears('grace', 'why work one')).not.toContain('frozen')
    expect(await hears('grace', 'why work one --env prod --dry-run')).not.toContain('frozen')
    expect(await hears('ada', 'can linus work one --env prod')).not.toContain('frozen')
    expect(await hears('ada', 'can grace work one --env prod')).toContain('frozen')
  })
})

describe('freeze start', () => {
  it('of two at the same moment makes two, each with its own number and event', async () => {
    const before = (await eventsOf('freeze.started')).length
    await Promise.all([hears('gus', 'freeze start left'), hears('ada', 'freeze start right')])
    const { results } = await env.DB.prepare('SELECT id, reason FROM freezes ORDER BY id').all()
    expect(results.map(({ id }) => id)).toEqual([1, 2])
    expect(new Set(results.map(({ reason }) => reason))).toEqual(new Set(['left', 'right']))
    const events = (await eventsOf('freeze.started')).slice(before)
    expect(new Set(events.map(({ freeze }) => freeze))).toEqual(new Set([1, 2]))
  })

  it('is ended once when two end it at the same moment', async () => {
    await hears('gus', 'freeze start once')
    const before = (await eventsOf('freeze.ended')).length
    const texts = await Promise.all([hears('gus', 'freeze end 1'), hears('ada', 'freeze end 1')])
    expect(texts.filter((text) => text.includes('was ended'))).toHaveLength(1)
    expect(await eventsOf('freeze.ended')).toHaveLength(before + 1)
  })

  it('works from a form of Discord, with each option by itself', async () => {
    const asked = await world.simulator.discord
      .user('ada')
      .in('#ops')
      .says('/freeze start reason:release until:2h commands:tidy')
    expect((await asked.final()).text).toContain('It stops tidy')
    expect(await hears('grace', 'tidy')).toContain('release (freeze 1)')
    expect(await hears('grace', 'tidy')).not.toContain('1180000000000000011')
  })

  it('is for who holds pawl:freeze', async () => {
    expect(await hears('grace', 'freeze start mine')).toContain('pawl:freeze')
    expect(await hears('grace', 'freeze end 1')).toContain('pawl:freeze')
    expect(await env.DB.prepare('SELECT count(*) AS n FROM freezes').first('n')).toBe(0)
  })

  it.each([
    ['freeze start x --commands wrok', 'there is no command wrok, did you mean work?'],
    // Nothing of Pawl's own is meant by a slip.
    ['freeze start x --commands locks:*', 'there is no group locks.'],
    ['freeze start x --commands look', 'look cannot be frozen'],
    ['freeze start x --commands rule:create', 'rule:create cannot be frozen'],
    ['freeze start x --commands pack', 'for all of that group, write pack:*'],
    [`freeze start x --where 'option[envv] == prod'`, 'did you mean env?'],
    [`freeze start x --commands tidy --where 'option[env] == prod'`, 'tidy has no option env'],
    [`freeze start x --where 'option[env] == 3'`, 'env'],
    [`freeze start x --where 'option[env] == prod forbid because "y"'`, 'expected'],
    [`freeze start x --where 'option[env] == prod allow'`, 'expected'],
    [`freeze start x --where 'user == "@nobody"'`, 'there is no user @nobody'],
    ['freeze start x --except site:nothing', 'no rule asks for the permission'],
    ['freeze start x --until yesterday', 'is no time'],
    ['freeze start two words', 'in quotes'],
    ['freeze start x --until 2026', 'is no time'],
    ['freeze start x --until 2020-01-01', 'is past'],
    ['freeze start #', 'reason: take 1 to 200 characters'],
  ])('%s is refused: %s', async (line, why) => {
    expect(await hears('gus', line)).toContain(why)
    expect(await env.DB.prepare('SELECT count(*) AS n FROM freezes').first('n')).toBe(0)
  })

  it.each([
    ['a'.repeat(200), true],
    ['a'.repeat(201), false],
  ])('takes a reason of 200 characters and no more', async (reason, taken) => {
    await hears('gus', `freeze start ${reason}`)
    expect(await env.DB.prepare('SELECT count(*) AS n FROM freezes').first('n')).toBe(taken ? 1 : 0)
  })
})
