/** `pick`: keeps some fields of each record. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { valueAt, withValue } from '../../data/path.ts'
import type { PawlRecord } from '../../json.ts'
import { fieldPath, lacks, pathOf } from './options.ts'

export default defineCommand({
  name: 'pick',
  summary: 'Keep only these fields of each record',
  description: 'A field keeps its place: spec.size stays in spec.',
  options: { fields: z.array(fieldPath()).min(1).describe('Which fields to keep') },
  effects: 'read',
  slash: false,
  rules: ['when command is pick allow'],
  examples: [
    [`seed '{"app":"web","size":3,"note":"x"}' | pick app size`, 'app and size'],
    [`seed '{"app":"web","spec":{"size":3,"zone":"a"}}' | pick app spec.size`, 'the size stays in spec'],
  ],
  handler({ fields }, { record }) {
    let kept: PawlRecord = {}
    for (const field of fields) {
      const path = pathOf(field)
      const value = valueAt(record, path)
      if (value === undefined) throw lacks(record, field)
      const inList = path.findIndex((_, i) => i > 0 && Array.isArray(valueAt(record, path.slice(0, i))))
      const next = inList === -1 ? withValue(kept, path, value) : null
      if (next === null)
        throw new CommandFailure(
          `${field} cannot be kept by itself: pick keeps fields of objects; use echo $${field} for the value alone`,
        )
      kept = next
    }
    return kept
  },
})
