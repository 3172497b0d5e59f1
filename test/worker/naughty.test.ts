/**
 * Naughty strings through the whole product, on both platforms: typed on a line and into Discord's fields, given back as whatever
 * a command can give, as names, notes and reasons. Whatever is said to them is within the limits and names nobody.
 */
import { beforeAll, describe, it, vi } from 'vitest'
import * as z from 'zod'
import {
  type Block,
  type Command,
  CommandFailure,
  code,
  defineCommand,
  line,
  md,
  plain,
  type Result,
  type View,
} from '#pawl'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { expectClean, NAUGHTIEST, NAUGHTY } from './naughty.kit.ts'
import { openWorld, type World } from './world.ts'

/** What a command can give of a text. */
const RESULTS: { readonly [as: string]: (text: string) => Result } = {
  text: (text) => text,
  record: (text) => ({ text, [text]: text, nested: { [text]: [text] } }),
  table: (text) => Array.from({ length: 3 }, (_, n) => ({ n, text, [text.slice(0, 20)]: text })),
  list: (text) => [{ text }, { other: text }],
  refusal: (text) => {
    throw new CommandFailure(text)
  },
  fault: (text) => {
    throw new Error(text)
  },
}

/** What a view can make of it. */
const VIEWS: { readonly [as: string]: (text: string) => View } = {
  md: (text) => md`**${text}** and \`${text}\` at ${text}`,
  code: (text) => code(text),
  blocks: (text): Block[] => [
    { kind: 'fields', fields: [{ name: text, value: plain(text) }] },
    { kind: 'code', text },
    { kind: 'note', text: plain(text) },
  ],
  buttons: (text) => ({
    show: plain(text),
    actions: [{ label: text.slice(0, 75), run: line`naughty text ${text.slice(0, 100)}` }],
  }),
}

const KINDS = [...Object.keys(RESULTS), ...Object.keys(VIEWS)]

const naughty = defineCommand({
  name: 'naughty',
  summary: 'Give back what it got',
  options: {
    as: z.string().describe('As what'),
    text: z.string().max(20_000).default('').describe('What'),
    number: z.int().optional().describe('Which of the list instead'),
  },
  effects: 'read',
  rules: ['when command is naughty allow'],
  handler({ as, text, number }): Result {
    const given = number === undefined ? text : (NAUGHTY[number] ?? '')
    return Object.hasOwn(RESULTS, as) ? (RESULTS[as]?.(given) ?? null) : { as, given }
  },
})

/** The same with the view that was asked for; the others are shown as Pawl shows what has none. */
const shown: Command = {
  ...naughty,
  view: (records) => {
    const [{ as, given }] = records
    return typeof as === 'string' && Object.hasOwn(VIEWS, as) ? (VIEWS[as]?.(String(given)) ?? null) : null
  },
}

let world: World
beforeAll(async () => {
  Object.assign(loadRegistry(), createRegistry(houseEntries([{ file: 'test', command: shown }])))
  world = await openWorld()
  // The operator's log of all that breaks.
  vi.spyOn(console, 'error').mockImplementation(() => {})
})

type Platform = 'slack' | 'discord'
const PLATFORMS = ['slack', 'discord'] as const
const user = (platform: Platform, person = 'ada') => world.simulator[platform].user(person).in('#ops')
const typed = { slack: (text: string) => `/pawl ${text}`, discord: (text: string) => `/pawl run: ${text}` }

/** As many at once: most of the time is waiting. */
const ABREAST = 8

/** Says each line as it stands, and waits for what is said to it. */
async function saysAll(platform: Platform, lines: readonly string[], abreast = ABREAST): Promise<void> {
  const seat = user(platform)
  const left = [...lines]
  const say = async () => {
    for (let text = left.shift(); text !== undefined; text = left.shift()) {
      const exchange = await seat.says(text)
      // A form that opens is the answer, too.
      if (seat.form()) await seat.closes()
      else await exchange.final()
    }
  }
  await Promise.all(Array.from({ length: abreast }, say))
}

