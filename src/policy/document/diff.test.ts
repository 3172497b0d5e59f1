import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyDocument, normalForm } from './apply.arbitrary.ts'
import { applyChanges, emptyDocument } from './apply.ts'
import { describeChange, diffDocuments } from './diff.ts'
import { parseDocument } from './file-parse.ts'
import type { PolicyDocument } from './model.ts'

function document(text: string): PolicyDocument {
  const result = parseDocument(text)
  if (!result.ok) throw new Error(JSON.stringify(result.errors))
  return result.document
}

function told(from: string, to: string): string[] {
  const before = document(from)
  return diffDocuments(before, document(to)).map((change) => describeChange(change, before))
}

describe('diffDocuments', () => {
  it('gives changes that make the one of the other', () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, (from, to) => {
        const result = applyChanges(from, diffDocuments(from, to))
        if (!result.ok) throw new Error(result.message)
        expect(normalForm(result.document)).toEqual(normalForm(to))
      }),
      { numRuns: 500 },
    )
  })

  it('finds nothing between a document and itself', () => {
    fc.assert(
      fc.property(anyDocument, (one) => {
        expect(diffDocuments(one, one)).toEqual([])
      }),
    )
  })

  it('moves a name and a chat account from one to another', () => {
    expect(told('user ada a:b:1\nuser bob a:b:2', 'user ada a:b:2\nuser bob a:b:1')).toEqual([
      '- user ada: a:b:1',
      '- user bob: a:b:2',
      '+ user ada: a:b:2',
      '+ user bob: a:b:1',
    ])
    expect(told('room #a s:1\nroom #b s:2', 'room #a s:2\nroom #b s:1')).toEqual(['~ room #a s:2', '~ room #b s:1'])
  })

  it('does not see a rule that only calls a room by its old name', () => {
    const rule = {
      id: 1,
      text: 'when command is x with channel == #old allow',
      names: { channel: { '#old': 'slack:C1' } },
      enabled: true,
    }
    const before = { ...emptyDocument, rooms: new Map([['#new', 'slack:C1']]), rules: [rule] }
    const same = 'room #new slack:C1\nrule when command is x with channel == #new allow'
    expect(diffDocuments(before, document(same))).toEqual([])
    expect(diffDocuments(before, document('room #new slack:C1'))).toEqual([
      { kind: 'rule.remove', text: rule.text, names: rule.names },
    ])
  })
})

describe('describeChange', () => {
  it('tells every kind of change in one line', () => {
    const from = `user ada a:b:1
user eve
room #ops s:1
role old
role r
  permission a:b
  permission a:c
group gone
group g
  member ada
  member eve
  role old
rule when command is x allow
rule when command is y with option[t] == "1\\n2" allow
disabled rule when command is z allow
expect everyone: x => allowed`.replace('"1\\n2"', "'1 2'")
    const to = `user ada a:b:2
user bob a:b:3
user eve
room #ops s:2
room #new s:3
role r
  permission a:b until 2027-01-01
  permission a:d
role more
group new
group g
  member ada until 2027-01-01
  member bob
  role r
  role more
disabled rule when command is x allow
rule when command is z allow
rule "when command is w with option[t] == '1\\n2' allow"
disabled rule when command is v allow
expect everyone: x => denied`
    expect(told(from, to)).toEqual([
      '- expect everyone: x => allowed',
      "- rule when command is y with option[t] == '1 2' allow",
      '- group gone',
      '- group g: member eve',
      '- role old',
      '- role r: permission a:c',
      '- user ada: a:b:1',
      '+ user ada: a:b:2',
      '+ user bob',
      '+ user bob: a:b:3',
      '~ room #ops s:2',
      '+ room #new s:3',
      '~ role r: permission a:b until 2027-01-01T00:00:00Z',
      '+ role r: permission a:d',
      '+ role more',
      '+ group new',
      '+ group g: role r',
      '+ group g: role more',
      '~ group g: member ada until 2027-01-01T00:00:00Z',
      '+ group g: member bob',
      '~ disabled: rule when command is x allow',
      '~ enabled: rule when command is z allow',
      `+ rule "when command is w with option[t] == '1\\n2' allow"`,
      '+ disabled rule when command is v allow',
      '+ expect everyone: x => denied',
    ])
  })
})
