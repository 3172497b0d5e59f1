/** `run retry`, its button, and `run resolve`, through both platforms: who may, what becomes of it, and what stays to be read. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { CommandFailure, defineCommand } from '#pawl'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import { openWorld, type World } from './world.ts'

/** What the handlers did, by what they were asked for. */
const done: string[] = []
/** What the next call for a thing does: fail, hang, or (nothing noted) work. */
const next = new Map<string, 'fail' | 'hang'>()

const work = defineCommand({
  name: 'work',
  summary: 'Do something that matters',
  options: {
    what: z.string().describe('What'),
  },
  effects: 'write',
  run: 'job',
  rules: [
    'when command is work with option[what] != "guarded" allow',
    'when command is work with option[what] == "guarded" must have site:work',
  ],
  async handler({ what }, ctx) {
    done.push(what)
    const fate = next.get(what)
    next.delete(what)
    if (fate === 'fail') throw new CommandFailure('it did not work')
    if (fate === 'hang')
      await new Promise((_, reject) => {
        ctx.signal.addEventListener('abort', () => reject(new Error('stopped')))
      })
    return { what }
  },
})

let world: World
beforeAll(async () => {
  Object.assign(loadRegistry(), createRegistry(houseEntries([{ file: 'test', command: work }])))
  world = await openWorld()
})
afterEach(() => {
  next.clear()
  done.length = 0
})

type Platform = 'slack' | 'discord'
const PLATFORMS = ['slack', 'discord'] as const
const typed = { slack: (line: string) => `/pawl ${line}`, discord: (line: string) => `/pawl run: ${line}` }
const user = (platform: Platform, person: string, room = '#ops') => world.simulator[platform].user(person).in(room)
const asks = (platform: Platform, person: string, line: string, room = '#ops') =>
  user(platform, person, room).says(typed[platform](line))
const hears = async (platform: Platform, person: string, line: string, room = '#ops') =>
  (await (await asks(platform, person, line, room)).final()).text

interface Row {
  readonly id: string
  readonly state: string
  readonly line: string
  readonly actor: string
  readonly retries: string | null
  readonly yields_to: string | null
  readonly resolution: string | null
}
const runsOf = async (line: string) =>
  (await env.DB.prepare('SELECT * FROM runs WHERE line = ? ORDER BY created_at, id').bind(line).all<Row>()).results
const newest = async (line: string) => {
  const row = (await runsOf(line)).at(-1)
  if (!row) throw new Error(`there is no run of ${line}`)
  return row
}
const codes = (run: string) => world.auditOf(run)
const until = (test: () => Promise<boolean> | boolean) => vi.waitUntil(test, { timeout: 10_000, interval: 50 })

/** A job of that person that failed. */
async function failed(platform: Platform, person: string, what: string): Promise<Row> {
  next.set(what, 'fail')
  expect(await hears(platform, person, `work ${what}`)).toContain('it did not work')
  return newest(`work ${what}`)
}

/** A job of that person that its consumer has left, told as lost. */
async function lost(platform: Platform, person: string, what: string): Promise<Row> {
  next.set(what, 'hang')
  const exchange = await asks(platform, person, `work ${what}`)
  await until(() => done.includes(what))
  await until(() => exchange.messages().some(({ text }) => text.includes('Running')))
  const { id } = await newest(`work ${what}`)
  // As if its claim had lapsed: its consumer finds somebody else's, and stops.
  await env.DB.prepare('UPDATE runs SET attempt = attempt + 1, due_at = 1 WHERE id = ?').bind(id).run()
  await sweep(servicesOf(env))
  expect((await exchange.final()).text).toContain('was interrupted')
  return newest(`work ${what}`)
}

