/**
 * Cases that nobody here wrote, in workerd through the real routes: signature vectors of Wycheproof, of Slack's
 * documentation, of ed25519-speccheck and of serenity; payloads of bolt-python, slash-create and discord-interactions-js.
 * What each is expected to do is in the folder's README.
 */
import { describe, expect, inject, it } from 'vitest'
import * as z from 'zod'
import { createApp } from '../../src/app.ts'
import { importPublicKey, matchesEd25519 } from '../../src/chat/discord/verify.ts'
import { importSecret, matchesHmac } from '../../src/chat/slack/verify.ts'
import { decodeHex } from '../../src/digest.ts'
import {
  discordKeys,
  discordRequest,
  type FakeHall,
  fakeHall,
  lifetime,
  NOW,
  rooms,
  slackRequest,
  testConfig,
} from './doors-kit.ts'

const files = inject('conformance')
if (!files)
  console.log('Conformance of the doors is skipped: no ../shared/conformance; set PAWL_CONFORMANCE to the folder.')

const testGroups = <T extends z.ZodRawShape, G extends z.ZodRawShape>(group: G, test: T) =>
  z.object({
    testGroups: z.array(
      z.object({
        ...group,
        tests: z.array(z.object({ tcId: z.int(), result: z.enum(['valid', 'invalid']), ...test })),
      }),
    ),
  })
const ed25519Schema = testGroups({ publicKey: z.object({ pk: z.string() }) }, { msg: z.string(), sig: z.string() })
const hmacSchema = testGroups({ tagSize: z.int() }, { key: z.string(), msg: z.string(), tag: z.string() })
const slackSchema = z.array(
  z.object({ name: z.string(), secret: z.string(), timestamp: z.string(), body: z.string(), signature: z.string() }),
)
const speccheckSchema = z.array(z.object({ message: z.string(), pub_key: z.string(), signature: z.string() }))
const hexSchema = z.object({ expected_bytes: z.int(), accept: z.array(z.string()), reject: z.array(z.string()) })

function read<T>(name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(files?.[name] ?? 'null'))
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return decodeHex(hex) ?? new Uint8Array(0)
}

function send(
  request: Request,
  hall: FakeHall,
  settings: Record<string, string> = {},
  now: number = NOW,
): Promise<Response> {
  return Promise.resolve(createApp(() => rooms(hall, testConfig(settings), now)).fetch(request, {}, lifetime()))
}

