import Glibc
import SimulatedWorlds
import TelemetryCore

/// The options of the command line.
struct Options {
  static let usage = """
    Tests/simulate [N]        runs N seeds, 1000 by default
      --from S                from seed S on, by default 1
      --seconds T             ends after T seconds; without --from it runs the first \(Seeds.fixed) seeds, and then others
                              each time
      --jobs J                runs J processes, by default one for each core
      --tls                   runs all seeds over TLS, not one in ten
      --seed S                runs seed S alone and prints its events
    """

  struct Failure: Error, CustomStringConvertible { let description: String }

  /// The seeds of one worker, by their places.
  struct Stride {
    var from: UInt64
    var by: UInt64
  }

  /// The seeds of a run, in their order.
  struct Seeds {
    /// A run with a time limit begins with this number of seeds from 1 on.
    static let fixed: UInt64 = 200

    var count: UInt64 = 1000
    var from: UInt64 = 1
    /// The number of seeds from 1 on that precede `from`.
    var first: UInt64 = 0

    /// The seed at a place from 0 on, or nil after the last.
    subscript(place: UInt64) -> UInt64? {
      guard place < count else { return nil }
      return place < first ? 1 + place : from &+ (place - first)
    }
  }

  var seeds = Seeds()
  var seconds: Double?
  var jobs = ThreadSystem.coreCount
  var overTLS = false
  var seed: Seed?
  var worker: Stride?

  /// - Parameter time: The time that selects the seeds of a run with a time limit.
  init(_ arguments: some Sequence<String>, time: UInt64 = UInt64(Glibc.time(nil))) throws {
    var rest = arguments.makeIterator()
    var (seed, count, from): (UInt64?, UInt64?, UInt64?)
    func number<Value: LosslessStringConvertible & Comparable>(_ option: String, from least: Value) throws -> Value {
      guard let text = rest.next(), let value = Value(text), value >= least else {
        throw Failure(description: "\(option) takes a number")
      }
      return value
    }
    while let argument = rest.next() {
      switch argument {
      case "--from": from = try number(argument, from: 0)
      case "--first": seeds.first = try number(argument, from: 0)
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
    seeds.from = from ?? 1
    seeds.count = count ?? (seconds == nil ? 1000 : .max)
    // A thousand seeds for each second, so that consecutive runs have none in common.
    if seconds != nil, from == nil { (seeds.first, seeds.from) = (Seeds.fixed, time &* 1000) }
  }

  /// The description of the run.
  var plan: String {
    var parts: [String] = []
    if seeds.first > 0 { parts.append("1 to \(seeds.first)") }
    if seeds.count > seeds.first {
      let last = seeds.count == .max ? "on" : "to \(seeds.from &+ (seeds.count - seeds.first - 1))"
      parts.append("\(seeds.from) \(last)")
    }
    return "seeds " + parts.joined(separator: ", then ")
  }
}
