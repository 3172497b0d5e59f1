import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanJson, maskTokens } from './tokens.ts'

/** Built at run time, so that no scanner takes this file for a leak. */
const of = (length: number, from = 'aB3dE5fG7hJ9kL1mN0pQ') =>
  from.repeat(Math.ceil(length / from.length)).slice(0, length)
const hex = (length: number) => of(length, '0123456789abcdef')
const words = (...parts: string[]) => parts.join('')

const TOKENS: Record<string, string> = {
  'a Slack bot token': words('xoxb', '-123456789012-1234567890123-', of(24)),
  'a Slack user token': words('xoxp', '-1234567890-1234567890-1234567890-', hex(32)),
  'a Slack configuration token': words('xoxe', '.xoxp-1-', of(60)),
  'a Slack app token': words('xapp', '-1-A0123456789-1234567890123-', hex(64)),
  'a GitHub personal token': words('ghp', '_', of(36)),
  'a GitHub OAuth token': words('gho', '_', of(36)),
  'a GitHub user token': words('ghu', '_', of(36)),
  'a GitHub server token': words('ghs', '_', of(36)),
  'a GitHub refresh token': words('ghr', '_', of(76)),
  'a fine-grained GitHub token': words('github', '_pat_', of(22), '_', of(59)),
  'a GitLab token': words('glpat', '-', of(20)),
  'a routable GitLab token': words('glpat', '-', of(27), '.01.', of(9)),
  'an AWS key id': words('AKIA', 'IOSFODNN7EXAMPLE'),
  'a temporary AWS key id': words('ASIA', 'IOSFODNN7EXAMPLE'),
  'a Google API key': words('AIza', of(35)),
  'a Google access token': words('ya29', '.', of(60)),
  'a Stripe live key': words('sk', '_live_', of(24)),
  'a restricted Stripe key': words('rk', '_live_', of(24)),
  'an Anthropic key': words('sk', '-ant-api03-', of(90)),
  'an OpenAI project key': words('sk', '-proj-', of(60)),
  'an older OpenAI key': words('sk', '-', of(48)),
  'an npm token': words('npm', '_', of(36)),
  'a PyPI token': words('pypi', '-AgEIcHlwaS5vcmc', of(100)),
  'a SendGrid key': words('SG', '.', of(22), '.', of(43)),
  'a Twilio key': words('SK', hex(32)),
  'a Discord bot token': words('MTE4MDAwMDAwMDAwMDAwMDA5', 'MA', '.GabcDE.', of(38)),
  'a JSON Web Token': words('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0NTY3ODkwIn0.', of(43)),
  'a Cloudflare token': words('cfut', '_', of(40)),
  'a DigitalOcean token': words('dop', '_v1_', hex(64)),
  'a Vault token': words('hvs', '.', of(24)),
  'a Telegram token': words('123456789', ':AA', of(33)),
  'a Telegram token in its address': words('bot', '123456789', ':AA', of(33)),
}

