import Glibc
import SimulatedWorlds
import TelemetrySDK

/// A worker process, which runs its share of the seeds and prints its progress in lines.
struct Worker {
  let options: Options
  let stride: Options.Stride

  func run() {
    let end = options.seconds.map { seconds() + $0 }
    var place = stride.from
    while let number = options.seeds[place], end.map({ seconds() < $0 }) ?? true {
      let seed = Seed(number, overTLS: options.overTLS)
      printLine("seed \(place)")
      let result = seed.verdict()
      for fault in result.faults { printLine("fault \(fault.split(separator: "\n").joined(separator: " | "))") }
      let (ledger, balance) = (result.ledger, result.balance)
      let counts =
        [ledger.ended, ledger.exported, ledger.rejected, ledger.possibleDuplicates, ledger.attempts]
        + [balance.isRoundRobin, balance.hasSeveralNames, balance.maxConnectionsOfServer > 1].map { $0 ? 1 : 0 }
      printLine(
        "done " + (counts + DropReason.allCases.map { ledger.dropped[$0] ?? 0 }).map(String.init).joined(separator: " ")
      )
      place += stride.by
    }
    printLine("end")
  }
}
