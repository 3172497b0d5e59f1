/**
 * Attempts to have something run that nobody else has agreed to, or to have it run twice. In each nothing runs but, exactly once, what
 * was agreed to; and each attempt is in the audit.
 */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { account, approvalWorld, type Kit, kitOf, trail } from './approval.kit.ts'
import { rest, says, submits } from './forms.kit.ts'
import { forward, holdBack, work } from './survive.kit.ts'
import type { World } from './world.ts'

const SOME_TOKEN = ['ghp', 'aB3dE5fG7hJ9kL1mN0pQaB3dE5fG7hJ9kL1mN0'].join('_')

let world: World
let kit: Kit
const house = { ...loadRegistry() }
beforeAll(async () => {
  world = await approvalWorld()
  kit = kitOf(world)
  Object.assign(house, loadRegistry())
  // A second account of grace on the same platform.
  const { platform, workspace, id } = account('gus')
  await env.DB.prepare(
    "INSERT INTO identities (platform, workspace, external_id, user_id, created_at) SELECT ?, ?, ?, id, 0 FROM users WHERE name = 'grace'",
  )
    .bind(platform, workspace, id)
    .run()
})
beforeEach(() => {
  trail.length = 0
})
afterEach(() => {
  vi.mocked(env.JOBS.send).mockRestore?.()
  Object.assign(loadRegistry(), house)
})

const approve = (person: string, run: string) => kit.hears(person, `approval approve ${run}`)
const reasons = async (run: string) => (await kit.events(run, 'approval.rejected')).map(({ reason }) => reason)
const started = () => trail.length

/** Agreed to by ada, who is nobody's second account: what was tried before has not spoilt it. */
async function stillWorks(run: string): Promise<void> {
  expect(started()).toBe(0)
  expect(await approve('ada', run)).toContain('it starts now')
  expect(await kit.end(run)).toMatchObject({ state: 'succeeded' })
  expect(started()).toBe(1)
}

/** It was ended, and nothing has run. */
async function isVoid(run: string, next = 'Ask again by typing it again'): Promise<void> {
  expect(await kit.row(run)).toMatchObject({ state: 'denied', code: 'approval_void', input: null })
  expect(await kit.events(run, 'approval.void')).toHaveLength(1)
  expect(started()).toBe(0)
  expect(kit.room().at(-1)).toContain(next)
}

it('a token in a reason or in a note is kept in no row of an approval, and the reason is what it was at the start', async () => {
  const { id } = await kit.asks('linus', `drop noted --why "with ${SOME_TOKEN}"`)
  await kit.hears('linus', `confirm ${id}`)
  await kit.hears('grace', `approval refuse ${id} not with ${SOME_TOKEN}`)
  const rows = await env.DB.batch([
    env.DB.prepare('SELECT because FROM approvals WHERE run = ?').bind(id),
    env.DB.prepare('SELECT note FROM approval_votes WHERE run = ?').bind(id),
  ])
  expect(rows.map(({ results }) => results)).toEqual([[{ because: 'with [secret]' }], [{ note: 'not with [secret]' }]])
  const { id: again } = await kit.asks('linus', `drop again --why "with ${SOME_TOKEN}"`)
  await kit.hears('linus', `confirm ${again}`)
  await kit.hears('grace', `approval approve ${again}`)
  expect(await kit.end(again)).toMatchObject({ state: 'succeeded' })
  expect(JSON.stringify([kit.room(), await kit.events(again, 'approval.asked')])).not.toContain(SOME_TOKEN)
})