describe.skipIf(!files)('signature vectors', () => {
  it('Wycheproof Ed25519: all valid ones pass the verifier, all invalid ones fail, none throws', async () => {
    const wrong: number[] = []
    let count = 0
    for (const group of read('signatures/wycheproof_ed25519_test.json', ed25519Schema).testGroups) {
      const key = await importPublicKey(group.publicKey.pk)
      for (const { tcId, msg, sig, result } of group.tests) {
        const message = bytesOf(msg)
        // The verifier signs over timestamp and body: wherever the message is cut, the verdict is the same.
        for (const cut of cuts(message)) {
          count += 1
          const accepted = await matchesEd25519(
            key,
            sig,
            new TextDecoder().decode(message.slice(0, cut)),
            message.slice(cut),
          )
          if (accepted !== (result === 'valid')) wrong.push(tcId)
        }
      }
    }
    expect(wrong).toEqual([])
    expect(count).toBeGreaterThanOrEqual(151)
  })

  it('Wycheproof Ed25519: none gets through the door, whose messages begin with a timestamp', async () => {
    for (const group of read('signatures/wycheproof_ed25519_test.json', ed25519Schema).testGroups) {
      for (const { msg, sig } of group.tests) {
        const hall = fakeHall()
        const request = new Request('https://pawl.test/discord/interactions', {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-signature-timestamp': String(NOW / 1_000),
            'x-signature-ed25519': sig,
          },
          body: bytesOf(msg),
        })
        expect((await send(request, hall, { DISCORD_PUBLIC_KEY: group.publicKey.pk })).status).toBe(401)
        expect(hall.refused).toHaveLength(1)
      }
    }
  })

  it('ed25519-speccheck: every edge case has a verdict, and none is an exception', async () => {
    const verdicts: boolean[] = []
    for (const { message, pub_key, signature } of read(
      'signatures/ed25519_speccheck_edge_cases.json',
      speccheckSchema,
    )) {
      const key = await importPublicKey(pub_key).catch(() => null)
      verdicts.push(key !== null && (await matchesEd25519(key, signature, '', bytesOf(message))))
    }
    expect(verdicts.length).toBeGreaterThan(0)
    // A signature whose S is not below the group's order could be changed by anybody without the key: 6 and 7 of the paper.
    expect([verdicts[6], verdicts[7]]).toEqual([false, false])
  })

  it('Wycheproof HMAC-SHA256: whole tags get their verdict, shortened ones are all refused', async () => {
    const seen = { whole: 0, shortened: 0 }
    for (const group of read('signatures/wycheproof_hmac_sha256_test.json', hmacSchema).testGroups) {
      for (const { key, msg, tag, result, tcId } of group.tests) {
        const accepted = await matchesHmac(await importSecret(bytesOf(key)), tag, bytesOf(msg))
        const whole = group.tagSize === 256
        seen[whole ? 'whole' : 'shortened'] += 1
        expect([tcId, accepted]).toEqual([tcId, whole && result === 'valid'])
      }
    }
    expect(seen).toEqual({ whole: 87, shortened: 87 })
  })

  it('a shortened tag is no signature at the door', async () => {
    const hall = fakeHall()
    const request = await slackRequest('/slack/events', '{}')
    request.headers.set('x-slack-signature', (request.headers.get('x-slack-signature') ?? '').slice(0, 3 + 32))
    expect((await send(request, hall)).status).toBe(401)
    expect(hall.refused[0]?.reason).toBe('signature_malformed')
  })

  it('Slack: the documented requests get through at their time, and not later, earlier, or changed in any byte', async () => {
    for (const vector of read('signatures/slack_signature_vectors.json', slackSchema)) {
      const at = Number(vector.timestamp) * 1_000
      const path = vector.body.startsWith('{') ? '/slack/events' : '/slack/commands'
      const team = /"team_id":"(\w+)"|team_id=(\w+)/.exec(vector.body)?.slice(1).find(Boolean)
      const settings = { SLACK_SIGNING_SECRET: vector.secret, PAWL_WORKSPACES: `slack:${team}` }
      const request = (body: BodyInit = vector.body, signature = vector.signature) =>
        new Request(`https://pawl.test${path}`, {
          method: 'POST',
          headers: {
            'content-type': path === '/slack/events' ? 'application/json' : 'application/x-www-form-urlencoded',
            'x-slack-request-timestamp': vector.timestamp,
            'x-slack-signature': signature,
          },
          body,
        })
      const hall = fakeHall()
      expect([vector.name, (await send(request(), hall, settings, at)).status]).toEqual([vector.name, 200])
      expect(hall.admitted).toHaveLength(1)

      for (const now of [at + 301_000, at - 301_000, NOW])
        expect((await send(request(), fakeHall(), settings, now)).status).toBe(401)
      const body = new TextEncoder().encode(vector.body)
      for (let i = 0; i < body.length; i++) {
        const changed = body.slice()
        changed[i] = (changed[i] ?? 0) ^ 1
        expect((await send(request(changed), fakeHall(), settings, at)).status).toBe(401)
      }
      for (let i = 3; i < vector.signature.length; i++) {
        const digit = vector.signature[i] === '0' ? '1' : '0'
        const signature = vector.signature.slice(0, i) + digit + vector.signature.slice(i + 1)
        expect((await send(request(vector.body, signature), fakeHall(), settings, at)).status).toBe(401)
      }
    }
  })

  it('hex is read strictly', () => {
    const { accept, reject, expected_bytes } = read('signatures/hex_edge_cases.json', hexSchema)
    // serenity reads a fixed length; ours is fixed by the header's pattern.
    for (const hex of accept) expect(decodeHex(hex)?.length).toBe(expected_bytes)
    for (const hex of reject) expect(decodeHex(hex)?.length).not.toBe(expected_bytes)
  })
})

/** Beginning, and one place inside where both halves are still the same bytes after a trip through text. */
function cuts(message: Uint8Array): number[] {
  const middle = message.length >> 1
  const head = message.slice(0, middle)
  const isText = new TextEncoder().encode(new TextDecoder().decode(head)).every((byte, i) => byte === head[i])
  return middle > 0 && isText && new TextEncoder().encode(new TextDecoder().decode(head)).length === middle
    ? [0, middle]
    : [0]
}

/** By file: what reaches the hall. Everything else is acknowledged and runs nothing. */
const ADMITTED_FROM_SLACK = new Map([
  ['slack/slash_command.slash_command_body.json', 'hello-world Hi'],
  ['slack/app.app_mention_event_body.json', 'Hi there!'],
  ['slack/events_say_stream.org_app_mention_event_body.json', 'Hi there!'],
])

/** By file: what the hall is asked about forms, and by whom. Modals and selects of other apps carry none of our ids. */
const ASKED_BY_SLACK = new Map<string, object>([
  [
    'slack/shortcut.global_shortcut_body.json',
    { kind: 'global', actor: { workspace: 'T111', id: 'W111' }, channel: { id: 'W111', kind: 'direct' } },
  ],
  [
    'slack/shortcut.message_shortcut_body.json',
    {
      kind: 'message',
      actor: { workspace: 'T111', id: 'W111' },
      channel: { id: 'C111', name: 'dev' },
      record: { text: '<@W222> test', user: 'W111', message: '1583636382.000300' },
    },
  ],
])

