/** The asker's own word: a preview, a button or a word to type, two minutes, once. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineCommand } from '#pawl'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import { approvalWorld, type Kit, kitOf, trail } from './approval.kit.ts'
import { forward, holdBack, work } from './survive.kit.ts'
import type { World } from './world.ts'

const TOKEN = ['ghp', 'aB3dE5fG7hJ9kL1mN0pQaB3dE5fG7hJ9kL1mN0'].join('_')
const leak = defineCommand({
  name: 'leak',
  summary: 'Say a token in the preview',
  effects: 'write',
  confirm: true,
  rules: ['when command is leak allow'],
  handler: () => trail.push('leak') && null,
  dryRun: () => ({ would_use: TOKEN }),
})

let world: World
let kit: Kit
beforeAll(async () => {
  world = await approvalWorld(leak)
  kit = kitOf(world)
})
beforeEach(() => {
  trail.length = 0
})
afterEach(() => {
  vi.mocked(env.JOBS.send).mockRestore?.()
})

const reasons = async (run: string) => (await kit.events(run, 'confirmation.rejected')).map(({ reason }) => reason)
const own = (person: string) =>
  world.simulator.slack
    .user(person)
    .in('#ops')
    .sees()
    .filter(({ onlyFor }) => onlyFor === person)

it('a token in what a command says of a dry run is masked in the question, in what is kept of it, and once it is pressed', async () => {
  expect(await kit.hears('linus', 'leak')).toContain('would_use: [secret]')
  const run = String((await world.newestRun('leak')).id)
  const kept = String((await kit.row(run)).reply)
  expect(kept).toContain('would_use')
  expect(kept).not.toContain(TOKEN)
  // Even one that was kept before is not shown again.
  await env.DB.prepare('UPDATE runs SET reply = ? WHERE id = ?').bind(kept.replace('[secret]', TOKEN), run).run()
  await kit.press('linus', 'Confirm')
  await kit.end(run)
  const edits = () =>
    world.simulator
      .timeline()
      .filter(({ kind }) => kind === 'edit')
      .map((edit) => JSON.stringify(edit))
  await vi.waitUntil(() => edits().some((edit) => edit.includes('would_use')), { timeout: 5_000 })
  expect(edits().filter((edit) => edit.includes(TOKEN))).toEqual([])
  expect(trail).toEqual(['leak'])
})

describe('a line that is to be confirmed', () => {
  it('shows to its asker alone what would run, and runs once he has pressed the button', async () => {
    const { id, told } = await kit.asks('linus', 'restart web')
    expect(told).toContain('Please confirm: restart web')
    expect(told).toMatch(/restart: app=web\nAnswer: to this room\nNothing runs before you confirm it, until /)
    expect(
      own('linus')
        .at(-1)
        ?.buttons.map(({ label }) => label),
    ).toEqual(['Confirm', 'Withdraw'])
    expect(kit.room().join()).not.toContain(id)
    expect(await kit.row(id)).toMatchObject({ state: 'awaiting_approval' })
    expect(await kit.press('linus', 'Confirm')).toContain('You confirmed restart web: it starts now')
    expect(await kit.end(id)).toMatchObject({ state: 'succeeded' })
    expect(kit.done(id)).toHaveLength(1)
    await vi.waitUntil(() => kit.room().some((text) => text.includes('restarted: web')))
    expect(own('linus').flatMap(({ buttons }) => buttons)).toEqual([])
    expect(await world.auditOf(id)).toEqual([
      'run.admitted',
      'policy.allowed',
      'confirmation.asked',
      'confirmation.given',
      'run.queued',
      'run.running',
      'run.succeeded',
      'reply.delivered',
    ])
  })

  it('counts once', async () => {
    const { id } = await kit.asks('linus', 'restart once')
    const told = await Promise.all(Array.from({ length: 10 }, () => kit.hears('linus', `confirm ${id}`)))
    expect(told.filter((text) => text.includes('it starts now'))).toHaveLength(1)
    expect(await kit.end(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
    expect(await kit.hears('linus', `confirm ${id}`)).toContain('it was confirmed by who asked')
    expect(kit.done(id)).toHaveLength(1)
    expect(await reasons(id)).toEqual(Array(10).fill('already_decided'))
  })

  it('shows what its module says that it would do, and wants the word typed', async () => {
    const { id, told } = await kit.asks('linus', 'wipe "the shop"')
    expect(told).toContain('Dry run: nothing was changed')
    expect(told).toMatch(/rows: 42/)
    expect(told).toContain("type /pawl confirm 'the shop' here")
    expect(
      own('linus')
        .at(-1)
        ?.buttons.map(({ label }) => label),
    ).toEqual(['Withdraw'])
    // The button's line is no way around the word.
    expect(await kit.hears('linus', `confirm ${id}`)).toContain('a word is asked for')
    expect(await kit.hears('linus', 'confirm the shops')).toContain('nothing of yours in this room waits for this word')
    const wrong = await world.newestRun('confirm')
    expect(await kit.events(String(wrong.id), 'confirmation.rejected')).toMatchObject([{ reason: 'word' }])
    // Somebody else, or elsewhere, is asked for nothing.
    expect(await kit.hears('grace', 'confirm the shop')).toContain('nothing of yours')
    const general = world.simulator.slack.user('linus').in('#general')
    expect((await (await general.says('/pawl confirm the shop')).final()).text).toContain('nothing of yours')
    expect(trail).toEqual([])
    expect(await kit.hears('linus', 'confirm the shop')).toContain('it starts now')
    expect(await kit.end(id)).toMatchObject({ state: 'succeeded' })
    expect(kit.done(id)).toHaveLength(1)
  })

  it('finds the one that its word is for among several', async () => {
    const first = await kit.asks('linus', 'wipe first')
    const second = await kit.asks('linus', 'wipe second')
    expect(await kit.hears('linus', 'confirm first')).toContain('wipe first')
    expect(await kit.end(first.id)).toMatchObject({ state: 'succeeded' })
    expect(await kit.row(second.id)).toMatchObject({ state: 'awaiting_approval' })
    await kit.hears('linus', `approval withdraw ${second.id}`)
  })

  it('is asked which line is meant when a word fits several, and confirms the one whose run is named', async () => {
    const first = await kit.asks('linus', 'wipe prod')
    const second = await kit.asks('linus', 'wipe prod')
    const asked = await kit.hears('linus', 'confirm prod')
    expect(asked).toContain('2 lines of yours wait for this word')
    for (const { id } of [first, second]) expect(asked).toContain(`confirm prod ${id}`)
    expect(await kit.hears('linus', `confirm wrong ${first.id}`)).toContain('nothing of yours in this room waits')
    expect(await kit.hears('linus', 'confirm prod r_0123456789abcdef')).toContain('nothing of yours in this room waits')
    expect(await kit.hears('grace', `confirm prod ${first.id}`)).toContain('nothing of yours in this room waits')
    expect(trail).toEqual([])
    expect(await kit.hears('linus', `confirm prod ${first.id}`)).toContain('it starts now')
    expect(await kit.end(first.id)).toMatchObject({ state: 'succeeded' })
    expect(kit.done(first.id)).toHaveLength(1)
    expect(await kit.row(second.id)).toMatchObject({ state: 'awaiting_approval' })
    await kit.hears('linus', `approval withdraw ${second.id}`)
  })

  it('is not confirmed by somebody else, an administrator or another account', async () => {
    const { id } = await kit.asks('linus', 'restart mine')
    expect(await kit.hears('grace', `confirm ${id}`)).toContain('only whoever asked for it can confirm it')
    expect(await kit.hears('ada', `confirm ${id}`)).toContain('only whoever asked for it can confirm it')
    expect(await kit.hears('ada', `approval approve ${id}`)).toContain('there is no run of this id')
    expect(await reasons(id)).toEqual(['other', 'other'])
    expect(await kit.hears('linus', 'confirm r_0123456789abcdef')).toContain('no run of this id')
    expect(trail).toEqual([])
    expect(await kit.hears('linus', `confirm ${id}`)).toContain('it starts now')
    await kit.end(id)
    expect(trail).toHaveLength(1)
  })

  it('expires after two minutes, and tells nobody but its asker', async () => {
    const click = await kit.asks('linus', 'restart late')
    const swept = await kit.asks('linus', 'restart swept')
    forward(118_000)
    await sweep(servicesOf(env))
    expect(await kit.row(swept.id)).toMatchObject({ state: 'awaiting_approval' })
    forward(3_000)
    expect(await kit.hears('linus', `confirm ${click.id}`)).toContain('the two minutes are over')
    await sweep(servicesOf(env))
    for (const { id } of [click, swept]) {
      expect(await kit.row(id)).toMatchObject({ state: 'expired' })
      expect(await kit.approval(id)).toMatchObject({ state: 'expired' })
    }
    expect(kit.room().join()).not.toContain('was not confirmed in time')
    expect(own('linus').filter(({ text }) => text.includes('was not confirmed in time'))).toHaveLength(2)
    expect(trail).toEqual([])
  })

  it('counts for what was shown alone: not when the policy or what is kept has changed', async () => {
    const policy = await kit.asks('linus', 'restart policy')
    await kit.hears('ada', 'group create since-then')
    expect(await kit.hears('linus', `confirm ${policy.id}`)).toContain('rules, rights, freezes or rooms have changed')
    const edited = await kit.asks('linus', 'restart edited')
    await env.DB.prepare("UPDATE runs SET input = replace(input, 'edited', 'everything') WHERE id = ?")
      .bind(edited.id)
      .run()
    expect(await kit.hears('linus', `confirm ${edited.id}`)).toContain('what it would do')
    const between = await kit.asks('linus', 'restart between')
    const wakes = holdBack()
    await kit.hears('linus', `confirm ${between.id}`)
    await kit.hears('ada', 'group create since-that')
    expect(wakes).toHaveLength(1)
    await work(between.id)
    for (const { id } of [policy, edited, between])
      expect(await kit.row(id)).toMatchObject({ state: 'denied', code: 'approval_void' })
    expect(trail).toEqual([])
  })

  it('and approved is asked about one after the other', async () => {
    const { id, told } = await kit.asks('linus', 'drop web --why "it is broken"')
    expect(told).toContain('Then: approval by 1 with ship:approve')
    expect(await kit.hears('grace', `approval approve ${id}`)).toContain('has not confirmed it yet')
    const confirmed = await kit.press('linus', 'Confirm')
    expect(confirmed).toContain('It now waits for approval: 1 with ship:approve')
    expect(await kit.hears('linus', `confirm ${id}`)).toContain('you have confirmed it already')
    // The question is what it has become: it waits for others, and can be taken back.
    await vi.waitUntil(() => own('linus').some(({ text }) => text.includes('waits for approval: 1 with ship:approve')))
    const question = own('linus').find(({ text, buttons }) => text.includes(id) && buttons.length > 0)
    expect(question?.text).toMatch(/^drop web .* waits for approval: 1 with ship:approve/)
    expect(question?.buttons.map(({ label }) => label)).toEqual(['Withdraw'])
    expect(own('linus').some(({ text }) => text.includes(id) && text.includes('Please confirm'))).toBe(false)
    expect(kit.room().at(-1)).toMatch(/Why: it is broken/)
    expect(await kit.press('grace', 'Approve')).toContain('it starts now')
    expect(await kit.end(id)).toMatchObject({ state: 'succeeded' })
    expect(kit.done(id)).toHaveLength(1)
    const codes = (await world.auditOf(id)).filter((code) => /^(?:confirmation|approval)\./.test(code))
    expect(codes).toEqual(
      [
        'confirmation.asked',
        'approval.rejected',
        'confirmation.given',
        'confirmation.rejected',
        'approval.asked',
        'approval.approved',
        'approval.given',
      ].sort((a, b) => codes.indexOf(a) - codes.indexOf(b)),
    )
    expect(new Set(codes).size).toBe(7)
  })

  it('works in a direct conversation, where a failure is told to the asker', async () => {
    const direct = world.simulator.slack.user('linus').in('dm')
    await direct.says('restart direct')
    await vi.waitUntil(() => direct.sees().some(({ text }) => text.includes('Please confirm: restart direct')))
    const { id } = await world.newestRun('restart')
    await direct.press('Confirm')
    expect(await kit.end(String(id))).toMatchObject({ state: 'succeeded' })
    await vi.waitUntil(() => direct.sees().some(({ text }) => text.includes('restarted: direct')))
  })

  it('works on Discord', async () => {
    const seat = world.simulator.discord.user('ada').in('#ops')
    expect((await (await seat.says('/pawl run:restart discord')).final()).text).toContain(
      'Please confirm: restart discord',
    )
    expect((await (await seat.press('Confirm')).final()).text).toContain('it starts now')
    const { id } = await world.newestRun('restart')
    expect(await kit.end(String(id))).toMatchObject({ state: 'succeeded' })
    await vi.waitUntil(() => seat.sees().some(({ text }) => text.includes('restarted: discord')))
    expect(kit.done(String(id))).toHaveLength(1)
  })
})