describe('an approval by the wrong person does not count', () => {
  it('by who asked', async () => {
    const { id } = await kit.asks('grace', 'ship self')
    expect(await kit.press('grace', 'Approve')).toContain('you asked for it')
    expect(await reasons(id)).toEqual(['own'])
    await stillWorks(id)
  })

  it('by another account of who asked', async () => {
    const { id } = await kit.asks('grace', 'ship linked')
    expect(await kit.press('gus', 'Approve')).toContain('you asked for it')
    expect(await kit.press('gus', 'Refuse')).toContain('you asked for it')
    expect(await reasons(id)).toEqual(['own', 'own'])
    await stillWorks(id)
  })

  it('by who wrote the alias that it was asked with, also when the line is repeated', async () => {
    await env.DB.prepare(
      "INSERT INTO aliases (name, owner, text, uses, created_by, created_at) VALUES ('shipit', NULL, 'ship aliased', '[]', ?, 0)",
    )
      .bind(`slack:${account('gus').workspace}:${account('gus').id}`)
      .run()
    const { id } = await kit.asks('linus', 'shipit')
    // She has written it with her other account.
    expect(await approve('grace', id)).toContain('you wrote the alias')
    await kit.hears('linus', `approval withdraw ${id}`)
    expect(await kit.hears('linus', `run retry ${id}`)).toContain('waits for approval')
    const again = String((await world.newestRun('ship')).id)
    expect(again).not.toBe(id)
    expect(await approve('grace', again)).toContain('you wrote the alias')
    expect([...(await reasons(id)), ...(await reasons(again))]).toEqual(['barred', 'barred'])
    await stillWorks(again)
  })

  it.each([
    ['after the line was sent back for its reason, and repeated with one', 'fix', 'drop', '!! --why "it is wanted"'],
    ['after it was practised, and repeated in earnest', 'tryit', 'ship', '!!'],
    ['after it was practised, and retried in earnest', 'tryout', 'ship', 'run retry <run>'],
  ])('by who wrote its alias, %s', async (_, name, command, again) => {
    const { workspace, id: grace } = account('grace')
    await env.DB.prepare(
      "INSERT INTO aliases (name, owner, text, uses, created_by, created_at) VALUES (?, NULL, ?, '[]', ?, 0)",
    )
      .bind(name, `${command} ${name}`, `slack:${workspace}:${grace}`)
      .run()
    await kit.hears('ada', 'room set #training --practice')
    const seat = world.simulator.slack.user('linus').in(command === 'ship' ? '#training' : '#ops')
    const told = (await (await seat.says(`@pawl ${name}`)).final()).text
    expect(told).toContain(command === 'ship' ? 'Practice' : 'type it again with the reason')
    const first = String((await world.newestRun(command)).id)
    await kit.hears('linus', again.replace('<run>', first))
    const id = String((await world.newestRun(command)).id)
    expect(id).not.toBe(first)
    if (command === 'drop') await kit.hears('linus', `confirm ${id}`)
    expect(await approve('grace', id)).toContain('you wrote the alias')
    expect(await reasons(id)).toEqual(['barred'])
    await stillWorks(id)
  })

  it.each([
    ['an option', 'half', 'ship', { app: 'formed', extra: 'none' }],
    ['the reason', 'mute', 'drop muted', { app: 'muted', why: 'it is wanted' }],
  ])('by who wrote the alias that lacked %s, which a form then asked for', async (_, name, text, values) => {
    const { workspace, id: grace } = account('grace')
    await env.DB.prepare(
      "INSERT INTO aliases (name, owner, text, uses, created_by, created_at) VALUES (?, NULL, ?, '[]', ?, 0)",
    )
      .bind(name, text, `slack:${workspace}:${grace}`)
      .run()
    const { form } = await says('linus', name)
    if (!form) throw new Error('no form')
    await submits('linus', form, values)
    await rest()
    const id = String((await world.newestRun(text.split(' ')[0] ?? '')).id)
    if (name === 'mute') await kit.hears('linus', `confirm ${id}`)
    expect(await kit.row(id)).toMatchObject({ state: 'awaiting_approval' })
    expect(await approve('grace', id)).toContain('you wrote the alias')
    await stillWorks(id)
  })

  it('by an account that was the same user when it was asked, and took itself away since', async () => {
    const { id } = await kit.asks('grace', 'ship apart')
    expect(JSON.parse(String((await kit.approval(id)).barred)).sort()).toEqual(
      ['grace', 'gus'].map((name) => `slack:${account(name).workspace}:${account(name).id}`).sort(),
    )
    await env.DB.prepare('DELETE FROM identities WHERE external_id = ?').bind(account('gus').id).run()
    await kit.hears('ada', 'user add gus @gus')
    await kit.hears('ada', 'group add approvers gus')
    expect(await approve('gus', id)).toContain('asked for it with another account')
    expect(await reasons(id)).toEqual(['barred'])
    await kit.hears('ada', 'user remove gus')
    await env.DB.prepare(
      "INSERT INTO identities (platform, workspace, external_id, user_id, created_at) SELECT 'slack', ?, ?, id, 0 FROM users WHERE name = 'grace'",
    )
      .bind(account('gus').workspace, account('gus').id)
      .run()
    await kit.hears('grace', `approval withdraw ${id}`)
  })

  it('without the permission, or by nobody that Pawl knows', async () => {
    const { id } = await kit.asks('grace', 'ship rightless')
    expect(await approve('linus', id)).toContain('needs ship:approve')
    expect(await kit.press('linus', 'Refuse')).toContain('needs ship:approve')
    expect(await reasons(id)).toEqual(['no_permission', 'no_permission'])
    await stillWorks(id)
  })

  it('after the permission was taken away between the question and the click: the question itself counts no more', async () => {
    const { id } = await kit.asks('linus', 'ship taken')
    await kit.hears('ada', 'group remove approvers grace')
    expect(await approve('grace', id)).toContain('needs ship:approve')
    expect(await approve('ada', id)).toContain('rules, rights, freezes or rooms have changed')
    expect(await reasons(id)).toEqual(['no_permission', 'void'])
    await isVoid(id)
    await kit.hears('ada', 'group add approvers grace')
  })

  it('after the permission has lapsed between the question and the click', async () => {
    await kit.hears('ada', 'group remove approvers grace')
    await kit.hears('ada', 'group add approvers grace --for 5m')
    const { id } = await kit.asks('linus', 'ship lapsed')
    forward(5 * 60_000 + 1_000)
    expect(await approve('grace', id)).toContain('needs ship:approve')
    expect(await reasons(id)).toEqual(['no_permission'])
    await stillWorks(id)
    await kit.hears('ada', 'group add approvers grace')
  })

  it('from another platform, with a forged id, or of a run that never waited', async () => {
    const { id } = await kit.asks('linus', 'ship elsewhere')
    const discord = world.simulator.discord.user('ada').in('#ops')
    const far = await (await discord.says(`/pawl run:approval approve ${id}`)).final()
    expect(far.text).toContain('there is no run of this id')
    expect(await approve('ada', 'r_0123456789abcdef')).toContain('there is no run of this id')
    const forged = await world.newestRun('approval:approve')
    expect(await reasons(String(forged.id))).toEqual(['unknown'])
    expect(await approve('ada', String(forged.id))).toContain('there is no run of this id')
    expect(await reasons(id)).toEqual(['elsewhere'])
    await stillWorks(id)
  })
})

