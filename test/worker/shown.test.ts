/** People and moments as both platforms show them: by name and in the reader's own zone, and nobody is called. */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { account, approvalWorld, type Kit, kitOf } from './approval.kit.ts'
import type { World } from './world.ts'

/** An administrator of the deployment, and no user of Pawl. */
const ADA = account('ada').id
const IN_WORDS = `an administrator (${ADA} on Slack)`

/** As the simulator shows what the platform was given as a moment, and as records and texts have it. */
const MOMENT = /\d{4}-\d\d-\d\d \d\d:\d\d UTC/
const WRITTEN = /\d{4}-\d\d-\d\dT\d\d:\d\d/

let world: World
let kit: Kit
beforeAll(async () => {
  world = await approvalWorld()
  kit = kitOf(world)
})
beforeEach(async () => {
  for (const id of (await kit.hears('ada', 'freeze list | pick freeze | raw')).match(/\d+/g) ?? [])
    await kit.hears('ada', `freeze end ${id}`)
})

const room = (person: string, name = '#ops') =>
  world.simulator.slack
    .user(person)
    .in(name)
    .sees()
    .filter(({ onlyFor }) => onlyFor === null)
const onDiscord = async (line: string) =>
  (await (await world.simulator.discord.user('ada').in('#ops').says(`/pawl run:${line}`)).final()).text

describe('an administrator who is no user', () => {
  it('asks for approval, and approves, in words that lead to the account and call nobody', async () => {
    const { id } = await kit.asks('ada', 'ship web')
    expect(room('grace').at(-1)).toMatchObject({ text: expect.stringContaining(`Asked by: ${IN_WORDS}`), pings: [] })
    expect(await kit.hears('grace', `approval show ${id}`)).toContain('Asked by: @ada')
    await kit.press('grace', 'Refuse')

    const asked = await kit.asks('linus', 'ship api')
    await kit.press('ada', 'Approve')
    await kit.end(asked.id)
    const said = () => room('linus').find(({ text }) => text.includes(`approved by ${IN_WORDS}`))
    await vi.waitUntil(said, { timeout: 5_000 })
    expect(said()?.pings).toEqual([])
    const shown = await kit.hears('linus', `approval show ${asked.id}`)
    expect(shown).toContain('it was approved by an administrator (@ada)')
    expect(shown).toMatch(new RegExp(`Approved: @ada, ${MOMENT.source}`))
  })

  it('stands in a list with a note that says who it is, at home by name and elsewhere in words', async () => {
    await kit.asks('ada', 'ship list')
    await kit.asks('linus', 'ship more')
    const list = await kit.hears('ada', 'approval list | pick run who until')
    expect(list).toMatch(new RegExp(`r_\\w+ +${ADA} +${MOMENT.source}`))
    expect(list).toContain(`${ADA} is @ada`)
    await kit.press('grace', 'Refuse')

    await kit.hears('ada', 'freeze start one --until 2h')
    expect(await kit.hears('linus', 'freeze list')).toContain('by: @ada')
    await kit.hears('ada', 'freeze start two --until 2h')
    expect(await kit.hears('linus', 'freeze list | pick freeze by')).toContain(`${ADA} is @ada`)
    expect(await onDiscord('freeze list | pick freeze by')).toContain(`${ADA} is an account of Slack`)
    expect(await onDiscord('freeze list | head 1')).toContain(`by: ${ADA} on Slack`)
  })

  it('sends an answer to a room in words', async () => {
    await kit.hears('ada', 'echo hello > #general')
    await vi.waitUntil(() => room('grace', '#general').length > 0, { timeout: 5_000 })
    expect(room('grace', '#general').at(-1)).toMatchObject({
      text: expect.stringMatching(/sent by an administrator \(U0ADA00001 on Slack\) .*from #ops/),
      pings: [],
    })
  })
})

describe('a moment', () => {
  it('of a list, a record and a sentence is shown as such, and stays as it was in the record', async () => {
    await kit.hears('linus', 'alias create later version')
    for (const text of [
      await kit.hears('linus', 'alias show later'),
      await kit.hears('linus', 'history 1 | pick at'),
    ]) {
      expect(text).toMatch(MOMENT)
      expect(text).not.toMatch(WRITTEN)
    }
    const table = await kit.hears('linus', 'history 2 | pick at line')
    expect(table).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}/)
    expect(table).not.toMatch(WRITTEN)
    expect(await kit.hears('linus', 'history 1 | pick at | raw')).toMatch(/T\d\d:\d\d:\d\d\.\d{3}Z/)
  })

  it('of a freeze stands in its refusals', async () => {
    await kit.hears('ada', 'freeze start release --until 2h')
    expect(await kit.hears('linus', 'ship web')).toMatch(
      new RegExp(`it is frozen by @ada until ${MOMENT.source}: release`),
    )
  })
})

it('a person who was typed into a text is named in it, to the asker by a mention and to the room by a link', async () => {
  const { id } = await kit.asks('linus', `ship web --why 'as @grace said'`)
  const question = room('grace').at(-1)
  expect(question).toMatchObject({ text: expect.stringContaining(`Why: as @${account('grace').id} said`), pings: [] })
  expect(JSON.stringify(question?.raw)).toContain(`?channel=${account('grace').id}`)
  expect(await kit.hears('linus', `approval show ${id}`)).toContain('Why: as @grace said')
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
