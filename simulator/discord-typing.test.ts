import { describe, expect, it } from 'vitest'
import { APP, MODAL, sent, withAnswers } from './discord-forms.kit.ts'
import { createFixture } from './fixture.ts'

describe('what is offered while somebody types at Discord', () => {
  const offering = (...values: (string | number)[]) =>
    withAnswers(() => ({ type: 8, data: { choices: values.map((value) => ({ name: String(value), value })) } }))
  const lines = async (seat: Awaited<ReturnType<typeof offering>>['seat'], line: string) =>
    (await seat.completes(line)).choices.map((choice) => choice.line)

  it('names of commands, subcommands, choices and people come from the client', async () => {
    const { seat, fixture } = await offering()
    expect(await lines(seat, '/de')).toEqual(['/deploy '])
    expect(await lines(seat, '/user ')).toEqual(['/user add '])
    expect(await lines(seat, '/user add @gr')).toEqual(['/user add @grace '])
    expect(await lines(seat, '/deploy web s')).toEqual(['/deploy web staging '])
    expect(fixture.heard).toEqual([])
  })

  it('the application is asked for the option under the cursor, with what the others hold', async () => {
    const { seat, fixture } = await offering('web', 'two words')
    expect(await lines(seat, '/deploy w')).toEqual(['/deploy web', '/deploy "two words"'])
    expect(sent(fixture, 0)).toMatchObject({
      type: 4,
      data: { name: 'deploy', type: 1, options: [{ type: 3, name: 'service', value: 'w', focused: true }] },
    })
    await seat.completes('/deploy web staging ')
    expect(sent(fixture, 1).data.options).toEqual([
      { type: 3, name: 'service', value: 'web' },
      { type: 3, name: 'env', value: 's' },
      { type: 4, name: 'count', value: '', focused: true },
    ])
  })

  it('a field that is named takes blanks in quotes', async () => {
    const { seat, fixture } = await offering()
    await seat.says('/deploy service:"web one" staging')
    expect(sent(fixture, 0).data.options).toEqual([
      { type: 3, name: 'service', value: 'web one' },
      { type: 3, name: 'env', value: 's' },
    ])
  })

  it('a field that is named and has blanks without quotes is no other field', async () => {
    const { seat, fixture } = await offering()
    const why = 'There is no field for "one": put a value of several words in quotes'
    expect((await seat.says('/deploy service:web one')).refused).toBe(why)
    await seat.says('/deploy service:web staging')
    expect(sent(fixture, 0).data.options).toEqual([
      { type: 3, name: 'service', value: 'web' },
      { type: 3, name: 'env', value: 's' },
    ])
  })

  it('the last field that takes text is without the quotes that hold all of it', async () => {
    const { seat, fixture } = await offering()
    await seat.says('/pawl run:"deploy web"')
    await seat.says('/pawl run:echo "a b" "c"')
    const said = fixture.heard.map((_, n) => sent(fixture, n).data.options[0].value)
    expect(said).toEqual(['deploy web', 'echo "a b" "c"'])
  })

  it('the last field that takes text takes blanks too', async () => {
    const { seat, fixture } = await offering('deploy web staging')
    expect(await lines(seat, '/pawl deploy web ')).toEqual(['/pawl deploy web staging'])
    expect(await lines(seat, '/pawl run: deploy we')).toEqual(['/pawl run: deploy web staging'])
    expect(fixture.heard.map((_, n) => sent(fixture, n).data.options[0].value)).toEqual(['deploy web ', 'deploy we'])
  })

  it.each([
    ['25 choices', '26', Array(25).fill('x'), Array(26).fill('x')],
    ['a choice of 100', 'of 101', ['x'.repeat(100)], ['x'.repeat(101)]],
    ['text for text', 'a number', ['x'], [1]],
  ])('%s are taken, %s is not', async (_, __, good, bad) => {
    const taken = await offering(...good)
    expect((await taken.seat.completes('/deploy w')).choices).toHaveLength(good.length)
    expect(taken.simulator.violations).toEqual([])
    const refused = await offering(...bad)
    expect((await refused.seat.completes('/deploy w')).choices).toEqual([])
    expect(refused.simulator.violations).toHaveLength(1)
  })
})

describe("a message's menu at Discord", () => {
  it('brings what a person said, resolved', async () => {
    const { seat, fixture, simulator } = await withAnswers(() => ({ type: 9, data: MODAL }))
    await simulator.discord.user('grace').in('#ops').says('is it @linus?')
    const [said] = seat.reads()
    await seat.shortcut(said ?? null, 'Run with Pawl…')
    expect(sent(fixture, 0)).toMatchObject({
      type: 2,
      data: {
        type: 3,
        name: 'Run with Pawl…',
        target_id: said?.id,
        resolved: {
          messages: {
            [said?.id ?? '']: { content: 'is it <@1180000000000000013>?', author: { username: 'grace' } },
          },
        },
      },
    })
    expect(seat.form()?.title).toBe('Deploy')
    expect((await seat.shortcut(null)).refused).toBe('Discord has no global shortcuts')
  })

  it.each([
    [
      '15 entries',
      '16',
      Array.from({ length: 15 }, (_, i) => ({ type: 3, name: `m${i}` })),
      Array.from({ length: 16 }, (_, i) => ({ type: 3, name: `m${i}` })),
    ],
    ['a name of 32', 'of 33', [{ type: 3, name: 'X'.repeat(32) }], [{ type: 3, name: 'X'.repeat(33) }]],
    [
      'nothing to type',
      'options',
      [{ type: 3, name: 'm' }],
      [{ type: 3, name: 'm', options: [{ type: 3, name: 'a', description: 'x' }] }],
    ],
    ['no description', 'one', [{ type: 3, name: 'm' }], [{ type: 3, name: 'm', description: 'x' }]],
    [
      'the name of a command',
      'the same twice',
      [
        { type: 3, name: 'm' },
        { name: 'm', description: 'x' },
      ],
      [
        { type: 3, name: 'm' },
        { type: 3, name: 'm' },
      ],
    ],
  ])('is registered with %s, and not with %s', async (_, __, good, bad) => {
    const { discord } = await createFixture()
    expect((await discord('PUT', `${APP}/commands`, good)).status).toBe(200)
    expect((await discord('PUT', `${APP}/commands`, bad)).status).toBe(400)
  })

  it('is not offered for typing, nor are typed commands in it', async () => {
    const { seat } = await withAnswers(() => ({ type: 4, data: { content: 'x' } }))
    expect((await seat.says('/Run')).refused).toContain('No command "/Run"')
    await seat.says('/form')
    expect((await seat.shortcut(seat.sees()[0] ?? null, 'form')).refused).toContain('No app offers anything')
  })
})