/** The text around what is masked, and the secret in it. */
const NAMED: Record<string, [before: string, secret: string, after: string]> = {
  'a Slack webhook': ['https://hooks.slack.com/services/', `T0/B0/${of(24)}`, ' is it'],
  'a Discord webhook': ['https://discord.com/api/webhooks/1180000000000000001/', of(68), '?wait=true'],
  'an AWS secret in a file': ['aws_secret_access_key = ', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', '\nregion=eu'],
  'an AWS secret in JSON': ['{"SecretAccessKey": "', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', '"}'],
  'the Authorization header': ['curl -H "Authorization: Bearer ', 'hunterhunter', '" x'],
  'basic authorization': ['authorization: Basic ', 'dXNlcjpwYXNz', ''],
  'a bearer without its header': ['sent as bearer ', 'abcdefghijklmnopqrs7', ', it said'],
  'a password in an address': ['postgres://ada:', 'hunter2', '@db.test:5432/x'],
  'a password with an @': ['redis://:', 'p@ss:word', '@cache'],
  'a Cloudflare token in a setting': ['CLOUDFLARE_API_TOKEN=', of(40), ''],
  'a token in a query': ['https://x.test/?a=1&access_token=', of(20), '&b=2'],
  'a private key': [
    '',
    words('-----BEGIN RSA ', 'PRIVATE KEY-----\nMIIE\n+/ab==\n-----END RSA PRIVATE KEY-----'),
    '\nnext',
  ],
  'a private key in JSON': [
    '{"key":"',
    words('-----BEGIN ', 'PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----'),
    '\\n"}',
  ],
  'a private key that was cut off': ['key: ', words('-----BEGIN OPENSSH ', 'PRIVATE KEY-----\nb3BlbnNz'), ''],
  'a key behind a colour': ['\x1b[32m', words('AKIA', 'IOSFODNN7EXAMPLE'), '\x1b[0m'],
  'a key behind an escaped line break': ['{"a":"x\\n', words('sk', '-', of(48)), '"}'],
  'authorization in JSON in JSON': [String.raw`"{\"authorization\":\"Bearer `, 'hunterhunter', String.raw`\"}"`],
  'authorization in JSON in JSON in JSON': [
    String.raw`{\\\"authorization\\\": \\\"token `,
    'hunterhunter',
    String.raw`\\\"}`,
  ],
  'authorization with an escaped line end': ['Authorization: Bearer ', 'hunterhunter', String.raw`\r\nHost: x`],
  'authorization with a slash as JSON escapes it': ['"Authorization": "Basic ', String.raw`dXNl\/cjpw`, '"'],
  'authorization with another scheme': ['Authorization: ApiKey ', 'hunterhunter', ''],
  'authorization in an address': ['h=Authorization%3A%20Bearer%20', 'hunterhunter', ''],
  'a bearer in an address': ['?h=Bearer%20', 'abcdefghijklmnopqrs7', '&x=1'],
  'an AWS secret in JSON in JSON': [
    String.raw`{\"secret_access_key\":\"`,
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    String.raw`\"}`,
  ],
  'an AWS secret in XML': ['<SecretAccessKey>', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', '</SecretAccessKey>'],
  'an API key in JSON in JSON': [String.raw`{\"api-key\": \"`, 'hunterhunter', String.raw`\"}`],
  'a password in an address in JSON': [String.raw`"postgres:\/\/ada:`, 'hunter2', String.raw`@db.test\/x"`],
  'a Slack webhook in JSON': [String.raw`"https:\/\/hooks.slack.com\/services\/`, String.raw`T0\/B0\/${of(24)}`, '"'],
  'a token as the user of an address': ['git clone https://', hex(40), '@github.com/pawl/pawl.git'],
  'a token as the user, of no password': ['https://', of(24), ':@api.test/v1'],
  'a signature of AWS by itself': ['X-Amz-Signature=', hex(64), ' X-Amz-Expires=60'],
  'a token in a query as Go writes JSON': [String.raw`/x?a=1\u0026access_token=`, of(20), String.raw`\u0026b=2`],
  'a key that is percent-encoded': ['?key%3D', words('AKIA', 'IOSFODNN7EXAMPLE'), '%26'],
}

const INNOCENT = [
  'deploy web --env=prod && npm_config_registry stays, ghp_ too',
  'please ask for bearer authentication, an authorization: the bearer is known',
  'the risk_live_migration_of_all_databases and the task-ant-colony-optimisation-example',
  'xoxo-hugs-and-kisses from sk-learn-classification-example to SGML.documentation.of-1999-and-later',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==',
  '6f1ed002-ab55-4d6a-9d1c-7d0a4f6b0c1e',
  'run r_4ehwr73jcdmmnnmc of commit c26f275, image registry.test/web@sha256:0123456789abcdef0123456789abcdef',
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'https://example.test:8443/a?page_token=abcdefghijkl&x=user@example.test',
  'https://ada.lovelace-of-the-office@example.test/ and https://build-agent-17@git.test/x',
  'keyJournalEntries.findAll.where, monkeyJumpingContest.run.it, and the -key_account of x_api_key_name',
  'mailto:ada@example.test, ssh git@github.com:pawl/pawl.git, http://[::1]:8080/',
  'AC0123456789abcdef0123456789abcdef is an account, ACCESSIBLE, ASIAN markets, AKIAS',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----',
  'NotificationServiceProvider.config.SomeVeryLongClassNameThatGoesOnAndOn',
  'eyJ is how JSON begins in base 64: eyJhIjoxfQ',
  '1180000000000000021 C0OPS00001 U0GRACE001 slack:T0PAWL:U0ADA00001',
  '2026-11-21T10:00:00.000Z 12:30:45 10.0.0.1:443 ::ffff:10.0.0.1',
  '👩‍💻 größer als 5 €: "quoted", `code`, <b>, & so on',
]

describe('a token of a well-known shape', () => {
  it.each(Object.entries(TOKENS))('is masked, and nothing beside it: %s', (_, token) => {
    expect(maskTokens(token)).toBe('[secret]')
    for (const [before, after] of [
      ['token ', ' was used'],
      ['TOKEN=', '\n'],
      ['{"token":"', '"}'],
      ['(', '), '],
      ['`', '`'],
      ['*', '*'],
      ['key_', ' '],
      ['a-', ' '],
      ['curl -k', ' '],
      [String.raw`{\"token\":\"`, String.raw`\"}`],
    ])
      expect(maskTokens(`${before}${token}${after}`)).toBe(`${before}[secret]${after}`)
  })

  it.each(Object.entries(TOKENS))('is masked in italics, of which it may take the end: %s', (_, token) => {
    // A token that may end in `_` takes Slack's, too.
    const masked = maskTokens(`it is _${token}_ now`)
    expect(masked).toMatch(/^it is _\[secret\]_? now$/)
  })

  it.each(Object.entries(NAMED))('is masked where only its place gives it away: %s', (_, [before, secret, after]) => {
    expect(maskTokens(`${before}${secret}${after}`)).toBe(`${before}[secret]${after}`)
  })

  it('is masked as often as it stands there', () => {
    const [one, two] = [TOKENS['a GitHub personal token'], TOKENS['a Slack bot token']]
    expect(maskTokens(`${one} ${two},${one}\n${two}`)).toBe('[secret] [secret],[secret]\n[secret]')
  })

  it('has a least length: 30 characters behind ghp_, not 29', () => {
    expect(maskTokens(`ghp_${of(30)}`)).toBe('[secret]')
    expect(maskTokens(`ghp_${of(29)}`)).toBe(`ghp_${of(29)}`)
  })
})

describe('what is no token', () => {
  it.each(INNOCENT)('stays as it is: %s', (text) => {
    expect(maskTokens(text)).toBe(text)
  })

  it('stays, whatever hexadecimal digits, ids and plain words there are', () => {
    const plainWord = fc.stringMatching(/^[a-z]{1,12}$/)
    const digest = fc.stringMatching(/^[0-9a-f]{7,128}$/)
    const id = fc.stringMatching(/^r_[0-9a-hjkmnp-tv-z]{16}$/)
    const some = fc.array(fc.oneof(plainWord, digest, id, fc.uuid(), fc.integer().map(String)), { minLength: 1 })
    fc.assert(
      fc.property(some, fc.constantFrom(' ', ', ', '\n', '/'), (all, by) => maskTokens(all.join(by)) === all.join(by)),
    )
  })
})

describe('masking', () => {
  const piece = fc.oneof(
    fc.constantFrom(...Object.values(TOKENS), ...Object.values(NAMED).map((parts) => parts.join('')), ...INNOCENT),
    fc.string({ maxLength: 8 }),
  )

  it.each([
    ['a word of 4 MB', 'x'.repeat(4_000_000)],
    ['what could begin a token, 4 MB long', `xoxb-${'1'.repeat(4_000_000)}`],
    ['what could be a web token, 4 MB long', `eyJ${'a'.repeat(2_000_000)}.${'b'.repeat(2_000_000)}`],
  ])('comes to an end with %s', (_, text) => {
    expect(maskTokens(text).length).toBeLessThanOrEqual(text.length)
  })

  it('finds a token on both sides of where a long text is cut', () => {
    const token = TOKENS.github ?? Object.values(TOKENS)[0] ?? ''
    for (const before of [99_950, 99_999, 100_000, 100_001]) {
      const text = `${'word '.repeat(before / 5)} ${token} ${'word '.repeat(20_000)}${token}`
      expect(maskTokens(text)).not.toContain(token)
    }
  })

  it('is done once: a second time changes nothing', () => {
    // Seen to be masked further by a second time, when each shape was looked for by itself.
    for (const text of [
      `${TOKENS['an AWS key id']}${TOKENS['a GitHub personal token']}`,
      `secret_access_key=${of(40)}${TOKENS['a GitHub personal token']}`,
      `${TOKENS['a Google API key']}-k${TOKENS['an AWS key id']}`,
      `${TOKENS['a Google API key']}Bearer ${of(20)}`,
      `://api-key:${of(20)}/x@`,
      `api-key:%20%20%20${of(20)}`,
    ]) {
      expect(maskTokens(text)).toContain('[secret]')
      expect(maskTokens(maskTokens(text))).toBe(maskTokens(text))
    }
    const joined = Object.values(TOKENS).join('')
    expect(maskTokens(maskTokens(joined))).toBe(maskTokens(joined))
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.constantFrom('', ' ', '\n', ':', '@', '-', '_', '-k', '.', '%3D'),
        (pieces, by) => {
          const once = maskTokens(pieces.join(by))
          expect(maskTokens(once)).toBe(once)
        },
      ),
    )
  })

  it('finds a token between any words', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(TOKENS)), fc.string(), fc.string(), (token, before, after) => {
        expect(maskTokens(`${before} ${token} ${after}`)).not.toContain(token)
      }),
    )
  })

  it('takes a token of 5 MB', () => {
    expect(maskTokens(`ghp_${of(5_000_000)} and xoxb-${of(5_000_000)}`)).toBe('[secret] and [secret]')
  })
})

describe('a value', () => {
  it('is cleaned in all its texts and in the names of its fields, and is otherwise the same', () => {
    const token = words('npm', '_', of(36))
    const value = { a: [`x ${token}`, 1, null, { [token]: true }], __proto: 'y' }
    expect(cleanJson(value, maskTokens)).toEqual({ a: ['x [secret]', 1, null, { '[secret]': true }], __proto: 'y' })
  })
})