describe('one person cannot bury what waits', () => {
  const listed = async () => JSON.parse(String((await world.newestRun('approval:list')).records)) as { run: string }[]

  it('under more than ten questions of his own; the eleventh says what to do', async () => {
    const { id } = await kit.asks('linus', 'ship victim')
    forward(1_000)
    const flood: string[] = []
    for (let i = 0; i < 10; i++) flood.push((await kit.asks('grace', i === 0 ? 'restart flood' : `ship flood-${i}`)).id)
    const more = await kit.asks('grace', 'ship flood-10')
    expect(more.told).toContain('10 lines of yours wait')
    expect(await kit.row(more.id)).toMatchObject({ state: 'denied', code: 'limit' })
    // Nor with the other account.
    expect(await kit.hears('gus', 'ship flood-11')).toContain('10 lines of yours wait')
    await kit.hears('grace', `approval withdraw ${flood.pop()}`)
    const again = await kit.asks('grace', 'ship flood-12')
    expect(await kit.row(again.id)).toMatchObject({ state: 'awaiting_approval' })
    await kit.hears('grace', `approval withdraw ${again.id}`)
    for (const run of flood) await kit.hears('grace', `approval withdraw ${run}`)
    await kit.hears('linus', `approval withdraw ${id}`)
  })

  it('of two at the same moment at the limit one is refused', async () => {
    const open: string[] = []
    for (let i = 0; i < 9; i++) open.push((await kit.asks('linus', `ship nine-${i}`)).id)
    const told = await Promise.all([kit.hears('linus', 'ship last-1'), kit.hears('linus', 'ship last-2')])
    expect(told.filter((text) => text.includes('10 lines of yours wait'))).toHaveLength(1)
    const { results } = await env.DB.prepare("SELECT run FROM approvals WHERE state = 'open'").all<{ run: string }>()
    expect(results).toHaveLength(10)
    for (const { run } of results) await kit.hears('linus', `approval withdraw ${run}`)
  })

  it('from approval list: what expires first stands on top, the rest on the next pages, and only what is asked here', async () => {
    const late = await kit.asks('linus', 'ship late')
    forward(1_000)
    const later = await kit.asks('linus', 'ship later')
    const soon = await kit.asks('linus', 'launch soon')
    // What somebody may not decide is on no page of it.
    const own = await kit.asks('grace', 'ship own')
    const far = await kit.asks('linus', 'ship far')
    await env.DB.prepare("UPDATE runs SET workspace = 'T0ELSEWHERE' WHERE id = ?").bind(far.id).run()
    await kit.hears('grace', 'approval list --mine')
    expect((await listed()).map(({ run }) => run)).toEqual([soon.id, late.id, later.id])
    await kit.hears('grace', 'approval list --mine --limit 1')
    expect((await listed()).map(({ run }) => run)).toEqual([soon.id])
    await kit.hears('grace', `approval list --mine --limit 1 --after ${soon.id}`)
    expect((await listed()).map(({ run }) => run)).toEqual([late.id])
    await kit.hears('grace', 'approval list')
    expect((await listed()).map(({ run }) => run)).toEqual([soon.id, late.id, later.id, own.id])
    expect(await listed()).toMatchObject([{ you: 'may decide' }, {}, {}, { you: '' }])
    // Linus sees his own; ada, who reads all runs, all.
    await kit.hears('linus', 'approval list')
    expect((await listed()).map(({ run }) => run)).toEqual([soon.id, late.id, later.id])
    await kit.hears('ada', 'approval list')
    expect(await listed()).toHaveLength(4)
    await env.DB.prepare('UPDATE runs SET workspace = ? WHERE id = ?').bind(account('linus').workspace, far.id).run()
    for (const { id } of [late, later, soon, far]) await kit.hears('linus', `approval withdraw ${id}`)
    await kit.hears('grace', `approval withdraw ${own.id}`)
  })
})

