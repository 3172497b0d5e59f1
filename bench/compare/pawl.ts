/** Pawl as it is deployed, with the commands of the benchmark beside its own. Runs in workerd. */
import { modules } from '../../src/registry.generated.ts'
import real from '../../src/worker.ts'
import { benchCommands } from './commands.ts'

// Read when the first request comes, after this.
const registered = modules as { file: string; command: (typeof benchCommands)[number] }[]
registered.push(...benchCommands.map((command) => ({ file: 'bench/compare/commands.ts', command })))

export * from '../../src/worker.ts'
export default real