describe.each(PLATFORMS)('on %s, run retry', (platform) => {
  it('runs the same line as a new run of who asks, and links the two', async () => {
    const what = `again-${platform}`
    const first = await failed(platform, 'grace', what)
    expect(await hears(platform, 'grace', `run retry ${first.id}`)).toContain(what)
    const [, second] = await runsOf(`work ${what}`)
    expect(second).toMatchObject({ state: 'succeeded', retries: first.id })
    expect(done).toEqual([what, what])
    expect(await codes(first.id)).toContain('run.repeated')
    expect(await hears(platform, 'grace', `run show ${first.id}`)).toContain(`${second?.id} (succeeded)`)
    expect(await hears(platform, 'grace', `run show ${second?.id}`)).toContain(first.id)
  })

  it('is offered by a button under what failed, for anybody in the room, and only once', async () => {
    const what = `button-${platform}`
    const first = await failed(platform, 'grace', what)
    const pressed = await user(platform, 'linus').press('Retry')
    expect((await pressed.final()).text).toContain(what)
    const second = await newest(`work ${what}`)
    expect(second).toMatchObject({ state: 'succeeded', retries: first.id })
    expect(second.actor).not.toBe(first.actor)
    expect(await hears(platform, 'grace', `run retry ${first.id}`)).toContain(`run ${second.id} is succeeded`)
    expect(await runsOf(`work ${what}`)).toHaveLength(2)
    const message = () =>
      user(platform, 'grace')
        .sees()
        .find(({ text }) => text.includes(`Run again by`) && text.includes(second.id))
    await until(() => message() !== undefined)
    expect(message()?.text).toContain('it did not work')
    expect(message()?.buttons).toEqual([])
  })

  it('decides about the line as it stands now, for the person who presses', async () => {
    const what = 'guarded'
    next.set(what, 'fail')
    expect(await hears(platform, 'ada', `work ${what}`)).toContain('it did not work')
    const pressed = await user(platform, 'linus').press('Retry')
    expect((await pressed.final()).text).toContain('site:work')
    expect(await newest(`work ${what}`)).toMatchObject({ state: 'denied' })
    expect(done).toEqual([what])
    // Who may not run it takes the button from nobody.
    expect((await (await user(platform, 'ada').press('Retry')).final()).text).toContain(what)
  })

  it('is refused for a run of somebody else that this room has not seen', async () => {
    const what = `elsewhere-${platform}`
    next.set(what, 'fail')
    await (await asks(platform, 'grace', `work ${what}`, '#general')).final()
    const { id } = await newest(`work ${what}`)
    expect(await hears(platform, 'linus', `run retry ${id}`)).toContain(`There is no run ${id} that you may retry`)
    expect(await hears(platform, 'linus', 'run retry r_zzzzzzzzzzzzzzzz')).toContain('There is no run')
    expect(await runsOf(`work ${what}`)).toHaveLength(1)
    expect(await hears(platform, 'ada', `run retry ${id}`)).toContain(what)
  })

  it('says of a lost run what nobody knows, and runs it only anyway', async () => {
    const what = `gone-${platform}`
    const first = await lost(platform, 'grace', what)
    const question = await (await user(platform, 'grace').press('Retry')).final()
    expect(question.text).toContain('Nobody knows whether it did all of its work, a part or nothing')
    expect(question.onlyFor).toBe('grace')
    expect(done).toEqual([what])
    expect((await (await user(platform, 'grace').press('Run it again anyway')).final()).text).toContain(what)
    expect(await newest(`work ${what}`)).toMatchObject({ state: 'succeeded', retries: first.id })
    expect(done).toEqual([what, what])
  }, 20_000)
})

/** Until the spy is restored: batches that admit a run wait until so many have come, and then follow one another. */
function gatherAdmissions(count: number): void {
  const open = env.DB.withSession.bind(env.DB)
  let arrived = 0
  vi.spyOn(env.DB, 'withSession').mockImplementation((mode) => {
    const session = open(mode)
    const prepare = session.prepare.bind(session)
    const batch = session.batch.bind(session)
    let admits = false
    session.prepare = (sql) => {
      admits ||= sql.startsWith('INSERT INTO runs')
      return prepare(sql)
    }
    session.batch = async (statements) => {
      if (!admits) return await batch(statements)
      admits = false
      arrived++
      // Each asks for itself: what belongs to one request cannot be touched by another.
      while (arrived < count) await new Promise((resolve) => setTimeout(resolve, 5))
      return await batch(statements)
    }
    return session
  })
}

