/** What is said of a line that waits: to who asked, to who may decide, and when it can come to nothing any more. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import { approvalWorld, type Kit, kitOf } from './approval.kit.ts'
import type { World } from './world.ts'

let world: World
let kit: Kit
beforeAll(async () => {
  world = await approvalWorld()
  kit = kitOf(world)
})
const open: string[] = []
afterEach(async () => {
  for (const id of open.splice(0)) await kit.hears('linus', `approval withdraw ${id}`)
})

const asks = async (person: string, line: string) => {
  const asked = await kit.asks(person, line)
  open.push(asked.id)
  return asked
}
const listed = async (person: string, options = '') => {
  await kit.hears(person, `approval list ${options}`)
  const { records } = await world.newestRun('approval:list')
  return JSON.parse(String(records)) as Record<string, unknown>[]
}
const own = (person: string) =>
  world.simulator.slack
    .user(person)
    .in('#ops')
    .sees()
    .filter(({ onlyFor }) => onlyFor === person)
    .map(({ text }) => text)
/** Moves the version of the policy, and nothing that a line depends on. */
const change = () => kit.hears('ada', `group create extra-${crypto.randomUUID().slice(0, 8)}`)

describe('approval list', () => {
  it('has what its asker has to confirm, with what to type, for that account alone', async () => {
    const word = await asks('linus', 'wipe "the shop"')
    const button = await asks('linus', 'drop web --why "it is old"')
    expect(await listed('linus')).toMatchObject([
      { run: word.id, needs: 'a confirmation', you: "confirm it: /pawl confirm 'the shop'" },
      {
        run: button.id,
        needs: 'a confirmation, then 1 with ship:approve',
        you: `confirm it: /pawl confirm ${button.id}`,
      },
    ])
    expect((await listed('linus', '--mine')).map(({ run }) => run)).toEqual([word.id, button.id])
    for (const person of ['grace', 'ada']) expect(await listed(person)).toEqual([])
    expect(await kit.hears('linus', `confirm ${button.id}`)).toContain(`/pawl approval withdraw ${button.id} takes it`)
    expect(await listed('linus', '--mine')).toMatchObject([{ run: word.id }])
    expect(await listed('grace')).toMatchObject([{ run: button.id, needs: '1 with ship:approve', you: 'may decide' }])
  })

  it('says what is void, as show does, and leaves it out of what waits for a word', async () => {
    const { id } = await asks('linus', 'ship void')
    const { id: unconfirmed } = await asks('linus', 'restart void')
    expect(await listed('grace', '--mine')).toMatchObject([{ run: id }])
    expect(await kit.hears('grace', `approval show ${id}`)).toContain('waits for approval')
    await change()
    const outdated = 'void: rules, rights, freezes or rooms have changed'
    expect(await listed('grace', '--mine')).toEqual([])
    expect(await listed('linus', '--mine')).toEqual([])
    expect(await listed('grace')).toMatchObject([{ run: id, you: expect.stringContaining(outdated) }])
    expect((await listed('linus')).map(({ run, you }) => [run, String(you).slice(0, 4)])).toEqual(
      expect.arrayContaining([
        [id, 'void'],
        [unconfirmed, 'void'],
      ]),
    )
    expect(await kit.hears('grace', `approval show ${id}`)).toContain(outdated)
  })
})

describe('what cannot be agreed to any more, as the policy has changed', () => {
  it('ends with the next sweep, which tells room and asker; what was asked since stays', async () => {
    const old = await asks('linus', 'ship swept')
    const word = await asks('linus', 'restart swept')
    await sweep(servicesOf(env))
    expect(await kit.row(old.id)).toMatchObject({ state: 'awaiting_approval' })
    await change()
    const later = await asks('linus', 'ship later')
    await sweep(servicesOf(env))
    for (const { id } of [old, word]) {
      expect(await kit.row(id)).toMatchObject({ state: 'denied', code: 'approval_void' })
      expect(await kit.approval(id)).toMatchObject({ state: 'void' })
      expect(await kit.events(id, 'approval.void')).toHaveLength(1)
    }
    expect(await kit.row(later.id)).toMatchObject({ state: 'awaiting_approval' })
    const text = 'rules, rights, freezes or rooms have changed since it was asked'
    expect(kit.room().find((one) => one.includes('ship swept'))).toContain(text)
    expect(kit.room().join()).not.toContain('restart swept')
    await vi.waitUntil(() =>
      ['ship swept', 'restart swept'].every((line) =>
        own('linus').some((one) => one.includes(line) && one.includes(text)),
      ),
    )
  })
})

describe('who asks', () => {
  it('is told when too few others hold the permission, and not when an administrator could', async () => {
    expect((await asks('linus', 'ship enough')).told).not.toContain('holds')
    // For who asks himself he does not count; ada administers.
    expect((await kit.asks('ada', 'ship one')).told).not.toContain('holds')
    const two = await kit.asks('ada', 'launch two')
    expect(two.told).toContain('Of the 2 others that it needs, only 1 can be found with ship:approve: an administrator')
    await kit.hears('ada', `approval withdraw ${two.id}`)
    await kit.hears('ada', 'group remove approvers grace')
    const none = await kit.asks('ada', 'ship none')
    expect(none.told).toContain('Nobody else holds ship:approve: an administrator grants it with role grant')
    const dropped = await kit.asks('ada', 'drop none --why so')
    expect(await kit.hears('ada', `confirm ${dropped.id}`)).toContain('Nobody else holds ship:approve')
    await kit.hears('ada', 'group add approvers grace')
  })

  it('reads one private text beside his question when he takes it back: who withdrew it', async () => {
    const before = own('linus').length
    const { id } = await asks('linus', 'ship back')
    await kit.press('linus', 'Withdraw')
    await vi.waitUntil(() =>
      own('linus').some((text) => text.includes('ship back was withdrawn by linus. Nothing was')),
    )
    expect(own('linus').slice(before)).toHaveLength(2)
    expect(own('linus').join()).not.toContain('ship back was cancelled')
    expect(kit.room().find((text) => text.includes('ship back'))).toContain('was withdrawn by linus')
    expect(await kit.hears('linus', `approval show ${id}`)).toContain(
      'it was withdrawn; the run has ended without having begun (cancelled)',
    )
  })
})

describe('who decides', () => {
  it('reads how many are needed, and how many have agreed', async () => {
    await asks('linus', 'launch both')
    const question = () => kit.room().find((text) => text.includes('launch both'))
    expect(question()).toContain('Needs: 2 with ship:approve\n')
    await kit.press('grace', 'Approve')
    await vi.waitUntil(() => question()?.includes('Needs: 2 with ship:approve (1 has agreed)'))
  })

  it('is told to link the account when it is that of nobody, before he is added a second time', async () => {
    const { id } = await asks('linus', 'ship linked')
    const told = await kit.hears('gus', `approval approve ${id}`)
    expect(told).toMatch(/^\S* ?Your word does not count: only users of Pawl can decide/)
    expect(told).toContain('type /pawl user link <your name> if you are one with another account, else')
    // Beside other stages it is said which line it was.
    expect(await kit.hears('gus', `approval approve ${id} | count`)).toContain(
      `approval approve ${id} | count failed: Your`,
    )
  })
})
