/**
 * What the pipeline of a job remembers over its attempts: the records of finished stages, and the results of finished calls of a
 * stage under way. Network: D1, through the journal. Never throws: a run of which something is not kept does not go on in another
 * attempt, for there it would be done again.
 */

import { CALL_RESULT, STAGE_RECORDS } from '../db/steps.ts'
import type { Memory } from '../engine/pipeline.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { jsonBytes, RECORDS_MAX_BYTES } from '../engine/records.ts'
import type { Json, PawlRecord } from '../json.ts'
import type { Journal } from './journal.ts'
import { messageOf, type Services } from './services.ts'

/**
 * The memory of one attempt. Where a crash may be repeated, a stage is kept as soon as it is finished; else it goes with the next
 * step or wait, as nothing before that is ever done again.
 */
export function memoryOf(services: Services, journal: Journal, { retry }: Pick<RunnablePlan, 'retry'>): Memory {
  const run = journal.claim?.run ?? null
  async function keep(stage: number, call: number, name: string, result: unknown): Promise<void> {
    try {
      const value = normal(result)
      if (value !== undefined && jsonBytes(value) > RECORDS_MAX_BYTES)
        throw new Error(`it gave more than ${RECORDS_MAX_BYTES} bytes of JSON`)
      journal.keep({ stage, call, name, state: 'done', value })
    } catch (error) {
      journal.giveUp(`what stage ${stage} has done could not be kept (${messageOf(error)})`)
      return
    }
    try {
      if (retry === 'safe') await journal.write()
    } catch (error) {
      services.log('finished work not kept yet; the next step or wait writes it', { run, error: messageOf(error) })
    }
  }
  return {
    suspended: journal.suspended,
    stageRecords(stage) {
      // Whatever came before the last one that is kept, nobody asks for any more.
      if (stage < journal.storedStage) return []
      const row = journal.stored(stage, 0, STAGE_RECORDS)
      return row?.value ? (JSON.parse(row.value) as PawlRecord[]) : null
    },
    callResult(stage, call) {
      const row = journal.stored(stage, call, CALL_RESULT)
      return row && { result: row.value === null ? undefined : JSON.parse(row.value) }
    },
    keepStage: (stage, records) => keep(stage, 0, STAGE_RECORDS, records),
    keepCall: (stage, call, result) => keep(stage, call, CALL_RESULT, result),
  }
}

/** A result as it will be read again; undefined for nothing. */
function normal(result: unknown): Json | undefined {
  const text = JSON.stringify(result)
  return text === undefined ? undefined : (JSON.parse(text) as Json)
}
