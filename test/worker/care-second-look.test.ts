/** A second look at what stands before a start, by somebody who wants it out of the way, or out of sight. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand, md } from '#pawl'
import { endOverdue } from '../../src/approval/end.ts'
import type { RunRow } from '../../src/db/runs.ts'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import { account, approvalWorld, type Kit, kitOf, trail } from './approval.kit.ts'
import { everything, formFor, hall, rest, says, submits, who } from './forms.kit.ts'
import { forward, holdBack, work } from './survive.kit.ts'
import type { World } from './world.ts'

const TOKEN = ['ghp', 'aB3dE5fG7hJ9kL1mN0pQaB3dE5fG7hJ9kL1mN0'].join('_')
/** Where a private key begins, everything behind it in a text is masked. */
const KEY = ['-----BEGIN', 'PRIVATE KEY-----'].join(' ')

/** Whom the completer was asked for. */
const completed: string[] = []
const dial = defineCommand({
  name: 'dial',
  summary: 'Dial a number',
  options: { number: z.string().describe('Number') },
  complete: {
    number(_, ctx) {
      completed.push(ctx.channel.id)
      return ['0123', '0456']
    },
  },
  effects: 'write',
  rules: ['when command is dial allow'],
  handler: () => null,
})

const haul = defineCommand({
  name: 'haul',
  summary: 'Haul something, as a job',
  options: { app: z.string().describe('What') },
  effects: 'write',
  run: 'job',
  rules: ['when command is haul must have ship:run'],
  handler({ app }, ctx) {
    trail.push(`haul ${app} ${ctx.run}`)
    return { hauled: app }
  },
  dryRun: ({ app }) => ({ would_haul: app }),
})

const mount = defineCommand({
  name: 'mount',
  summary: 'Mount what only one can mount, with the approval of one',
  options: { app: z.string().describe('What') },
  effects: 'write',
  run: 'job',
  singleton: () => ({ key: 'mount', whenBusy: 'reject' }),
  approval: { permission: 'ship:approve' },
  rules: ['when command is mount must have ship:run'],
  handler: () => null,
})

const offer = defineCommand({
  name: 'offer',
  summary: 'Offer to ship something',
  options: { app: z.string().describe('What') },
  effects: 'read',
  rules: ['when command is offer allow'],
  handler: ({ app }) => ({ app }),
  view: ([{ app }]) => ({ show: md`offered`, actions: [{ label: 'Ship it', run: `ship ${app}` }] }),
})

let world: World
let kit: Kit
beforeAll(async () => {
  world = await approvalWorld(dial, haul, mount, offer)
  kit = kitOf(world)
  for (const line of [
    'role create breaker',
    'permission grant pawl:break-glass breaker',
    'permission grant redirect:post breaker',
    'group create breakers',
    'role grant breaker breakers',
    'group add breakers linus',
  ])
    await kit.hears('ada', line)
}, 120_000)
beforeEach(() => {
  trail.length = 0
})
afterEach(() => {
  vi.mocked(env.JOBS.send).mockRestore?.()
})

const WHY = "'checkout is down for all'"
const security = () =>
  world.simulator.slack
    .user('linus')
    .in('#security')
    .sees()
    .map(({ text }) => text)
const until = (test: () => Promise<boolean> | boolean) => vi.waitUntil(test, { timeout: 15_000, interval: 50 })
const there = async (person: string, room: string, line: string) =>
  (await (await world.simulator.slack.user(person).in(room).says(`/pawl ${line}`)).final()).text
const newest = async (command: string) => String((await world.newestRun(command)).id)
const withdraw = (run: string) => kit.hears('linus', `approval withdraw ${run}`)
/** An alias for everybody. */
async function alias(name: string, text: string, by: string, uses: readonly string[] = []): Promise<void> {
  const { workspace, id } = account(by)
  await env.DB.prepare(
    'INSERT INTO aliases (name, owner, text, uses, created_by, created_at) VALUES (?, NULL, ?, ?, ?, 0)',
  )
    .bind(name, text, JSON.stringify(uses), `slack:${workspace}:${id}`)
    .run()
}

