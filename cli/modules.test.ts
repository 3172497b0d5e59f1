import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { commandFiles, registrySource } from './modules.ts'

const roots: string[] = []
afterEach(() => Promise.all(roots.splice(0).map((root) => rm(root, { recursive: true }))))

async function rootWith(...files: string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'pawl-modules-'))
  roots.push(root)
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), '')
  }
  return root
}

describe('commandFiles', () => {
  it('finds commands in folders, sorted, without tests, helpers and other files', async () => {
    const files = ['b.ts', 'a/z.ts', 'a.ts', 'a.test.ts', '_c.ts', '_lib/d.ts', 'a/_lib/e.ts', 'f.d.ts', 'README.md']
    const root = await rootWith(...files.map((file) => `commands/${file}`))
    expect(await commandFiles(root)).toEqual(['commands/a.ts', 'commands/a/z.ts', 'commands/b.ts'])
  })
  it('finds nothing where there is no folder', async () => expect(await commandFiles(await rootWith())).toEqual([]))
})

describe('registrySource', () => {
  it('gives the same text for the same files, and keeps names apart that look the same', () => {
    const source = registrySource(['commands/a-b.ts', 'commands/a_b.ts'])
    expect(source).toBe(registrySource(['commands/a-b.ts', 'commands/a_b.ts']))
    expect(source).toContain("import command_a_b from '../commands/a-b.ts'")
    expect(source).toContain("import command_a_b_2 from '../commands/a_b.ts'")
    expect(source).toContain("{ file: 'commands/a_b.ts', command: command_a_b_2 },")
  })
  it('is a module without commands too', () => expect(registrySource([])).toContain('= []'))
})
