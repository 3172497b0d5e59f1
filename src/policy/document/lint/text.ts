/** How several names are shown in one sentence. Pure. */

/** More names would not be read. */
const NAMES_SHOWN = 5

/** `a, b and 3 more`. */
export function listNames(names: readonly string[], shown = NAMES_SHOWN): string {
  const more = names.length - shown
  return more <= 0 ? names.join(', ') : `${names.slice(0, shown).join(', ')} and ${more} more`
}
