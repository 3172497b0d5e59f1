/**
 * How much a run keeps: its handlers' own steps, and beside them what its pipeline goes on from, for which those do not pay. Pure.
 */
import { CommandFailure } from '../command/failure.ts'
import { CALL_RESULT, STAGE_RECORDS, type StepRow } from '../db/steps.ts'
import { PIPELINE_MAX_BYTES, STEPS_MAX, STEPS_MAX_BYTES } from './limits.ts'

export type StepPlace = Pick<StepRow, 'stage' | 'call' | 'name'>

export interface Room {
  /**
   * Counts a step with its bytes, in place of what stood under its name, or is of no more use once it is kept. Throws a
   * `CommandFailure` when it is too much, and has counted nothing then.
   */
  take(step: StepPlace, bytes: number): void
}

interface Counted {
  readonly step: StepPlace
  readonly bytes: number
}

/** The room of a run, with what it keeps already. */
export function createRoom(kept: readonly (StepPlace & Pick<StepRow, 'value'>)[]): Room {
  const [own, pipeline] = [true, false].map((isHandlers) => {
    const rows = kept.filter((row) => isOwn(row) === isHandlers)
    return new Map(rows.map((step): [string, Counted] => [keyOf(step), { step, bytes: bytesOf(step.value ?? '') }]))
  }) as [Map<string, Counted>, Map<string, Counted>]
  let ownBytes = sum(own.values())
  let pipelineBytes = sum(pipeline.values())

  function takeOwn(step: StepPlace, bytes: number): void {
    const key = keyOf(step)
    const before = own.get(key)
    if (!before && own.size >= STEPS_MAX)
      throw new CommandFailure(`a run keeps at most ${STEPS_MAX} steps: do more in each`)
    const total = ownBytes - (before?.bytes ?? 0) + bytes
    if (total > STEPS_MAX_BYTES)
      throw new CommandFailure(`the steps of a run keep at most ${STEPS_MAX_BYTES} bytes in all: let them give less`)
    own.set(key, { step, bytes })
    ownBytes = total
  }

  function takePipeline(step: StepPlace, bytes: number): void {
    const key = keyOf(step)
    const gone =
      step.name === STAGE_RECORDS ? [...pipeline.values()].filter((one) => isSuperseded(one.step, step.stage)) : []
    const before = pipeline.get(key)
    const total = pipelineBytes - sum(before ? [...gone, before] : gone) + bytes
    if (total > PIPELINE_MAX_BYTES)
      throw new CommandFailure(`the calls of a stage give at most ${PIPELINE_MAX_BYTES} bytes in all`)
    for (const one of gone) pipeline.delete(keyOf(one.step))
    pipeline.set(key, { step, bytes })
    pipelineBytes = total
  }

  return { take: (step, bytes) => (isOwn(step) ? takeOwn : takePipeline)(step, bytes) }
}

export function keyOf({ stage, call, name }: StepPlace): string {
  return `${stage}/${call}/${name}`
}

/** True for a step of a handler. */
export function isOwn({ name }: Pick<StepPlace, 'name'>): boolean {
  return name !== STAGE_RECORDS && name !== CALL_RESULT
}

/** True for what a pipeline kept on its way to the records of a stage: once those are kept, it is of no more use. */
export function isSuperseded(step: StepPlace, stage: number): boolean {
  return !isOwn(step) && (step.stage < stage || (step.stage === stage && step.name === CALL_RESULT))
}

const encoder = new TextEncoder()

/** The length of a text in UTF-8. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length
}

function sum(all: Iterable<Counted>): number {
  let bytes = 0
  for (const one of all) bytes += one.bytes
  return bytes
}
