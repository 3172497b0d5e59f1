/** The ways in which programs write a text into JSON, addresses, forms and base 64, so that a secret is found in them. Pure. */
import { toBase64 } from '../base64.ts'

/** What all of them but base 64 write as it is. */
const PLAIN = /^[\w.-]+$/

/** The text itself, and each other writing of it once. One that drops part of the text is left out: it could be an ordinary word. */
export function writingsOf(text: string): string[] {
  if (PLAIN.test(text)) return [...new Set([text, ...base64Of(text)])]
  const wellFormed = text.toWellFormed()
  const json = jsonOf(text)
  const written = [text, ...json, ...json.map(quoted), ...addressOf(wellFormed), ...base64Of(wellFormed)]
  return [...new Set(written)].filter(({ length }) => length >= text.length)
}

/** As JavaScript, Go, PHP and Python write it. */
function jsonOf(text: string): string[] {
  const plain = quoted(text)
  const [lower, upper] = [escaped(plain, NOT_ASCII), escaped(plain, NOT_ASCII, true)]
  const slashed = [plain, lower].map((json) => json.replaceAll('/', String.raw`\/`))
  return [plain, lower, upper, ...slashed, escaped(plain, UNSAFE_IN_HTML)]
}

const NOT_ASCII = /[^ -~]/g
const UNSAFE_IN_HTML = /[<>&\u2028\u2029]/g

/** JSON with the code units of a kind as `\u00e4`. */
function escaped(json: string, kind: RegExp, upper = false): string {
  return json.replace(kind, (unit) => {
    const digits = unit.charCodeAt(0).toString(16).padStart(4, '0')
    return `\\u${upper ? digits.toUpperCase() : digits}`
  })
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** As a component, a form field, and the path, query, fragment and password of a URL; each with `%2f` for `%2F` as well. */
function addressOf(text: string): string[] {
  const component = encodeURIComponent(text)
  const url = new URL('https://user@host')
  url.pathname = `/${text}`
  url.search = text
  url.hash = text
  url.password = text
  const written = [
    component,
    component.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
    component.replaceAll('%2F', '/'),
    encodeURI(text),
    new URLSearchParams([['', text]]).toString().slice(1),
    url.pathname.slice(1),
    url.search.slice(1),
    url.hash.slice(1),
    url.password,
  ]
  return [...written, ...written.map((one) => one.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()))]
}

/** Of the text alone, with its padding and without, in both alphabets. */
function base64Of(text: string): string[] {
  const padded = toBase64(new TextEncoder().encode(text))
  const bare = padded.replace(/=+$/, '')
  return [padded, bare].flatMap((one) => [one, one.replaceAll('+', '-').replaceAll('/', '_')])
}
