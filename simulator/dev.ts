/** `npm run dev`: the worker and the local platforms in the foreground, for requests from outside, until Ctrl-C. */
import { parseArgs } from 'node:util'
import { launch } from './launch.ts'
import { endOnSignals } from './signals.ts'

try {
  const { values } = parseArgs({ options: { port: { type: 'string' } } })
  const port = values.port === undefined ? undefined : Number(values.port)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536))
    throw new Error(`--port ${values.port}: give a number up to 65535`)
  const launched = await launch({ watch: true, ...(port !== undefined && { port }) })
  endOnSignals(launched)
  console.log(`Pawl      ${launched.url}   (GET /healthz, POST /slack/commands, POST /discord/interactions)
Simulator ${launched.simulatorUrl}
Log       ${launched.logFile}

Secrets are in .dev.vars. A signed slash command:

  body='command=/pawl&text=whoami&team_id=T0PAWL&user_id=U0ADA00001&channel_id=C0OPS00001&channel_name=ops&trigger_id='$(date +%s%N)
  ts=$(date +%s); secret=$(sed -n 's/^SLACK_SIGNING_SECRET=//p' .dev.vars)
  sig=v0=$(printf 'v0:%s:%s' "$ts" "$body" | openssl dgst -sha256 -hmac "$secret" -r | cut -d' ' -f1)
  curl -sS ${launched.url}/slack/commands -H "x-slack-request-timestamp: $ts" -H "x-slack-signature: $sig" --data-raw "$body"

More of them in docs/curl.md. Ctrl-C ends it.`)
  launched.simulator.onEntry((entry) => {
    if (entry.kind === 'failure') console.error(`${entry.platform}: ${entry.text}`)
  })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
