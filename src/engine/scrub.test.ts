import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { scrub, secretsIn, withoutSecrets } from './scrub.ts'

const login = defineCommand({
  name: 'login',
  summary: 'Log in',
  options: {
    user: z.string().describe('User'),
    token: z.string().optional().describe('Token').meta({ secret: true }),
    pin: z.int().optional().describe('Number').meta({ secret: true }),
    keys: z.array(z.string()).default([]).describe('Keys').meta({ secret: true }),
  },
  effects: 'write',
  rules: ['when command is login allow'],
  handler: () => null,
})

describe('the secrets of a call', () => {
  it('are the values of its secret options, of lists each, of 4 characters and more', () => {
    expect(secretsIn(login, { user: 'grace', token: 'abcd', pin: 1234, keys: ['efgh', 'ijk'] })).toEqual([
      'abcd',
      '1234',
      'efgh',
    ])
    expect(secretsIn(login, { user: 'grace', token: 'abc', pin: 123 })).toEqual([])
  })

  it('are cut out of texts as they are, and as JSON and addresses write them', () => {
    const args = { user: 'grace', token: 'a "b" c/d' }
    const text = `${args.token} ${JSON.stringify(args)} ?t=${encodeURIComponent(args.token)}`
    expect(scrub(login, args, text)).toBe('[secret] {"user":"grace","token":"[secret]"} ?t=[secret]')
  })

  it.each([
    ['percent in lower case', 'pa%2f%22s%22%20w%c3%b6rd'],
    ['a form', new URLSearchParams({ a: 'pa/"s" wörd' }).toString().slice(2)],
    ['the path of a URL', new URL('https://x.test/pa/"s" wörd').pathname.slice(1)],
    ['the query of a URL', new URL('https://x.test/?pa/"s" wörd').search.slice(1)],
    ['JSON', JSON.stringify('pa/"s" wörd').slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify('pa/"s" wörd')).slice(3, -3)],
    ['JSON of ASCII', String.raw`pa/\"s\" w\u00f6rd`],
    ['JSON of ASCII in JSON', String.raw`pa/\\\"s\\\" w\\u00f6rd`],
    ['JSON with slashes escaped', String.raw`pa\/\"s\" wörd`],
    ['JSON with slashes escaped, of ASCII', String.raw`pa\/\"s\" w\u00f6rd`],
    ['base 64', Buffer.from('pa/"s" wörd').toString('base64')],
    ['base 64 for addresses', Buffer.from('pa/"s" wörd').toString('base64url')],
  ])('are cut out in the writing of %s', (_, written) => {
    expect(written).not.toBe('pa/"s" wörd')
    expect(withoutSecrets(['pa/"s" wörd'], `it is ${written}, it said`)).toBe('it is [secret], it said')
  })

  it('are not looked for in a writing that drops part of them: a word would go with it', () => {
    expect(withoutSecrets(['secrets/../word'], 'a word')).toBe('a word')
  })

  it('are cut out whole, whatever they are, of what encodes them', () => {
    const encoded = fc.constantFrom<[encode: (text: string) => string, clean: string]>(
      [(text) => JSON.stringify([JSON.stringify([text])]), String.raw`["[\"[secret]\"]"]`],
      [(text) => new URLSearchParams({ a: text }).toString(), 'a=[secret]'],
      [(text) => `?a=${encodeURIComponent(text)}`, '?a=[secret]'],
      [(text) => Buffer.from(text).toString('base64'), '[secret]'],
    )
    const secret = fc.string({ unit: 'binary', minLength: 4, maxLength: 20 })
    fc.assert(
      fc.property(secret, encoded, (text, [encode, clean]) => {
        expect(withoutSecrets([text], encode(text))).toBe(clean)
      }),
    )
  })

  it('are cut out whole where one is part of another', () => {
    expect(withoutSecrets(['word', 'password'], 'the password is a word')).toBe('the [secret] is a [secret]')
  })

  it('are cut out to the letter: what stands for a pattern elsewhere is none', () => {
    expect(withoutSecrets(['$& .*'], 'a $& .* b.c')).toBe('a [secret] b.c')
  })
})

describe('a text without secret options', () => {
  it('is still cleaned of tokens', () => {
    const token = ['glpat', 'aB3dE5fG7hJ9kL1mN0pQ'].join('-')
    expect(scrub(login, { user: 'grace' }, `cloned with ${token}`)).toBe('cloned with [secret]')
  })
})
