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
import { rest, says } from './forms.kit.ts'
import { forward, holdBack, work } from './survive.kit.ts'
import type { World } from './world.ts'

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
async function isVoid(run: string): Promise<void> {
  expect(await kit.row(run)).toMatchObject({ state: 'denied', code: 'approval_void', input: null })
  expect(await kit.events(run, 'approval.void')).toHaveLength(1)
  expect(started()).toBe(0)
  expect(kit.room().at(-1)).toContain('Ask again by typing it again')
}

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
    expect(await approve('ada', id)).toContain('who may do what has changed')
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
  }, 60_000)

  it('both of two who press at the same moment', async () => {
    for (let i = 0; i < 5; i++) {
      const { id } = await kit.asks('linus', `launch pair-${i}`)
      await Promise.all([approve('grace', id), approve('ada', id), approve('grace', id), approve('ada', id)])
      expect(await kit.end(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
      expect(kit.done(id)).toHaveLength(1)
      expect(await kit.events(id, 'approval.approved')).toHaveLength(2)
      expect(await kit.events(id, 'approval.given')).toHaveLength(1)
    }
  }, 60_000)

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
    expect(await approve('grace', id)).toContain('who may do what has changed')
    await isVoid(id)
    expect(await kit.approval(id)).toMatchObject({ state: 'void' })
  })

  it('not when one of two who agreed is demoted by an administrator; but when his grant only lapses, his word stays', async () => {
    const demoted = await kit.asks('linus', 'launch demoted')
    await approve('grace', demoted.id)
    await kit.hears('ada', 'group remove approvers grace')
    expect(await approve('ada', demoted.id)).toContain('who may do what has changed')
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
    expect(await approve('grace', click.id)).toContain('who asked may not run it any more')
    await isVoid(click.id)
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
    expect(await approve('grace', earlier.id)).toContain('it was approved by grace')
    expect(await kit.hears('grace', `approval refuse ${earlier.id}`)).toContain('it was approved by grace')
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
    // The preview of the confirmation that the second stage asks for.
    expect(await kit.hears('linus', 'extract pay | wipe web')).toContain('Please confirm')
    await kit.hears('ada', 'room set #general --practice')
    const room = world.simulator.slack.user('linus').in('#general')
    expect((await (await room.says('/pawl extract pay | wipe web')).final()).text).toContain('A dry run reads for real')
    await kit.hears('ada', 'room set #general --no-practice')
    await kit.hears('ada', "rule create 'when command is history must be approved by ship:approve'")
    expect(await kit.hears('linus', 'history --dry-run')).toContain('A dry run reads for real')
    expect(started()).toBe(0)
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
