// The program that ProcessTests and PeerTests fork, stop, interrupt and trace.
import Glibc

var arguments = Array(CommandLine.arguments.dropFirst())
guard !arguments.isEmpty else { fail("a scene is missing") }
switch arguments.removeFirst() {
case "prefork": prefork(Options(arguments))
case "fork-loop": forkLoop(Options(arguments))
case "fork-blocked-loops": forkBlockedLoops(Options(arguments))
case "fork-on-loop": forkOnLoop(Options(arguments))
case "late-forks": lateForks(Options(arguments))
case "fork-reader": forkReader(Options(arguments))
case "telemetry-fork": telemetryFork(Options(arguments))
case "telemetry-at-exit": telemetryAtExit(Options(arguments))
case "telemetry-of-environment": telemetryOfEnvironment()
case "telemetry-starved": telemetryStarved(Options(arguments))
case "signals": signals(Options(arguments))
case "interrupts": interrupts(Options(arguments))
case "closed-peers": closedPeers(Options(arguments))
case "closed-stderr": closedStandardError(Options(arguments))
case "without-standard-files": withoutStandardFiles(Options(arguments))
case "idle": idle(Options(arguments))
case "openssl-at-exit": openSSLAtExit(Options(arguments))
case "writer": writer(Options(arguments))
case "lives": lives(Options(arguments))
default: fail("no such scene")
}
