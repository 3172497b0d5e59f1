/** What results look like in chat: the same on Slack and on Discord, within what both take. */
import { beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})

const onSlack = async (line: string) => (await (await world.says('grace', `/pawl ${line}`)).final()).text

async function onDiscord(line: string): Promise<string> {
  const exchange = await world.simulator.discord.user('grace').in('#ops').says(`/pawl run:${line}`)
  return (await exchange.final()).text
}

const rows = (count: number) =>
  JSON.stringify(Array.from({ length: count }, (_, i) => ({ app: `app-${i}`, size: i * 7 })))

describe.each([
  ['Slack', onSlack],
  ['Discord', onDiscord],
])('on %s', (_, ask) => {
  it('uniform records are an aligned table', async () => {
    const text = await ask(`seed '[{"app":"web","size":3},{"app":"日本","size":120}]'`)
    expect(text).toContain(['app   size', 'web      3', '日本   120'].join('\n'))
  })

  it('one record is fields', async () => {
    const text = await ask(`seed '{"app":"web","tags":["a","b"]}'`)
    expect(text).toContain('web')
    expect(text).toContain('a, b')
  })

  it('nothing is a sentence', async () => {
    expect(await ask(`seed '[]'`)).toContain('There is nothing to show')
  })

  it('a long result says how much is missing, and the next page shows it', async () => {
    const text = await ask(`seed '${rows(60)}'`)
    expect(text).toContain('app-24')
    expect(text).not.toContain('app-25')
    expect(text).toContain('The first 25 of 60 records')
    const [next = ''] = /run show r_\w+ --page 2/.exec(text) ?? []
    const page = await ask(next)
    expect(page).toContain('app-25')
    expect(page).toContain('Records 26 to 50 of 60')
  })

  it('run list shows what one has run', async () => {
    const run = await world.newestRun('seed')
    expect(await ask('run list')).toContain(String(run.id))
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
