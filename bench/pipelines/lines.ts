/** The transformations: each as a line of Pawl and as a filter of jq that does the same, stage by stage. Pure. */

export interface Transformation {
  readonly name: string
  /** Ten stages, the most that a line has. */
  readonly line: readonly string[]
  readonly jq: string
}

export const TRANSFORMATIONS: readonly Transformation[] = [
  {
    name: 'choose and order',
    line: [
      'flatten hosts',
      "filter 'up and cpu >= 20'",
      "filter 'env in [prod, staging]'",
      'pick name team env cpu memory',
      'sort cpu name',
      "filter 'memory < 100000'",
      'set checked true --json',
      'sort memory name',
      'tail 300',
      'head 200',
    ],
    jq: `[.hosts[] | select(.up and .cpu >= 20) | select(.env == "prod" or .env == "staging") | {name, team, env, cpu, memory}]
      | sort_by(.cpu, .name) | map(select(.memory < 100000) | .checked = true)
      | sort_by(.memory, .name) | .[-300:] | .[:200]`,
  },
  {
    name: 'gather',
    line: [
      'flatten hosts',
      'filter up',
      'pick name team env cpu',
      'sort name',
      'unique team env cpu',
      'sort team env cpu',
      'group team',
      'sort count key',
      'flatten records',
      'tail 500',
    ],
    jq: `[.hosts[] | select(.up) | {name, team, env, cpu}]
      | sort_by(.name) | unique_by(.team, .env, .cpu) | sort_by(.team, .env, .cpu)
      | group_by(.team) | map({key: .[0].team, count: length, records: .}) | sort_by(.count, .key)
      | [.[].records[]] | .[-500:]`,
  },
  {
    name: 'texts and patterns',
    line: [
      'flatten hosts',
      "filter 'name matches /^(web|api|db)-[0-9]+$/'",
      "filter 'team matches /a(y|r|i)/'",
      'pick name team note',
      "split note --by ' '",
      "filter 'not note matches /^the$/i'",
      'sort name note',
      'unique note team',
      'sort note team',
      'set kind word',
    ],
    jq: `[.hosts[] | select(.name | test("^(web|api|db)-[0-9]+$")) | select(.team | test("a(y|r|i)")) | {name, team, note}
        | .note = (.note | split(" ")[]) | select(.note | test("^the$"; "i") | not)]
      | sort_by(.name, .note) | unique_by(.note, .team) | sort_by(.note, .team) | map(.kind = "word")`,
  },
  {
    name: 'fields made of fields',
    line: [
      'flatten hosts',
      'set zone $spec.zone',
      `set title "\${team}/\${name}"`,
      `set room "#\${team}-\${env}"`,
      'set load $cpu',
      'pick title zone room load up',
      "filter 'zone in [eu-1, eu-2]'",
      'sort load title',
      'set place.zone $zone',
      'tail 300',
    ],
    jq: `[.hosts[] | .zone = .spec.zone | .title = "\\(.team)/\\(.name)" | .room = "#\\(.team)-\\(.env)" | .load = .cpu
        | {title, zone, room, load, up} | select(.zone == "eu-1" or .zone == "eu-2")]
      | sort_by(.load, .title) | map(.place.zone = .zone) | .[-300:]`,
  },
]
