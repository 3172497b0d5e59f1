/** Buttons mean lines, and nothing else. */
import { expect, it } from 'vitest'
import {
  actionButton,
  anywayButton,
  approveButton,
  cancelButton,
  confirmButton,
  formButton,
  formOfButton,
  lineOfButton,
  refuseButton,
  retryButton,
  withdrawButton,
  withoutButtons,
} from './button.ts'
import { plain } from './markdown.ts'
import { textReply } from './reply.ts'

const RUN = 'r_0123456789abcdef'

it('each button stands for a line that its presser could type', () => {
  const all = [cancelButton, retryButton, anywayButton, approveButton, refuseButton, withdrawButton, confirmButton]
  expect(all.map((button) => lineOfButton(button(RUN).id))).toEqual([
    `run cancel ${RUN}`,
    `run retry ${RUN}`,
    `run retry ${RUN} --anyway`,
    `approval approve ${RUN}`,
    `approval refuse ${RUN}`,
    `approval withdraw ${RUN}`,
    `confirm ${RUN}`,
  ])
})

it('what an answer offers is named by its place, from 1 to 9', () => {
  for (const place of [1, 9])
    expect(lineOfButton(actionButton(RUN, place, 'Next').id)).toBe(`run action ${RUN} ${place}`)
  for (const place of ['0', '10', '-1', '01', '1.5', '', ' 1', '0x1'])
    expect(lineOfButton(`run.action:${RUN}:${place}`)).toBeNull()
})

it('the button of a form opens it and stands for no line', () => {
  const { id } = formButton('f_0123456789abcdef', 'Fill in')
  expect([formOfButton(id), lineOfButton(id)]).toEqual(['f_0123456789abcdef', null])
  for (const wrong of ['form.open:f_0', `form.open:${RUN}`, `${id}:1`, `${id} `, cancelButton(RUN).id])
    expect(formOfButton(wrong)).toBeNull()
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
  `run.action:${RUN}`,
  `run.cancel:${RUN}:0`,
  `approval.approve:${RUN}:1`,
  'approval.approve:f_0123456789abcdef',
])('an id that is none of them stands for nothing: %j', (id) => {
  expect(lineOfButton(id)).toBeNull()
})

it('a reply loses its buttons and nothing else', () => {
  const reply = textReply(plain('done'))
  const buttons = { kind: 'buttons' as const, buttons: [retryButton(RUN)] }
  expect(withoutButtons({ ...reply, blocks: [...reply.blocks, buttons] })).toEqual(reply)
})
