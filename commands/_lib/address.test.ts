import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAddress } from './address.ts'

const NONE = new Set<string>()
const allowed = (text: string, exceptions: ReadonlySet<string> = NONE, from?: string) =>
  checkAddress(text, exceptions, from === undefined ? undefined : new URL(from)).ok

describe('checkAddress', () => {
  it.each([
    'https://example.com',
    'http://example.com:8080/x?y#z',
    'https://example.com:8443',
    'http://example.com:443',
    'https://8.8.8.8/',
    'https://172.15.255.255',
    'https://172.32.0.0',
    'https://100.63.255.255',
    'https://100.128.0.0',
    'https://223.255.255.255',
    'https://[2606:4700:4700::1111]/',
    'https://[2001:200::1]',
    'HTTPS://EXAMPLE.COM.',
  ])('allows %s', (text) => expect(allowed(text)).toBe(true))

  it.each([
    ['example.com', 'not a web address'],
    ['ftp://example.com', 'only http and https'],
    ['file:///etc/passwd', 'only http and https'],
    ['javascript:alert(1)', 'only http and https'],
    ['https://user:pass@example.com', 'credentials'],
    ['https://user@example.com', 'credentials'],
    ['https://example.com:22', 'only the ports'],
    ['https://example.com:8444', 'only the ports'],
    ['http://localhost', 'no domain'],
    ['http://localhost.', 'no domain'],
    ['http://metadata', 'no domain'],
    ['http://metadata.google.internal', 'private'],
    ['http://metadata.google.internal.', 'private'],
    ['http://x.localhost', 'private'],
    ['http://printer.local', 'private'],
    ['http://router.home.arpa', 'private'],
    ['http://127.0.0.1', 'not a public IP'],
    ['http://127.1', 'not a public IP'],
    ['http://2130706433', 'not a public IP'],
    ['http://0x7f.1', 'not a public IP'],
    ['http://0177.0.0.1', 'not a public IP'],
    ['http://１２７.0.0.1', 'not a public IP'],
    ['http://0.0.0.0', 'not a public IP'],
    ['http://10.1.2.3', 'not a public IP'],
    ['http://100.64.0.1', 'not a public IP'],
    ['http://100.127.255.255', 'not a public IP'],
    ['http://169.254.169.254/latest/meta-data', 'not a public IP'],
    ['http://168.63.129.16', 'not a public IP'],
    ['http://172.16.0.0', 'not a public IP'],
    ['http://172.31.255.255', 'not a public IP'],
    ['http://192.168.1.1', 'not a public IP'],
    ['http://198.19.255.255', 'not a public IP'],
    ['http://224.0.0.1', 'not a public IP'],
    ['http://255.255.255.255', 'not a public IP'],
    ['http://134744072', 'four decimal numbers'],
    ['http://0x08.8.8.8', 'four decimal numbers'],
    ['http://[::1]', 'not a public IP'],
    ['http://[::]', 'not a public IP'],
    ['http://[::ffff:127.0.0.1]', 'not a public IP'],
    ['http://[::ffff:8.8.8.8]', 'not a public IP'],
    ['http://[64:ff9b::7f00:1]', 'not a public IP'],
    ['http://[fe80::1]', 'not a public IP'],
    ['http://[fd00::1]', 'not a public IP'],
    ['http://[ff02::1]', 'not a public IP'],
    ['http://[2001::1]', 'not a public IP'],
    ['http://[2001:db8::1]', 'not a public IP'],
    ['http://[2002:7f00:1::]', 'not a public IP'],
    ['http://[3fff::1]', 'not a public IP'],
    ['', 'not a web address'],
  ])('refuses %s: %s', (text, why) => {
    expect(checkAddress(text, NONE)).toMatchObject({ ok: false, message: expect.stringContaining(why) })
  })

  it('reads a redirect relative to where it came from', () => {
    expect(allowed('/next', NONE, 'https://8.8.8.8/')).toBe(true)
    expect(allowed('//127.0.0.1/', NONE, 'https://example.com/')).toBe(false)
    expect(allowed('http://134744072/', NONE, 'https://example.com/')).toBe(false)
  })

  it('allows an exception for its very host and port only, and never another scheme or credentials', () => {
    const exceptions = new Set(['localhost:8788', '127.0.0.1:80'])
    expect(allowed('http://localhost:8788/x', exceptions)).toBe(true)
    expect(allowed('http://127.0.0.1/', exceptions)).toBe(true)
    expect(allowed('http://localhost:8789', exceptions)).toBe(false)
    expect(allowed('https://127.0.0.1/', exceptions)).toBe(false)
    expect(allowed('ftp://localhost:8788', exceptions)).toBe(false)
    expect(allowed('http://u@localhost:8788', exceptions)).toBe(false)
  })

  it('refuses every private IPv4 address however it is written', () => {
    const address = fc.tuple(fc.constantFrom(10, 127, 0, 224, 255), fc.nat(255), fc.nat(255), fc.nat(255))
    const write = fc.constantFrom(
      (parts: number[]) => parts.join('.'),
      (parts: number[]) => parts.map((part) => `0x${part.toString(16)}`).join('.'),
      (parts: number[]) => parts.map((part) => `0${part.toString(8)}`).join('.'),
      (parts: number[]) => String(parts.reduce((sum, part) => sum * 256 + part, 0)),
      (parts: number[]) => `[::ffff:${parts.join('.')}]`,
    )
    fc.assert(fc.property(address, write, (parts, text) => !allowed(`http://${text(parts)}/`)))
  })
})
