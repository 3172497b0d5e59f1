/** Pawl as it is deployed, with a job that calls the benchmark as soon as it starts. Runs in workerd. */
import * as z from 'zod'
import { defineCommand } from '#pawl'
import { modules } from '../../src/registry.generated.ts'
import real from '../../src/worker.ts'

const begin = defineCommand({
  name: 'begin',
  summary: 'Say that it has started',
  options: { tag: z.string().min(1).max(60).describe('Tells this one from the others') },
  effects: 'write',
  run: 'job',
  rules: ['when command is begin must have trial:run'],
  async handler({ tag }, ctx) {
    await ctx.fetch(`${ctx.setting('BENCH_STARTED')}/${tag}`)
    return { started: tag }
  },
})

// Read when the first request comes, after this.
const registered = modules as { file: string; command: typeof begin }[]
registered.push({ file: 'bench/job-start/worker.ts', command: begin })

export * from '../../src/worker.ts'
export default real
