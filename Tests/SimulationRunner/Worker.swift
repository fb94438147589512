import Glibc
import SimulatedWorlds
import TelemetrySDK

/// One of the processes: runs its share of the seeds, and says in lines what it does.
struct Worker {
  let options: Options
  let stride: Options.Stride

  func run() {
    let end = options.seconds.map { seconds() + $0 }
    var number = stride.from
    while number <= options.last, end.map({ seconds() < $0 }) ?? true {
      let seed = Seed(number, overTLS: options.overTLS)
      say("seed \(number)")
      let result = seed.verdict()
      for fault in result.faults { say("fault \(fault.split(separator: "\n").joined(separator: " | "))") }
      let ledger = result.ledger
      let counts = [ledger.ended, ledger.exported, ledger.rejected, ledger.possibleDuplicates, ledger.attempts]
      say(
        "done " + (counts + DropReason.allCases.map { ledger.dropped[$0] ?? 0 }).map(String.init).joined(separator: " ")
      )
      number += stride.by
    }
    say("end")
  }
}
