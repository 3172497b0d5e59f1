/**
 * The lock Durable Object: one object per key, state in its SQLite storage, an alarm for the end of the lease.
 * Network: the queue, to wake the run that has just become the holder; D1, to record that a lease ended.
 *
 * It hands out the lease and returns at once; it never runs a job (platform.md 1.3: duration is billed, and two requests
 * interleave at every fetch).
 */
import { DurableObject } from 'cloudflare:workers'
import { auditEvent } from '../audit/event.ts'
import { appendAudit } from '../db/audit.ts'
import { openDatabase } from '../db/database.ts'
import type { Env } from '../env.ts'
import { wakeRun } from '../runs/wake.ts'
import {
  type Acquired,
  acquire,
  FREE,
  type LockState,
  lapse,
  nextAlarm,
  release,
  renew,
  revoke,
  type Ticket,
} from './lock.ts'

const STATE = 'lock'

export class Singleton extends DurableObject<Env> {
  /** Asks for the lock for a run; idempotent. */
  async acquire(ticket: Ticket, whenBusy: 'reject' | 'queue'): Promise<Acquired> {
    const { state, result } = acquire(this.read(), ticket, whenBusy, Date.now())
    await this.write(state, ticket.run)
    return result
  }

  /** Extends the lease; false when the lock has passed on. */
  async renew(run: string, epoch: number, leaseMs?: number): Promise<boolean> {
    const { state, held } = renew(this.read(), run, epoch, Date.now(), leaseMs)
    await this.write(state, run)
    return held
  }

  /** Gives the lock back, or gives up waiting. */
  async release(run: string): Promise<void> {
    const before = this.read()
    await this.write(release(before, run, Date.now()), run, before.holder?.run === run)
  }

  /** Takes the lock from a holder that has been fenced in D1; the next in line gets it. False when it has passed on before. */
  async revoke(run: string, epoch: number): Promise<boolean> {
    const { state, revoked } = revoke(this.read(), run, epoch, Date.now())
    await this.write(state, null, revoked)
    return revoked
  }

  /** Who holds it and who waits. */
  async status(): Promise<LockState> {
    return lapse(this.read(), Date.now())
  }

  override async alarm(): Promise<void> {
    const before = this.read()
    const state = lapse(before, Date.now())
    await this.write(state, null)
    // Its wake-up may have been lost: a wake-up too many does no harm.
    const { holder } = state
    if (holder && !holder.heard && holder.run === before.holder?.run) this.ctx.waitUntil(this.wake(holder.run))
  }

  private async wake(run: string): Promise<void> {
    try {
      await wakeRun(this.env.JOBS, run, this.ctx.id.name)
    } catch (error) {
      console.error(JSON.stringify({ message: 'wake-up not sent; the alarm will', run, error: String(error) }))
    }
  }

  /** The lease ended without a word from its holder. The log line is best effort: the lock must go on without D1. */
  private async recordExpiry({ holder, epoch }: LockState): Promise<void> {
    const event = auditEvent(Date.now(), 'lock.expired', null, {
      run: holder?.run,
      lock: this.ctx.id.name ?? null,
      epoch,
    })
    try {
      await appendAudit(openDatabase(this.env.DB), { when: 'always' }, [event]).run()
    } catch (error) {
      console.error(JSON.stringify({ message: 'expiry of a lock not recorded', error: String(error) }))
    }
  }

  private read(): LockState {
    return this.ctx.storage.kv.get<LockState>(STATE) ?? FREE
  }

  /**
   * Stores the state and the alarm, then wakes a new holder. `caller` needs no wake-up: it is being answered.
   * A wake-up that fails is not an error: the run is queued in D1, the alarm sends another, and at last the sweeper.
   */
  private async write(next: LockState, caller: string | null, released = false): Promise<void> {
    const before = this.read()
    this.ctx.storage.kv.put(STATE, next)
    const alarm = nextAlarm(next, Date.now())
    if (alarm === null) await this.ctx.storage.deleteAlarm()
    else await this.ctx.storage.setAlarm(alarm)
    const promoted = next.holder !== null && next.holder.run !== before.holder?.run ? next.holder.run : null
    if (promoted !== null && promoted !== caller) {
      this.ctx.waitUntil(this.wake(promoted))
    }
    // Nothing that the lock does may wait for the queue or D1.
    if (before.holder !== null && before.holder.until <= Date.now() && !released)
      this.ctx.waitUntil(this.recordExpiry(before))
  }
}
