/**
 * The Ledger Durable Object: one, which seals the audit log. It keeps the tree's right edge and the signing keys in its own storage,
 * where nobody who can write to D1 can reach them. Network: D1, and R2 where bound.
 *
 * What it signs it stores first and publishes then, so that whatever breaks in between, it never signs two statements that contradict
 * each other. That it was published it only remembers: a row for that would cost as much as the sealing, and D1 can be asked. It has
 * no alarm: cron asks it each minute, as it asks the sweeper, and a second clock would only be one more thing that can stop.
 */
import { DurableObject } from 'cloudflare:workers'
import { type Actor, actorKey } from '../chat/invocation.ts'
import { appendAudit } from '../db/audit.ts'
import { appendOnce, type Checkpoint, type SealableRow, selectHasEvent, selectSealable } from '../db/checkpoints.ts'
import { type Database, openDatabase } from '../db/database.ts'
import type { Env } from '../env.ts'
import { formatCheckpoint } from './checkpoint.ts'
import { type AuditEvent, auditEvent } from './event.ts'
import { LedgerStore, type Sealed } from './ledger-store.ts'
import type { Hash } from './merkle.ts'
import { signNote } from './note.ts'
import { isChangeTo, ownLinesOf, rowTextOf } from './own-lines.ts'
import { foreignLog, publishAgain, publishSealed } from './publish.ts'
import { explainRefusal, extendLog, leavesOf, type Refusal } from './seal.ts'
import { type FormerKey, newOrigin, newSigningKey, type SigningKey, signerOf } from './signing-key.ts'
import { formatTile } from './tile.ts'

/** Read at once. A row has at most 2 MB (D1), so that of so many characters there are always two rows: the last sealed and a new one. */
const PAGE = { rows: 1_000, characters: 4_000_000 }

/** Rows under one checkpoint: its tiles, 11 KB for 256 rows, are stored with it in one value, which has at most 2 MB. */
const CHECKPOINT_ROWS = 10_000

/** No checkpoint is begun after this: what is left is sealed a minute later, and the caller's cron is free again. */
const SEAL_MS = 25_000

/** Checkpoints given to R2 in one sealing: after a failure there may be many. */
const ARCHIVE_MOST = 100

/** A room is given the newest checkpoint this often. */
const POST_MS = 24 * 60 * 60_000

export type Sealing =
  | { readonly ok: true; readonly size: number; readonly sealed: number }
  | { readonly ok: false; readonly problem: string }

export type Rotation =
  | { readonly ok: true; readonly before: string; readonly key: string; readonly size: number }
  | { readonly ok: false; readonly problem: string }

export interface LedgerStatus {
  /** The log's name; null before the first sealing. */
  readonly origin: string | null
  /** What it is signed with. */
  readonly key: { readonly vkey: string; readonly since: number } | null
  /** Oldest first. */
  readonly former: readonly FormerKey[]
  /** Rows that are sealed. */
  readonly size: number
  readonly newest: Checkpoint | null
  /** What keeps it from sealing, publishing or archiving; empty when all is well. */
  readonly problems: readonly string[]
}

interface RotationRequest {
  readonly reason: string
  readonly actor: Actor
  readonly run: string
}

type ReadLeaves =
  | { readonly ok: false; readonly refusal: Refusal }
  | {
      readonly ok: true
      readonly leaves: readonly Hash[]
      /** Texts of the log's own lines among them. */
      readonly own: readonly string[]
      readonly more: boolean
    }

export class Ledger extends DurableObject<Env> {
  private readonly store = new LedgerStore(this.ctx.storage)
  private turn: Promise<unknown> = Promise.resolve()
  /** The size of the checkpoint that this object has brought to D1, or found there. */
  private inD1 = 0

  /** Seals what waits, as far as it comes in 25 s. What is wrong is kept for {@link status} until a sealing goes well. */
  async seal(): Promise<Sealing> {
    return await this.alone(async () => {
      const sealing = await this.sealOrTell()
      await this.archive()
      return sealing
    })
  }

  /** Has the log signed by a new key. The change is an event; the checkpoint over it is signed by both, and the old private key deleted. */
  async rotate(request: RotationRequest): Promise<Rotation> {
    return await this.alone(() => this.rotateKey(request))
  }

  async status(): Promise<LedgerStatus> {
    const key = this.store.get('key')
    const problems = [this.store.get('problem'), this.store.get('archive_problem')]
    return {
      origin: this.store.get('origin') ?? null,
      key: key ? { vkey: key.vkey, since: key.since } : null,
      former: this.store.get('former_keys') ?? [],
      size: this.store.log().frontier.size,
      newest: this.store.get('sealed')?.checkpoint ?? null,
      problems: problems.flatMap((one) => (one ? [`since ${new Date(one.since).toISOString()}: ${one.text}`] : [])),
    }
  }

