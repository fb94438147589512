#!/usr/bin/env bash
# What the compiler can't check: code that would leave the event loop, and imports that a layer must not have.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

failed=0
# refuse WHY PATTERN PATH...: no line of the Swift files may match; comments don't count.
refuse() {
  local why=$1 pattern=$2 found
  shift 2
  found=$(grep -rnE --include='*.swift' "$pattern" "$@" 2>/dev/null | grep -vE '^[^:]+:[0-9]+:[[:space:]]*//' || true)
  [[ -z "$found" ]] && return
  printf '%s\n%s\n\n' "$why:" "$found" >&2
  failed=1
}

libraries=(Sources/TelemetryCore Sources/TelemetrySDK Sources/OTLPWire Sources/OTLPExport Sources/HTTP2Transport
  Sources/GRPCClient Sources/OTLPGRPC Sources/OTLPHTTP Sources/TelemetryDatabase Sources/SwiftOTLP Sources/OTLPTesting)

refuse "Task.sleep leaves the loop and hangs in a forked child: use TelemetryLoop.sleep" 'Task\.sleep' "${libraries[@]}"
refuse "time comes from the loop's poller" '(Continuous|Suspending)Clock' "${libraries[@]}"
refuse "a task without executorPreference leaves the loop" \
  '(^|[^A-Za-z.])Task(\.detached)?[[:space:]]*(\{|\((priority|name):)' "${libraries[@]}"
refuse "task groups leave the loop" 'with(Throwing)?(Discarding)?TaskGroup' "${libraries[@]}"
# OTLPTesting's objects stay in the process that made them.
for library in "${libraries[@]}"; do
  [[ "$library" == */OTLPTesting ]] ||
    refuse "a Mutex stops the program in a forked child: use Locked" '(^|[^A-Za-z])Mutex\(' "$library"
done
# opentelemetry-swift's protocols have Foundation's dates.
mapfile -t folders < <(find Sources -mindepth 1 -maxdepth 1 -type d ! -name TelemetryOpenTelemetry)
refuse "no Foundation" 'import Foundation' "${folders[@]}"
# Sans-IO: decisions import neither the system nor locks.
for file in $(find Sources -name '*StateMachine*.swift'); do
  refuse "a state machine does no IO" 'import (OTLPSystem|Synchronization)' "$file"
done
refuse "a pure layer does no IO" 'import OTLPSystem' Sources/TelemetrySDK/Model Sources/OTLPWire
mapfile -t folders < <(find Sources -mindepth 1 -maxdepth 1 -type d ! -name OTLPSystem)
refuse "the C library has one name: OTLPSystem" 'import (Glibc|Musl|Darwin)' "${folders[@]}"

exit "$failed"
