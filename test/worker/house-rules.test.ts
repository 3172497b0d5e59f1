/** Rules of the house that no type shows. */
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json'
import { VERSION } from '../../src/version.ts'

declare global {
  interface ImportMeta {
    /** Vite's, which runs the tests: files as text, by path. */
    glob<T>(pattern: string, options: { query: '?raw'; import: 'default'; eager: true }): Record<string, T>
  }
}

const sources = import.meta.glob<string>('../../src/**/*.ts', { query: '?raw', import: 'default', eager: true })
const rooms = Object.entries(sources).filter(
  ([path]) => !/src\/(?:app|worker|services)\.ts$|src\/chat\/(?:slack|discord)\/|\.test\.ts$/.test(path),
)

describe('the house', () => {
  it('answers with the version of package.json', () => {
    expect(VERSION).toBe(packageJson.version)
  })

  it('has rooms to look at', () => {
    expect(rooms.length).toBeGreaterThan(50)
  })

  it.each(rooms)(
    '%s imports nothing of a platform, nor the wiring: no import points back towards the door',
    (_, text) => {
      const back = [...text.matchAll(/from '([^']+)'/g)]
        .map((match) => match[1] ?? '')
        .filter(
          (from) => /\/(?:slack|discord)\/|\/(?:app|worker)\.ts$/.test(from) || /^(?:\.\.\/)+services\.ts$/.test(from),
        )
      expect(back).toEqual([])
    },
  )
})
