/** What rules want before a command starts, through the real doors: `approved by` and `confirmed` on a command that asks for neither. */
import { beforeAll, describe, expect, it } from 'vitest'
import { approvalWorld, type Kit, kitOf } from './approval.kit.ts'

let kit: Kit
beforeAll(async () => {
  kit = kitOf(await approvalWorld())
})

/** Does something while a rule about `ship` stands. */
async function under(rule: string, act: () => Promise<void>): Promise<void> {
  const id = /Rule (\d+):/.exec(await kit.hears('ada', `rule create when command is ship ${rule}`))?.[1]
  try {
    await act()
  } finally {
    await kit.hears('ada', `rule delete ${id}`)
  }
}

describe('a rule that wants an approval', () => {
  it('holds the run until somebody else has agreed, also that of an administrator', async () => {
    await under('with option[extra] == prod must have ship:run approved by ship:approve', async () => {
      for (const asker of ['linus', 'ada']) {
        const { id, told } = await kit.asks(asker, 'ship small-web prod')
        expect(told).toContain('waits for approval: 1 with ship:approve')
        expect(kit.done(id)).toEqual([])
        await kit.hears('grace', `approval approve ${id}`)
        expect(await kit.end(id)).toMatchObject({ state: 'succeeded' })
        expect(kit.done(id)).toHaveLength(1)
      }
      const { id } = await kit.asks('linus', 'ship small-web staging')
      expect(kit.done(id)).toHaveLength(1)
    })
  })

  it('adds to what the module wants: the stricter of two for one permission', async () => {
    await under('must be approved by 2 of ship:approve and approved by deploy:run', async () => {
      const { id, told } = await kit.asks('linus', 'ship web')
      expect(told).toMatch(/waits for approval: .*1 with deploy:run.*2 with ship:approve/s)
      expect(JSON.parse(String((await kit.approval(id)).care)).approvals).toMatchObject([
        { permission: 'deploy:run', count: 1 },
        { permission: 'ship:approve', count: 2 },
      ])
      await kit.hears('linus', `approval withdraw ${id}`)
      expect(kit.done(id)).toEqual([])
    })
  })

  it('is void once the rules are others, and nothing runs', async () => {
    let run = ''
    await under('with option[extra] == prod must be approved by ship:approve', async () => {
      run = (await kit.asks('linus', 'ship small-api prod')).id
    })
    await kit.hears('grace', `approval approve ${run}`)
    expect(await kit.end(run)).toMatchObject({ state: 'denied' })
    expect(await kit.approval(run)).toMatchObject({ state: 'void' })
    expect(kit.done(run)).toEqual([])
  })
})

describe('a rule that wants a confirmation', () => {
  it('asks the asker first, and then whoever approves', async () => {
    await under('must have ship:run confirmed and approved by ship:approve', async () => {
      const { id, told } = await kit.asks('linus', 'ship small-db')
      expect(told).toContain('Please confirm: ship small-db')
      expect(told).toContain('Then: approval by 1 with ship:approve')
      expect(await kit.hears('grace', `approval approve ${id}`)).not.toContain('You approved')
      await kit.hears('linus', `confirm ${id}`)
      expect(kit.done(id)).toEqual([])
      await kit.hears('grace', `approval approve ${id}`)
      expect(await kit.end(id)).toMatchObject({ state: 'succeeded' })
    })
  })
})
