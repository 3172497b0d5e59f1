/** Buttons mean lines, and nothing else. */
import { expect, it } from 'vitest'
import { anywayButton, cancelButton, lineOfButton, retryButton, withoutButtons } from './button.ts'
import { plain } from './markdown.ts'
import { textReply } from './reply.ts'

const RUN = 'r_0123456789abcdef'

it('each button stands for a line that its presser could type', () => {
  expect([cancelButton, retryButton, anywayButton].map((button) => lineOfButton(button(RUN).id))).toEqual([
    `run cancel ${RUN}`,
    `run retry ${RUN}`,
    `run retry ${RUN} --anyway`,
  ])
})

it.each([
  '',
  'run.cancel',
  `run.delete:${RUN}`,
  `run.retry:${RUN} --anyway`,
  `run.retry:${RUN}\n`,
  `x run.retry:${RUN}`,
  'run.retry:r_0',
  'constructor:r_0123456789abcdef',
])('an id that is none of them stands for nothing: %j', (id) => {
  expect(lineOfButton(id)).toBeNull()
})

it('a reply loses its buttons and nothing else', () => {
  const reply = textReply(plain('done'))
  const buttons = { kind: 'buttons' as const, buttons: [retryButton(RUN)] }
  expect(withoutButtons({ ...reply, blocks: [...reply.blocks, buttons] })).toEqual(reply)
})
