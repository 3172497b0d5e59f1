/** Commands of Pawl as it is measured: the least of each kind. Runs in workerd. */
import * as z from 'zod'
import { defineCommand } from '#pawl'

const tag = z.string().min(1).max(60).describe('Tells this one from the others')

const look = defineCommand({
  name: 'look',
  summary: 'Read inside the request',
  options: { tag },
  effects: 'read',
  answer: 'private',
  rules: ['when command is look must have trial:run'],
  handler: ({ tag }) => ({ saw: tag }),
})

const touch = defineCommand({
  name: 'touch',
  summary: 'Write inside the request',
  options: { tag },
  effects: 'write',
  answer: 'private',
  rules: ['when command is touch must have trial:run'],
  handler: ({ tag }) => ({ saw: tag }),
})

const work = defineCommand({
  name: 'work',
  summary: 'Write from the queue',
  options: { tag },
  effects: 'write',
  run: 'job',
  rules: ['when command is work must have trial:run'],
  handler: ({ tag }) => ({ saw: tag }),
})

export const benchCommands = [look, touch, work]
