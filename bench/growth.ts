/**
 * `npm run bench:growth [-- --json]`: rows that one admission reads of D1 with 10, 1,000 and 100,000 users and with 10, 1,000 and
 * 10,000 rules. Ends with 1 when it reads more with more of either. Local workerd only.
 */
import { parseArgs } from 'node:util'
import { countAdmissions } from './policy-rows.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })

const USERS = [10, 1_000, 100_000]
const RULES = [10, 1_000, 10_000]

const all = await countAdmissions(USERS, RULES)
if (values.json) console.log(JSON.stringify({ growth: all }))
else {
  console.log('| users | rules | rows for a user with three groups | for somebody else | the first after a change |')
  console.log('| ---: | ---: | ---: | ---: | ---: |')
  for (const { users, rules, known, unknown, first } of all)
    console.log(`| ${users.toLocaleString('en')} | ${rules.toLocaleString('en')} | ${known} | ${unknown} | ${first} |`)
}

const [least] = all
const grown = all.filter(({ known, unknown }) => !least || known > least.known || unknown > least.unknown)
for (const { users, rules } of grown)
  console.error(`wrong: with ${users} users and ${rules} rules an admission reads more rows than with the fewest`)
process.exitCode = grown.length === 0 ? 0 : 1