describe.skipIf(!files)('Slack payloads of bolt-python', () => {
  const payloads = Object.entries(files ?? {}).filter(([name]) => name.startsWith('slack/'))

  it.each(payloads)('%s gets the answer of the platform', async (name, text) => {
    const payload = z.looseObject({ type: z.string().optional(), form: z.string().optional() }).parse(JSON.parse(text))
    const [path, body] =
      payload.form !== undefined
        ? ['/slack/commands', payload.form]
        : payload.type === 'event_callback' || payload.type === 'url_verification'
          ? ['/slack/events', text]
          : ['/slack/interactions', new URLSearchParams({ payload: text }).toString()]
    const hall = fakeHall()
    const response = await send(await slackRequest(path, body), hall)
    expect(response.status).toBe(200)
    expect(hall.refused).toEqual([])
    expect(hall.admitted.map(({ input }) => input)).toEqual(
      ADMITTED_FROM_SLACK.has(name) ? [{ kind: 'line', text: ADMITTED_FROM_SLACK.get(name) }] : [],
    )
    const asked = ASKED_BY_SLACK.get(name)
    expect(hall.asked).toMatchObject(asked ? [['shortcut', asked]] : [])
    const answer = await response.text()
    if (payload.type === 'url_verification') expect(JSON.parse(answer)).toEqual({ challenge: payload.challenge })
    if (payload.type?.endsWith('_suggestion')) expect(JSON.parse(answer)).toEqual({ options: [] })

    // The same, unsigned: nothing of it is looked at.
    const unsigned = await slackRequest(path, body, { secret: 'not-the-signing-secret' })
    const stranger = fakeHall()
    expect([(await send(unsigned, stranger)).status, stranger.admitted, stranger.asked]).toEqual([401, [], []])
  })
})

/** By file: the status, the answer's type, and what reaches the hall. */
const DISCORD_ANSWERS = new Map<string, [status: number, type: number | null, path?: string, options?: object]>([
  ['discord-interactions-js.applicationCommandRequestBody.json', [200, 4]],
  ['discord-interactions-js.autocompleteRequestBody.json', [200, 8]],
  ['discord-interactions-js.messageComponentRequestBody.json', [200, 4]],
  ['discord-interactions-js.pingRequestBody.json', [200, 1]],
  ['slash-create.autocompleteInteraction.json', [200, 8]],
  // A list of commands as the REST API gives it: no interaction.
  ['slash-create.basicCommands.json', [400, null]],
  ['slash-create.basicInteraction.json', [200, 4, 'basic-command', {}]],
  ['slash-create.basicMessageInteraction.json', [200, 4]],
  ['slash-create.modalInteraction.json', [200, 4]],
  ['slash-create.optionsInteraction.json', [200, 4, 'command-opts', { string: 'hi', int: 2, bool: true }]],
  ['slash-create.selectMessageInteraction.json', [200, 4]],
  ['slash-create.subCommandGroupInteraction.json', [200, 4, 'sub-command-group sub-command-group sub-command', {}]],
  ['slash-create.subCommandInteraction.json', [200, 4, 'sub-command sub-command', {}]],
  [
    'slash-create.subCommandOptionsInteraction.json',
    [200, 4, 'sub-command-opts sub-command', { string: 'hi', int: 2, bool: true }],
  ],
])

/** By file: what the hall is asked to complete. One without a guild names nobody who could be asked for. */
const ASKED_BY_DISCORD = new Map<string, object>([
  [
    'slash-create.autocompleteInteraction.json',
    { path: ['sub-command-opts', 'sub-command'], option: 'string', typed: 'incomplete str' },
  ],
])

describe.skipIf(!files)('Discord payloads of slash-create and discord-interactions-js', () => {
  const payloads = Object.entries(files ?? {}).filter(([name]) => name.startsWith('discord/'))

  it.each(payloads)('%s gets the answer of the platform', async (name, text) => {
    const [status, type, path, options] = DISCORD_ANSWERS.get(name.slice('discord/'.length)) ?? [0, null]
    const keys = await discordKeys()
    const settings = { DISCORD_PUBLIC_KEY: keys.publicKey, PAWL_WORKSPACES: 'discord:00000000000000000' }
    const hall = fakeHall()
    const response = await send(await discordRequest(keys, text), hall, settings)
    expect(response.status).toBe(status)
    if (type !== null) expect(await response.json()).toMatchObject({ type })
    expect(hall.admitted.map(({ input }) => input)).toEqual(
      path === undefined
        ? []
        : [{ kind: 'command', path: path.split(' '), options: new Map(Object.entries(options ?? {})) }],
    )

    const asked = ASKED_BY_DISCORD.get(name.slice('discord/'.length))
    expect(hall.asked).toMatchObject(asked ? [['completeOption', asked]] : [])

    const forger = await discordKeys()
    const stranger = fakeHall()
    const refused = await send(await discordRequest(forger, text), stranger, settings)
    expect([refused.status, stranger.admitted, stranger.asked]).toEqual([401, [], []])
  })
})
