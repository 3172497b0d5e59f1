/** Counts what is asked of D1, the queue and Durable Objects, and what D1 says that it cost. Runs in workerd. Pure but for what it wraps. */
import { INTO_AUDIT } from '../../src/db/audit.ts'

/** What one part of the house has used since it started. */
export interface Tally {
  /** Calls to D1: a batch is one. */
  trips: number
  rowsRead: number
  rowsWritten: number
  /** Rows that the inserts into the audit table wrote, their index included. */
  auditRowsWritten: number
  /** Bytes of the whole database after the last of them. */
  databaseBytes: number
  /** Of the Worker: requests, batches of the queue, cron. */
  invocations: number
  /** As Queues bills them: a message is written, read each time that it is delivered, and deleted. */
  queueOperations: number
  /** Calls of Durable Objects, and their alarms. */
  objectRequests: number
  /** In the storage of Durable Objects, as they are billed: an alarm that is set is a row, and so is all that is deleted. */
  objectRowsRead: number
  objectRowsWritten: number
  consoleLines: number
}

export function emptyTally(): Tally {
  return {
    trips: 0,
    rowsRead: 0,
    rowsWritten: 0,
    auditRowsWritten: 0,
    databaseBytes: 0,
    invocations: 0,
    queueOperations: 0,
    objectRequests: 0,
    objectRowsRead: 0,
    objectRowsWritten: 0,
    consoleLines: 0,
  }
}

/** The database, whose sessions add to the tally. The house asks through sessions only. */
export function tallied(real: D1Database, tally: Tally): D1Database {
  const sqlOf = new WeakMap<D1PreparedStatement, string>()
  const add = (statements: readonly D1PreparedStatement[], results: readonly D1Result[]) => {
    tally.trips += 1
    for (const [i, { meta }] of results.entries()) {
      const statement = statements[i]
      tally.rowsRead += meta.rows_read
      tally.rowsWritten += meta.rows_written
      tally.databaseBytes = meta.size_after
      if (statement && sqlOf.get(statement)?.startsWith(INTO_AUDIT)) tally.auditRowsWritten += meta.rows_written
    }
  }
  const noted = (statement: D1PreparedStatement, sql: string): D1PreparedStatement => {
    sqlOf.set(statement, sql)
    const { bind, all } = statement
    const ask = async <T>(): Promise<D1Result<T>> => {
      const result = await all.call<D1PreparedStatement, [], Promise<D1Result<T>>>(statement)
      add([statement], [result])
      return result
    }
    return Object.assign(statement, {
      bind: (...values: unknown[]) => noted(bind.apply(statement, values), sql),
      all: ask,
      run: ask,
      // D1's own says nothing of the cost.
      first: async () => (await ask()).results[0] ?? null,
    })
  }
  const session = (inner: D1DatabaseSession): D1DatabaseSession => ({
    prepare: (sql) => noted(inner.prepare(sql), sql),
    batch: async <T>(statements: D1PreparedStatement[]) => {
      const results = await inner.batch<T>(statements)
      add(statements, results)
      return results
    },
    getBookmark: () => inner.getBookmark(),
  })
  return over(real, { withSession: (mode?: D1SessionConstraint) => session(real.withSession(mode)) })
}

/** The queue as a producer has it. */
export function talliedQueue<Body>(real: Queue<Body>, tally: Tally): Queue<Body> {
  const send: Queue<Body>['send'] = (message, options) => {
    tally.queueOperations += 1
    return real.send(message, options)
  }
  const sendBatch: Queue<Body>['sendBatch'] = (messages, options) => {
    const all = [...messages]
    tally.queueOperations += all.length
    return real.sendBatch(all, options)
  }
  return over(real, { send, sendBatch })
}

/** The batch as a consumer has it: read by being here. The house says of each message whether it is done, so nothing is deleted unseen. */
export function talliedBatch<Body>(real: MessageBatch<Body>, tally: Tally): MessageBatch<Body> {
  tally.queueOperations += real.messages.length
  const messages = real.messages.map((message) =>
    over(message, {
      ack() {
        tally.queueOperations += 1
        message.ack()
      },
    }),
  )
  return over(real, { messages })
}

/** Durable Objects as their callers have them: each call is a request. */
export function talliedObjects<T extends Rpc.DurableObjectBranded>(
  real: DurableObjectNamespace<T>,
  tally: Tally,
): DurableObjectNamespace<T> {
  const getByName = (name: string): DurableObjectStub<T> => {
    const stub = real.getByName(name)
    return new Proxy(stub, {
      get(target, property) {
        const method: unknown = Reflect.get(target, property)
        if (typeof property !== 'string' || typeof method !== 'function') return method
        return (...given: unknown[]) => {
          tally.objectRequests += 1
          return Reflect.apply(method, target, given)
        }
      },
    })
  }
  return over(real, { getByName })
}

/** Has the object's own storage add to the tally: it cannot be wrapped, for the runtime takes its own state only. */
export function tallyStorage({ storage }: DurableObjectState, tally: Tally): void {
  const { kv } = storage
  const read = (rows: number) => {
    tally.objectRowsRead += rows
  }
  const written = () => {
    tally.objectRowsWritten += 1
  }
  shadow(kv, 'get', () => read(1))
  shadow(kv, 'put', written)
  shadow(kv, 'delete', written)
  shadow(storage, 'setAlarm', written)
  shadow(storage, 'deleteAlarm', written)
}

function shadow<T extends object>(target: T, name: keyof T & string, note: () => void): void {
  const real: unknown = target[name]
  if (typeof real !== 'function') throw new TypeError(`the storage has no ${name}`)
  Object.defineProperty(target, name, {
    value: (...given: unknown[]) => {
      note()
      return Reflect.apply(real, target, given)
    },
  })
}

/** The same object, but for some of its members. */
function over<T extends object>(real: T, members: Partial<T>): T {
  return new Proxy(real, {
    get(target, property) {
      if (Object.hasOwn(members, property)) return Reflect.get(members, property)
      const value: unknown = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
