/** Approval by a second person, from the question to the end, through the real doors and over the real database. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import { approvalWorld, type Kit, kitOf } from './approval.kit.ts'
import { hall, rest, says, who } from './forms.kit.ts'
import { forward, holdBack, work } from './survive.kit.ts'
import type { World } from './world.ts'

let world: World
let kit: Kit
beforeAll(async () => {
  world = await approvalWorld()
  kit = kitOf(world)
})
afterEach(() => {
  vi.mocked(env.JOBS.send).mockRestore?.()
})

const MINUTE = 60_000
const seen = (person: string) => world.simulator.slack.user(person).in('#ops').sees()

describe('a line that needs approval', () => {
  it('waits, asks the room, and runs once somebody else has agreed', async () => {
    const { id, told } = await kit.asks('linus', 'ship web --why "the shop is down"')
    expect(told).toContain('waits for approval: 1 with ship:approve, until ')
    expect(await kit.row(id)).toMatchObject({ state: 'awaiting_approval', mode: 'job', attempt: 0 })
    const question = seen('grace').at(-1)
    expect(question?.text).toContain('ship web --why "the shop is down" waits for approval')
    expect(question?.text).toMatch(
      /Why: the shop is down\nNeeds: 1 with ship:approve\nUntil: \d{4}-\d\d-\d\d \d\d:\d\d UTC/,
    )
    expect(question?.buttons.map(({ label }) => label)).toEqual(['Approve', 'Refuse'])
    expect(question?.pings).toEqual([])
    expect(await kit.press('grace', 'Approve')).toContain('You approved ship web')
    expect(await kit.end(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
    expect(kit.done(id)).toHaveLength(1)
    // One message from the question to the end, with nothing left to press.
    const message = () => seen('grace').find((one) => one.id === question?.id)
    await vi.waitUntil(() => message()?.text.includes('shipped: web'))
    expect(message()?.buttons).toEqual([])
    expect(message()?.text).toContain('approved by grace')
    expect(
      seen('linus')
        .filter(({ onlyFor }) => onlyFor !== null)
        .at(-1),
    ).toMatchObject({
      text: expect.stringContaining('was approved and starts now'),
      buttons: [],
    })
    expect(await world.auditOf(id)).toEqual([
      'run.admitted',
      'policy.allowed',
      'approval.asked',
      'approval.approved',
      'approval.given',
      'run.queued',
      'run.running',
      'run.succeeded',
      'reply.delivered',
    ])
    const shown = await kit.hears('linus', `approval show ${id}`)
    expect(shown).toContain('it was approved by grace')
    expect(shown).toContain(String((await kit.approval(id)).digest))
    expect(await kit.hears('linus', `run show ${id}`)).toContain('Approval: it was approved by grace')
  })

  it('is not asked for where the module does not want it', async () => {
    const { id } = await kit.asks('linus', 'ship small')
    expect(await kit.row(id)).toMatchObject({ state: 'succeeded', mode: 'inline' })
  })

  it('is decided first: whoever may not run it asks nobody', async () => {
    const { id, told } = await kit.asks('gus', 'ship web')
    expect(told).toContain('You may not run ship')
    expect(await kit.row(id)).toMatchObject({ state: 'denied' })
  })

  it('needs each of two people, and says how far it is', async () => {
    const { id } = await kit.asks('linus', 'launch two')
    expect(await kit.press('grace', 'Approve')).toContain(
      'It waits for more people: 1 of 2 with ship:approve have agreed.',
    )
    await vi.waitUntil(() => seen('linus').some(({ text }) => text.includes('Approved by: grace')))
    expect(await kit.hears('grace', `approval approve ${id}`)).toContain('you have said so already')
    expect(await kit.press('ada', 'Approve')).toContain('it starts now')
    expect(await kit.end(id)).toMatchObject({ state: 'succeeded' })
    expect(kit.done(id)).toHaveLength(1)
    expect(await kit.events(id, 'approval.rejected')).toMatchObject([{ reason: 'already_voted' }])
  })

  it('ends with one refusal, in the room and for who asked, and cannot be approved any more', async () => {
    const { id } = await kit.asks('linus', 'launch refused')
    await kit.press('ada', 'Approve')
    expect(await kit.hears('grace', `approval refuse ${id} not before the backup`)).toContain(
      'You refused launch refused',
    )
    expect(await kit.row(id)).toMatchObject({ state: 'denied', code: 'refused', input: null })
    const text = 'launch refused was refused by grace: not before the backup. Nothing was run'
    expect(kit.room().at(-1)).toContain(text)
    expect(
      seen('linus')
        .filter(({ onlyFor }) => onlyFor === 'linus')
        .at(-1)?.text,
    ).toContain(text)
    expect(await kit.hears('ada', `approval approve ${id}`)).toContain(
      'Already decided by grace: launch refused was refused.',
    )
    expect(kit.done(id)).toEqual([])
    expect(await kit.approval(id)).toMatchObject({ state: 'refused' })
    expect(await kit.events(id, 'approval.refused')).toMatchObject([{ note: 'not before the backup' }])
  })

  it('is taken back by who asked, by run cancel or the button, and by nobody else', async () => {
    const first = await kit.asks('linus', 'ship back')
    expect(await kit.hears('grace', `approval withdraw ${first.id}`)).toContain('no run')
    expect(await kit.press('linus', 'Withdraw')).toContain('You withdrew ship back')
    expect(await kit.row(first.id)).toMatchObject({ state: 'cancelled' })
    expect(await kit.approval(first.id)).toMatchObject({ state: 'withdrawn' })
    expect(kit.room().at(-1)).toContain('was withdrawn by linus')
    expect(await kit.hears('grace', `approval approve ${first.id}`)).toContain('it was withdrawn')
    // The question in the asker's own place says so, too, and leaves nothing to press.
    const mine = () => seen('linus').filter(({ text, onlyFor }) => onlyFor !== null && text.includes('ship back'))
    await vi.waitUntil(() => mine().every(({ buttons }) => buttons.length === 0))
    expect(mine().some(({ text }) => text.includes('was withdrawn by linus'))).toBe(true)
    const second = await kit.asks('linus', 'ship cancel')
    expect(await kit.hears('grace', `run cancel ${second.id}`)).toContain('run:cancel')
    expect(await kit.hears('ada', `run cancel ${second.id}`)).toContain('was cancelled')
    expect(await kit.approval(second.id)).toMatchObject({ state: 'withdrawn' })
    expect(await kit.events(first.id, 'approval.rejected')).toMatchObject([
      { reason: 'other' },
      { reason: 'already_decided' },
    ])
    expect([...kit.done(first.id), ...kit.done(second.id)]).toEqual([])
  })

  it('is taken back on Discord with nothing left to press', async () => {
    const ada = world.simulator.discord.user('ada').in('#ops')
    await (await ada.says('/pawl run:ship returned')).final()
    const { id } = await world.newestRun('ship')
    expect((await (await ada.press('Withdraw')).final()).text).toContain('You withdrew ship returned')
    expect(await kit.row(String(id))).toMatchObject({ state: 'cancelled' })
    await vi.waitUntil(() => ada.sees().every(({ buttons }) => buttons.every(({ label }) => label !== 'Withdraw')))
    const about = ada.sees().filter(({ text }) => text.includes('ship returned was withdrawn by'))
    expect(about.map(({ onlyFor }) => onlyFor)).toEqual(expect.arrayContaining([null, 'ada']))
  })

  it('is void when a freeze begins: who presses and the room read the reason, and no advice to type it again', async () => {
    const { id } = await kit.asks('linus', 'ship frozen')
    expect(await kit.hears('ada', `freeze start 'release of v42' --until 2h`)).toContain('Frozen')
    const { id: freeze } = (await env.DB.prepare('SELECT MAX(id) AS id FROM freezes').first<{ id: number }>()) ?? {}
    const pressed = await kit.press('grace', 'Approve')
    expect(pressed).toMatch(/it is frozen .*until .*: release of v42 \(freeze/)
    expect(pressed).not.toContain('again')
    expect(await kit.row(id)).toMatchObject({ state: 'denied', code: 'approval_void' })
    const ended = kit.room().find((text) => text.includes('ship frozen'))
    expect(ended).toMatch(/ship frozen was not started: it is frozen .*release of v42 .*Nothing was run/)
    expect(ended).not.toContain('again')
    // What people wrote stands in fields that can be erased alone.
    expect(await kit.events(id, 'approval.void')).toMatchObject([{ reason: 'it is frozen' }])
    expect(await kit.hears('ada', `freeze end ${freeze}`)).toContain('was ended by')
    expect(kit.done(id)).toEqual([])
  })

  it('expires as a refusal: at the click, or by the sweeper', async () => {
    const late = await kit.asks('linus', 'ship late')
    const swept = await kit.asks('linus', 'ship swept')
    forward(15 * MINUTE - 5_000)
    await sweep(servicesOf(env))
    expect(await kit.row(late.id)).toMatchObject({ state: 'awaiting_approval' })
    forward(6_000)
    expect(await kit.hears('grace', `approval approve ${late.id}`)).toContain('is over')
    expect(await kit.row(late.id)).toMatchObject({ state: 'expired', code: 'no_decision' })
    await sweep(servicesOf(env))
    expect(await kit.row(swept.id)).toMatchObject({ state: 'expired', code: 'no_decision' })
    expect(await kit.approval(swept.id)).toMatchObject({ state: 'expired' })
    expect(kit.room().join('\n')).toContain('ship swept was not approved in time. Nothing was run')
    expect(
      seen('linus').filter(({ onlyFor, text }) => onlyFor === 'linus' && text.includes('not approved in time')),
    ).toHaveLength(2)
    expect(await kit.events(swept.id, 'approval.expired')).toHaveLength(1)
    expect([...kit.done(late.id), ...kit.done(swept.id)]).toEqual([])
  })

  it('that has no record of what it waits for is ended by the sweeper', async () => {
    const { id } = await kit.asks('linus', 'ship torn')
    await env.DB.prepare('DELETE FROM approvals WHERE run = ?').bind(id).run()
    expect(await kit.hears('grace', `approval approve ${id}`)).toContain('there is no run')
    forward(16 * MINUTE)
    await sweep(servicesOf(env))
    expect(await kit.row(id)).toMatchObject({ state: 'expired' })
  })

  it('cannot be asked about where nobody else reads, with a secret, without the reason that is wanted, or cut', async () => {
    const direct = world.simulator.slack.user('linus').in('dm')
    expect((await (await direct.says('ship web')).final()).text).toContain('type it in a room')
    expect((await kit.asks('linus', 'hush x')).told).toContain('where no secret may be')
    // A slash command would open the form that asks for it.
    const mention = await world.simulator.slack.user('linus').in('#ops').says('@pawl drop web')
    expect((await mention.final()).text).toContain('--why')
    expect((await kit.asks('linus', `ship ${'x'.repeat(600)}`)).told).toContain('make it shorter')
    const { results } = await env.DB.prepare(
      "SELECT state, code FROM runs WHERE command IN ('ship', 'hush', 'drop') ORDER BY created_at DESC LIMIT 4",
    ).all()
    expect(results.map(({ state }) => state)).toEqual(['denied', 'denied', 'denied', 'denied'])
  })

  it('says where to find it when the room cannot be asked, and can be approved all the same', async () => {
    const exchange = await world.simulator.slack.user('linus').in('#dev').says('/pawl ship unheard')
    expect((await exchange.final()).text).toContain(
      'The room could not be asked: those who may approve find it in approval list',
    )
    const { id } = await world.newestRun('ship')
    const listed = await kit.hears('grace', 'approval list --mine')
    expect(listed).toContain(String(id))
    expect(await kit.hears('gus', 'approval list')).not.toContain(String(id))
    expect(await kit.hears('grace', `approval approve ${id}`)).toContain('it starts now')
    expect(await kit.end(String(id))).toMatchObject({ state: 'succeeded' })
  })

  it('is asked for again when it is retried, and a second delivery of the question gives the first answer', async () => {
    const prepared = await world.simulator.slack.user('linus').in('#ops').prepares('/pawl ship again')
    const [first, second] = [await prepared.send(), await prepared.send()]
    expect((await second.final()).text).toBe((await first.final()).text)
    const { id } = await world.newestRun('ship')
    expect(await env.DB.prepare("SELECT COUNT(*) AS n FROM runs WHERE line = 'ship again'").first('n')).toBe(1)
    await kit.hears('grace', `approval refuse ${id}`)
    expect(await kit.hears('linus', `run retry ${id}`)).toContain('waits for approval')
    const again = await world.newestRun('ship')
    expect(again).toMatchObject({ state: 'awaiting_approval', retries: id })
    expect(await kit.hears('grace', `approval approve ${again.id}`)).toContain('it starts now')
    expect(await kit.end(String(again.id))).toMatchObject({ state: 'succeeded' })
    expect(kit.done(String(again.id))).toHaveLength(1)
  })

  it('is one that a rule picks out, too; of rule and module the stricter counts', async () => {
    await kit.hears(
      'ada',
      `rule create 'when command is ship with option[app] == "pay" must be approved by 2 of ship:approve'`,
    )
    const { id, told } = await kit.asks('linus', 'ship pay')
    expect(told).toContain('waits for approval: 2 with ship:approve')
    await kit.hears('grace', `approval approve ${id}`)
    expect(await kit.row(id)).toMatchObject({ state: 'awaiting_approval' })
    expect(await kit.hears('ada', `approval approve ${id}`)).toContain('it starts now')
    expect(await kit.end(id)).toMatchObject({ state: 'succeeded' })
    await kit.hears('ada', `rule create 'when command is ship with option[app] == "small-pay" must be confirmed'`)
    expect((await kit.asks('linus', 'ship small-pay')).told).toContain('Please confirm: ship small-pay')
    const small = await kit.row(String((await world.newestRun('ship')).id))
    await kit.hears('linus', `confirm ${small.id}`)
    expect(await kit.end(String(small.id))).toMatchObject({ state: 'succeeded' })
  })

  it('is shown with its defaults and with the message that it is run on: in the question, in show and in the list', async () => {
    await says('linus', 'ship $user', { record: { user: 'mars', text: `first\nsecond ${'x'.repeat(600)}` } })
    await rest()
    const { id } = await world.newestRun('ship')
    const shown = await kit.hears('grace', `approval show ${id}`)
    const listed = String(
      await kit
        .hears('grace', 'approval list --limit 100')
        .then(() => world.newestRun('approval:list'))
        .then(({ records }) => records),
    )
    for (const text of [kit.room().find((one) => one.includes('ship $user')), shown, listed]) {
      expect(text).toContain('app=mars extra=none')
      expect(text).toContain('first ⏎ second xxx')
      expect(text).toContain('… (613 characters)')
    }
    expect(await kit.hears('linus', `approval withdraw ${id}`)).toContain('withdr')
    const asked = await says('linus', 'wipe $user', { record: { user: 'mars', text: 'wipe it' } })
    expect(JSON.stringify(asked)).toContain('wipe it')
  })

  it('may be a pipeline, if it is the first of it', async () => {
    const told = await kit.hears('linus', 'ship early | count > here')
    const { id } = await world.newestRun('ship|count')
    expect(told).toContain('waits for approval')
    await kit.hears('grace', `approval approve ${id}`)
    expect(await kit.end(String(id))).toMatchObject({ state: 'succeeded' })
    expect(kit.done(String(id))).toHaveLength(1)
  })

  it('is refused behind a pipe before anything runs: nobody sees how often it would run, and on what', async () => {
    await kit.hears('linus', `seed '[{"a":1}]' | tee mine`)
    const refused = 'put it first in the line, with its arguments written out'
    expect(await kit.hears('linus', 'cat mine | ship web')).toContain(refused)
    expect(await world.newestRun('cat|ship')).toMatchObject({ state: 'denied' })
    await kit.hears('ada', "rule create 'when command is count must be confirmed'")
    expect(await kit.hears('linus', 'ship small | count')).toContain(refused)
    expect(await kit.hears('linus', 'plan "ship small | count"')).toContain(refused)
    expect(await kit.hears('linus', 'why "cat mine | ship web"')).toContain(refused)
    // What an argument from records needs is known only then.
    expect(await kit.hears('linus', `seed '[{"a":"all"}]' | ship $a`)).toContain(refused)
    expect(await world.newestRun('seed|ship')).toMatchObject({ state: 'failed' })
    expect(kit.done('').filter((entry) => entry.startsWith('ship all'))).toEqual([])
  })

  it('may be said to the bot, or typed with Discord’s own options', async () => {
    const mention = await world.simulator.slack.user('linus').in('#ops').says('@pawl ship mention')
    await vi.waitUntil(() =>
      seen('linus').some(({ text, onlyFor }) => onlyFor === 'linus' && text.includes('ship mention waits')),
    )
    expect(mention.status).toBe(200)
    const { id } = await world.newestRun('ship')
    await kit.hears('grace', `approval approve ${id}`)
    expect(await kit.end(String(id))).toMatchObject({ state: 'succeeded' })
    const typed = await world.simulator.discord.user('ada').in('#ops').says('/ship app:typed')
    expect((await typed.final()).text).toContain('ship --app=typed waits for approval')
    expect(await kit.row(String((await world.newestRun('ship')).id))).toMatchObject({ state: 'awaiting_approval' })
  })

  it('is not run, and nobody asked, when the database fails to note that it waits', async () => {
    const prepare = env.DB.prepare.bind(env.DB)
    await prepare(
      "CREATE TRIGGER no_approvals BEFORE INSERT ON approvals BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    ).run()
    const { id, told } = await kit.asks('linus', 'ship unnoted')
    await prepare('DROP TRIGGER no_approvals').run()
    expect(told).toContain('nothing was run')
    expect(await kit.row(id)).toMatchObject({ state: 'accepted' })
    expect(kit.room().join()).not.toContain('ship unnoted')
    expect(await kit.hears('grace', `approval approve ${id}`)).toContain('there is no run')
    expect(kit.done(id)).toEqual([])
  })

  it.each(['slack', 'discord'] as const)(
    'keeps what is for its asker from the room when %s is slow',
    async (platform) => {
      const simulator = world.simulator[platform]
      world.simulator.faults.next(platform === 'slack' ? 'slack.chat.postMessage' : 'discord.channel.post', {
        delayMs: 2_500,
      })
      const line = platform === 'slack' ? '/pawl ship slow' : '/pawl run:ship slow'
      await simulator.user('ada').in('#ops').says(line)
      const { id } = await world.newestRun('ship')
      const told = (person: string) =>
        simulator
          .user(person)
          .in('#ops')
          .sees()
          .filter(({ text }) => text.includes(String(id)))
          .map(({ text }) => text.replaceAll('\n', ' '))
      const question = expect.stringContaining('ship slow waits for approval Asked by')
      await vi.waitUntil(() => told('ada').some((text) => text.includes('This room is asked')), { timeout: 5_000 })
      expect(told('linus')).toEqual([question])
      expect(told('ada')).toEqual(expect.arrayContaining([expect.stringContaining('This room is asked'), question]))
      expect(told('ada')).toHaveLength(2)
      await kit.hears('ada', `run cancel ${id}`)
    },
  )

  it('keeps its place in line for a lock until its turn comes', async () => {
    const wakes = holdBack()
    const { id } = await kit.asks('linus', 'launch locked')
    await kit.hears('grace', `approval approve ${id}`)
    await kit.hears('ada', `approval approve ${id}`)
    expect(wakes.map(({ wake }) => 'run' in wake && wake.run)).toContain(id)
    vi.mocked(env.JOBS.send).mockRestore()
    await work(id)
    expect(await kit.end(id)).toMatchObject({ state: 'succeeded' })
    expect(await world.auditOf(id)).toContain('lock.acquired')
  })

  it('is asked and given on Discord too', async () => {
    const discord = world.simulator.discord
    const exchange = await discord.user('ada').in('#ops').says('/pawl run:ship discord')
    expect((await exchange.final()).text).toContain('waits for approval')
    const { id } = await world.newestRun('ship')
    const pressed = await discord.user('grace').in('#ops').press('Approve')
    expect((await pressed.final()).text).toContain('only users of Pawl can decide')
    await env.DB.prepare(
      "INSERT INTO identities (platform, workspace, external_id, user_id, created_at) SELECT 'discord', '1180000000000000001', '1180000000000000012', id, 0 FROM users WHERE name = 'grace'",
    ).run()
    // To know one more account changes who may do what: what was asked before counts no more.
    expect((await (await discord.user('grace').in('#ops').press('Approve')).final()).text).toContain(
      'has to be asked again',
    )
    expect(await kit.row(String(id))).toMatchObject({ state: 'denied', code: 'approval_void' })
    await discord.user('ada').in('#ops').says('/pawl run:ship discord')
    const again = String((await world.newestRun('ship')).id)
    await vi.waitUntil(() =>
      discord
        .user('grace')
        .in('#ops')
        .sees()
        .some(({ text, buttons }) => text.includes(again) && buttons.some(({ label }) => label === 'Approve')),
    )
    expect((await (await discord.user('grace').in('#ops').press('Approve')).final()).text).toContain('it starts now')
    expect(await kit.end(again)).toMatchObject({ state: 'succeeded' })
    await vi.waitUntil(() =>
      discord
        .user('linus')
        .in('#ops')
        .sees()
        .some(({ text }) => text.includes('shipped: discord')),
    )
    expect(kit.done(again)).toHaveLength(1)
  })
})

it('is offered to those who may decide it while they type, until they have', async () => {
  const { id } = await kit.asks('linus', 'ship offered')
  const offered = async (name: 'grace' | 'linus', command: string) =>
    await hall().complete(who(name), `approval ${command} `)
  expect(await offered('grace', 'approve')).toContain(`approval approve ${id}`)
  expect(await hall().complete(who('grace'), `approval refuse ${id.slice(0, 6)}`)).toContain(`approval refuse ${id}`)
  expect((await offered('linus', 'approve')).join()).not.toContain(id)
  await kit.hears('grace', `approval refuse ${id} no`)
  expect((await offered('grace', 'approve')).join()).not.toContain(id)
})

it('lets what was written with it be erased, and nothing else', async () => {
  const { id } = await kit.asks('linus', 'ship erased --why "a private matter"')
  await kit.hears('grace', `approval refuse ${id} a private answer`)
  const before = await kit.approval(id)
  await vi.waitUntil(async () => (await kit.hears('ada', `audit erase ${id} --reason test`)).includes('rased'))
  expect(await kit.approval(id)).toEqual({ ...before, because: '[erased]' })
  const { results } = await env.DB.prepare('SELECT vote, name, note FROM approval_votes WHERE run = ?').bind(id).all()
  expect(results).toEqual([{ vote: 'refuse', name: 'grace', note: '[erased]' }])
})

it('leaves no question behind', () => {
  expect(world.simulator.interim().filter((entry) => JSON.stringify(entry).includes('Approve'))).toEqual([])
})