  /** Which of the rooms are to be given the newest checkpoint now; null when none is. */
  async due(rooms: readonly string[]): Promise<{ readonly checkpoint: Checkpoint; readonly rooms: string[] } | null> {
    const checkpoint = this.store.get('sealed')?.checkpoint
    const now = Date.now()
    const due = rooms.filter((room) => now - (this.store.postedAt(room) ?? Number.NEGATIVE_INFINITY) >= POST_MS)
    return checkpoint && due.length > 0 ? { checkpoint, rooms: due } : null
  }

  /** A room was given a checkpoint: the next one is due in a day. */
  async posted(room: string, size: number): Promise<void> {
    const now = Date.now()
    this.store.posted(room, now)
    const event = auditEvent(now, 'log.checkpoint_posted', null, { size, room })
    this.store.announce(rowTextOf(event))
    await appendAudit(openDatabase(this.env.DB), { when: 'always' }, [event]).run()
  }

  /** One at a time, in the order of asking: between two words with D1 the object takes other calls. */
  private async alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work)
    // Whoever asked hears of a failure; the next one only waits for the end.
    this.turn = mine.catch(() => undefined)
    return await mine
  }

  private async sealOrTell(): Promise<Sealing> {
    const before = this.store.log().frontier.size
    const problem = await this.sealAll().catch((error: unknown) => String(error))
    this.tell('problem', problem)
    if (problem !== null) return { ok: false, problem }
    const { size } = this.store.log().frontier
    return { ok: true, size, sealed: size - before }
  }

  private tell(name: 'problem' | 'archive_problem', problem: string | null): void {
    this.store.note(name, problem, Date.now())
    if (problem !== null) console.error(JSON.stringify({ message: 'the audit log has a problem', problem }))
  }

  /** What is wrong, or null. Throws what D1 throws. */
  private async sealAll(): Promise<string | null> {
    const db = openDatabase(this.env.DB)
    const until = Date.now() + SEAL_MS
    const stuck = (await this.publishLast(db)) ?? (await this.foreignLog(db))
    if (stuck !== null) return stuck
    const origin = await this.start(db)
    for (;;) {
      const read = await this.readLeaves(db)
      if (!read.ok) return explainRefusal(read.refusal)
      if (read.leaves.length > 0) {
        const sealed = await this.sign(origin, read.leaves, read.own)
        const problem = await this.publish(db, sealed, publishSealed)
        if (problem !== null) return problem
      }
      if (!read.more || Date.now() > until) return null
    }
  }

  /** `wrangler delete` takes this object away and leaves D1: another one must not seal that log as its own. */
  private async foreignLog(db: Database): Promise<string | null> {
    return this.store.get('sealed') ? null : await foreignLog(db)
  }

  /** The log's name. The first time makes its key, and begins the log's own story with it. */
  private async start(db: Database): Promise<string> {
    const origin = this.store.get('origin') ?? newOrigin()
    if (this.store.get('started')) return origin
    const key = this.store.get('key') ?? (await newSigningKey(origin, Date.now()))
    this.store.put('origin', origin)
    this.store.put('key', key)
    await this.appendKey(db, auditEvent(key.since, 'log.started', null, { origin, key: key.vkey }), 'key', key)
    this.store.put('started', true)
    return origin
  }

  /** The leaves of the rows that wait, up to one checkpoint's; each page begins with the last known row, which must be what it was. */
  private async readLeaves(db: Database): Promise<ReadLeaves> {
    const log = this.store.log()
    let { lastLeaf } = log
    let { size } = log.frontier
    const leaves: Hash[] = []
    const own: string[] = []
    while (leaves.length < CHECKPOINT_ROWS) {
      const rows = Math.min(PAGE.rows, CHECKPOINT_ROWS - leaves.length)
      const { results } = await selectSealable(db, Math.max(size, 1), { ...PAGE, rows: rows + 1 }).all<SealableRow>()
      const read = leavesOf(results, size, lastLeaf)
      if (!read.ok) return read
      if (read.leaves.length === 0) return { ok: true, leaves, own, more: false }
      const known = size
      const mine = ownLinesOf(
        results.filter(({ seq }) => seq > known),
        own,
        (text) => this.store.isAnnounced(text),
      )
      if (!mine.ok) return { ok: false, refusal: { reason: 'foreign', seq: mine.seq, code: mine.code } }
      leaves.push(...read.leaves)
      own.push(...mine.own)
      size += read.leaves.length
      lastLeaf = read.leaves.at(-1) ?? lastLeaf
    }
    return { ok: true, leaves, own, more: true }
  }

  /** Signs the log with these leaves, and stores it. When the change of the key is among them, both keys sign. */
  private async sign(origin: string, leaves: readonly Hash[], own: readonly string[]): Promise<Sealed> {
    const key = this.store.get('key')
    const waiting = this.store.get('next_key')
    const next = waiting && own.some((text) => isChangeTo(text, waiting.vkey)) ? waiting : undefined
    if (!key) throw new TypeError('the log has no key')
    const before = this.store.get('sealed')
    const { log, root, tiles } = extendLog(this.store.log(), leaves)
    // A clock that was put back does not take the log with it.
    const at = Math.max(Date.now(), before?.checkpoint.at ?? 0)
    const { size } = log.frontier
    const signers = await Promise.all([key, ...(next ? [next] : [])].map((one) => signerOf(origin, one)))
    const note = await signNote(formatCheckpoint({ origin, size, root, time: at }), signers)
    const stored = tiles.map(({ level, n, hashes }) => ({ level, n, hashes: formatTile(hashes) }))
    const archived = this.env.AUDIT_ARCHIVE !== undefined
    // Nothing is signed before the one before it is in D1.
    const published = before?.checkpoint.size ?? 0
    const sealed: Sealed = { log, checkpoint: { size, at, note }, tiles: stored, published }
    this.store.seal(sealed, { archived, own, next })
    return sealed
  }

  /** Publishes what was signed last, unless this object knows that it is in D1. */
  private async publishLast(db: Database): Promise<string | null> {
    const sealed = this.store.get('sealed')
    if (!sealed || sealed.checkpoint.size === this.inD1) return null
    return await this.publish(db, sealed, publishAgain)
  }

  /** What is in the way, or null. */
  private async publish(db: Database, sealed: Sealed, how: typeof publishSealed): Promise<string | null> {
    const problem = await how(db, sealed)
    if (problem === null) this.inD1 = sealed.checkpoint.size
    return problem
  }

  /** Gives R2 its copies; what it does not take waits for the next time, and keeps nothing from being sealed. */
  private async archive(): Promise<void> {
    const bucket = this.env.AUDIT_ARCHIVE
    if (!bucket) return
    try {
      for (const { size, note } of this.store.unarchived(ARCHIVE_MOST)) {
        await bucket.put(`checkpoints/${size}.txt`, note)
        this.store.archived(size)
      }
      this.tell('archive_problem', null)
    } catch (error) {
      this.tell('archive_problem', `AUDIT_ARCHIVE does not take checkpoints: ${String(error)}`)
    }
  }

  private async rotateKey({ reason, actor, run }: RotationRequest): Promise<Rotation> {
    // What was cut or edited is not to be covered with a new key.
    const before = await this.sealOrTell()
    if (!before.ok) return before
    const db = openDatabase(this.env.DB)
    const old = this.store.get('key')
    const origin = this.store.get('origin')
    if (!old || origin === undefined) throw new TypeError('the log has no key')
    const pending = this.store.get('next_key')
    if (pending && (await this.isWritten(db, pending)))
      return { ok: false, problem: 'the key is being changed already: the lines before that are sealed first' }
    const now = Date.now()
    // The same key again where its event seemed lost: that may still come, and one key is followed by one other.
    const next = pending ?? (await newSigningKey(origin, now))
    this.store.put('next_key', next)
    const details = { old_key: old.vkey, new_key: next.vkey, reason_text: reason, by: actorKey(actor), run }
    try {
      await this.appendKey(db, auditEvent(now, 'log.key_rotated', actor, details), 'new_key', next)
    } catch (error) {
      return { ok: false, problem: `D1 may not have the event of the new key, so ask for it again: ${String(error)}` }
    }
    const after = await this.sealOrTell()
    if (!after.ok) return after
    if (this.store.get('key')?.vkey !== next.vkey)
      return { ok: false, problem: 'the new key comes once the lines before it are sealed, within minutes' }
    return { ok: true, before: old.vkey, key: next.vkey, size: after.size }
  }

  /** Writes the one event that brings a key. */
  private async appendKey(db: Database, event: AuditEvent, field: string, { vkey }: SigningKey): Promise<void> {
    this.store.announce(rowTextOf(event))
    await appendOnce(db, event, { code: event.code, field, value: vkey }).run()
  }

  private async isWritten(db: Database, { vkey }: SigningKey): Promise<boolean> {
    const once = { code: 'log.key_rotated', field: 'new_key', value: vkey }
    return (await selectHasEvent(db, once).first<{ found: number }>())?.found === 1
  }
}