describe('nothing of what is agreed to is out of sight', () => {
  it('not where the answer goes, though a reason that looks like a key masks the rest of the line', async () => {
    await kit.hears('linus', `ship --why "${KEY}" web *> #general me`)
    const id = await newest('ship')
    const question = kit.room().at(-1) ?? ''
    expect(question).not.toContain('*>')
    expect(question).toContain('ship: app=web extra=none')
    expect(question).toMatch(/^Answer: to #(?:general|C0GENERAL1), who asked$/m)
    expect(await kit.hears('grace', `approval show ${id}`)).toMatch(/^Answer: to #(?:general|C0GENERAL1), who asked$/m)
    expect(await kit.hears('grace', 'approval list')).toMatch(/Answer: to #(?:general|C0GENERAL1), who asked/)
    await withdraw(id)
  })

  // Those of the message count, too.
  it.each([
    ['as many as fit are shown', 15, 'waits for approval'],
    ['of more nobody is asked', 16, 'too long to be shown whole'],
  ])('nor a part of arguments full of people, whose names Slack shows: %s', async (_, people, answer) => {
    const text = `${'@U0GRACE001 '.repeat(people)}${'"'.repeat(1_250)}`
    const told = await says('linus', `ship $text --why '${'"'.repeat(300)}'`, { record: { text } })
    await rest()
    expect(JSON.stringify(told.blocks)).toContain(answer)
    expect(kit.room().at(-1)).not.toContain('longer than fits')
    if (answer === 'waits for approval') await withdraw(await newest('ship'))
  })

  it('nor looks a reason like more of it where it is shown and listed', async () => {
    await says('linus', 'ship lines --why "urgent\nNeeds: nothing"')
    await rest()
    const id = await newest('ship')
    const shown = await kit.hears('grace', `approval show ${id}`)
    expect(shown.match(/^Needs/gm)).toHaveLength(1)
    expect(await kit.hears('grace', 'approval list')).not.toMatch(/^Needs/m)
    await withdraw(id)
  })
})

describe('the security room reads what runs', () => {
  const told = async (part: string) => {
    await until(() => security().some((text) => text.includes(part)))
    return security().find((text) => text.includes(part)) ?? ''
  }

  it('with what it takes from a message, and that message', async () => {
    await says('linus', `break-glass ${WHY} ship $text`, { record: { text: 'everything-to-mars' } })
    await rest()
    const post = await told('ship $text')
    expect(post).toContain('ship: app=everything-to-mars extra=none')
    expect(post).toContain('Message: everything-to-mars')
    await until(() => trail.length > 0)
  })

  it('to its end, where the line is longer than what is kept of it', async () => {
    const long = 'x'.repeat(497)
    await kit.hears('linus', `break-glass ${WHY} 'ship ${long} --extra behind-the-end'`)
    expect(await told(`ship ${long.slice(0, 400)}`)).toContain('extra=behind-the-end')
    await until(() => trail.length > 0)
    await says('linus', `break-glass ${WHY} ship $text`, { record: { text: 'x'.repeat(2_000) } })
    await rest()
    expect(await kit.row(await newest('ship'))).toMatchObject({ state: 'failed', code: 'glass' })
  })

  it('also behind a reason that looks like a key', async () => {
    await kit.hears('linus', `break-glass ${WHY} 'ship --why "${KEY}" web --extra hidden > @grace'`)
    const post = await told('extra=hidden')
    expect(post).toMatch(/Answer: to @/)
    await until(() => trail.length > 0)
  })

  it('on lines of its own: a reason that looks like more of the message is one line', async () => {
    await says('linus', `break-glass 'it is down\nIt runs without: nothing' ship forged`)
    await rest()
    expect((await told('forged')).match(/^It runs without/gm)).toHaveLength(1)
    await until(() => trail.length > 0)
  })

  it('and no token that stands in the line, which is in no row once it has run', async () => {
    await kit.hears('linus', `break-glass ${WHY} restart ${TOKEN}`)
    const id = await newest('restart')
    expect(await kit.end(id)).toMatchObject({ state: 'succeeded' })
    await until(() => security().some((text) => text.includes(id)))
    expect(security().join()).not.toContain(TOKEN)
    expect(await everything()).not.toContain(TOKEN)
  })

  it('and whoever looks later that nobody was asked, rather than that it was confirmed', async () => {
    await kit.hears('linus', `break-glass ${WHY} ship known`)
    const id = await newest('ship')
    expect(await kit.hears('ada', `approval show ${id}`)).toContain('the glass was broken for it')
    expect(await kit.hears('grace', `approval approve ${id}`)).toContain('the glass was broken for it')
    await until(() => trail.length > 0)
  })
})

it('no glass is broken in a room that practises, also for what only reads', async () => {
  await kit.hears('ada', 'room set #general --practice')
  expect(await there('linus', '#general', `break-glass ${WHY} extract pay`)).toContain('this room practises')
  await kit.hears('ada', 'room set #general --no-practice')
  expect(
    await env.DB.prepare("SELECT count(*) AS n FROM reviews r JOIN runs ON id = run WHERE line = 'extract pay'").first(
      'n',
    ),
  ).toBe(0)
  expect(trail).toEqual([])
})

it('no glass is broken for what a module asks of arguments out of records: whoever tries is told to write them out', async () => {
  const line = `'seed "[{\\"x\\":\\"late\\"}]" | ship $x'`
  expect(await kit.hears('linus', `break-glass ${WHY} ${line}`)).toContain('write out what comes from records')
  await kit.hears('ada', 'freeze start late')
  await kit.hears('linus', `break-glass ${WHY} ${line}`)
  await until(async () => (await world.newestRun('seed|ship')).ended_at !== null)
  expect(await world.newestRun('seed|ship')).toMatchObject({ state: 'failed', code: 'handler' })
  expect(trail).toEqual([])
  await kit.hears('ada', `freeze end ${await env.DB.prepare('SELECT max(id) AS n FROM freezes').first('n')}`)
})

it('the security room reads of an approval that a rule may ask for, too, where records name the arguments', async () => {
  await kit.hears(
    'ada',
    `rule create 'when command is haul with option[app] == "vault" must be approved by ship:approve'`,
  )
  const line = `'seed "[{\\"x\\":\\"vault\\"}]" | haul $x'`
  expect(await kit.hears('linus', line.slice(1, -1))).toContain('put it first in the line')
  await kit.hears('ada', 'freeze start vaults')
  const told = await kit.hears('linus', `break-glass ${WHY} ${line}`)
  const freeze = await env.DB.prepare('SELECT max(id) AS n FROM freezes').first('n')
  expect(told).toContain(`freeze ${freeze} (vaults)`)
  expect(told).toContain('approval by 1 with ship:approve')
  await until(() => trail.length > 0)
  const post = security().at(-1) ?? ''
  expect(post).toContain('approval by 1 with ship:approve, if what comes from records needs it')
  await kit.hears('ada', `freeze end ${freeze}`)
})

describe('what is asked of one person alone', () => {
  it('is confirmed as the question says, also where its word looks like the id of a run', async () => {
    const { id, told } = await kit.asks('linus', 'wipe r_0123456789abcdef')
    const typed = /type (?:\/pawl )?(confirm \S+ \S+) here/.exec(told)?.[1] ?? ''
    expect(typed).toBe(`confirm r_0123456789abcdef ${id}`)
    expect(await kit.hears('linus', 'confirm r_0123456789abcdef')).toContain('there is no run of this id')
    expect(await kit.hears('linus', typed)).toContain('it starts now')
    await kit.end(id)
    expect(kit.done(id)).toHaveLength(1)
  })

  it('is unknown to those who approve, and in other workspaces', async () => {
    const { id } = await kit.asks('linus', 'restart mine')
    const unknown = 'there is no run of this id that waits for'
    for (const person of ['grace', 'ada']) expect(await kit.hears(person, `approval approve ${id}`)).toContain(unknown)
    expect(await kit.hears('grace', `approval show ${id}`)).toContain('there is no approval')
    const far = world.simulator.discord.user('ada').in('#ops')
    expect((await (await far.says(`/pawl run:confirm ${id}`)).final()).text).toContain(unknown)
    expect(await kit.hears('grace', `confirm ${id}`)).toContain('only whoever asked for it can confirm it')
    expect(await kit.row(id)).toMatchObject({ state: 'awaiting_approval' })
    await withdraw(id)
    expect(trail).toEqual([])
  })

  it('is shown to those who may approve it once they are asked, and in that workspace alone', async () => {
    await env.DB.prepare(
      "INSERT INTO identities (platform, workspace, external_id, user_id, created_at) SELECT 'discord', ?, ?, id, 0 FROM users WHERE name = 'grace'",
    )
      .bind(account('grace', 'discord').workspace, account('grace', 'discord').id)
      .run()
    const far = world.simulator.discord.user('grace').in('#ops')
    const { id } = await kit.asks('linus', 'drop shown --why "it is wanted"')
    const shown = async () => [
      await kit.hears('grace', `approval show ${id}`),
      (await (await far.says(`/pawl run:approval show ${id}`)).final()).text,
    ]
    for (const text of await shown()) expect(text).toContain('there is no approval')
    await kit.press('linus', 'Confirm')
    const [here, there] = await shown()
    expect(here).toContain('drop: app=shown')
    expect(there).toContain('there is no approval')
    await withdraw(id)
  })
})

describe('of two things at the same moment one counts', () => {
  it('the end of its time and a click: it has expired, and nothing runs', async () => {
    for (let i = 0; i < 3; i++) {
      const { id } = await kit.asks('linus', `ship edge-${i}`)
      forward(15 * 60_000)
      const both = [kit.hears('grace', `approval approve ${id}`), sweep(servicesOf(env))]
      await Promise.all(i % 2 === 0 ? both : both.reverse())
      expect(await kit.end(id)).toMatchObject({ state: 'expired', code: 'no_decision' })
      expect(await kit.approval(id)).toMatchObject({ state: 'expired' })
    }
    expect(trail).toEqual([])
  }, 60_000)

  it('the end of the time to confirm it, seen before the click that confirmed it, and that click', async () => {
    const { id } = await kit.asks('linus', 'drop seen --why "it is wanted"')
    const seen = (await kit.row(id)) as unknown as RunRow
    expect(await kit.press('linus', 'Confirm')).toContain('It now waits for approval')
    expect(await endOverdue(servicesOf(env), servicesOf(env).openDb(), seen)).toBe(false)
    expect(await kit.row(id)).toMatchObject({ state: 'awaiting_approval' })
    await withdraw(id)
  })

  it('taking it back and agreeing to it: it runs once or not at all, and the record says which', async () => {
    const ends = new Set<string>()
    for (let i = 0; i < 6; i++) {
      trail.length = 0
      const { id } = await kit.asks('linus', `ship back-${i}`)
      const both = [kit.hears('grace', `approval approve ${id}`), withdraw(id), kit.hears('linus', `run cancel ${id}`)]
      await Promise.all(both.slice(0, 2 + (i % 2)))
      const { state } = await kit.end(id)
      const { state: said } = await kit.approval(id)
      ends.add(`${state} ${said} ${trail.length}`)
      expect(await kit.events(id, 'run.queued')).toHaveLength(said === 'given' ? 1 : 0)
    }
    expect(
      [...ends].filter((end) => !/^(?:succeeded given 1|cancelled withdrawn 0|cancelled given 0)$/.test(end)),
    ).toEqual([])
  }, 60_000)

  it('a freeze and the last word: frozen, and neither a retry nor a repeat nor a button gets past it', async () => {
    const { id: offering } = await (async () => {
      await kit.hears('linus', 'offer iced')
      return { id: await newest('offer') }
    })()
    for (let i = 0; i < 3; i++) {
      const { id } = await kit.asks('linus', `ship ice-${i}`)
      const form = await formFor('linus', 'haul')
      const wakes = holdBack()
      await Promise.all([kit.hears('grace', `approval approve ${id}`), kit.hears('ada', `freeze start ice-${i}`)])
      vi.mocked(env.JOBS.send).mockRestore()
      for (const { wake } of wakes) await work((wake as { readonly run: string }).run)
      expect(['frozen', 'approval_void']).toContain((await kit.end(id)).code)
      for (const line of [`run retry ${id}`, '!!', `run action ${offering} 1`])
        expect(await kit.hears('linus', line)).toContain('it is frozen')
      await submits('linus', form, { app: `ice-${i}` })
      await rest()
      expect(await kit.row(await newest('haul'))).toMatchObject({ state: 'denied', code: 'frozen' })
      await kit.hears('ada', `freeze end ${await env.DB.prepare('SELECT max(id) AS n FROM freezes').first('n')}`)
    }
    expect(trail).toEqual([])
  }, 60_000)
})

describe('who wrote an alias cannot agree to what came of it', () => {
  it.each([
    ['inside the alias of somebody else', 'outer', 'ship nested'],
    ['that stands for a repeat', 'again', 'ship plain'],
    ['of a line whose answer offers another one', 'offered', 'ship buttoned'],
  ])('%s', async (_, typed, line) => {
    if (typed === 'outer') {
      await alias('inner', line, 'grace')
      await alias('outer', 'inner', 'ada', ['inner'])
    }
    if (typed === 'again') {
      const { id } = await kit.asks('linus', line)
      await withdraw(id)
      await alias('again', `run retry ${id}`, 'grace')
    }
    if (typed === 'offered') await alias('offered', 'offer buttoned', 'grace')
    forward(1_000)
    await kit.hears('linus', typed)
    if (typed === 'offered') await kit.hears('linus', `run action ${await newest('offer')} 1`)
    const id = await newest('ship')
    expect(await kit.row(id)).toMatchObject({ state: 'awaiting_approval', line })
    expect(await kit.hears('grace', `approval approve ${id}`)).toContain('you wrote the alias')
    expect((await kit.events(id, 'approval.rejected')).map(({ reason }) => reason)).toEqual(['barred'])
    await withdraw(id)
    expect(trail).toEqual([])
  })
})

describe('a form that was checked', () => {
  it('keeps no token that stands in what is wrong with it', async () => {
    const form = await formFor('ada', 'freeze start --form')
    const sent = await submits('ada', form, { reason: 'release', commands: TOKEN, until: '2h' })
    await rest()
    expect(sent.kind).toBe('problems')
    expect(await everything()).not.toContain(TOKEN)
  })
})

it('two accounts of one person are one of two who have to agree', async () => {
  const { platform, workspace, id: gus } = account('gus')
  await env.DB.prepare(
    "INSERT INTO identities (platform, workspace, external_id, user_id, created_at) SELECT ?, ?, ?, id, 0 FROM users WHERE name = 'grace'",
  )
    .bind(platform, workspace, gus)
    .run()
  const { id } = await kit.asks('linus', 'launch double')
  await Promise.all([kit.hears('grace', `approval approve ${id}`), kit.hears('gus', `approval approve ${id}`)])
  expect(await kit.row(id)).toMatchObject({ state: 'awaiting_approval' })
  expect(await kit.events(id, 'approval.approved')).toHaveLength(1)
  expect((await kit.events(id, 'approval.rejected')).map(({ reason }) => reason)).toEqual(['already_voted'])
  await withdraw(id)
})

describe('what somebody is told', () => {
  it('a completer is asked for nobody who may not run its command in that room', async () => {
    await kit.hears(
      'ada',
      `rule create 'when command is dial with not channel == "#ops" forbid because "only in #ops"'`,
    )
    const channel = { id: 'C0GENERAL1', kind: 'channel', name: 'general' } as const
    completed.length = 0
    expect(await hall().complete({ ...who('linus'), channel }, 'dial 0')).toEqual([])
    expect(completed).toEqual([])
  })

  it('a job that was queued before its room practised sends its answer where it was asked to', async () => {
    holdBack()
    await world.simulator.slack.user('linus').in('#general').says('/pawl haul early > #ops')
    await until(async () => String((await world.newestRun('haul')).line).startsWith('haul early'))
    const id = await newest('haul')
    await until(async () => (await kit.row(id)).state === 'queued')
    await kit.hears('ada', 'room set #general --practice')
    vi.mocked(env.JOBS.send).mockRestore()
    await work(id)
    await kit.hears('ada', 'room set #general --no-practice')
    expect(await kit.row(id)).toMatchObject({ state: 'succeeded' })
    expect(kit.done(id)).toHaveLength(1)
    expect(kit.room().some((text) => text.includes('hauled: early'))).toBe(true)
  })

  it('no glass is noted as broken for a line that was refused because its lock is held', async () => {
    holdBack()
    await world.says('linus', `/pawl break-glass ${WHY} mount first`)
    await until(async () => String((await world.newestRun('mount')).state) === 'queued')
    forward(1_000)
    expect(await kit.hears('linus', `break-glass ${WHY} mount second`)).toContain('mount is held by run')
    const id = await newest('mount')
    expect(await kit.row(id)).toMatchObject({ line: 'mount second', state: 'failed', code: 'busy' })
    expect(await env.DB.prepare('SELECT count(*) AS n FROM reviews WHERE run = ?').bind(id).first('n')).toBe(0)
    expect((await world.auditOf(id)).filter((code) => /^(?:glass|review)[.]/.test(code))).toEqual([])
  })

  it('the room that agreed to it reads that a run was refused at its start', async () => {
    const { id } = await kit.asks('linus', 'ship iced')
    holdBack()
    await kit.hears('grace', `approval approve ${id}`)
    await kit.hears('ada', 'freeze start iced')
    vi.mocked(env.JOBS.send).mockRestore()
    await work(id)
    await kit.hears('ada', `freeze end ${await env.DB.prepare('SELECT max(id) AS n FROM freezes').first('n')}`)
    expect(await kit.row(id)).toMatchObject({ state: 'denied', code: 'frozen' })
    expect(kit.room().filter((text) => text.includes(id))).toEqual([expect.stringContaining('it is frozen')])
  })
})
