/** `pawl new`: starts a command module from a template that passes every check. Touches the file system. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { commandWordProblem } from '../../src/command/names.ts'
import { build } from '../build.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const USAGE = 'npm run pawl -- new <name>, 1 to 3 words, as in: new pack install'

/** Writes `commands/<name>.ts` and puts it into the registry; never overwrites. */
export async function newCommand(argv: string[], root: string = ROOT): Promise<number> {
  const words = argv.flatMap((word) => word.split(/[\s:]+/)).filter((word) => word !== '')
  const problem = wordsProblem(words)
  if (problem !== null) {
    console.error(`${problem}\nusage: ${USAGE}`)
    return 2
  }
  const file = `commands/${words.join('-')}.ts`
  const path = resolve(root, file)
  await mkdir(dirname(path), { recursive: true })
  try {
    // `wx` fails on an existing file in one step: nothing can slip in between a look and the write.
    await writeFile(path, template(words), { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    console.error(`${file} exists already: edit it, or choose another name`)
    return 1
  }
  const outcome = await build(root)
  if (!outcome.ok) {
    console.error(outcome.line)
    return 1
  }
  console.log(`${file} is a command now: edit it, try it with npm start, then deploy`)
  return 0
}

function wordsProblem(words: readonly string[]): string | null {
  if (words.length === 0) return 'give the command a name'
  if (words.length > 3) return `a name has at most 3 words, this one has ${words.length}`
  if (words[0] === 'pawl') return 'a name cannot start with "pawl": that is the way to all commands'
  for (const word of words) {
    const wrong = commandWordProblem(word)
    if (wrong !== null) return `a name cannot have the word "${word}": ${wrong}`
  }
  return null
}

/** The smallest module that shows an option, a record and a view. Open to nobody until `<name>:run` is granted. */
function template(words: readonly string[]): string {
  const [name, key] = [words.join(' '), words.join(':')]
  return `/** \`${name}\`: what it does and what it touches. */

import * as z from 'zod'
import { defineCommand, md } from '#pawl'

export default defineCommand({
  name: '${name}',
  summary: 'Say in one line what it does',
  options: {
    who: z.string().min(1).max(60).default('world').describe('Whom to greet'),
  },
  effects: 'read',
  rules: ['when command is ${key} must have ${words[0]}:run'],
  examples: [['${name} ada', 'greet Ada']],
  handler: ({ who }) => ({ greeting: 'hello', who }),
  view: ([{ greeting, who }]) => md\`\${greeting}, **\${who}**\`,
})
`
}
