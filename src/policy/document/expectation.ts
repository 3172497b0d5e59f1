/**
 * What must stay true of the policy, as one line of text: `@ada in #ops: deploy web --env prod => denied because deploy:prod`.
 * Reads it into a tree, or an error with its place. Pure. `expectation-run.ts` says whether it holds.
 */
import { isPermission } from '../rule-parse.ts'
import type { Place } from '../tree.ts'

/** As long as a rule may be: an expectation is a sentence. */
const EXPECTATION_MAX_LENGTH = 1_000

/** Whom it speaks of. */
export type Who =
  | { readonly kind: 'user'; readonly name: string }
  /** A full member of the workspace who has not been added. */
  | { readonly kind: 'everyone' }
  /** Somebody who is in that group and, as everybody is, in `everyone`. */
  | { readonly kind: 'member'; readonly group: string }
  | { readonly kind: 'administrator' }

/** `any` is a room that no rule names. */
export type Where = { readonly kind: 'room'; readonly name: string } | { readonly kind: 'direct' | 'any' }

export type Because =
  | { readonly kind: 'permission'; readonly permission: string }
  | { readonly kind: 'forbidden' | 'no rule' | 'broken rule' }

/** What comes before it starts: nothing (`at once`), a confirmation, or an approval; null is by whoever it is. */
export type First =
  | { readonly kind: 'nothing' | 'confirming' }
  | { readonly kind: 'approval'; readonly permission: string | null }

export type Wanted =
  /** Without `first`: whatever comes before. */
  | { readonly allowed: true; readonly first?: First }
  /** Null: for whatever reason. */
  | { readonly allowed: false; readonly because: Because | null }

export interface Expectation {
  readonly who: Who
  readonly platform: 'slack' | 'discord' | null
  readonly where: Where
  /** Milliseconds since 1970; null: whenever it is asked. */
  readonly at: number | null
  /** The pipeline, as a person types it. */
  readonly line: string
  readonly wanted: Wanted
}

export interface ExpectationError extends Place {
  /** What is wrong and what to write instead. */
  readonly message: string
}

export type ExpectationResult =
  | { readonly ok: true; readonly expectation: Expectation }
  | { readonly ok: false; readonly error: ExpectationError }

type Word = Place & { readonly text: string }

class Misread extends Error {
  readonly place: Place

  constructor(message: string, { at, end }: Place) {
    super(message)
    this.place = { at, end }
  }
}

const SHAPE = 'write it as in: @ada in #ops: deploy web --env prod => denied because deploy:prod'
const WHO = 'start with who asks: @ada, everyone, administrator, or member of deployers'
const CONTEXT = 'before the colon come only on slack, in #room, in direct message, and at a date'
const OUTCOME = 'after => comes allowed, or denied'
const FIRST = 'after allowed comes only at once, after confirming, or after approval by deploy:approve'
const BECAUSE = 'after because comes a permission, as in deploy:prod, or forbidden, no rule or broken rule'

/**
 * Reads one expectation; never throws. Positions are offsets into `text`, in UTF-16 units.
 *
 * @example parseExpectation('everyone: deploy web staging => denied')
 */
export function parseExpectation(text: string): ExpectationResult {
  try {
    return { ok: true, expectation: read(text) }
  } catch (error) {
    if (error instanceof Misread) return { ok: false, error: { message: error.message, ...error.place } }
    throw error
  }
}

function read(text: string): Expectation {
  const whole = { at: 0, end: text.length }
  if (text.length > EXPECTATION_MAX_LENGTH)
    throw new Misread(
      `an expectation has at most ${EXPECTATION_MAX_LENGTH} characters, this one has ${text.length}`,
      whole,
    )
  const breakAt = text.search(/[\r\n]/)
  if (breakAt >= 0) throw new Misread('an expectation stands on one line', { at: breakAt, end: breakAt + 1 })
  const colon = headEnd(text)
  // The line may hold the arrow in quotes; the last one is the expectation's own.
  const arrow = text.lastIndexOf('=>')
  if (colon < 0) throw new Misread(`a colon and a space come before the line; ${SHAPE}`, whole)
  if (arrow < colon) throw new Misread(`=> comes after the line; ${SHAPE}`, { at: text.length, end: text.length })
  const line = text.slice(colon + 1, arrow).trim()
  if (line === '')
    throw new Misread('the line is missing: write what is typed, as in deploy web', { at: colon, end: arrow })
  const head = readHead(wordsOf(text, 0, colon), colon)
  return { ...head, line, wanted: readWanted(wordsOf(text, arrow + 2, text.length), text.length) }
}

/** Where the colon before the line is, -1 without one; not one inside a word (`slack:C123`, `10:30Z`) or inside quotes. */
function headEnd(text: string): number {
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted
    else if (!quoted && text[i] === ':' && /^\s?$/.test(text.slice(i + 1, i + 2))) return i
  }
  return -1
}

