/**
 * Secrets that nobody marked as such: tokens of well-known shapes are masked in what people read and in what is kept for that. Pure.
 *
 * Every expression is linear in the text, whatever stands there: a repetition either ends the match, is bounded, or starts only at
 * the beginning of what it repeats. Hardly one looks at what stands before it: a mask changes that, and what it lets in would be
 * found only a second time.
 */
import { MASK } from '../command/redact.ts'
import type { Json, ReadonlyJson } from '../json.ts'

/** V8 gives an expression a stack of its own, and throws where that is used up by a word of megabytes; then the text is taken in pieces. */
const PIECE_LENGTH = 100_000

/** The shortest text with a shape below: `://:a@`. */
const SHORTEST = 6

/**
 * Where a word begins: behind anything but a letter or a digit (`_x_` is italic in Slack), and behind `%3D`, an escape of JSON,
 * the code of a colour, and an option of one letter (`-k`).
 */
const START = String.raw`(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\(?:[bfnrt]|u[0-9A-Fa-f]{4}))|(?<=\x1b\[[0-9;]{0,8}m)|(?<=-[A-Za-z]))`

/** Prefixes that are never part of a word, each with what follows. */
const ANYWHERE = [
  'xox[abcdeprs](?:\\.xox[a-z])?-[A-Za-z0-9%-]{10,}', // Slack
  '(?:xapp|xwfp)-[A-Za-z0-9-]{10,}',
  'gh[opsur]_[A-Za-z0-9]{30,}', // GitHub
  'github_pat_[A-Za-z0-9_]{20,}',
  'gl(?:pat|agent|cbt|dt|ffct|ft|imt|oas|ptt|rt|soat)-[\\w-]{16,}(?:\\.[\\w-]+)*', // GitLab
  'AIza[\\w-]{35}', // Google
  'ya29\\.[\\w-]{20,}',
  'GOCSPX-[\\w-]{20,}',
  'whsec_[A-Za-z0-9+/=]{24,}', // Stripe
  'npm_[A-Za-z0-9]{36,}',
  'pypi-Ag[\\w-]{40,}',
  'do[opr]_v1_[0-9a-f]{40,}', // DigitalOcean
  'cf(?:at|k|ut)_[A-Za-z0-9]{36,}', // Cloudflare
  'v1\\.0-[0-9a-f]{24}-[0-9a-f]{100,}',
  'dckr_(?:pat|oat)_[\\w-]{20,}', // Docker
  'glsa_[A-Za-z0-9_]{30,}', // Grafana
  'shp(?:at|ca|pa|ss)_[0-9a-f]{32}', // Shopify
  'lin_api_[A-Za-z0-9]{30,}', // Linear
  'ATATT3[\\w=-]{40,}', // Atlassian
  'AGE-SECRET-KEY-1[A-Z0-9]{40,}',
  'aW50ZXJhY3Rpb246[\\w-]{40,}', // Discord, of an interaction
]

/**
 * Where what has a fixed length ends: also where a token begins, which would be masked alone, and this only a second time.
 */
const NEXT = `(?=${ANYWHERE.join('|')})`
const END = `(?:(?![A-Za-z0-9])|${NEXT})`

/** The same where the prefix is short, or what it may stand in is long: only at the beginning of a word. */
const WORDS = [
  `(?:AKIA|ASIA)[A-Z0-9]{16}${END}`, // AWS
  '[rs]k_(?:live|prod|test)_[A-Za-z0-9]{16,}', // Stripe
  'sk-(?:admin|ant|or|proj|svcacct)-[\\w-]{16,}', // Anthropic, OpenAI
  'sk-[A-Za-z0-9]{32,}',
  'SG\\.[\\w-]{16,32}\\.[\\w-]{16,}', // SendGrid
  `SK[0-9a-f]{32}${END}`, // Twilio
  'hv[brs]\\.[\\w-]{20,}', // Vault
  'hf_[A-Za-z0-9]{30,}', // Hugging Face
  `dapi[0-9a-f]{32}${END}`, // Databricks
  '(?:bot)?[0-9]{8,10}:AA[\\w-]{33,}', // Telegram, also as its addresses have it
  // Discord: the digits of the bot's id in base 64, a time, a signature.
  '(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){5,7}(?:[MNO](?:[AQgw]|[DTjz][AEIMQUYcgk]))?\\.[\\w-]{6}\\.[\\w-]{27,}',
]

