import { describe, expect, it } from 'vitest'
import { MODAL, sent, ticks, withAnswers, withModal } from './discord-forms.kit.ts'

describe('a modal at Discord', () => {
  it('opens for whoever asked, and shows numbered fields', async () => {
    const { seat, simulator } = await withModal()
    expect(seat.form()).toMatchObject({ title: 'Deploy', words: ['What goes where'], id: 'form:f_1:0' })
    expect(seat.form()?.fields.map(({ kind, required }) => [kind, required])).toEqual([
      ['text', true],
      ['choice', true],
      ['person', false],
      ['room', false],
    ])
    expect(simulator.transcript({ viewer: 'ada' })).toContain('2. Environment *: (Staging | Production)')
    expect(simulator.discord.user('grace').in('#ops').form()).toBeNull()
    expect(simulator.violations).toEqual([])
  })

  it('sends its components back with what was put into them, and whom and what that means', async () => {
    const { seat, fixture } = await withModal()
    await seat.fills('service', 'web')
    await seat.fills(2, 'Production')
    await seat.fills('who', '@grace')
    await seat.fills('room', '#general')
    const exchange = await seat.submits()
    expect((await exchange.final()).text).toBe('done')
    expect(sent(fixture, 1)).toMatchObject({
      type: 5,
      id: exchange.deliveryId,
      channel_id: '1180000000000000021',
      member: { user: { username: 'ada' } },
      data: {
        custom_id: 'form:f_1:0',
        components: [
          { type: 10 },
          { type: 18, component: { type: 4, custom_id: 'service', value: 'web' } },
          { type: 18, component: { type: 3, custom_id: 'env', values: ['prod'] } },
          { type: 18, component: { type: 5, custom_id: 'who', values: ['1180000000000000012'] } },
          { type: 18, component: { type: 8, custom_id: 'room', values: ['1180000000000000022'] } },
        ],
        resolved: {
          users: { '1180000000000000012': { username: 'grace' } },
          channels: { '1180000000000000022': { name: 'general' } },
        },
      },
    })
    expect(seat.form()).toBeNull()
  })

  it('knows ticks, groups and the old rows too', async () => {
    const { seat, fixture } = await withModal(ticks)
    await seat.fills('Force', 'true')
    await seat.fills('How', 'Staging')
    await seat.fills('Which', 'Staging, Production')
    await seat.fills('In a row', 'x')
    await seat.submits()
    expect(sent(fixture, 1).data.components).toMatchObject([
      { component: { type: 23, value: true } },
      { component: { type: 21, value: 'staging' } },
      { component: { type: 22, values: ['staging', 'prod'] } },
      { type: 1, components: [{ type: 4, custom_id: 'old', value: 'x' }] },
    ])
  })

  it('lets nobody send what the client would not take, and sends nothing when it is closed', async () => {
    const { seat, fixture } = await withModal()
    expect((await seat.submits()).refused).toBe('Service: this field is required')
    await expect(seat.fills('service', 'worker')).rejects.toThrow('5 characters at most')
    await expect(seat.fills('env', 'dev')).rejects.toThrow('there are Staging, Production')
    await expect(seat.fills('room', '#nowhere')).rejects.toThrow('There is no room #nowhere')
    await seat.closes()
    expect(seat.form()).toBeNull()
    expect(fixture.heard).toHaveLength(1)
  })

  it('opens from a button too, whose message then goes along and may be changed by the answer', async () => {
    const row = { type: 1, components: [{ type: 2, style: 1, label: 'Correct it', custom_id: 'form.open:f_1' }] }
    const { seat, fixture, simulator } = await withAnswers((body) => {
      if (body.type === 2) return { type: 4, data: { content: 'wrong', components: [row] } }
      return body.type === 3 ? { type: 9, data: ticks } : { type: 7, data: { content: 'right', components: [] } }
    })
    await seat.says('/form')
    await seat.press('Correct it')
    await seat.fills('How', 'Staging')
    await seat.fills('In a row', 'x')
    await seat.submits()
    expect(sent(fixture, 2).message.content).toBe('wrong')
    expect(seat.sees().map((message) => message.text)).toEqual(['right'])
    expect(simulator.violations).toEqual([])
  })

  it('stays open when the submission was not taken', async () => {
    const { seat } = await withModal({ ...MODAL, components: MODAL.components.slice(4) }, { type: 4, data: {} })
    expect((await seat.submits()).failure).toContain('Cannot send an empty message')
    expect(seat.form()).not.toBeNull()
  })
})

describe('which first answers Discord takes', () => {
  it.each([
    ['a command', 8, '/form'],
    ['a command', 1, '/form'],
    ['a command', 6, '/form'],
    ['a command', 7, '/form'],
  ])('%s gets no type %i', async (_, type, line) => {
    const { seat, simulator } = await withAnswers(() => ({ type, data: { content: 'x', choices: [] } }))
    expect((await seat.says(line)).failure).not.toBeNull()
    expect(simulator.violations).toHaveLength(1)
  })

  it.each([9, 6, 7])('the submission of a modal that a command opened gets no type %i', async (type) => {
    const rest = { ...MODAL, components: MODAL.components.slice(4) }
    const { seat, simulator } = await withModal(rest, { type, data: { ...rest, content: 'x' } })
    expect((await seat.submits()).failure).not.toBeNull()
    expect(simulator.violations).toHaveLength(1)
  })

  it('what is offered while typing is answered by choices alone', async () => {
    const { seat, simulator } = await withAnswers(() => ({ type: 4, data: { content: 'x' } }))
    expect((await seat.completes('/deploy w')).choices).toEqual([])
    expect(simulator.violations).toMatchObject([{ what: 'an interaction of type 4 is not answered by type 4' }])
  })
})
