/** What the Ledger keeps, by name: the one place that reads and writes its storage. Storage: that of the Durable Object. */
import type { Checkpoint, StoredTile } from '../db/checkpoints.ts'
import { isChangeTo } from './own-lines.ts'
import { EMPTY_LOG, type SealedLog } from './seal.ts'
import type { FormerKey, SigningKey } from './signing-key.ts'

/** The newest checkpoint with the log that it is about: one value, for each value that is written is billed as a row. */
export interface Sealed {
  readonly log: SealedLog
  readonly checkpoint: Checkpoint
  /** Those that it grew: published with it, and once more where D1 does not have them. */
  readonly tiles: readonly StoredTile[]
  /** The size of the checkpoint before it, which was in D1 when this one was signed; 0 for the first. Behind that, D1 may have no other. */
  readonly published: number
}

/** What went wrong last, of sealing or of archiving. */
export interface Problem {
  readonly text: string
  /** Milliseconds since 1970, when it was first met. */
  readonly since: number
}

/** docs/storage.md has each of them. */
interface Kept {
  readonly origin: string
  readonly key: SigningKey
  readonly next_key: SigningKey
  readonly former_keys: readonly FormerKey[]
  readonly started: boolean
  readonly sealed: Sealed
  readonly problem: Problem
  readonly archive_problem: Problem
}

const ANNOUNCED = 'announced:'
const ARCHIVE = 'archive:'
const POSTED = 'posted:'

export class LedgerStore {
  private readonly storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.storage = storage
  }

  get<Name extends keyof Kept>(name: Name): Kept[Name] | undefined {
    return this.storage.kv.get<Kept[Name]>(name)
  }

  put<Name extends keyof Kept>(name: Name, value: Kept[Name]): void {
    this.storage.kv.put(name, value)
  }

  delete(name: keyof Kept): void {
    this.storage.kv.delete(name)
  }

  log(): SealedLog {
    return this.get('sealed')?.log ?? EMPTY_LOG
  }

  /** Keeps what is wrong, and since when; null when all is well. */
  note(name: 'problem' | 'archive_problem', text: string | null, now: number): void {
    const known = this.get(name)
    if (text === null && known) this.delete(name)
    if (text !== null && known?.text !== text) this.put(name, { text, since: now })
  }

  /** Notes the row's text of an event of the log's own that is about to be written. */
  announce(text: string): void {
    this.storage.kv.put(ANNOUNCED + text, true)
  }

  isAnnounced(text: string): boolean {
    return this.storage.kv.get(ANNOUNCED + text) !== undefined
  }

  /**
   * Keeps a new checkpoint with the log that it is about, all or nothing; from then on it may be shown. `own` are the announced lines
   * in it, each of which comes once. `next` takes the place of the key, of which only the public half is left.
   */
  seal(
    sealed: Sealed,
    { archived, own, next }: { archived: boolean; own: readonly string[]; next: SigningKey | undefined },
  ): void {
    const { checkpoint } = sealed
    this.storage.transactionSync(() => {
      this.put('sealed', sealed)
      if (archived) this.storage.kv.put(ARCHIVE + checkpoint.size, checkpoint.note)
      for (const text of own) this.storage.kv.delete(ANNOUNCED + text)
      const key = this.get('key')
      if (!next || !key) return
      const former = { vkey: key.vkey, since: key.since, until: checkpoint.at }
      this.put('former_keys', [...(this.get('former_keys') ?? []), former])
      this.put('key', { ...next, since: checkpoint.at })
      this.delete('next_key')
      // A change that was asked for twice, as the first one seemed lost, was announced in two forms.
      for (const [place] of this.storage.kv.list({ prefix: ANNOUNCED }))
        if (isChangeTo(place, next.vkey)) this.storage.kv.delete(place)
    })
  }

  /** Notes that are not in the archive yet, by their size. */
  unarchived(limit: number): { readonly size: string; readonly note: string }[] {
    const waiting = this.storage.kv.list<string>({ prefix: ARCHIVE, limit })
    return [...waiting].map(([place, note]) => ({ size: place.slice(ARCHIVE.length), note }))
  }

  archived(size: string): void {
    this.storage.kv.delete(ARCHIVE + size)
  }

  /** When a room was given a checkpoint last, in milliseconds since 1970; null when it never was. */
  postedAt(room: string): number | null {
    return this.storage.kv.get<number>(POSTED + room) ?? null
  }

  posted(room: string, now: number): void {
    this.storage.kv.put(POSTED + room, now)
  }
}
