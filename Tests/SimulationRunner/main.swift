import Glibc
import OTLPTesting
import SimulatedWorlds

do {
  OpenSSLRandom.permit()
  let options = try Options(CommandLine.arguments.dropFirst())
  if let seed = options.seed {
    exit(replay(seed) ? 0 : 1)
  } else if let stride = options.worker {
    Worker(options: options, stride: stride).run()
  } else {
    var campaign = Campaign(options)
    exit(try campaign.run() ? 0 : 1)
  }
} catch {
  printLine("Tests/simulate: \(error)\n\(Options.usage)", to: STDERR_FILENO)
  exit(2)
}

/// Runs one seed and prints its events, ledger and faults.
func replay(_ seed: Seed) -> Bool {
  printLine("seed \(seed.number): \(seed.plan)")
  let result = seed.run { printLine($0) }
  printLine("\(result.ledger); trace \(String(result.trace.hash, radix: 16))")
  for fault in result.faults { printLine("FAULT \(fault)") }
  return result.faults.isEmpty
}