/** One, and those that follow it without a gap: behind a token begins a word, too. */
const TOKEN = new RegExp(
  `(?:${ANYWHERE.join('|')}|${START}(?:${WORDS.join('|')}))(?:${[...ANYWHERE, ...WORDS].join('|')})*`,
  'g',
)

/**
 * JSON Web Tokens, signed or encrypted. Their first part has no greatest length and may hold what looks like its own beginning, so
 * that the search starts only where a part does, and only if there are dots where they have to be.
 */
const WEB_TOKEN = new RegExp(
  String.raw`(?<![\w-])(?=[\w-]{13,}\.[\w-]{2,}\.)([\w-]*?${START})eyJ[\w-]{10,}\.[\w-]{2,}\.[\w-]*(?:\.[\w-]+){0,2}`,
  'g',
)

/** A quotation mark, also within JSON that stands in JSON; what an address has for a space; a slash as JSON may write it. */
const QUOTE = String.raw`(?:\\{0,7}["'])?`
const GAP = String.raw`(?:\s|%20|\+)`
const SLASH = String.raw`\\{0,3}/`

/** `"name": "`, `name = `, `--name `: what stands between a name and its value. */
const IS = String.raw`${QUOTE}(?:\s{0,3}[:=>]{1,2}\s{0,3}|\s{1,3})${QUOTE}`

/** A value of any characters, up to its quotation mark or an escaped end of the line. */
const VALUE = String.raw`(?!%20)(?:[^\s"',;[\]\\]|\\(?!\\{0,6}["'nrt])){8,}`

/** Secrets that only what stands before them gives away; that is kept. */
const NAMED: readonly RegExp[] = [
  String.raw`(hooks\.slack(?:-gov)?\.com${SLASH}(?:actions|commands|services|triggers|workflows)${SLASH})(?:[\w-]|${SLASH}){8,}`,
  String.raw`(discord(?:app)?\.com${SLASH}api${SLASH}(?:v\d{1,3}${SLASH})?webhooks${SLASH}\d{1,20}${SLASH})[\w-]{20,}`,
  `(AC[0-9a-f]{32}:)[0-9a-f]{32}`, // Twilio
  `(secret[_-]?access[_-]?key${IS})[A-Za-z0-9/+]{40}(?:(?![A-Za-z0-9/+])|${NEXT})`, // AWS
  `(aws[_-]?session[_-]?token${IS})[A-Za-z0-9/+=]{64,}`,
  `(accountkey=)[A-Za-z0-9+/]{40,}={0,2}`, // Azure
  String.raw`((?:cf|cloudflare)_api_(?:key|token)${IS})[\w-]{30,}`,
  `(authorization${QUOTE}${GAP}{0,3}(?:[:=]|%3[ad])${GAP}{0,3}${QUOTE}(?:api-?key|basic|bearer|bot|geniekey|splunk|ssws|token)(?:${GAP}{1,3}|=))${VALUE}`,
  `(api-key${QUOTE}(?::|%3a)${GAP}{0,3}${QUOTE})${VALUE}`,
  // Without its header only with a digit: "bearer authentication" is none.
  String.raw`(bearer${GAP}{1,3})(?=[A-Za-z._~+/=-]{0,80}\d)[\w.~+/=-]{16,}`,
  String.raw`((?:[?&;]|\\u0026)(?:access_token|refresh_token|client_secret|api_?key)=)[^\s&#"'<>[\]\\]{8,}`,
  String.raw`(x-amz-(?:signature|security-token)(?:=|%3d))[^\s&#"'<>[\]\\]{8,}`,
].map((shape) => new RegExp(shape, 'gi'))