describe.each(PLATFORMS)('on %s, two people who press at the same moment', (platform) => {
  afterEach(() => {
    vi.mocked(env.DB.withSession).mockRestore?.()
  })

  /** Both press before either is admitted; gives the runs that came of it, the one that does it first. */
  async function bothPress(label: string, line: string) {
    gatherAdmissions(2)
    const pressed = await Promise.all(['grace', 'linus'].map((person) => user(platform, person).press(label)))
    vi.mocked(env.DB.withSession).mockRestore()
    const answers = await Promise.all(pressed.map(async (exchange) => (await exchange.final()).text))
    const repeats = (await runsOf(line)).filter(({ retries }) => retries !== null)
    const [does, yields] = repeats.sort((a) => (a.yields_to === null ? -1 : 1))
    return { does, yields, answers, count: repeats.length }
  }

  it('have it run once, and the second is told which run does it', async () => {
    const what = `pressed-${platform}`
    const first = await failed(platform, 'grace', what)
    // It fails at once: the second press means the first failure all the same.
    next.set(what, 'fail')
    const { does, yields, answers, count } = await bothPress('Retry', `work ${what}`)
    expect(count).toBe(2)
    expect(done).toEqual([what, what])
    expect(does).toMatchObject({ retries: first.id, yields_to: null, state: 'failed' })
    expect(yields).toMatchObject({
      retries: first.id,
      yields_to: does?.id,
      state: 'failed',
      code: 'repeated',
      attempt: 0,
    })
    expect(answers.filter((text) => text.includes('it did not work'))).toHaveLength(1)
    expect(answers.filter((text) => text.includes(`was run again already: run ${does?.id} is`))).toHaveLength(1)
    const noted = () =>
      user(platform, 'grace')
        .sees()
        .map(({ text }) => text)
    await until(() => noted().some((text) => text.includes(`Run again by`) && text.includes(String(does?.id))))
    expect(noted().some((text) => text.includes(`Run again by`) && text.includes(String(yields?.id)))).toBe(false)
    // What was run again can be run again itself.
    expect(await hears(platform, 'grace', `run retry ${does?.id}`)).toContain(what)
    expect(done).toEqual([what, what, what])
  })

  it('insist once, too', async () => {
    const what = `insisted-${platform}`
    await failed(platform, 'grace', what)
    expect((await (await user(platform, 'grace').press('Retry')).final()).text).toContain(what)
    const again = await newest(`work ${what}`)
    for (const person of ['grace', 'linus'])
      expect(await hears(platform, person, `run retry ${again.retries}`)).toContain('was run again already')
    const { count, answers } = await bothPress('Run it again anyway', `work ${what}`)
    expect(count).toBe(3)
    expect(done).toEqual([what, what, what])
    expect(answers.filter((text) => text.includes('was run again already'))).toHaveLength(1)
  })
})

it('a repeat that failed 5 s ago does not stand in the way of the next one, one that failed later does', async () => {
  const first = await failed('slack', 'grace', 'apart')
  next.set('apart', 'fail')
  expect(await hears('slack', 'grace', `run retry ${first.id}`)).toContain('it did not work')
  const { id } = await newest('work apart')
  expect(await hears('slack', 'grace', `run retry ${first.id}`)).toContain(`run ${id} is failed`)
  await env.DB.prepare('UPDATE runs SET created_at = created_at - 5000 WHERE id = ?').bind(id).run()
  expect(await hears('slack', 'grace', `run retry ${first.id}`)).toContain('apart')
  expect(done).toEqual(['apart', 'apart', 'apart'])
})

