/** Forms behind the doors: made, filled in, sent once; by the hall alone. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand, option } from '#pawl'
import { loadRegistry } from '../../src/command/house-registry.ts'
import type { Database } from '../../src/db/database.ts'
import { clearForms, dropOldestForms } from '../../src/db/forms.ts'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import {
  everything,
  FIVE,
  formFor,
  formRow,
  hall,
  type Name,
  rest,
  said,
  says,
  submits,
  textOf,
  valueIn,
  who,
} from './forms.kit.ts'
import { forward, worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

const ran: unknown[] = []

const paint = defineCommand({
  name: 'paint',
  summary: 'Paint a wall',
  options: {
    wall: z.string().min(2).describe('Which wall'),
    colour: z.enum(['red', 'green']).describe('Colour'),
    coats: z.int().min(1).max(3).default(1).describe('How many coats'),
  },
  effects: 'write',
  dryRun: () => ({ painted: false }),
  rules: ['when command is paint allow', 'when command is paint with option[wall] == "south" must have paint:south'],
  handler(args) {
    ran.push(args)
    return args
  },
})

const seven = defineCommand({
  name: 'seven',
  summary: 'Ask for much',
  options: {
    a: z.string().describe('A'),
    b: z.int().describe('B'),
    c: z.string().optional().describe('C'),
    d: z.string().default('dee').describe('D'),
    e: z.boolean().default(true).describe('E'),
    text: z.string().max(4_000).optional().describe('A long text'),
    tags: z.array(z.string()).optional().describe('Tags'),
  },
  effects: 'read',
  rules: ['when command is seven allow'],
  handler(args) {
    ran.push(args)
    return null
  },
})

const closed = defineCommand({
  name: 'closed',
  summary: 'Closed',
  options: { what: z.string().describe('What') },
  effects: 'read',
  rules: ['when command is closed must have closed:run'],
  handler: () => null,
})

const now = defineCommand({
  name: 'now',
  summary: 'Need nothing',
  effects: 'read',
  rules: ['when command is now allow'],
  handler: () => {
    ran.push('now')
    return 'at once'
  },
})

const notify = defineCommand({
  name: 'notify',
  summary: 'Tell somebody',
  options: { who: option.user().describe('Whom'), text: z.string().describe('What') },
  effects: 'read',
  rules: ['when command is notify allow'],
  handler(args, ctx) {
    ran.push({ ...args, record: ctx.record })
    return null
  },
})

const SECRET = 'open-sesame-93d1'
const unlock = defineCommand({
  name: 'unlock',
  summary: 'Open a door',
  options: {
    key: z.string().max(20).meta({ secret: true }).describe('Key'),
    door: z.string().min(4).describe('Door'),
  },
  effects: 'write',
  rules: ['when command is unlock allow'],
  handler(args) {
    ran.push(args)
    return { door: args.door, echo: args.key }
  },
})

const careful = defineCommand({
  name: 'careful',
  summary: 'Want to be sure',
  options: {
    text: z.string().max(4_000).describe('A long text'),
    tags: z.array(z.string()).optional().describe('Tags'),
  },
  effects: 'write',
  confirm: true,
  approval: { permission: 'careful:approve', when: () => false },
  rules: ['when command is careful allow'],
  handler(args) {
    ran.push(args)
    return args.text
  },
})

const urgent = defineCommand({
  name: 'urgent',
  summary: 'Not without a reason',
  options: { what: z.string().describe('What') },
  effects: 'write',
  approval: { permission: 'urgent:approve', reason: true },
  rules: ['when command is urgent allow'],
  handler: () => null,
})

let world: World
beforeAll(async () => {
  world = await worldWith(paint, seven, closed, now, notify, unlock, careful, urgent)
})
afterEach(async () => {
  await rest()
  ran.length = 0
})

describe('a command that takes the rest of the line', () => {
  it('opens its form where nothing but --form follows it', async () => {
    expect((await formFor('grace', 'plan --form')).fields.map(({ name }) => name)).toEqual(['line'])
    expect((await formFor('ada', 'break-glass "the shop is down" --form')).fields).toHaveLength(2)
    expect((await says('grace', 'plan now --form')).form).toBeUndefined()
  })
})

const countForms = async () =>
  (await env.DB.prepare('SELECT count(*) AS n FROM forms').first<{ n: number }>())?.n ?? Number.NaN

describe('a line without its required options', () => {
  it('opens a form with what was given, and its answer has a button for it', async () => {
    const answer = await says('grace', 'paint north')
    expect(answer.form).toMatchObject({ title: 'paint', intro: 'Paint a wall', step: 1, steps: 1, submit: 'Run' })
    expect(answer.form?.fields.map(({ name, value }) => [name, value])).toEqual([
      ['wall', 'north'],
      ['colour', undefined],
      ['coats', '1'],
      // It changes something, so that a rule may have somebody approve it.
      ['why', undefined],
    ])
    expect(textOf(answer)).toContain('colour is missing: give one of red, green')
    expect(textOf(answer)).toContain(`form.open:${answer.form?.id}`)
    expect(answer.form?.id).toMatch(/^f_[0-9a-hjkmnp-tv-z]{16}$/)
    expect((await world.newestRun('paint')).reply).not.toContain('"fields"')
    expect(ran).toEqual([])
  })

  it('has only the button where no form can be opened now', async () => {
    const answer = await says('grace', 'paint north', {}, null)
    expect(answer).not.toHaveProperty('form')
    const [id = ''] = /f_\w{16}/.exec(textOf(answer)) ?? []
    const opened = await hall().openForm(who('grace'), id, FIVE)
    expect(opened.ok && valueIn(opened.form, 'wall')).toBe('north')
  })

  it('has none where something else is wrong, or there is more than one command', async () => {
    for (const line of ['paint x', 'paint north blue', 'paint | echo', 'paint > me'])
      expect(await says('grace', line)).not.toHaveProperty('form')
  })

  it('is denied first: whoever may not run it is shown no form', async () => {
    const before = await countForms()
    const answer = await says('grace', 'closed')
    expect(answer).not.toHaveProperty('form')
    expect(textOf(answer)).toContain('closed:run')
    expect(await countForms()).toBe(before)
  })

  it('with --form asks for a line that is complete, too', async () => {
    const answer = await says('grace', 'paint north red --form')
    expect(answer.form && valueIn(answer.form, 'colour')).toBe('red')
    expect(textOf(answer)).toContain('asks for its options in a form')
    expect(ran).toEqual([])
  })
})

describe('a form that is sent', () => {
  it('runs the command once, as the one who sent it, in the room where it was asked for', async () => {
    const form = await formFor('grace', 'paint')
    expect(said(await submits('grace', form, { wall: 'north', colour: 'red', coats: '2' }))).toContain('north')
    expect(ran).toEqual([{ wall: 'north', colour: 'red', coats: 2 }])
    const run = await world.newestRun('paint')
    expect(run).toMatchObject({ actor: 'U0GRACE001', source: 'slack.form', state: 'succeeded' })
    expect(run.line).toBe('paint --wall=north --colour=red --coats=2')
    expect(JSON.parse(String(run.channel))).toMatchObject({ id: 'C0OPS00001', name: 'ops' })
    expect(await world.auditOf(String(run.id))).toContain('policy.allowed')
  })

  it('is decided by what was typed into it', async () => {
    const form = await formFor('grace', 'paint')
    expect(said(await submits('grace', form, { wall: 'south', colour: 'red' }))).toContain('paint:south')
    expect(ran).toEqual([])
    expect(await world.auditOf(String((await world.newestRun('paint')).id))).toContain('policy.denied')
  })

  it('runs once, sent twenty times at the same moment, with the same or with other values', async () => {
    const form = await formFor('grace', 'paint')
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => submits('grace', form, { wall: `wall ${i % 2}`, colour: 'red' })),
    )
    expect(ran).toHaveLength(1)
    expect(all.every(({ kind }) => kind === 'reply')).toBe(true)
    const run = String((await world.newestRun('paint')).id)
    const late = await submits('grace', form, { wall: 'north', colour: 'red' })
    expect(late).toMatchObject({ kind: 'reply', told: false })
    expect(said(late)).toContain('was sent already')
    expect(said(late)).toContain(run)
    expect(await hall().openForm(who('grace'), form.id, FIVE)).toMatchObject({ ok: false })
    expect(ran).toHaveLength(1)
  })

  it('says beside each field what a line would say, and remembers what was typed', async () => {
    const form = await formFor('grace', 'paint')
    const wrong = await submits('grace', form, { wall: 'x', colour: '', coats: '4' })
    expect(said(wrong)).toBe(
      [
        'wall: wall must have at least 2 characters',
        'colour: colour is missing: give one of red, green',
        'coats: coats must be at most 3',
      ].join('\n'),
    )
    const line = textOf(await says('grace', 'paint x --coats=4'))
    for (const message of wrong.kind === 'problems' ? wrong.problems.values() : ['?']) expect(line).toContain(message)
    const again = await hall().openForm(who('grace'), form.id, FIVE)
    expect(again.ok && again.form.fields.map(({ value, problem }) => [value, problem?.slice(0, 9)])).toEqual([
      ['x', 'wall must'],
      [undefined, 'colour is'],
      ['4', 'coats mus'],
      [undefined, undefined],
    ])
    await submits('grace', form, { wall: 'east', colour: 'green', coats: '' })
    expect(ran).toEqual([{ wall: 'east', colour: 'green', coats: 1 }])
  })

  it('stays a dry run with the reason that the line gave', async () => {
    const form = await formFor('grace', 'paint north --dry-run --why "just to see"')
    expect(form).toMatchObject({ submit: 'Dry run' })
    expect(form.intro).toContain('nothing will be changed')
    expect(said(await submits('grace', form, { wall: 'north', colour: 'red' }))).toContain('Dry run')
    expect(ran).toEqual([])
    expect((await world.newestRun('paint')).line).toContain('--dry-run')
  })

  it('waits for what its command wants before it starts, and then runs with what was typed', async () => {
    const form = await formFor('grace', 'careful')
    expect(form.fields.map(({ name }) => name)).toEqual(['text', 'tags', 'why'])
    const values = { text: 'one\n"two" $x | y', tags: 'a b\nc', why: 'it is time' }
    const asked = said(await submits('grace', form, values))
    const { id: run, state } = await world.newestRun('careful')
    expect(state).toBe('awaiting_approval')
    expect(asked).toContain(`confirm.yes:${run}`)
    expect(await env.DB.prepare('SELECT because FROM approvals WHERE run = ?').bind(run).first('because')).toBe(
      'it is time',
    )
    await rest()
    expect(ran).toEqual([])
    await says('grace', `confirm ${run}`)
    await rest()
    await expect.poll(() => ran, { timeout: 10_000 }).toEqual([{ text: 'one\n"two" $x | y', tags: ['a b', 'c'] }])
  })

  it('asks for the reason that those who approve it want, and a line that lacks it opens the form', async () => {
    const form = await formFor('grace', 'urgent repair')
    expect(form.fields.map(({ name, required, value }) => [name, required, value])).toEqual([
      ['what', true, 'repair'],
      ['why', true, undefined],
    ])
    const wrong = await submits('grace', form, { what: 'repair', why: ' ' })
    expect(said(wrong)).toBe('why: why is missing: those who approve it want to know')
    await submits('grace', form, { what: 'repair', why: 'it burns' })
    expect(await world.newestRun('urgent')).toMatchObject({ state: 'awaiting_approval' })
  })

  it('is offered by a button where no form opens by itself', async () => {
    const answer = await says('grace', 'urgent repair', {}, null)
    expect(answer.form).toBeUndefined()
    expect(textOf(answer)).toMatch(/want to know why.*form\.open:f_/s)
    expect(textOf(await says('grace', 'urgent repair > #general'))).not.toContain('form.open')
  })

  it('brings its answer by the courier where the response carries none', async () => {
    const form = await formFor('grace', 'paint')
    const sent = await submits('grace', form, { wall: 'west', colour: 'red' }, { answersInResponse: false })
    expect(sent).toMatchObject({ kind: 'reply', told: true })
    await rest()
    expect(ran).toHaveLength(1)
    expect(await world.newestRun('paint')).toMatchObject({ state: 'succeeded' })
    const told = world.simulator.slack.user('grace').in('#ops').reads()
    expect(JSON.stringify(told)).toContain('west')
  })
})

describe('a form in steps', () => {
  it('keeps what each step said, and takes lists, long texts and cleared defaults', async () => {
    const form = await formFor('grace', 'seven')
    expect(form).toMatchObject({ step: 1, steps: 2, submit: 'Next' })
    const second = await submits('grace', form, { a: 'one', b: '2', c: '', d: '', e: false })
    expect(second).toMatchObject({ kind: 'next', form: { step: 2, submit: 'Run' } })
    expect(ran).toEqual([])
    // "Continue" after the message was closed shows the step that is next.
    expect(await hall().openForm(who('grace'), form.id, FIVE)).toMatchObject({ ok: true, form: { step: 2 } })
    const text = 'two\nlines "and" quotes $x'
    await submits('grace', { ...form, step: 2 }, { text, tags: 'x y\n\nz\n' })
    expect(ran).toEqual([{ a: 'one', b: 2, d: 'dee', e: false, text, tags: ['x y', 'z'] }])
    expect((await world.newestRun('seven')).line).toContain("--tags='x y' --tags=z")
  })

  it('complains in the step that is shown of that step alone, and goes back where an earlier one is wrong', async () => {
    const form = await formFor('grace', 'seven')
    expect(said(await submits('grace', form, { a: '', b: 'x' }))).toBe(
      'a: a is missing: give text (A)\nb: b must be a whole number',
    )
    const skipped = await submits('grace', { ...form, step: 2 }, { text: 'kept' })
    expect(skipped).toMatchObject({ kind: 'problems', form: { step: 1 } })
    expect(await submits('grace', form, { a: 'one', b: '2' })).toMatchObject({ kind: 'next' })
    const last = await hall().openForm(who('grace'), form.id, FIVE)
    expect(last.ok && valueIn(last.form, 'text')).toBe('kept')
    for (const step of [0, 3, 1.5, -1])
      expect(said(await submits('grace', { ...form, step }, { a: 'one' }))).toContain('This form is over')
    expect(ran).toEqual([])
  })

  it('takes no field that the step does not have', async () => {
    const form = await formFor('grace', 'seven')
    const values = { a: 'one', b: '2', text: 'not asked', nowhere: 'x', __proto__: 'y', 'dry-run': true }
    await submits('grace', form, values)
    expect(JSON.parse(String((await formRow(form.id))?.typed)).values).toEqual({
      a: 'one',
      b: '2',
      c: '',
      d: '',
      e: '',
    })
    await submits('grace', { ...form, step: 2 }, {})
    expect(ran).toEqual([{ a: 'one', b: 2, d: 'dee', e: true }])
  })
})

describe('a form is worth nothing', () => {
  const over = async (name: Name, id: string) => {
    const opened = await hall().openForm(who(name), id, FIVE)
    expect(opened).toMatchObject({ ok: false, refused: 'form_over' })
    const sent = said(await submits(name, { id, step: 1 }, { wall: 'north', colour: 'red' }))
    expect(opened.ok ? '' : textOf(opened.reply)).toBe(sent)
    expect(ran).toEqual([])
    return sent
  }

  it('to somebody else, in another workspace, or when its id was made up', async () => {
    const { id } = await formFor('grace', 'paint')
    const other = await over('ada', id)
    expect(other).toContain('This form is over')
    await rest()
    const noted = await env.DB.prepare(
      "SELECT event FROM audit WHERE code = 'delivery.refused' ORDER BY seq DESC LIMIT 1",
    ).first<{ event: string }>()
    expect(noted?.event).toContain('form_over')
    expect(noted?.event).toContain(who('ada').actor.id)
    for (const forged of ['f_0123456789abcdef', 'f_', '', "f_' OR 1=1 --     ", id.toUpperCase()])
      expect(await over('grace', forged)).toBe(other)
    const { actor } = who('grace')
    for (const elsewhere of [
      { ...actor, workspace: 'T0OTHER' },
      { ...actor, platform: 'discord' },
    ])
      expect(
        said(await submits('grace', { id, step: 1 }, { wall: 'north', colour: 'red' }, { actor: elsewhere })),
      ).toBe(other)
    expect(ran).toEqual([])
    await submits('grace', { id, step: 1 }, { wall: 'north', colour: 'red' })
    expect(ran).toHaveLength(1)
  })

  it('once its command has changed, or is gone', async () => {
    const form = await formFor('grace', 'paint')
    const registry = loadRegistry()
    const find = vi.spyOn(registry, 'byKey')
    const changed = { ...paint, options: paint.options.map((one) => ({ ...one, summary: 'Something else' })) }
    for (const command of [changed, null]) {
      find.mockImplementation(() => command)
      const sent = said(await submits('grace', form, { wall: 'north', colour: 'red' }))
      expect(sent).toContain('has changed since this form was made')
      expect(await hall().openForm(who('grace'), form.id, FIVE)).toMatchObject({ ok: false })
    }
    find.mockRestore()
    expect(ran).toEqual([])
  })

  it('to whoever may not run its command any more', async () => {
    const form = await formFor('grace', 'paint')
    const made = await world.hears('ada', `/pawl rule create 'when command is paint forbid because "the paint is wet"'`)
    expect(made).toContain('wet')
    expect(said(await submits('grace', form, { wall: 'north', colour: 'red' }))).toContain('the paint is wet')
    expect(ran).toEqual([])
    const rules = await env.DB.prepare("SELECT id FROM rules WHERE command = 'paint'").first<{ id: number }>()
    await world.hears('ada', `/pawl rule delete ${rules?.id}`)
  })

  it('when D1 cannot be asked, and is good again afterwards', async () => {
    const form = await formFor('grace', 'paint')
    const broken = vi.spyOn(env.DB, 'withSession').mockImplementation(() => {
      throw new Error('D1 is away')
    })
    expect(said(await submits('grace', form, { wall: 'north', colour: 'red' }))).toContain('cannot reach its database')
    expect(await hall().openForm(who('grace'), form.id, FIVE)).toMatchObject({ ok: false })
    broken.mockRestore()
    await submits('grace', form, { wall: 'north', colour: 'red' })
    expect(ran).toHaveLength(1)
  })
})

describe('D1 that does not answer', () => {
  const hanging = () =>
    vi.spyOn(env.DB, 'withSession').mockImplementation(() => {
      const session = {
        prepare: () => session,
        bind: () => session,
        first: never,
        run: never,
        batch: never,
        all: never,
      }
      return session as unknown as D1DatabaseSession
    })
  const never = () => new Promise<never>(() => {})

  it('keeps nobody waiting for longer than the platform waits, and runs nothing', async () => {
    const form = await formFor('grace', 'paint')
    const hung = hanging()
    const started = Date.now()
    const address = { platform: 'slack' }
    const [opened, shortcut, sent] = await Promise.all([
      hall().openForm(who('grace'), form.id, FIVE),
      hall().shortcut({ ...who('grace'), address, kind: 'global' }, FIVE),
      submits('grace', form, { wall: 'north', colour: 'red' }),
    ])
    expect(Date.now() - started).toBeLessThan(2_500)
    hung.mockRestore()
    for (const one of [opened, shortcut]) expect(one.ok ? '' : textOf(one.reply)).toContain('cannot reach its database')
    expect(said(sent)).toContain('cannot reach its database')
    expect(ran).toEqual([])
  })

  it('and answers too late, runs nothing of what was said not to have run', async () => {
    const form = await formFor('grace', 'paint')
    const session = env.DB.withSession.bind(env.DB)
    const late = vi.spyOn(env.DB, 'withSession').mockImplementationOnce((mode) => {
      const own = session(mode)
      const prepare = own.prepare.bind(own)
      own.prepare = (sql) => {
        const statement = prepare(sql)
        const bind = statement.bind.bind(statement)
        statement.bind = (...values) => {
          const bound = bind(...values)
          const first = bound.first.bind(bound)
          const slow = async () => {
            await new Promise((resolve) => {
              setTimeout(resolve, 1_300)
            })
            return await first()
          }
          return Object.assign(bound, { first: slow })
        }
        return statement
      }
      return own
    })
    expect(said(await submits('grace', form, { wall: 'north', colour: 'red' }))).toContain('nothing was run')
    late.mockRestore()
    await new Promise((resolve) => {
      setTimeout(resolve, 1_000)
    })
    await rest()
    expect(ran).toEqual([])
    await submits('grace', form, { wall: 'north', colour: 'red' })
    expect(ran).toHaveLength(1)
  })
})

describe('a secret', () => {
  it('is asked for in the form, and is in no row of any table, whatever became of the form', async () => {
    const form = await formFor('grace', 'unlock')
    expect(form.fields.map(({ name, kind }) => [name, kind])).toEqual([
      ['door', 'text'],
      ['why', 'lines'],
      ['key', 'secret'],
    ])
    expect(said(await submits('grace', form, { door: 'abc', key: SECRET }))).toContain('at least 4')
    expect(await everything()).not.toContain(SECRET)
    const again = await hall().openForm(who('grace'), form.id, FIVE)
    expect(again.ok && valueIn(again.form, 'door')).toBe('abc')
    expect(JSON.stringify(again)).not.toContain(SECRET)
    const tooLong = said(await submits('grace', form, { door: 'front', key: `${SECRET}${'x'.repeat(9)}` }))
    expect(tooLong).toBe('key: key must have at most 20 characters')
    const done = said(await submits('grace', form, { door: 'front', key: SECRET }))
    expect(done).toContain('front')
    expect(done).not.toContain(SECRET)
    expect(ran).toEqual([{ door: 'front', key: SECRET }])
    await rest()
    expect(await everything()).not.toContain(SECRET)
  })

  it('that was typed on the line does not come into the form', async () => {
    const answer = await says('grace', `unlock --key ${SECRET}`)
    expect(answer.form && valueIn(answer.form, 'key')).toBeUndefined()
    expect(JSON.stringify(answer)).not.toContain(SECRET)
    expect(await everything()).not.toContain(SECRET)
  })
})

describe('"Run with Pawl…" on a message', () => {
  const MESSAGE = { text: 'the shop is down', user: 'U0LINUS001' }
  const address = { platform: 'slack', team: 'T0PAWL', channel: 'C0OPS00001', user: 'U0GRACE001' }
  const onMessage = async () => {
    const opened = await hall().shortcut({ ...who('grace'), address, kind: 'message', record: MESSAGE }, FIVE)
    if (!opened.ok) throw new Error('no form')
    return opened.form
  }

  it('asks for a line, that gets the message as its first record', async () => {
    const form = await onMessage()
    expect(form.fields).toMatchObject([{ name: 'line', required: true }])
    await submits('grace', form, { line: 'notify $user $text' })
    expect(ran).toEqual([{ who: 'U0LINUS001', text: 'the shop is down', record: MESSAGE }])
    expect(said(await submits('grace', form, { line: 'now' }))).toContain('was sent already')
  })

  it('runs the line that its form gives as an example', async () => {
    const form = await onMessage()
    const example = form.fields[0]?.hint.split('as in: ')[1] ?? ''
    const { kind } = await submits('grace', form, { line: example.replace('error', 'shop') })
    expect(kind).toBe('reply')
    expect(await world.newestRun('echo|filter')).toMatchObject({ state: 'succeeded' })
    expect((await world.newestRun('echo|filter')).reply).toContain('the shop is down')
  })

  it('says what is wrong with a line that cannot be read, and remembers it', async () => {
    const form = await onMessage()
    const wrong = await submits('grace', form, { line: 'echo "open' })
    expect(wrong).toMatchObject({ kind: 'problems' })
    const again = await hall().openForm(who('grace'), form.id, FIVE)
    expect(again.ok && again.form.fields[0]).toMatchObject({ value: 'echo "open' })
    expect(again.ok && again.form.fields[0]?.problem).toBeTruthy()
    expect(said(await submits('grace', form, { line: '  ' }))).toContain('There is no command here')
  })

  it('keeps no token of the message', async () => {
    const token = ['ghp', 'aB3dE5fG7hJ9kL1mN0pQaB3dE5fG7hJ9kL1mN0'].join('_')
    const address = { platform: 'slack' }
    const record = { text: `use ${token} for it` }
    const opened = await hall().shortcut({ ...who('grace'), address, kind: 'message', record }, FIVE)
    expect((await formRow(opened.ok ? opened.form.id : ''))?.record).toContain('for it')
    expect(await everything()).not.toContain(token)
  })

  it('passes the message on to the form of a line that lacks options', async () => {
    const sent = await submits('grace', await onMessage(), { line: 'notify $user' })
    const form = sent.kind === 'next' ? sent.form : undefined
    expect(form && valueIn(form, 'who')).toBe('U0LINUS001')
    if (form) await submits('grace', form, { who: 'U0LINUS001', text: 'look' })
    expect(ran).toEqual([{ who: 'U0LINUS001', text: 'look', record: MESSAGE }])
  })

  it('keeps a line of a command that there is not, with what is wrong', async () => {
    const form = await onMessage()
    const wrong = await submits('grace', form, { line: 'nonsense now' })
    expect(said(wrong)).toBe('line: there is no such command: help lists those that you may run')
    expect(wrong.kind === 'problems' && valueIn(wrong.form, 'line')).toBe('nonsense now')
    await submits('grace', form, { line: 'now' })
    expect(ran).toEqual(['now'])
  })

  it('opens no form of a command that the person may not run', async () => {
    const sent = await submits('grace', await onMessage(), { line: 'closed' })
    expect(sent.kind).toBe('reply')
    expect(said(sent)).toContain('it needs closed:run')
  })
})

describe('what looks like a token, or may be a secret,', () => {
  const TOKEN = ['ghp', 'aB3dE5fG7hJ9kL1mN0pQaB3dE5fG7hJ9kL1mN0'].join('_')
  const address = { platform: 'slack', team: 'T0PAWL', channel: 'C0OPS00001', user: 'U0GRACE001' }
  const onMessage = async () => {
    const opened = await hall().shortcut({ ...who('grace'), address, kind: 'message', record: { text: 'x' } }, FIVE)
    if (!opened.ok) throw new Error('no form')
    return opened.form
  }
  const lineKept = async (line: string) => {
    const form = await onMessage()
    expect(await submits('grace', form, { line })).toMatchObject({ kind: 'problems' })
    const again = await hall().openForm(who('grace'), form.id, FIVE)
    if (!again.ok) throw new Error('no form')
    expect(again.form.fields[0]?.problem).toBeTruthy()
    return valueIn(again.form, 'line')
  }

  it.each([
    ['a command with a secret option', `unlock ${SECRET} front | echo "open`],
    ['such a command behind a pipe', `echo x | unlock ${SECRET} "open`],
    ['a name that may be an alias of such a command', `un ${SECRET} | echo "open`],
    ['such a name behind a pipe', `echo x | un ${SECRET} "open`],
    ['an earlier line', `!! ${SECRET} "open`],
    ['a token', `echo ${TOKEN} "open`],
  ])('is not kept of a line that cannot be read, with %s', async (_, line) => {
    expect(await lineKept(line)).toBeUndefined()
    const all = await everything()
    for (const secret of [SECRET, TOKEN]) expect(all).not.toContain(secret)
  })

  it('is not seen in a line of other commands, which is kept', async () => {
    expect(await lineKept('echo one | paint:x "open')).toBe('echo one | paint:x "open')
  })

  it('is not kept of what a line gave, of a step, or of one that is wrong; what runs at once runs as typed', async () => {
    const form = await formFor('grace', `paint ${TOKEN}`)
    expect(await everything()).not.toContain(TOKEN)
    expect(said(await submits('grace', form, { wall: TOKEN, colour: 'blue' }))).toContain('colour')
    expect(await everything()).not.toContain(TOKEN)
    const again = await hall().openForm(who('grace'), form.id, FIVE)
    expect(again.ok && valueIn(again.form, 'wall')).toBeUndefined()
    await submits('grace', form, { wall: TOKEN, colour: 'red' })
    expect(ran).toEqual([{ wall: TOKEN, colour: 'red', coats: 1 }])
    await rest()
    expect(await everything()).not.toContain(TOKEN)
  })

  it('is refused between two steps, for the next one would not find it', async () => {
    const form = await formFor('grace', 'seven')
    const wrong = await submits('grace', form, { a: TOKEN, b: '2' })
    expect(said(wrong)).toContain('a: it looks like a token')
    expect(await everything()).not.toContain(TOKEN)
    expect(await submits('grace', form, { a: 'one', b: '2' })).toMatchObject({ kind: 'next' })
    await submits('grace', { ...form, step: 2 }, { text: TOKEN })
    expect(ran).toMatchObject([{ a: 'one', text: TOKEN }])
  })
})

describe('the global shortcut', () => {
  const pick = async () => {
    const address = { platform: 'slack', team: 'T0PAWL', channel: 'U0GRACE001', user: 'U0GRACE001' }
    const opened = await hall().shortcut({ ...who('grace'), address, kind: 'global' }, FIVE)
    if (!opened.ok) throw new Error('no form')
    return opened.form
  }

  it('asks for a command, then for its options, in a form of its own', async () => {
    const form = await pick()
    expect(form.fields).toMatchObject([{ name: 'command', kind: 'completed' }])
    const next = await submits('grace', form, { command: 'paint' })
    expect(next).toMatchObject({ kind: 'next', form: { title: 'paint' } })
    if (next.kind !== 'next') return
    expect(next.form.id).not.toBe(form.id)
    // The other command that is picked meanwhile has another form: this one cannot run it.
    await submits('grace', form, { command: 'seven' })
    await submits('grace', next.form, { wall: 'north', colour: 'red' })
    expect(ran).toEqual([{ wall: 'north', colour: 'red', coats: 1 }])
  })

  it('runs a command without options at once', async () => {
    expect(said(await submits('grace', await pick(), { command: 'now' }))).toContain('at once')
    expect(ran).toEqual(['now'])
  })

  it('says of a command that the person may not run what it says of one that there is not', async () => {
    const form = await pick()
    const missing = said(await submits('grace', form, { command: 'no such' }))
    expect(missing).toBe('command: there is no such command that you may run')
    expect(said(await submits('grace', form, { command: 'closed' }))).toBe(missing)
    expect(said(await submits('grace', form, {}))).toContain('command is missing')
  })
})

describe('the table of forms', () => {
  const formsOf = async (name: Name) => {
    const { actor } = who(name)
    const { results } = await env.DB.prepare(
      'SELECT id FROM forms WHERE platform = ? AND workspace = ? AND actor = ? ORDER BY created_at',
    )
      .bind(actor.platform, actor.workspace, actor.id)
      .all<{ id: string }>()
    return results.map(({ id }) => id)
  }

  it('holds twenty of one account, and of the next the oldest goes', async () => {
    await env.DB.prepare('DELETE FROM forms').run()
    const others = await formFor('ada', 'paint')
    const first = await formFor('linus', 'paint')
    for (let i = 1; i < 20; i++) {
      forward(10)
      await formFor('linus', 'paint')
    }
    const twenty = await formsOf('linus')
    expect(twenty).toHaveLength(20)
    expect(twenty[0]).toBe(first.id)
    forward(10)
    const last = await formFor('linus', 'paint')
    expect(await formsOf('linus')).toEqual([...twenty.slice(1), last.id])
    expect(await formsOf('ada')).toEqual([others.id])
    expect(said(await submits('linus', first, { wall: 'north', colour: 'red' }))).toContain('This form is over')
  })

  it('is never read as a whole: not for a new form, nor by the sweeper', async () => {
    const explaining = { prepare: (sql: string) => env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`) } as unknown as Database
    const statements = [
      ...clearForms(explaining, 0, 1),
      dropOldestForms(explaining, { id: '', platform: '', workspace: '', actor: '' }, 1),
    ]
    expect(statements).toHaveLength(3)
    for (const statement of statements) {
      const { results } = await statement.all<{ detail: string }>()
      const reading = results.map(({ detail }) => detail).filter((detail) => /\bforms\b/.test(detail))
      expect(reading).not.toEqual([])
      for (const detail of reading) expect(detail).toMatch(/^SEARCH|INDEX forms_full/)
    }
  })
})

describe('what was typed', () => {
  it('is gone a minute after it was sent, and half an hour after it was not', async () => {
    const sent = await formFor('grace', 'paint --why tulip-91')
    await submits('grace', sent, { wall: 'tulip-92', colour: 'green' })
    const open = await formFor('grace', 'paint tulip-93')
    await sweep(servicesOf(env))
    expect(await formRow(sent.id)).toMatchObject({ typed: '{}', address: '{}', record: null })
    expect(said(await submits('grace', sent, { wall: 'north', colour: 'red' }))).toContain('was sent already')
    forward(30 * 60_000 - 60_000)
    await sweep(servicesOf(env))
    expect((await formRow(open.id))?.typed).toContain('tulip-93')
    expect(await hall().openForm(who('grace'), open.id, FIVE)).toMatchObject({ ok: true })
    forward(61_000)
    expect(said(await submits('grace', open, { wall: 'north', colour: 'red' }))).toContain('This form is over')
    await sweep(servicesOf(env))
    expect(await formRow(open.id)).toBeNull()
    expect(await formRow(sent.id)).toBeNull()
  })
})
