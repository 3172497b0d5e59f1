/** Batches are named by what they do, whatever else they carry. */
import { describe, expect, it } from 'vitest'
import { changesOf, nameOf } from './points.ts'

const [run, other] = ['r_0000000000000001', 'r_0000000000000002']
const audit = (code: string) => ({ sql: 'INSERT INTO audit (at) SELECT ?', values: [JSON.stringify([{ code }])] })
const change = (to: string, set: string, ...values: unknown[]) => ({
  sql: `UPDATE runs SET state = ?, change = ?${set}
       WHERE id = ? AND state IN (?)`,
  values: [to, 'token', ...values],
})

describe('a batch', () => {
  it('that joins another run is about the run that joins', () => {
    const batch = [change('queued', ', joins = ?', other, run, 'accepted'), audit('run.joined')]
    expect(nameOf(batch)).toEqual({ name: 'join', run })
    expect(changesOf(batch, [1, 1])).toEqual([{ run, to: 'queued', took: true }])
  })

  it('of a claim is told from one that keeps steps, and from the start inside a request', () => {
    expect(nameOf([change('running', '', run, 'queued')]).name).toBe('claim')
    expect(nameOf([change('running', '', run, 'running')]).name).toBe('keep')
    expect(nameOf([change('running', '', run, 'accepted')]).name).toBe('start')
  })

  it('that puts a run aside is told from one that waits in line', () => {
    expect(nameOf([change('queued', '', run, 'running'), audit('run.suspended')]).name).toBe('suspend')
    expect(nameOf([change('queued', '', run, 'queued')]).name).toBe('line')
  })

  it('that resolves a lost run has a name of its own, though the word about it goes into the outbox with it', () => {
    const resolve = { sql: 'UPDATE runs SET resolution = ?4, change = ?3 WHERE id = ?1', values: [run, 'a', 'b', '{}'] }
    expect(
      nameOf([resolve, audit('run.resolved'), { sql: 'INSERT INTO outbox (run) SELECT ?', values: [run] }]),
    ).toEqual({
      name: 'resolve',
      run,
    })
  })
})