/** Rooms may have spaces in their names: then they stand in quotes. */
function wordsOf(text: string, from: number, to: number): Word[] {
  return [...text.slice(from, to).matchAll(/"([^"]*)"|\S+/g)].map(({ 0: word, 1: inner, index }) => {
    const at = from + index
    return { text: inner ?? word, at, end: at + word.length }
  })
}

function readHead(words: readonly Word[], end: number): Pick<Expectation, 'who' | 'platform' | 'where' | 'at'> {
  const [who, rest] = readWho(words, end)
  let platform: Expectation['platform'] = null
  let where: Where = { kind: 'any' }
  let at: number | null = null
  const said = new Set<string>()
  for (let i = 0; i < rest.length; ) {
    const word = rest[i] as Word
    const next = rest[i + 1] ?? { text: '', at: end, end }
    if (said.has(word.text)) throw new Misread(`"${word.text}" stands here twice`, word)
    said.add(word.text)
    i += 2
    if (word.text === 'on') platform = readPlatform(next)
    else if (word.text === 'at') at = readDate(next)
    else if (word.text === 'in' && next.text === 'direct') {
      const last = rest[i] ?? { text: '', at: end, end }
      if (last.text !== 'message') throw new Misread('expected "message", as in: in direct message', last)
      where = { kind: 'direct' }
      i += 1
    } else if (word.text === 'in') where = { kind: 'room', name: readRoom(next) }
    else throw new Misread(CONTEXT, word)
  }
  return { who, platform, where, at }
}

function readWho(words: readonly Word[], end: number): [Who, readonly Word[]] {
  const [first, second, third] = words
  if (!first) throw new Misread(WHO, { at: 0, end })
  if (first.text === 'everyone' || first.text === 'administrator') return [{ kind: first.text }, words.slice(1)]
  if (first.text.length > 1 && first.text.startsWith('@'))
    return [{ kind: 'user', name: first.text.slice(1) }, words.slice(1)]
  if (first.text === 'member' && second?.text === 'of' && third)
    return [{ kind: 'member', group: third.text }, words.slice(3)]
  throw new Misread(WHO, first)
}

function readPlatform(word: Word): 'slack' | 'discord' {
  if (word.text === 'slack' || word.text === 'discord') return word.text
  throw new Misread('expected slack or discord', word)
}

function readRoom(word: Word): string {
  if (/^(?:#.+|(?:slack|discord):.+)$/.test(word.text)) return word.text
  throw new Misread('expected a room, as in #ops or slack:C123, or "direct message"', word)
}

function readDate(word: Word): number {
  const shape = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/
  const at = shape.test(word.text) ? Date.parse(word.text) : Number.NaN
  if (!Number.isNaN(at)) return at
  throw new Misread('expected a date, as in 2026-12-24, or with a time and its zone, as in 2026-12-24T18:00Z', word)
}

function readWanted(words: readonly Word[], end: number): Wanted {
  const [first, because, reason, ...more] = words
  const extra = (word: Word | undefined) => {
    if (word) throw new Misread('the expectation ends before this', word)
  }
  if (first?.text === 'allowed') {
    if (because?.text !== 'at' && because?.text !== 'after') {
      extra(because)
      return { allowed: true }
    }
    const [found, rest] = readFirst([because, ...words.slice(2)], end)
    extra(rest[0])
    return { allowed: true, first: found }
  }
  if (first?.text !== 'denied') throw new Misread(OUTCOME, first ?? { at: end, end })
  if (!because) return { allowed: false, because: null }
  if (because.text !== 'because') throw new Misread('after denied comes only because', because)
  if (!reason) throw new Misread(BECAUSE, { at: end, end })
  if ((reason.text === 'no' || reason.text === 'broken') && more[0]?.text === 'rule') {
    extra(more[1])
    return { allowed: false, because: { kind: `${reason.text} rule` } }
  }
  extra(more[0])
  if (reason.text === 'forbidden') return { allowed: false, because: { kind: 'forbidden' } }
  if (!isPermission(reason.text)) throw new Misread(BECAUSE, reason)
  return { allowed: false, because: { kind: 'permission', permission: reason.text } }
}

/** `at once`, `after confirming`, `after approval`, `after approval by deploy:approve`; and the words after it. */
function readFirst(words: readonly Word[], end: number): [First, readonly Word[]] {
  const [how, what, by, who] = words
  const said = `${how?.text} ${what?.text}`
  if (said === 'at once') return [{ kind: 'nothing' }, words.slice(2)]
  if (said === 'after confirming') return [{ kind: 'confirming' }, words.slice(2)]
  if (said !== 'after approval') throw new Misread(FIRST, what ?? { at: end, end })
  if (by?.text !== 'by') return [{ kind: 'approval', permission: null }, words.slice(2)]
  if (!who || !isPermission(who.text)) throw new Misread(FIRST, who ?? { at: end, end })
  return [{ kind: 'approval', permission: who.text }, words.slice(4)]
}
