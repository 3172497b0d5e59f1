/**
 * The patterns that are compared, each with what it means in Cedar: texts for `like`, where `*` is any text. Written by hand, so
 * that a pattern that is read wrongly shows. Cedar has no other patterns: classes of characters, repetitions of a part and flags
 * are left to src/policy/decide.test.ts. Pure.
 */
export const PATTERNS: ReadonlyMap<string, readonly string[]> = new Map([
  ['prod', ['prod']],
  ['prod.*', ['prod*']],
  ['.*prod', ['*prod']],
  ['.*pro.*', ['*pro*']],
  ['a.*b', ['a*b']],
  ['.*', ['*']],
  ['', ['']],
  ['a|b', ['a', 'b']],
  ['a?b?', ['', 'a', 'b', 'ab']],
  ['^[ab]$', ['a', 'b']],
  ['a\\*b', ['a\\*b']],
  ['pre(prod|dev)', ['preprod', 'predev']],
  ['slack:C.*', ['slack:C*']],
  ['user:.*', ['user:*']],
])