describe('run retry', () => {
  it('is refused while the run is under way, on another platform, and of a line that was not kept whole', async () => {
    const first = await failed('slack', 'grace', 'here')
    expect(await hears('discord', 'ada', `run retry ${first.id}`)).toContain('was asked on slack')
    const long = 'x'.repeat(600)
    next.set(long, 'fail')
    await hears('slack', 'grace', `work ${long}`)
    const cut = await world.newestRun('work')
    expect(await hears('slack', 'grace', `run retry ${cut.id}`)).toContain('Only a part of the line')
    const shown = user('slack', 'grace')
      .sees()
      .find(({ text }) => text.includes(String(cut.id)) && text.includes('failed'))
    expect(shown?.buttons).toEqual([])
    next.set('slow', 'hang')
    const slow = await asks('slack', 'grace', 'work slow')
    await until(() => done.includes('slow'))
    const { id } = await newest('work slow')
    expect(await hears('slack', 'grace', `run retry ${id}`)).toContain('is running: there is nothing to retry')
    await hears('slack', 'grace', `run cancel ${id}`)
    await slow.final({ withinMs: 10_000 })
  }, 20_000)

  it('repeats an inline line, a line that was repeated before, and what !! stood for', async () => {
    await hears('slack', 'grace', 'echo over and over')
    const first = await newest('echo over and over')
    expect(await hears('slack', 'grace', `run retry ${first.id}`)).toContain('over and over')
    const second = await newest('echo over and over')
    expect(await hears('slack', 'grace', `run retry ${second.id}`)).toContain('over and over')
    expect(await newest('echo over and over')).toMatchObject({ retries: second.id })
    next.set('twice', 'fail')
    await hears('slack', 'grace', 'work twice')
    next.set('twice', 'fail')
    await hears('slack', 'grace', '!!')
    const third = await newest('work twice')
    expect(await hears('slack', 'grace', `run retry ${third.id}`)).toContain('twice')
    expect(await newest('work twice')).toMatchObject({ state: 'succeeded', retries: third.id })
  })

  it('stands alone on its line', async () => {
    const { id } = await newest('work here')
    expect(await hears('slack', 'grace', `run retry ${id} | count`)).toContain('stands alone on its line')
    expect(await hears('slack', 'grace', `run retry ${id} > me`)).toContain('stands alone on its line')
  })

  it('is a command that rules can forbid, whatever the line', async () => {
    await hears('slack', 'grace', 'echo forbidden soon')
    const { id } = await newest('echo forbidden soon')
    await hears('slack', 'ada', 'rule create when command is run:retry forbid because "look first"')
    expect(await hears('slack', 'grace', `run retry ${id}`)).toContain('look first')
    const { results } = await env.DB.prepare("SELECT id FROM rules WHERE command = 'run:retry'").all<{ id: number }>()
    await hears('slack', 'ada', `rule delete ${results[0]?.id}`)
    expect(await hears('slack', 'grace', `run retry ${id}`)).toContain('forbidden soon')
  })
})

describe.each(PLATFORMS)('on %s, run resolve', (platform) => {
  it('notes what became of a lost run beside its state, tells the room, and takes the button away', async () => {
    const what = `resolve-${platform}`
    const first = await lost(platform, 'grace', what)
    const line = `run resolve ${first.id} --as succeeded --note 'seen <on> the *board*'`
    expect(await hears(platform, 'grace', line)).toContain('run:resolve')
    expect(await hears(platform, 'ada', line, '#general')).toContain('is noted as succeeded')
    expect(await newest(`work ${what}`)).toMatchObject({ state: 'lost' })
    expect(JSON.parse((await newest(`work ${what}`)).resolution ?? '{}')).toMatchObject({
      outcome: 'succeeded',
      note: 'seen <on> the *board*',
    })
    const told = user(platform, 'linus')
      .sees()
      .filter(({ text }) => text.includes(first.id))
    expect(told.at(-1)?.text).toContain('has succeeded, says')
    expect(told.at(-1)?.text).toContain('seen <on> the *board*')
    expect(told.at(0)?.text).toContain('Resolved as succeeded')
    expect(told.flatMap(({ buttons }) => buttons)).toEqual([])
    expect(await codes(first.id)).toContain('run.resolved')
    const shown = await hears(platform, 'grace', `run show ${first.id}`)
    expect(shown).toContain('lost')
    expect(shown).toContain('seen <on> the *board*')
    expect(shown).toContain('to its room: delivered')
    // It is known that it has succeeded: again would be twice.
    expect(await hears(platform, 'grace', `run retry ${first.id}`)).toContain('found that it had succeeded')
    await hears(platform, 'ada', `run resolve ${first.id} --as failed --note 'it was another one'`)
    expect(await hears(platform, 'grace', `run retry ${first.id}`)).toContain(what)
  }, 20_000)
})

it('run resolve is for lost runs alone', async () => {
  const { id } = await newest('work here')
  expect(await hears('slack', 'ada', `run resolve ${id} --as failed --note no`)).toContain('is failed, not lost')
  expect(await hears('slack', 'ada', 'run resolve r_zzzzzzzzzzzzzzzz --as failed --note no')).toContain(
    'there is no run',
  )
})

it('no message was sent that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