describe('an approval counts for what was shown, and once', () => {
  it('one of fifty clicks at the same moment', async () => {
    const { id } = await kit.asks('linus', 'ship fifty')
    const told = await Promise.all(Array.from({ length: 50 }, () => approve('grace', id)))
    expect(told.filter((text) => text.includes('it starts now'))).toHaveLength(1)
    expect(await kit.end(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
    expect(started()).toBe(1)
    expect(await reasons(id)).toHaveLength(49)
    expect(await kit.events(id, 'approval.approved')).toHaveLength(1)
    expect(await kit.events(id, 'run.queued')).toHaveLength(1)
  }, 180_000)

  it('both of two who press at the same moment', async () => {
    for (let i = 0; i < 5; i++) {
      const { id } = await kit.asks('linus', `launch pair-${i}`)
      await Promise.all([approve('grace', id), approve('ada', id), approve('grace', id), approve('ada', id)])
      expect(await kit.end(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
      expect(kit.done(id)).toHaveLength(1)
      expect(await kit.events(id, 'approval.approved')).toHaveLength(2)
      expect(await kit.events(id, 'approval.given')).toHaveLength(1)
    }
  }, 180_000)

  it('of a refusal and an approval at the same moment exactly one', async () => {
    for (let i = 0; i < 8; i++) {
      trail.length = 0
      const { id } = await kit.asks('linus', `ship race-${i}`)
      const both = [kit.hears('ada', `approval refuse ${id}`), approve('grace', id)]
      await Promise.all(i % 2 === 0 ? both : both.reverse())
      const { state } = await kit.end(id)
      const approval = await kit.approval(id)
      expect([state, approval.state, started()]).toEqual(
        state === 'succeeded' ? ['succeeded', 'given', 1] : ['denied', 'refused', 0],
      )
      expect(await env.DB.prepare('SELECT COUNT(*) AS n FROM approval_votes WHERE run = ?').bind(id).first('n')).toBe(1)
      expect(await reasons(id)).toEqual(['already_decided'])
    }
  }, 60_000)

  it('not for another line than the one that was shown: what is kept was changed before the click', async () => {
    const { id } = await kit.asks('linus', 'ship edited')
    await env.DB.prepare("UPDATE runs SET input = replace(input, 'edited', 'everything') WHERE id = ?").bind(id).run()
    expect(await approve('grace', id)).toContain('what it would do, or what that needs, has changed')
    await isVoid(id)
    expect(await reasons(id)).toEqual(['void'])
  })

  it.each([
    ['the line', "UPDATE runs SET input = replace(input, 'between', 'everything') WHERE id = ?1"],
    ['who asked', `UPDATE runs SET actor = '${account('ada').id}' WHERE id = ?1`],
    ['the room', "UPDATE runs SET channel = json_set(channel, '$.id', 'C0GENERAL1') WHERE id = ?1"],
    ['the policy', "INSERT INTO users (name, created_at) VALUES ('nobody-' || ?1, 0)"],
    ['the row, which is gone', 'DELETE FROM approvals WHERE run = ?1'],
  ])('not at the start, when %s was changed after the click', async (what, sql) => {
    const wakes = holdBack()
    const { id } = await kit.asks('linus', 'ship between')
    expect(await approve('grace', id)).toContain('it starts now')
    expect(wakes.filter(({ wake }) => 'run' in wake && wake.run === id)).toHaveLength(1)
    if (what.startsWith('the row')) await env.DB.prepare('DELETE FROM approval_votes WHERE run = ?1').bind(id).run()
    await env.DB.prepare(sql).bind(id).run()
    await work(id)
    expect(await kit.row(id)).toMatchObject({ state: 'denied', code: 'approval_void' })
    expect(await kit.events(id, 'approval.void')).toHaveLength(1)
    expect(started()).toBe(0)
  })

  it('not when its module has come to mean something else', async () => {
    const { id } = await kit.asks('linus', 'ship module')
    const ship = defineCommand({
      name: 'ship',
      summary: 'Ship something, with the approval of one',
      options: {
        app: z.string().describe('What'),
        extra: z.string().default('everything').describe('Beside it'),
      },
      effects: 'write',
      approval: { permission: 'ship:approve' },
      rules: ['when command is ship must have ship:run'],
      handler() {
        trail.push('another module')
        return null
      },
    })
    Object.assign(loadRegistry(), createRegistry(houseEntries([{ file: 'test ship', command: ship }])))
    expect(await approve('grace', id)).toContain('has changed')
    Object.assign(loadRegistry(), house)
    await isVoid(id)
  })

  it('not when the policy has changed meanwhile', async () => {
    const { id } = await kit.asks('linus', 'ship policy')
    await kit.hears('ada', 'group create meanwhile')
    expect(await approve('grace', id)).toContain('rules, rights, freezes or rooms have changed')
    await isVoid(id)
    expect(await kit.approval(id)).toMatchObject({ state: 'void' })
  })

  it('not when one of two who agreed is demoted by an administrator; but when his grant only lapses, his word stays', async () => {
    const demoted = await kit.asks('linus', 'launch demoted')
    await approve('grace', demoted.id)
    await kit.hears('ada', 'group remove approvers grace')
    expect(await approve('ada', demoted.id)).toContain('rules, rights, freezes or rooms have changed')
    await isVoid(demoted.id)
    await kit.hears('ada', 'group add approvers grace --for 2m')
    const lapsed = await kit.asks('linus', 'launch lapsed')
    await approve('grace', lapsed.id)
    forward(3 * 60_000)
    expect(await approve('ada', lapsed.id)).toContain('it starts now')
    expect(await kit.end(lapsed.id)).toMatchObject({ state: 'succeeded' })
    expect(kit.done(lapsed.id)).toHaveLength(1)
    await kit.hears('ada', 'group add approvers grace')
  })

  it('not when who asked was demoted, before the click or before the start', async () => {
    await kit.hears('ada', 'group remove askers linus')
    await kit.hears('ada', 'group add askers linus --for 5m')
    const click = await kit.asks('linus', 'ship asker-click')
    forward(5 * 60_000 + 1_000)
    expect(await approve('grace', click.id)).toContain('who asked may not run it any more: it needs ship:run')
    await isVoid(click.id, 'Nothing was run')
    await kit.hears('ada', 'group add askers linus --for 5m')
    const wakes = holdBack()
    const start = await kit.asks('linus', 'ship asker-start')
    expect(await approve('grace', start.id)).toContain('it starts now')
    expect(wakes).not.toEqual([])
    forward(5 * 60_000 + 1_000)
    await work(start.id)
    expect(await kit.row(start.id)).toMatchObject({ state: 'denied', code: 'missing_permission' })
    expect(started()).toBe(0)
    vi.mocked(env.JOBS.send).mockRestore()
    await kit.hears('ada', 'group add askers linus')
  })

  it('not with the button of an earlier run, nor twice, nor after it was withdrawn', async () => {
    const earlier = await kit.asks('linus', 'ship replay')
    await approve('grace', earlier.id)
    await kit.end(earlier.id)
    trail.length = 0
    const { id } = await kit.asks('linus', 'ship replay')
    expect(await approve('grace', earlier.id)).toContain('Already decided by grace: ship replay was approved.')
    expect(await kit.hears('grace', `approval refuse ${earlier.id}`)).toContain(
      'Already decided by grace: ship replay was approved.',
    )
    expect(await kit.row(id)).toMatchObject({ state: 'awaiting_approval' })
    expect(await reasons(earlier.id)).toEqual(['already_decided', 'already_decided'])
    await kit.hears('linus', `approval withdraw ${id}`)
    expect(await approve('grace', id)).toContain('it was withdrawn')
    expect(await reasons(id)).toEqual(['already_decided'])
    expect(started()).toBe(0)
  })

  it('once, though its wake-up comes many times', async () => {
    holdBack()
    const { id } = await kit.asks('linus', 'ship woken')
    await approve('grace', id)
    await Promise.all(Array.from({ length: 5 }, () => work(id)))
    expect(await kit.end(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
    expect(started()).toBe(1)
  })

  it('not by writing in the database that it is given: what was decided stays', async () => {
    const { id } = await kit.asks('linus', 'ship decided')
    await kit.hears('grace', `approval refuse ${id}`)
    for (const change of ["state = 'given'", "care = '{}'", "digest = ''", 'expires_at = 0', "barred = '[]'"])
      await expect(env.DB.prepare(`UPDATE approvals SET ${change} WHERE run = ?`).bind(id).run()).rejects.toThrow(
        'what was decided stays',
      )
    await expect(
      env.DB.prepare("UPDATE approval_votes SET vote = 'approve' WHERE run = ?").bind(id).run(),
    ).rejects.toThrow('what was said stays')
  })
})

describe('what must not be read without the word of somebody else', () => {
  it('is read neither by a dry run, nor for a preview, nor where a room practises', async () => {
    expect(await kit.hears('linus', 'extract pay')).toContain('waits for approval')
    expect(await kit.hears('linus', 'extract pay --dry-run')).toContain('A dry run reads for real')
    await kit.hears('ada', `rule create 'when command is extract with option[app] == "tax" must be confirmed'`)
    expect(await kit.hears('linus', 'extract tax')).toContain('Please confirm')
    await kit.hears('ada', 'room set #general --practice')
    const room = world.simulator.slack.user('linus').in('#general')
    expect((await (await room.says('/pawl extract pay | wipe web')).final()).text).toContain('A dry run reads for real')
    await kit.hears('ada', 'room set #general --no-practice')
    await kit.hears('ada', "rule create 'when command is history must be approved by ship:approve'")
    expect(await kit.hears('linus', 'history --dry-run')).toContain('A dry run reads for real')
    expect(started()).toBe(0)
  })

  it('is not read where records name it, either', async () => {
    const refused = 'put it first in the line'
    const piped = `seed '[{"t":"pay"}]' | extract $t`
    expect(await kit.hears('linus', piped)).toContain(refused)
    expect(await kit.hears('linus', `${piped} --dry-run`)).toContain(refused)
    // What the dry run of the preview gives goes on to the next stage.
    expect(await kit.hears('linus', 'wipe web | extract $would_wipe')).toContain('Please confirm')
    await kit.hears('ada', 'room set #general --practice')
    const room = world.simulator.slack.user('linus').in('#general')
    expect((await (await room.says(`/pawl ${piped} | restart web`)).final()).text).toContain(refused)
    await kit.hears('ada', 'room set #general --no-practice')
    expect(started()).toBe(0)
  })
})

describe('nobody is asked about what he cannot see', () => {
  const token = ['ghp', 'aB3dE5fG7hJ9kL1mN0pQaB3dE5fG7hJ9kL1mN0'].join('_')

  it('a token in the arguments, that would be shown masked', async () => {
    for (const line of [`ship ${token}`, `restart ${token}`, `ship web --extra "with ${token}"`])
      expect(await kit.hears('linus', line)).toContain('it holds something that is masked')
    await says('linus', 'ship $text', { record: { text: `with ${token}` } })
    await rest()
    // What is on a message is masked for the command, too: then it is as it is shown.
    expect(await world.newestRun('ship')).toMatchObject({ state: 'awaiting_approval' })
    expect(String((await world.newestRun('ship')).record)).not.toContain(token)
    await kit.hears('linus', `approval withdraw ${(await world.newestRun('ship')).id}`)
  })

  it('a line or its arguments that are too long; one that ends in … is not', async () => {
    for (const line of ['ship "and so on …"', `ship ${'x'.repeat(495)}`]) {
      const { id, told } = await kit.asks('linus', line)
      expect(told).toContain('waits for approval')
      await kit.hears('linus', `approval withdraw ${id}`)
    }
    expect(await kit.hears('linus', `ship ${'x'.repeat(496)}`)).toContain('too long to be shown whole')
    const long = await says('linus', 'ship $text', { record: { text: 'x'.repeat(2_000) } })
    await rest()
    expect(JSON.stringify(long)).toContain('too long to be shown whole')
  })
})

it('shows a line, a reason and a note that look like more of the question on one line', async () => {
  const forged = '\n*Needs*: nothing\nUntil: next year'
  await world.simulator.slack.user('linus').in('#ops').says(`@pawl ship "web${forged}" --why "urgent${forged}"`)
  await vi.waitUntil(() => kit.room().some((text) => text.includes('ship "web ⏎')))
  const question = kit.room().find((text) => text.includes('ship "web ⏎')) ?? ''
  expect(question.match(/^\*?Needs/gm)).toHaveLength(1)
  expect(question.match(/^Until/gm)).toHaveLength(1)
  expect(question).toContain('Needs: 1 with ship:approve')
})

it('shows what a line takes from the message that it is run on', async () => {
  await says('linus', 'ship $text', { record: { text: 'everything-to-mars' } })
  await rest()
  expect(kit.room().at(-1)).toContain('ship: app=everything-to-mars extra=none')
})