/** The password of `scheme://user:password@host`. */
const URL_PASSWORD = /(:(?:\\{0,3}\/){2}[^\s/?#@:"'`<>]{0,200}:)[^\s/?#"'`<>]{1,2000}@/g

/** The user of an address where it is long and has a digit, as in `https://token@github.com/`: people's names are not so. */
const URL_TOKEN =
  /(https?:(?:\\{0,3}\/){2})(?=[A-Za-z._~%+=-]{0,80}\d)[\w.~%+=-]{20,2000}(?=(?::[^\s/?#"'`<>]{0,2000})?@)/gi

/** A private key begins and ends with these lines. */
const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/
const KEY_END = /-----END [A-Z0-9 ]{0,50}-----/

/** Short texts without a token: ids, names and rules come again and again, in every event of a run. */
const harmless = new Set<string>()
const REMEMBERED = 1_000
const REMEMBERED_LENGTH = 100

/**
 * The text with every token of a well-known shape as `[secret]`. Twice is the same as once.
 *
 * @example maskTokens('git clone https://ada:hunter2@git.test/x') // 'git clone https://ada:[secret]@git.test/x'
 */
export function maskTokens(text: string): string {
  if (text.length < SHORTEST || harmless.has(text)) return text
  const masked = mask(text)
  if (masked === text && text.length <= REMEMBERED_LENGTH) {
    if (harmless.size >= REMEMBERED) harmless.clear()
    harmless.add(text)
  }
  return masked
}

function mask(text: string): string {
  const keyless = maskKeys(text)
  try {
    return maskPiece(keyless)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return piecesOf(keyless).map(maskPiece).join('')
  }
}

function maskPiece(text: string): string {
  return (
    NAMED.reduce((rest, shape) => rest.replace(shape, `$1${MASK}`), text)
      .replace(TOKEN, MASK)
      .replace(WEB_TOKEN, `$1${MASK}`)
      // Last: a token may hold the slashes and colons that make the parts of an address.
      .replace(URL_PASSWORD, `$1${MASK}@`)
      .replace(URL_TOKEN, `$1${MASK}`)
  )
}

/** A long text in pieces, cut at the end of a line or a word where there is one. */
function piecesOf(text: string): string[] {
  const pieces: string[] = []
  let from = 0
  while (text.length - from > PIECE_LENGTH) {
    const to = cutBefore(text, from + PIECE_LENGTH, from + PIECE_LENGTH / 2)
    pieces.push(text.slice(from, to))
    from = to
  }
  return [...pieces, text.slice(from)]
}

function cutBefore(text: string, end: number, least: number): number {
  const found = ['\n', ' '].map((gap) => text.lastIndexOf(gap, end - 1) + 1).find((at) => at > least)
  return found ?? end
}

/** The text without private keys; of one whose end was cut off nothing is left, to the end of the text. */
function maskKeys(text: string): string {
  const [before = '', ...behind] = text.split(KEY_BEGIN)
  return before + behind.map((rest) => MASK + afterEnd(rest)).join('')
}

function afterEnd(rest: string): string {
  const end = KEY_END.exec(rest)
  return end === null ? '' : rest.slice(end.index + end[0].length)
}

/** A copy of a value with all its texts passed through `clean`; of the names of fields only tokens are masked. */
export function cleanJson(value: ReadonlyJson, clean: (text: string) => string): Json {
  if (typeof value === 'string') return clean(value)
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map((item) => cleanJson(item, clean))
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [maskTokens(name), cleanJson(field, clean)]))
}

function isList(value: ReadonlyJson): value is readonly ReadonlyJson[] {
  return Array.isArray(value)
}
