import Synchronization
import TelemetryCore
import TelemetrySDK

/// A metric exporter that keeps its calls and returns the outcomes of a closure.
final class MetricScript: MetricExporter {
  private struct State {
    var exports: [[Metric]] = []
    var running = 0
    var maxRunning = 0
    var flushes = 0
    var shutdowns = 0
  }

  private let state = Mutex(State())
  private let body: @Sendable ([Metric]) async -> ExportOutcome

  init(_ body: @escaping @Sendable ([Metric]) async -> ExportOutcome = { _ in .success }) { self.body = body }

  var exports: [[Metric]] { state.withLock { $0.exports } }
  var names: [[String]] { exports.map { $0.map(\.name) } }
  var maxRunning: Int { state.withLock { $0.maxRunning } }
  var flushes: Int { state.withLock { $0.flushes } }
  var shutdowns: Int { state.withLock { $0.shutdowns } }

  func export(_ batch: MetricBatch, deadline: Deadline) async -> ExportOutcome {
    let metrics = Array(batch)
    state.withLock { state in
      state.exports.append(metrics)
      state.running += 1
      state.maxRunning = max(state.maxRunning, state.running)
    }
    let outcome = await body(metrics)
    state.withLock { $0.running -= 1 }
    return outcome
  }

  func forceFlush(deadline: Deadline) async -> Bool {
    state.withLock { $0.flushes += 1 }
    return true
  }

  func shutdown(deadline: Deadline) async { state.withLock { $0.shutdowns += 1 } }
}

/// A producer of one gauge, with data points numbered from 0.
final class Producer: MetricProducer {
  private let name: String
  let points: Int
  private let count = Mutex(0)
  private let body: @Sendable (_ call: Int) async throws -> Void

  /// `body` runs in each call, after the metric was added.
  init(_ name: String, points: Int, _ body: @escaping @Sendable (_ call: Int) async throws -> Void = { _ in }) {
    self.name = name
    self.points = points
    self.body = body
  }

  var calls: Int { count.withLock { $0 } }

  func produce(into collection: inout MetricCollection) async throws {
    let call = count.withLock { count in
      count += 1
      return count
    }
    let time = UInt64(call)
    let points = (0..<points).map { number in
      Metric.NumberDataPoint(.int(Int64(number)), attributes: ["number": .init(number)], timeUnixNano: time)
    }
    collection.add(Metric(name: name, data: .gauge(Metric.Gauge(points)), resource: collection.resource))
    try await body(call)
  }
}

struct Broken: Error, CustomStringConvertible {
  var description: String { "broken" }
}

extension Metric {
  private var gaugePoints: [NumberDataPoint] { if case .gauge(let gauge) = data { gauge.dataPoints } else { [] } }

  /// The values of a gauge.
  var numbers: [Int64] {
    gaugePoints.compactMap { point in
      if case .int(let number)? = point.value { number } else { nil }
    }
  }

  /// The times of a gauge's data points.
  var times: [UInt64] { gaugePoints.map(\.timeUnixNano) }
}
