/** What `npm start` makes of its arguments, before anything is started. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

function start(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, 'start.ts')
    const child = execFile(process.execPath, ['--no-warnings', script, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr: stderr.trim() }),
    )
    child.stdin?.end('/pawl help\n')
  })
}

it.each([
  [['--tour', 'coffee'], /^There are three tours: --tour main, --tour care, --tour jobs; not coffee\.$/],
  [['--tour', 'main', '--speed', '2'], /^The main tour keeps to the wall’s clock: leave --speed out\.$/],
  [['--tour', 'care', '--speed', '2'], /^The care tour keeps to the wall’s clock: leave --speed out\.$/],
  [['--speed', '61'], /^The clock can run 1 to 60 times as fast, not 61\.$/],
  [['--speed', 'fast'], /^The clock can run 1 to 60 times as fast, not NaN\.$/],
  [['--sped', '2'], /--sped[\s\S]*npm start -- --speed 15/],
])('refuses %j, says why, and ends with 1', async (args, why) => {
  const { code, stderr } = await start(...args)
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(why) })
})

it.each(['--help', '-h'])('lists the options for %s, and ends with 0', async (option) => {
  const { code, stdout, stderr } = await start(option)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const known of ['--tour main', '--speed 15', '--help']) expect(stdout).toContain(known)
})
