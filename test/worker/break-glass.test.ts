/** `break-glass`: what it skips and what it never does, who hears of it, and every way in which people would misuse it. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { SECURITY_TARGET } from '../../src/db/outbox.ts'
import { sweep } from '../../src/runs/sweep.ts'
import { workRun } from '../../src/runs/work.ts'
import { servicesOf } from '../../src/services.ts'
import { done, eventsOf, grant, useCommands } from './freeze.kit.ts'
import { holdBack, work } from './survive.kit.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  useCommands()
  world = await openWorld()
  await grant(world, {
    grace: ['site:work', 'pawl:break-glass', 'pawl:admin', 'audit:admin', 'audit:read', 'pawl:freeze'],
    linus: ['site:work', 'pawl:review', 'site:approve'],
    gus: ['pawl:break-glass'],
  })
})
beforeEach(async () => {
  done.length = 0
  await env.DB.prepare('DELETE FROM freezes').run()
})
afterEach(() => {
  world.simulator.faults.clear()
})

const hears = (person: string, line: string) => world.hears(person, `/pawl ${line}`)
const security = () =>
  world.simulator.slack
    .user('linus')
    .in('#security')
    .sees()
    .map(({ text }) => text)
    .join('\n')
const newest = async (line: string) => {
  const row = await env.DB.prepare('SELECT * FROM runs WHERE line = ? ORDER BY created_at DESC, rowid DESC LIMIT 1')
    .bind(line)
    .first<Record<string, unknown>>()
    .catch(() =>
      env.DB.prepare('SELECT * FROM runs WHERE line = ? ORDER BY created_at DESC LIMIT 1')
        .bind(line)
        .first<Record<string, unknown>>(),
    )
  if (!row) throw new Error(`there is no run of ${line}`)
  return row
}
const glassOf = (run: unknown) =>
  env.DB.prepare('SELECT * FROM reviews WHERE run = ?').bind(run).first<Record<string, unknown>>()
const glasses = async () => Number(await env.DB.prepare('SELECT count(*) AS n FROM reviews').first('n'))
const until = (test: () => Promise<boolean> | boolean) => vi.waitUntil(test, { timeout: 10_000, interval: 50 })

const WHY = "'checkout is down for all'"

describe('break-glass', () => {
  it('says so before it starts, also where no response can carry that', async () => {
    const wakes = holdBack()
    const seat = world.simulator.slack.user('grace').in('#ops')
    await seat.says(`@pawl break-glass ${WHY} risky mentioned`)
    await until(() =>
      seat.sees().some(({ text }) => /The glass is broken: without .*[\s\S]*risky mentioned/.test(text)),
    )
    await until(() => wakes.length > 0)
    expect(done).toEqual([])
    vi.mocked(env.JOBS.send).mockRestore()
    await work(String((await newest('risky mentioned')).id))
    expect(done).toEqual(['risky mentioned staging'])
    await until(() => seat.sees().some(({ text }) => text.includes('glass broken by grace')))
    expect(seat.sees().some(({ text }) => text.includes('The glass is broken'))).toBe(false)
  })

  it('runs the line without its confirmation and approval, tells the security room, and opens a review', async () => {
    const text = await hears('grace', `break-glass ${WHY} risky one --env prod`)
    expect(text).toContain('risky one')
    await until(() => done.length > 0)
    expect(done).toEqual(['risky one prod'])
    const { id } = await newest('risky one --env prod')
    const room = () => world.simulator.slack.user('eve').in('#ops').sees()
    await until(() =>
      room().some(({ text }) =>
        text.includes('without confirmation, approval by 1 with site:approve: glass broken by grace'),
      ),
    )
    await until(() => security().includes(String(id)))
    const told = security()
    for (const part of [
      'Glass broken',
      'grace',
      '#ops',
      'risky one --env prod',
      'checkout is down for all',
      'confirmation, approval by 1 with site:approve',
      `review close ${id}`,
    ])
      expect(told).toContain(part)
    expect(await glassOf(id)).toMatchObject({ name: 'grace', reason: 'checkout is down for all', closed_at: null })
    expect(await env.DB.prepare('SELECT stage, state FROM approvals WHERE run = ?').bind(id).first()).toEqual({
      stage: 'break_glass',
      state: 'given',
    })
    expect((await eventsOf('glass.broken')).at(-1)).toMatchObject({
      run: id,
      reason_text: 'checkout is down for all',
      skipped: ['confirmation', 'approval by 1 with site:approve'],
    })
    const codes = await world.auditOf(String(id))
    expect(codes.indexOf('glass.broken')).toBeLessThan(codes.indexOf('run.running'))
    expect(codes).toContain('review.opened')
  })

  it('names a freeze that it passes, and passes it for this one run alone', async () => {
    await hears('ada', 'freeze start release')
    await hears('grace', `break-glass ${WHY} work two`)
    await until(() => done.length > 0)
    expect(done).toEqual(['work two staging'])
    const { id } = await newest('work two')
    await until(async () => (await newest('work two')).state === 'succeeded')
    await until(() => security().includes(String(id)))
    expect(security()).toContain('freeze 1 (release)')
    // What somebody wrote is no part of what stays in the log for ever.
    expect((await eventsOf('glass.broken')).at(-1)).toMatchObject({ skipped: ['freeze 1'] })
    expect(await hears('grace', 'work two')).toContain('frozen')
    await until(async () => (await newest('work two')).state === 'denied')
    expect(await hears('grace', `run retry ${id}`)).toContain('frozen')
    expect(done).toEqual(['work two staging'])
  })

  it('works for a line behind an alias, and from another platform', async () => {
    await hears('grace', "alias create fix 'risky three --env prod'")
    await hears('grace', `break-glass ${WHY} fix`)
    await until(() => done.length > 0)
    expect(done).toEqual(['risky three prod'])
    const asked = await world.simulator.discord
      .user('ada')
      .in('#general')
      .says('/break-glass reason:checkout-is-down line:tidy')
    expect((await asked.final()).text).toContain('nothing stands in the way')
    await (
      await world.simulator.discord
        .user('ada')
        .in('#general')
        .says('/break-glass reason:checkout-is-down line:risky discord')
    ).final()
    await until(() => done.includes('risky discord staging'))
    await until(() => security().includes('in #general on discord'))
  })

  it('passes an approval behind a pipe, too, which nobody could be asked for', async () => {
    const line = `'seed "[1]" | count | risky piped --env prod'`
    expect(await hears('grace', `plan ${line}`)).toContain('put it first in the line')
    await hears('grace', `break-glass ${WHY} ${line}`)
    await until(() => done.length > 0)
    expect(done).toEqual(['risky piped prod'])
  })

  it('passes a freeze for arguments that come from records', async () => {
    await hears('ada', `freeze start late --where 'option[env] == "prod"'`)
    await hears('grace', `break-glass ${WHY} 'seed "[{\\"e\\":\\"prod\\"}]" | work four --env $e'`)
    await until(() => done.length > 0)
    expect(done).toEqual(['work four prod'])
  })

  it.each([
    ['a line that needs nothing', 'work five', 'nothing stands in the way'],
    ["a command of Pawl's own that writes", 'group create mine', "it is one of Pawl's own commands"],
    ['the policy', "rule create 'when command is risky allow'", "it is one of Pawl's own commands"],
    ['the audit log', 'audit rotate yearly', "it is one of Pawl's own commands"],
    ['reading the audit log', 'audit list', "it is one of Pawl's own commands"],
    ['a freeze', 'freeze end 1', "it is one of Pawl's own commands"],
    ['an approval', 'approval approve r_0123456789abcdef', "it is one of Pawl's own commands"],
    ['itself', `break-glass ${WHY} risky five`, "it is one of Pawl's own commands"],
    ['a repeat', 'run retry r_0123456789abcdef', "it is one of Pawl's own commands"],
    ['a line with one among others', "'group create mine | risky five'", "it is one of Pawl's own commands"],
    ['a dry run', 'risky five --dry-run', ''],
  ])('is refused for %s: %s', async (_, line, why) => {
    const before = await glasses()
    const text = await hears('grace', `break-glass ${WHY} ${line}`)
    expect(text).toContain(why)
    expect(done).toEqual([])
    expect(await glasses()).toBe(before)
  })

  it('is refused without its permission, and says nothing about the line then', async () => {
    const before = await glasses()
    const text = await hears('linus', `break-glass ${WHY} risky six`)
    expect(text).toContain('pawl:break-glass')
    expect(text).not.toContain('risky')
    expect(await glasses()).toBe(before)
  })

  it('never stands in for a permission that the line needs, nor passes what is forbidden', async () => {
    const before = await glasses()
    expect(await hears('gus', `break-glass ${WHY} risky seven`)).toContain('site:work')
    await hears('ada', `rule create when command is risky with option[what] == never forbid`)
    expect(await hears('grace', `break-glass ${WHY} risky never`)).toContain('forbid')
    expect(done).toEqual([])
    expect(await glasses()).toBe(before)
  })

  it('is refused where no room would be told, with the setting to make', async () => {
    const { config } = servicesOf(env)
    const { securityRoom } = config
    Object.assign(config, { securityRoom: null })
    try {
      expect(await hears('grace', `break-glass ${WHY} risky eight`)).toContain('PAWL_SECURITY_ROOM')
    } finally {
      Object.assign(config, { securityRoom })
    }
    expect(done).toEqual([])
  })

  it.each([
    ['nine chars', false],
    ['ten signs.', true],
  ])('takes a reason of ten characters and no less: %s', async (reason, taken) => {
    const short = taken ? reason : reason.slice(0, 9)
    const text = await hears('grace', `break-glass '${short}' risky ${taken ? 'ten' : 'nine'}`)
    if (!taken) expect(text).toContain('reason')
    else await until(() => done.length > 0)
    expect(done).toEqual(taken ? ['risky ten staging'] : [])
  })

  it('is refused in a room that practises', async () => {
    await hears('ada', 'room set #training --practice')
    const there = await world.simulator.slack
      .user('grace')
      .in('#training')
      .says(`/pawl break-glass ${WHY} risky trained`)
    expect((await there.final()).text).toContain('a dry run changes nothing')
    expect(done).toEqual([])
  })

  it('is refused for whoever is no user of Pawl, whatever everybody may do', async () => {
    await hears('ada', 'role grant grace-role everyone')
    const before = await glasses()
    const asked = await world.simulator.discord
      .user('linus')
      .in('#ops')
      .says('/break-glass reason:checkout-is-down line:risky stranger')
    expect((await asked.final()).text).toContain('only a user of Pawl can break the glass')
    await hears('ada', 'role revoke grace-role everyone')
    expect(done).toEqual([])
    expect(await glasses()).toBe(before)
  })

  it('in a pipeline or with a redirect of its own is refused', async () => {
    expect(await hears('grace', `break-glass ${WHY} risky eleven | head 1`)).toContain('stands alone on its line')
    expect(done).toEqual([])
  })

  it('delivered twice breaks one glass', async () => {
    const before = await glasses()
    const delivery = await world.simulator.slack
      .user('grace')
      .in('#ops')
      .prepares(`/pawl break-glass ${WHY} risky twice`)
    await Promise.all([delivery.send(), delivery.send()])
    await until(() => done.length > 0)
    await until(async () => (await newest('risky twice')).state === 'succeeded')
    expect(done).toEqual(['risky twice staging'])
    expect(await glasses()).toBe(before + 1)
  })

  it('does not run when what makes it known cannot be written', async () => {
    const before = await glasses()
    const services = servicesOf(env)
    const open = services.openDb
    const broken = vi.spyOn(services, 'openDb').mockImplementation(() => {
      const db = open()
      const batch = db.batch.bind(db)
      let batches = 0
      // The first admits it, the second is the glass.
      Object.assign(db, {
        batch: (statements: D1PreparedStatement[]) =>
          ++batches >= 2 ? Promise.reject(new Error('D1_ERROR: overloaded')) : batch(statements),
      })
      return db
    })
    const text = await hears('grace', `break-glass ${WHY} risky unwritten`)
    broken.mockRestore()
    expect(text).toContain('cannot')
    expect(done).toEqual([])
    expect(await glasses()).toBe(before)
    expect(await newest('risky unwritten')).toMatchObject({ state: 'accepted' })
  })

  it('is told from the outbox when the room cannot be reached, and shows when it never was', async () => {
    world.simulator.faults.next('slack.chat.postMessage', { status: 500 }, 1)
    await hears('grace', `break-glass ${WHY} risky later`)
    const { id } = await newest('risky later')
    await until(() => security().includes(String(id)))
    const { config } = servicesOf(env)
    const { securityRoom } = config
    Object.assign(config, { securityRoom: { ...securityRoom, channel: 'C0GONE0001' } })
    try {
      await hears('grace', `break-glass ${WHY} risky nowhere`)
    } finally {
      Object.assign(config, { securityRoom })
    }
    const lost = await newest('risky nowhere')
    await until(async () => (await stateOfPost(lost.id)) === 'undeliverable')
    // The run is no other for it, and whoever broke the glass reads that nobody was told.
    await until(() => done.includes('risky nowhere staging'))
    await until(async () => (await hears('ada', `run show ${lost.id}`)).includes('the security room'))
  })

  it('is void when the permission to break it has ended before the start', async () => {
    const send = vi.spyOn(env.JOBS, 'send').mockResolvedValue(undefined as never)
    await world.says('grace', `/pawl break-glass ${WHY} risky ended`)
    await until(async () => (await newest('risky ended')).state === 'queued')
    send.mockRestore()
    const { id } = await newest('risky ended')
    // A grant whose time is over changes no version: it is looked at when it counts.
    const { version } = (await env.DB.prepare('SELECT version FROM policy').first<{ version: number }>()) ?? {}
    await env.DB.batch([
      env.DB.prepare("UPDATE role_permissions SET expires_at = 1 WHERE permission = 'pawl:break-glass'"),
      env.DB.prepare('UPDATE policy SET version = ?').bind(version),
    ])
    await workRun(servicesOf(env), String(id))
    await env.DB.prepare("UPDATE role_permissions SET expires_at = NULL WHERE permission = 'pawl:break-glass'").run()
    expect(await newest('risky ended')).toMatchObject({ state: 'denied', code: 'approval_void' })
    expect(done).toEqual([])
  })

  it('is refused for a line with secret options, which would wait in the database', async () => {
    await hears('ada', 'freeze start release')
    const text = await hears('grace', `break-glass ${WHY} vault --key hush-hush-hush`)
    expect(text).toContain('secret options')
    const { results } = await env.DB.prepare('SELECT * FROM runs').all()
    expect(JSON.stringify(results)).not.toContain('hush')
    const log = await env.DB.prepare('SELECT * FROM audit').all()
    expect(JSON.stringify(log.results)).not.toContain('hush')
  })

  it('shows and keeps no token that stands in the reason', async () => {
    const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'
    await hears('grace', `break-glass 'the key ${token} is out' risky token`)
    await until(() => done.length > 0)
    const { id } = await newest('risky token')
    await until(() => security().includes(String(id)))
    expect(security()).not.toContain(token)
    for (const table of ['runs', 'audit', 'reviews', 'approvals', 'outbox'])
      expect(JSON.stringify((await env.DB.prepare(`SELECT * FROM ${table}`).all()).results)).not.toContain(token)
  })

  it('is void when who may do what has changed before the start', async () => {
    const send = vi.spyOn(env.JOBS, 'send').mockResolvedValue(undefined as never)
    await world.says('grace', `/pawl break-glass ${WHY} risky queued`)
    await until(async () => (await newest('risky queued')).state === 'queued')
    send.mockRestore()
    await hears('ada', 'group create late')
    const { id } = await newest('risky queued')
    await workRun(servicesOf(env), String(id))
    expect(await newest('risky queued')).toMatchObject({ state: 'denied', code: 'approval_void' })
    await sweep(servicesOf(env))
    expect(done).toEqual([])
  })
})

const stateOfPost = (run: unknown) =>
  env.DB.prepare('SELECT state FROM outbox WHERE run = ? AND target = ?')
    .bind(run, SECURITY_TARGET)
    .first<string>('state')
