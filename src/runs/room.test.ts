/** How much a run keeps: boundary pairs, and what does not count. */
import { describe, expect, it } from 'vitest'
import { CommandFailure } from '../command/failure.ts'
import { CALL_RESULT, STAGE_RECORDS } from '../db/steps.ts'
import { PIPELINE_MAX_BYTES, STEPS_MAX, STEPS_MAX_BYTES } from './limits.ts'
import { createRoom } from './room.ts'

const step = (name: string) => ({ stage: 1, call: 1, name })
const result = (stage: number, call: number) => ({ stage, call, name: CALL_RESULT })
const records = (stage: number) => ({ stage, call: 0, name: STAGE_RECORDS })

describe('the room of a run', () => {
  it('is 1,000 steps of its handlers; one more is refused, in words', () => {
    const room = createRoom([])
    for (let i = 1; i <= STEPS_MAX; i++) room.take(step(`step ${i}`), 0)
    expect(() => room.take(step('one more'), 0)).toThrow(CommandFailure)
    expect(() => room.take(step('one more'), 0)).toThrow('at most 1000 steps')
    room.take(step('step 1'), 5)
  })

  it('is 8 MB of what they give, to the byte; what was refused is not counted', () => {
    const room = createRoom([{ ...step('stored'), value: 'ä'.repeat(500) }])
    room.take(step('a'), STEPS_MAX_BYTES - 1_001)
    expect(() => room.take(step('b'), 2)).toThrow('at most 8000000 bytes')
    room.take(step('b'), 1)
    // In place of what stood there.
    room.take(step('a'), 0)
    room.take(step('c'), STEPS_MAX_BYTES - 1_001)
  })

  it('is not used up by what a pipeline goes on from, nor the other way round', () => {
    const room = createRoom([])
    for (let call = 1; call < STEPS_MAX; call++) room.take(result(1, call), 1_000)
    room.take(step('large'), STEPS_MAX_BYTES)
    for (let i = 2; i <= STEPS_MAX; i++) room.take(step(`step ${i}`), 0)
    room.take(records(1), 1_000_000)
  })

  it('is free again of calls and of earlier records once the records of a stage are kept', () => {
    const room = createRoom([])
    for (let stage = 1; stage <= 9; stage++) {
      room.take(result(stage, 1), 1_000_000)
      room.take(records(stage), 1_000_000)
    }
    const rest = PIPELINE_MAX_BYTES - 1_000_000
    expect(() => room.take(result(10, 1), rest + 1)).toThrow(`at most ${PIPELINE_MAX_BYTES} bytes`)
    room.take(result(10, 1), rest)
  })

  it('takes what an older version has kept, however much that is', () => {
    const stored = Array.from({ length: 9 }, (_, i) => ({ ...records(i + 1), value: 'x'.repeat(900_000) }))
    createRoom(stored).take(records(9), 900_000)
  })
})
