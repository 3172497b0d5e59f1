import { describe, expect, it } from 'vitest'
import { parsePipeline } from '../language/parse.ts'
import type { Token } from '../language/tree.ts'
import { bindStage } from './bind.ts'
import type { Resolve } from './bind-values.ts'
import { defineCommand } from './define.ts'
import { loadRegistry } from './house-registry.ts'
import { lookup } from './lookup.ts'
import { createRegistry } from './registry.ts'

const command = (name: string) =>
  defineCommand({
    name,
    summary: name,
    effects: 'read',
    rules: [`when command is ${name.replaceAll(' ', ':')} allow`],
    handler: () => null,
  })

const names = ['pack', 'pack install', 'pack repo add', 'deploy', 'echo', 'constructor']
const registry = createRegistry(names.map((name) => ({ file: `${name}.ts`, command: command(name) })))

describe('createRegistry', () => {
  it.each([
    [['pack', 'install', 'x'], 'pack install', 2],
    [['pack', 'x'], 'pack', 1],
    [['pack', 'repo', 'add', 'x'], 'pack repo add', 3],
    [['pack', 'repo', 'x'], 'pack', 1],
    [['pack:install', 'x'], 'pack install', 1],
    [['pack:repo:add'], 'pack repo add', 1],
    [['constructor'], 'constructor', 1],
  ])('finds the longest name in %j', (words, name, length) => {
    expect(registry.find(words)).toMatchObject({ command: { name }, length })
  })

  it.each([[[]], [['nope']], [['repo', 'add']], [['pack:nope']], [['toString']], [['Pack']]])(
    'finds nothing in %j',
    (words) => {
      expect(registry.find(words)).toBeNull()
    },
  )

  it('refuses a name twice and names both files', () => {
    const twice = ['a.ts', 'b.ts'].map((file) => ({ file, command: command('deploy') }))
    expect(() => createRegistry(twice)).toThrow('command "deploy" is defined twice, in a.ts and in b.ts: rename one')
  })

  it('sorts, whatever the order of the files', () => {
    const entries = names.map((name) => ({ file: name, command: command(name) }))
    expect(
      createRegistry(entries.reverse())
        .all()
        .map(({ name }) => name),
    ).toEqual(registry.all().map(({ name }) => name))
  })

  it('lists what is under a group, and not the group itself', () => {
    expect(registry.under(['pack']).map(({ name }) => name)).toEqual(['pack install', 'pack repo add'])
  })

  it.each([
    ['depoly', 'deploy'],
    ['pakc install', 'pack install'],
    ['pack instal x y', 'pack install'],
    ['pack:instal', 'pack install'],
    ['depoly web', 'deploy'],
    ['kubectl', null],
  ])('suggests for "%s": %s', (typed, name) => {
    expect(registry.suggest(typed, registry.all())).toBe(name)
  })

  it('suggests only what this person may run', () => {
    expect(
      registry.suggest(
        'depoly',
        registry.all().filter(({ name }) => name !== 'deploy'),
      ),
    ).toBeNull()
  })
})

describe('lookup', () => {
  const word = (text: string, quoted = false): Token => ({
    at: 0,
    end: 0,
    kind: 'word',
    value: { kind: 'text', text, quoted },
  })
  const stage = (...tokens: Token[]) => ({ at: 0, end: 0, tokens })

  it('leaves the tokens after the name', () => {
    expect(lookup(registry, stage(word('pack'), word('install'), word('x')))).toMatchObject({
      ok: true,
      command: { name: 'pack install' },
      tokens: [word('x')],
    })
  })
  it('takes no quoted word into a name', () => {
    expect(lookup(registry, stage(word('pack'), word('install', true)))).toMatchObject({
      ok: true,
      command: { name: 'pack' },
    })
    expect(lookup(registry, stage(word('deploy', true)))).toEqual({ ok: false, typed: [] })
  })
  it('tells what was typed of an unknown name, up to the first option', () => {
    const option: Token = { at: 0, end: 0, kind: 'option', name: 'x', long: true, value: null }
    expect(lookup(registry, stage(word('depoly'), word('web'), option, word('y')))).toEqual({
      ok: false,
      typed: ['depoly', 'web'],
    })
  })
})

describe('loadRegistry', () => {
  // What a variable holds is known only when the line runs.
  const anything: Resolve = () => ({ ok: true, value: 1 })
  // An example is what people copy: each must be a line that this install takes.
  const examples = loadRegistry()
    .all()
    .flatMap(({ examples }) => examples.map(([line]) => line))
  it.each(examples)('has an example that binds: %s', (line) => {
    // A mention arrives as an id; in an example it stands as a name.
    const parsed = parsePipeline(line.replace(/@\w+/g, '@U024BE7LH'))
    expect(parsed).toMatchObject({ ok: true })
    for (const stage of parsed.ok ? parsed.pipeline.stages : []) {
      const found = lookup(loadRegistry(), stage)
      expect(found).toMatchObject({ ok: true })
      if (found.ok) expect(bindStage(found.command, found.tokens, anything)).toMatchObject({ ok: true })
    }
  })

  it('holds builtins and modules, and is made once', () => {
    expect(loadRegistry()).toBe(loadRegistry())
    for (const key of ['help', 'whoami', 'echo', 'version', 'deploy', 'http:check', 'sleep', 'meow'])
      expect(loadRegistry().byKey(key)).not.toBeNull()
  })
})
