/** Which lines `audit list` and `audit search` find in chat; the command line is held to the same table. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type AskedFor,
  FILTER_CASES,
  filterLog,
  LINES_IN_LOG,
  REFUSED_CASES,
  WORD_CASES,
} from '../audit/filter-cases.ts'
import { openWorld, type World } from './world.ts'

let world: World
let before: number
beforeAll(async () => {
  world = await openWorld()
  before = (await env.DB.prepare('SELECT coalesce(max(seq), 0) AS last FROM audit').first<number>('last')) ?? 0
  await env.DB.batch(filterLog().map((sql) => env.DB.prepare(sql)))
})

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
const optionsOf = (asked: AskedFor) => Object.entries(asked).map(([name, value]) => ` --${name}=${quoted(value)}`)
const hears = async (line: string) =>
  (await (await world.simulator.slack.user('ada').in('#ops').says(`/pawl ${line}`)).final()).text
/** The lines of the log that an answer shows, from the first of the table on. */
const linesIn = (text: string) =>
  [...text.matchAll(/^(\d+) \d\d:\d\d:\d\d /gm)].map(([, seq]) => Number(seq) - before).filter((line) => line > 0)
const newest = () => ` --before ${before + LINES_IN_LOG + 1}`

describe('the chat', () => {
  it.each(FILTER_CASES)('finds by %j the lines %j', async (asked, lines) => {
    expect(linesIn(await hears(`audit list 100${optionsOf(asked).join('')}${newest()}`))).toEqual(lines)
  })

  it.each(WORD_CASES)('finds by the words %s the lines %j', async (words, lines) => {
    expect(linesIn(await hears(`audit search ${quoted(words)} 100${newest()}`))).toEqual(lines)
  })

  it.each(REFUSED_CASES)('refuses %j: %s', async (asked, why) => {
    expect(await hears(`audit list 100${optionsOf(asked).join('')}`)).toContain(why)
  })
})
