/** What the Ledger's tests share: a log of their own rows, and the tree as the standard says it, without any of the shortcuts. */
import { env } from 'cloudflare:test'
import { createHash, createHmac } from 'node:crypto'
import { canonical } from '../../src/audit/canonical.ts'
import { parseCheckpoint } from '../../src/audit/checkpoint.ts'
import type { LedgerStatus, Sealing } from '../../src/audit/ledger.ts'
import { openNote, parseVerifierKey } from '../../src/audit/note.ts'
import { toBase64 } from '../../src/base64.ts'

export const ledger = () => env.LEDGER.getByName('log')

export async function seal(): Promise<Sealing> {
  return await ledger().seal()
}

export async function status(): Promise<LedgerStatus> {
  return await ledger().status()
}

/** Appends rows as the house writes them; every third holds words of a person. */
export async function write(count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, i) => {
    const event = canonical({ v: 2, at: '2026-11-21T10:00:00.000Z', code: 'run.admitted', n: i })
    const personal = i % 3 === 0 ? canonical({ line: `deploy web # ${i}` }) : null
    return { event, personal }
  })
  for (let i = 0; i < rows.length; i += 2_000)
    await env.DB.prepare(
      `INSERT INTO audit (at, code, event, personal, salt)
       SELECT 0, 'run.admitted', e.value ->> 'event', e.value ->> 'personal',
         CASE WHEN e.value ->> 'personal' IS NULL THEN NULL ELSE lower(hex(randomblob(16))) END FROM json_each(?) e`,
    )
      .bind(JSON.stringify(rows.slice(i, i + 2_000)))
      .run()
}

export async function rowsOf(sql: string): Promise<Record<string, string | number | null>[]> {
  return (await env.DB.prepare(sql).all<Record<string, string | number | null>>()).results
}

const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** MTH of RFC 6962, 2.1, to the letter. */
function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256()
  const [only] = leaves
  if (leaves.length === 1 && only) return only
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return sha256(Uint8Array.of(1), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)))
}

/** The leaves of all rows in D1, computed apart from the product. */
export async function leavesInD1(): Promise<Uint8Array[]> {
  const rows = await rowsOf('SELECT event, personal, salt, erased FROM audit ORDER BY seq')
  return rows.map(({ event, personal, salt, erased }) => {
    const committed =
      personal === null
        ? erased
        : createHmac('sha256', Buffer.from(String(salt), 'hex'))
            .update(String(personal))
            .digest('hex')
    const fields = JSON.parse(String(event)) as Record<string, string>
    const sealed = committed === null ? fields : { ...fields, personal: String(committed) }
    return sha256(Uint8Array.of(0), new TextEncoder().encode(canonical(sealed)))
  })
}

/** The naive root over the first `size` rows, in base 64. */
export async function naiveRoot(size: number): Promise<string> {
  return toBase64(rootOf((await leavesInD1()).slice(0, size)))
}

/** A note, opened with the keys given by their texts. */
export async function opened(note: string, ...vkeys: string[]) {
  const keys = await Promise.all(
    vkeys.map(async (vkey) => {
      const parsed = await parseVerifierKey(vkey)
      if (!parsed.ok) throw new Error(parsed.why)
      return parsed.key
    }),
  )
  const read = await openNote(note, keys)
  if (!read.ok) throw new Error(`the note does not open: ${read.fault.reason}`)
  const parsed = parseCheckpoint(read.text)
  if (!parsed.ok) throw new Error(parsed.why)
  const { origin, size, root, time } = parsed.checkpoint
  return { origin, size, root: toBase64(root), time, signers: read.signers.length }
}

/** Does what the triggers of the log forbid. */
export async function tamper(...statements: string[]): Promise<void> {
  for (const trigger of ['audit_no_update', 'audit_no_delete', 'audit_no_gap', 'audit_no_replace'])
    await env.DB.prepare(`DROP TRIGGER IF EXISTS ${trigger}`).run()
  for (const statement of statements) await env.DB.prepare(statement).run()
}
