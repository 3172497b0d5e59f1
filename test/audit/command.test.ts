/** What `audit verify` and `audit check-proof` exit with, and what they do not find intact for reasons that are no tampering. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkProof } from '../../cli/audit/check-proof.ts'
import { verifyAudit } from '../../cli/audit/verify.ts'
import { formatVerifierKey, generateSigner } from '../../src/audit/note.ts'
import { exported, fileOf, verified } from './export.kit.ts'
import { randomOf, TestLog, workday } from './log.kit.ts'

const said: string[] = []
let log: TestLog
let file: string

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text))
  vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text))
  log = await TestLog.start()
  log.append(workday(5, randomOf(1)))
  await log.seal()
  file = fileOf(await exported(log))
})
beforeEach(() => {
  said.length = 0
})
afterAll(() => void vi.restoreAllMocks())

describe('audit verify exits with', () => {
  it('0 for an intact log, with the key as text or in a file, and says what it cannot show', async () => {
    expect(await verifyAudit([file, '--key', log.key])).toBe(0)
    expect(said[0]).toBe('intact')
    expect(said.join('\n')).toContain('What this cannot show:')
    expect(await verifyAudit([file, '--key', fileOf(`${log.key}\n`)])).toBe(0)
    expect(await verifyAudit([file, '--key', log.key, '--checkpoint', fileOf(log.notes.get(log.size) ?? '')])).toBe(0)
  })

  it('1 for one that was tampered with', async () => {
    const text = (await exported(log)).replace('"attempt":1', '"attempt":2')
    expect(await verifyAudit([fileOf(text), '--key', log.key])).toBe(1)
    expect(said).toEqual([expect.stringMatching(/^tampered: .*, line 5 \(line 4 of the log\): its content/)])
  })

  it('2 for a wrong call, a file that is none, no key, and a checkpoint that is none', async () => {
    for (const argv of [
      [],
      ['--nope'],
      [fileOf(''), '--key', log.key],
      [fileOf('{"pawl_log":2}\n'), '--key', log.key],
      ['/does/not/exist', '--key', log.key],
      [file],
      [file, '--key', 'pawl/x+00000000+AAAA'],
      [file, '--key', fileOf('no key')],
      [file, '--key', log.key, '--checkpoint', file],
      [file, '--key', log.key, '--checkpoint', '/does/not/exist'],
    ])
      expect(await verifyAudit(argv)).toBe(2)
    expect(await verifyAudit(['--help'])).toBe(0)
  })
})

describe('audit check-proof exits with', () => {
  it('2 for a wrong call, no key, and a file that is no proof', async () => {
    for (const argv of [
      [],
      ['a', 'b'],
      [file],
      [file, '--key', 'x'],
      [file, '--key', log.key],
      ['/does/not/exist', '--key', log.key],
      [fileOf(new Uint8Array([0xff, 0x0a])), '--key', log.key],
    ])
      expect(await checkProof(argv)).toBe(2)
    expect(await checkProof(['--help'])).toBe(0)
  })
})

describe('audit verify', () => {
  it('cannot say whether words were erased while the line that says so is not sealed yet, and can a minute later', async () => {
    const erased = log.fork()
    erased.erase(2, 3)
    expect(await verified(await exported(erased, {}, { unsealed: true }), erased.key)).toMatchObject({
      code: 2,
      says: expect.stringContaining('export again in a minute'),
    })
    await erased.seal()
    expect(await verified(await exported(erased), erased.key)).toMatchObject({ code: 0 })
  })

  it('finds tampering when a key was changed and the old one has not signed the change, or the new one has not', async () => {
    const { signer } = await generateSigner(log.origin)
    const details = { old_key: log.key, new_key: formatVerifierKey(signer.verifier) }
    for (const signers of [[signer], log.signers]) {
      const forged = log.fork()
      forged.append([{ code: 'log.key_rotated', details }])
      await forged.seal({ signers })
      for (const key of [log.key, formatVerifierKey(signer.verifier)])
        expect(await verified(await exported(forged), key)).toMatchObject({
          code: 1,
          says: expect.stringContaining('both keys must'),
        })
    }
  })

  it('cannot say anything about lines of two logs together', async () => {
    const other = await TestLog.start('pawl/22222222')
    await other.seal()
    expect(await verified([await exported(log), await exported(other)], log.key)).toMatchObject({ code: 2 })
  })
})
