/** Keys, checkpoints and files as they come from people: copied out of a chat, or made to deceive the eye. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkProof } from '../../cli/audit/check-proof.ts'
import { proofText } from '../../cli/audit/proof.ts'
import { proveFromD1 } from '../../cli/audit/prove-log.ts'
import { verifyAudit } from '../../cli/audit/verify.ts'
import { visible } from '../../cli/audit/visible.ts'
import { canonical } from '../../src/audit/canonical.ts'
import { exported, fileOf } from './export.kit.ts'
import { randomOf, TestLog, workday } from './log.kit.ts'

const said: string[] = []
let log: TestLog
let file: string
let note: string

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text))
  vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text))
  log = await TestLog.start()
  log.append(workday(5, randomOf(1)))
  await log.seal()
  file = fileOf(await exported(log))
  note = log.notes.get(log.size) ?? ''
})
beforeEach(() => {
  said.length = 0
})
afterAll(() => void vi.restoreAllMocks())

describe('a key', () => {
  it.each([
    ['behind the words of the bot', (key: string) => `Signs since 2026-11-21T10:00:00Z:\n${key}\n`],
    ['in a fence', (key: string) => `\`\`\`\n${key}\n\`\`\`\n`],
    ['in backticks, with an earlier one behind it', (key: string) => `key \`${key}\` before that pawl/x+00000000+AAAA`],
  ])('is found %s', async (_, around) => {
    expect(await verifyAudit([file, '--key', fileOf(around(log.key))])).toBe(0)
  })
})

describe('a kept checkpoint', () => {
  it.each([
    ['as it is', (text: string) => text],
    ['with CRLF and without its last line break', (text: string) => text.trimEnd().replaceAll('\n', '\r\n')],
    ['under a heading, in a fence', (text: string) => `The audit log, sealed:\n\`\`\`\n${text}\`\`\`\n`],
    ['quoted', (text: string) => text.replaceAll(/^/gm, '> ')],
    ['with blanks behind its lines', (text: string) => text.replaceAll('\n', '  \n')],
  ])('is found %s', async (_, around) => {
    expect(await verifyAudit([file, '--key', log.key, '--checkpoint', fileOf(around(note))])).toBe(0)
  })

  it('is not guessed where there are two', async () => {
    expect(await verifyAudit([file, '--key', log.key, '--checkpoint', fileOf(`${note}\n${note}`)])).toBe(2)
    expect(said.join()).toContain('several checkpoints')
  })
})

describe('a terminal', () => {
  it('is shown what would hide itself or the words before it', () => {
    expect(visible('\u001b[2K\u001b[1Gintact\u202e\u2028')).toBe('\\u{1b}[2K\\u{1b}[1Gintact\\u{202e}\\u{2028}')
    expect(visible('Ünïcode 😀 stays')).toBe('Ünïcode 😀 stays')
  })

  it('is never told "intact" by a file whose name for itself says so', async () => {
    const [, ...rest] = (await exported(log)).split('\n')
    const origin = '\u001b[2K\u001b[1Gintact\u001b[8m'
    const header = {
      at: '2026-11-21T10:00:00.000Z',
      filter: null,
      from: 1,
      key: null,
      origin,
      pawl_log: 1,
      size: log.size,
    }
    expect(await verifyAudit([fileOf([canonical(header), ...rest].join('\n')), '--key', log.key])).not.toBe(0)
    expect(said.join('')).not.toContain('\u001b')
  })
})

describe('a proof whose words were taken out', () => {
  it('holds, and says that they are missing', async () => {
    const made = await proveFromD1(log.ask, 2)
    if (!made.ok) throw new Error(made.why)
    const { line: _, args: __, salt: ___, ...event } = made.value.event
    expect(event.personal).toBeDefined()
    expect(await checkProof([fileOf(proofText({ ...made.value, event })), '--key', log.key])).toBe(0)
    expect(said.join('\n')).toContain('What people wrote in this line is not in the proof')
    said.length = 0
    expect(await checkProof([fileOf(proofText(made.value)), '--key', log.key])).toBe(0)
    expect(said.join('\n')).not.toContain('not in the proof')
  })
})
