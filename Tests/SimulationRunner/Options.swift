import Glibc
import SimulatedWorlds
import TelemetryCore

/// What the command line asks for.
struct Options {
  static let usage = """
    Tests/simulate [N]        runs N seeds, 1000 by default
      --from S                from seed S on, by default 1
      --seconds T             ends after T seconds
      --jobs J                so many processes, by default one for each core
      --tls                   all of them over TLS, not one in ten
      --seed S                runs seed S alone and says what happens in it
    """

  struct Failure: Error, CustomStringConvertible { let description: String }

  /// The seeds of one worker.
  struct Stride {
    var from: UInt64
    var by: UInt64
  }

  var count: UInt64 = 1000
  var from: UInt64 = 1
  var seconds: Double?
  var jobs = ThreadSystem.coreCount
  var overTLS = false
  var seed: Seed?
  var worker: Stride?

  init(_ arguments: some Sequence<String>) throws {
    var rest = arguments.makeIterator()
    var seed: UInt64?
    func number<Value: LosslessStringConvertible & Comparable>(_ option: String, from least: Value) throws -> Value {
      guard let text = rest.next(), let value = Value(text), value >= least else {
        throw Failure(description: "\(option) takes a number")
      }
      return value
    }
    while let argument = rest.next() {
      switch argument {
      case "--from": from = try number(argument, from: 0)
      case "--seconds": seconds = try number(argument, from: 0)
      case "--jobs": jobs = try number(argument, from: 1)
      case "--tls": overTLS = true
      case "--seed": seed = try number(argument, from: 0)
      case "--worker": worker = Stride(from: try number(argument, from: 0), by: try number(argument, from: 1))
      case "--help": throw Failure(description: "runs simulations")
      default:
        guard let value = UInt64(argument), value > 0 else { throw Failure(description: "unknown: \(argument)") }
        count = value
      }
    }
    self.seed = seed.map { Seed($0, overTLS: overTLS) }
    if seconds != nil, count == 1000 { count = .max / 2 }
  }

  /// The last seed.
  var last: UInt64 { from + (count - 1) }
}
