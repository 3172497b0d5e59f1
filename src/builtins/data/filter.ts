/** `filter`: lets through the records for which a condition holds. Pure. */
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { valueAt } from '../../data/path.ts'
import { isMissing, textOfValue } from '../../data/value.ts'
import { condition, conditionOf, fieldPath, findsOf, pathOf, pattern } from './options.ts'

export default defineCommand({
  name: 'filter',
  summary: 'Keep only the records for which a condition holds',
  description: [
    'Conditions: size > 10, env == prod, name matches /^web/, env in [dev, test], owner is missing, and a field alone, which holds when it is there and not false; joined by and, or, not and parentheses.',
    'A test on a missing field is false. Patterns are found anywhere in the text unless they say ^ and $.',
  ].join(' '),
  options: {
    where: condition().optional().meta({ short: 'w' }).describe('The condition, as in: size > 10'),
    path: fieldPath().optional().meta({ short: 'p' }).describe('A field that must be there'),
    matches: pattern().optional().meta({ short: 'm' }).describe('A pattern that is in the field of --path'),
  },
  effects: 'read',
  slash: false,
  rules: ['when command is filter allow'],
  examples: [
    [`seed '[{"app":"web","size":12},{"app":"api","size":3}]' | filter 'size > 10'`, 'the record of web'],
    [
      `seed '[{"app":"web","env":"dev"},{"app":"api"}]' | filter --where 'env in [dev, test] and not app matches /^a/'`,
      'the record of web',
    ],
    [`seed '[{"app":"web"},{"app":"api"}]' | filter --path app --matches /^W/i`, 'the record of web'],
  ],
  handler({ where, path, matches }, { record }) {
    if (matches !== undefined && path === undefined)
      throw new CommandFailure('--matches looks into the field of --path: name it, as in --path name --matches web')
    if (where !== undefined && !conditionOf(where)(record)) return null
    if (path === undefined) return record
    const value = valueAt(record, pathOf(path))
    if (isMissing(value)) return null
    return matches === undefined || findsOf(matches)(textOfValue(value)) ? record : null
  },
})
