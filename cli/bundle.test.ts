import { describe, expect, it } from 'vitest'
import { sizeLine } from './bundle.ts'

describe('sizeLine', () => {
  it('passes 310 KB and fails one byte more', () => {
    expect(sizeLine(500 * 1024, 310 * 1024)).toEqual({
      ok: true,
      line: 'bundle: 500 KB minified, 310 KB gzipped (limit 310 KB)',
    })
    expect(sizeLine(500 * 1024, 310 * 1024 + 1)).toMatchObject({
      ok: false,
      line: expect.stringContaining('find what grew'),
    })
  })
})
