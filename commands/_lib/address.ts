/**
 * Which web addresses a person may make the worker fetch: public hosts only (server-side request forgery, OWASP). Pure.
 *
 * Names are not resolved here. On Cloudflare a fetch cannot reach a private network, whatever a name resolves to; under
 * local workerd it can, so the names that mean "this house" are refused by name.
 */

const PORTS = new Set(['', '80', '443', '8080', '8443'])

/** Names that never leave a house: RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`, and habits of routers. */
const PRIVATE_SUFFIXES = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'home.arpa',
  'test',
  'invalid',
  'onion',
]

/** Not global in IANA's IPv4 special-purpose registry, and multicast: network and prefix length. */
const PRIVATE_V4 = (
  [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3],
  ] as const
).map(([network, prefix]) => ({ network: v4Number(network), prefix }))

/** A cloud's metadata service outside the ranges above: Alibaba's lies in 100.64/10 already, Azure's does not. */
const METADATA_V4 = new Set(['168.63.129.16'])

export type AddressCheck = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly message: string }

/**
 * Checks an address, absolute or (a redirect's) relative to `from`. `exceptions` lists `host:port` that are allowed in
 * spite of their host and port, for local trials.
 *
 * @example checkAddress('https://example.com', new Set())
 */
export function checkAddress(text: string, exceptions: ReadonlySet<string>, from?: URL): AddressCheck {
  const refuse = (why: string): AddressCheck => ({ ok: false, message: `this address is not allowed: ${why}` })
  if (!URL.canParse(text, from?.href)) return refuse('it is not a web address, write it as https://example.com')
  const url = new URL(text, from?.href)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('only http and https')
  if (url.username !== '' || url.password !== '') return refuse('it holds credentials, leave them out')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  if (exceptions.has(`${url.hostname}:${port}`)) return { ok: true, url }
  if (!PORTS.has(url.port)) return refuse('only the ports 80, 443, 8080 and 8443')
  const wrong = hostProblem(url, text, from)
  return wrong === null ? { ok: true, url } : refuse(wrong)
}

function hostProblem(url: URL, text: string, from: URL | undefined): string | null {
  // The parser has normalised it: 0x7f.1, 0177.0.0.1 and 2130706433 all stand here as 127.0.0.1.
  const host = url.hostname.replace(/\.$/, '')
  if (host.startsWith('[')) return isPublicV6(host.slice(1, -1)) ? null : 'it is not a public IP address'
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) {
    if (METADATA_V4.has(host) || !isPublicV4(v4Number(host))) return 'it is not a public IP address'
    // Someone who writes 8.8.8.8 as 134744072 is hiding it from somebody.
    return writtenHost(text) === host || from?.hostname === host ? null : 'write the IP address as four decimal numbers'
  }
  if (!host.includes('.')) return 'the host has no domain, write its full name'
  if (PRIVATE_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`)))
    return 'the host is a private one'
  return null
}

/** The host to the letter, before the parser has normalised it. */
function writtenHost(text: string): string | undefined {
  return /^(?:https?:)?[/\\]*([^/\\?#:]*)/i.exec(text)?.[1]
}

function v4Number(dotted: string): number {
  return dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function isPublicV4(address: number): boolean {
  return !PRIVATE_V4.some(({ network, prefix }) => {
    const size = 2 ** (32 - prefix)
    return Math.floor(address / size) === Math.floor(network / size)
  })
}

/**
 * Global unicast (2000::/3) without the parts that lead elsewhere: Teredo, ORCHID and benchmarking (2001::/23),
 * documentation (2001:db8::/32, 3fff::/20) and 6to4 (2002::/16). Loopback, link-local, unique-local, IPv4-mapped and NAT64
 * addresses lie outside of 2000::/3.
 */
function isPublicV6(host: string): boolean {
  const [first = 0, second = 0] = v6Groups(host)
  if (first < 0x2000 || first > 0x3fff) return false
  if (first === 0x2001 && (second < 0x0200 || second === 0x0db8)) return false
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000)
}

/** The first two groups of an address in the canonical form that the URL parser gives. */
function v6Groups(host: string): number[] {
  const [head = '', tail] = host.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].slice(0, 2).map((group) => Number.parseInt(group, 16))
}
