/**
 * `npm run bench:audit [-- cost seal verify] [--lines 1000000] [--json] [--write]`: what the audit log costs, and what commands use.
 * `cost`: events, bytes and D1 rows of a command by its kind, all that it uses, and of a thousand with the Ledger's own; `--write` keeps
 * it for `pawl cost`. `seal`: time to seal 10,000 lines; both on the real worker on real workerd. `verify`: time to verify an export.
 * Ends with 1 when something comes out wrong, never for a time. Processes, files, the loopback network.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { formatMeasured, MEASURED_FILE } from '../cli/cost/measured.ts'
import { measureCost, measuredOf, notCounted } from './audit/cost.ts'
import { openBenchHouse } from './audit/house.ts'
import { loadNow, machineNow } from './audit/machine.ts'
import { measureMinutes } from './audit/minutes.ts'
import { costTable, paceTable, sealTable, usedTable, verifyTable } from './audit/report.ts'
import { measurePaces, measureSeal } from './audit/seal.ts'
import { measureVerify } from './audit/verify.ts'

const PARTS = ['cost', 'seal', 'verify'] as const
const USAGE = `Usage: npm run -s bench:audit [-- ${PARTS.join(' ')}] [--lines <number>] [--json] [--write]`

const { values, positionals } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const lines = Number(values.lines)
const known: readonly string[] = PARTS
if (positionals.some((part) => !known.includes(part)) || !Number.isSafeInteger(lines) || lines < 1) {
  console.error(USAGE)
  process.exit(2)
}
const asked = (part: (typeof PARTS)[number]) => positionals.length === 0 || positionals.includes(part)

const machine = machineNow()
const tables: string[] = []
const figures: Record<string, unknown> = {}
const wrong: string[] = []

if (asked('cost') || asked('seal')) {
  const house = await openBenchHouse()
  try {
    if (asked('cost')) {
      console.error('Typing commands of each kind …')
      const cost = await measureCost(house)
      const measured = measuredOf(cost, await measureMinutes(house))
      const paces = await measurePaces(house, cost.thousand.events / 1_000)
      figures.cost = { ...cost, measured, paces }
      tables.push(costTable(cost), usedTable(cost, measured), paceTable(paces, cost.thousand))
      wrong.push(...cost.wrong, ...notCounted(measured))
      // What came out wrong is nobody's cost.
      if (values.write && wrong.length === 0) writeFileSync(MEASURED_FILE, formatMeasured(measured))
    }
    if (asked('seal')) {
      console.error('Sealing …')
      const seal = await measureSeal(house)
      figures.seal = seal
      tables.push(sealTable(seal))
      wrong.push(...seal.wrong)
    }
  } finally {
    await house.stop()
  }
}
if (asked('verify')) {
  console.error(`Writing an export of ${lines} lines, and verifying it …`)
  const verify = await measureVerify(lines)
  figures.verify = verify
  tables.push(verifyTable(verify))
  wrong.push(...verify.wrong)
}

const loadAfter = loadNow()
if (values.json) console.log(JSON.stringify({ machine, loadAfter, ...figures }, null, 2))
else {
  const { at, cpu, cores, node, load } = machine
  console.log(`${at}, ${cpu}, ${cores} cores, Node ${node}, load ${load} before and ${loadAfter} after`)
  console.log(`\n${tables.join('\n\n')}`)
}
for (const fault of wrong) console.error(`wrong: ${fault}`)
process.exitCode = wrong.length === 0 ? 0 : 1
