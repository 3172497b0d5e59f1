/** `echo`: gives back its words as one text. Pure. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { option } from '../../command/options.ts'
import { textOfValue } from '../../data/value.ts'

export default defineCommand({
  name: 'echo',
  summary: 'Say the words again',
  description: 'Words are joined by one space; values that are not text stand as JSON.',
  options: { words: z.array(option.json()).default([]).describe('What to say') },
  effects: 'read',
  rules: ['when command is echo allow'],
  examples: [
    ['echo hello world', 'hello world'],
    [`seed '[{"app":"web","up":true},{"app":"api","up":false}]' | echo "$app: $up"`, 'one text per record'],
    [`seed '{"spec":{"size":3}}' | echo $spec`, 'the object as JSON text'],
  ],
  handler: ({ words }) => ({ value: words.map(textOfValue).join(' ') }),
})