/** Every third of them, another third on each platform and in each place. */
function aThird(platform: Platform, place: number): readonly string[] {
  return NAUGHTIEST.filter((_, i) => (i + place) % 3 === PLATFORMS.indexOf(platform)).map((text) =>
    text.slice(0, 1_000),
  )
}

it('each typed as it is, as arguments', async () => {
  await expectClean(world, () =>
    saysAll(
      'slack',
      NAUGHTY.map((text) => `/pawl naughty text ${text}`),
    ),
  )
}, 60_000)

it('each as an argument in quotes, given back as one thing or another', async () => {
  const lines = NAUGHTY.map((text, i) => line`/pawl naughty ${KINDS[i % KINDS.length] ?? ''} ${text.slice(0, 2_000)}`)
  await expectClean(world, () => saysAll('slack', lines))
}, 60_000)

it("each typed into Discord's fields, given back as one thing or another", async () => {
  // As fingers type it into the simulator, which knows two kinds of quotes.
  const quoted = NAUGHTY.flatMap((text) =>
    ['"', "'"]
      .filter((quote) => !text.includes(quote))
      .slice(0, 1)
      .map((quote) => quote + text + quote),
  )
  const lines = quoted.map((text, i) => `/naughty ${KINDS[i % KINDS.length]} ${text}`)
  await expectClean(world, () => saysAll('discord', lines))
}, 60_000)

describe.each(PLATFORMS)('on %s', (platform) => {
  const says = (lines: readonly string[], abreast?: number) =>
    saysAll(
      platform,
      lines.map((text) => typed[platform](text)),
      abreast,
    )

  it.each(KINDS)(
    'the worst of them given back as %s, whole',
    async (as) => {
      const some = NAUGHTIEST.filter((_, i) => (i + KINDS.indexOf(as)) % 3 === PLATFORMS.indexOf(platform))
      await expectClean(world, () => says(some.map((text) => line`naughty ${as} --number=${NAUGHTY.indexOf(text)}`)))
    },
    60_000,
  )

  it('the worst of them as a line of its own, a name, an option, a place', async () => {
    const shapes = [
      (text: string) => text,
      (text: string) => `naughty --${text}`,
      (text: string) => `naughty text x | ${text}`,
      (text: string) => `version > ${text}`,
      (text: string) => line`version > ${`#${text}`}`,
    ]
    // One by one: some open a form, and there is one in front of a person at a time.
    await expectClean(world, () =>
      says(
        shapes.flatMap((shape, i) => aThird(platform, i).map(shape)),
        1,
      ),
    )
  }, 60_000)

  it('the worst of them as names', async () => {
    const shapes = [
      (text: string) => line`user create ${text}`,
      (text: string) => line`group create ${text}`,
      (text: string) => line`role create ${text}`,
      (text: string) => line`alias create ${text} version`,
      (text: string) => line`alias create a${text.length} ${text}`,
      (text: string) => line`naughty text x | tee ${text}`,
      (text: string) => line`room show ${text}`,
      (text: string) => line`why ${text}`,
      (text: string) => line`help ${text}`,
    ]
    await expectClean(world, () => says(shapes.flatMap((shape, i) => aThird(platform, i).map(shape))))
  }, 60_000)

  it('the worst of them as reasons and notes', async () => {
    const shapes = [
      (text: string) => line`naughty text it --why ${text}`,
      (text: string) => line`lock break ${text} ${text}`,
      (text: string) => line`audit search ${text}`,
      (text: string) => line`history search ${text}`,
      (text: string) => line`run resolve r_zzzzzzzzzzzzzzzz succeeded ${text}`,
      (text: string) => line`approval refuse r_zzzzzzzzzzzzzzzz ${text}`,
      (text: string) => line`freeze start ${text} --commands nothing`,
      (text: string) => line`freeze start why --except ${text}`,
    ]
    await expectClean(world, () => says(shapes.flatMap((shape, i) => aThird(platform, i).map(shape))))
  }, 60_000)
})
