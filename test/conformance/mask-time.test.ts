/** The time that masking takes: here, on Node, because workerd's clock stands still while code runs. */
import { expect, it } from 'vitest'
import { maskTokens } from '../../src/audit/tokens.ts'

/** What a repetition within some shape might be tried on again and again. */
const HOSTILE = [
  'a',
  '-',
  '=',
  ' ',
  'eyJ',
  '-eyJ',
  'eyJaaaaaaaaaaa.',
  'eyJaaaaaaaaaaa.bb.-',
  '_eyJ',
  `AIza${'a'.repeat(35)}eyJaaaaaaaaaaaa`,
  '-keyJaaaaaaaaaaa',
  'eyJ-',
  '%3DeyJ',
  '\\',
  '\\u0026access_token=',
  'https://a1',
  'https:\\/\\/a1:',
  'https://aaaaaaaaaaaaaaaaaaaa1:',
  'authorization\\\\"',
  'authorization: bearer \\',
  'bearer%20',
  'bearer+',
  'api-key: \\',
  'x-amz-signature=',
  'hooks.slack.com\\/services\\/',
  '-k',
  '_',
  'sk-',
  'sk-ant-',
  'ghp_',
  'xoxb-',
  'M',
  'MTE4',
  'MTE4-',
  'a://',
  'a://b:',
  'a://b:c',
  'a:',
  '://:@',
  'SG.',
  'AKIA',
  'Bearer ',
  'bearer a',
  'authorization: ',
  'authorization: bearer ',
  'secret_access_key ',
  'glpat-.',
  '1:AA',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY----------END ',
  '-----END ',
  '%3D',
  '\\n',
  '\x1b[0;',
  '&api_key=',
  'hooks.slack.com/services/',
  'v1.0-0',
  'v1.0-0123456789abcdef01234567-',
]

/** It takes 60 ms; what tries again from each character takes many minutes. */
const LIMIT_MS = 5_000

it.each(HOSTILE)('1 MB of %j is looked through in linear time, whatever is repeated', (piece) => {
  const text = piece.repeat(Math.ceil(1_000_000 / piece.length))
  const from = performance.now()
  maskTokens(text)
  expect(performance.now() - from).toBeLessThan(LIMIT_MS)
})
