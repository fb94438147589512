import Glibc
import TelemetrySDK

/// A producer of one data point, which counts its calls.
private struct CountingProducer: MetricProducer {
  let calls: Flag

  func produce(into collection: inout MetricCollection) async throws {
    calls.add()
    let point = Metric.NumberDataPoint(.int(Int64(calls.count)), timeUnixNano: collection.timeUnixNano)
    collection.add(Metric(name: "calls", data: .gauge(Metric.Gauge([point]))))
  }
}

/// Forks with a periodic reader that collects all the time: each child's reader begins anew, and ends with its own ledger.
func forkReader(_ options: Options) {
  let calls = Flag()
  let exporter = InMemoryMetricExporter(capacity: 1)
  var configuration = PeriodicMetricReader.Configuration()
  configuration.interval = .milliseconds(1)
  let reader: PeriodicMetricReader
  do {
    reader = try PeriodicMetricReader(
      exporter: exporter, producers: [CountingProducer(calls: calls)], configuration: configuration)
  } catch {
    fail("\(error)")
  }
  for _ in 0..<options.number("forks", 50) {
    let before = calls.count
    while calls.count < before + 2 { usleep(100) }
    let id = fork()
    check(id >= 0, "fork: \(errno)")
    if id == 0 {
      alarm(20)
      let before = calls.count
      while calls.count < before + 3 { usleep(100) }
      let report = reader.shutdownBlocking(within: .seconds(10))
      // The reader may have collected before the first count, and the parent's collections aren't in its ledger.
      let made = calls.count - before
      check(delivered(report, report.ledger.ended), "\(report)")
      check((made...made + 50).contains(report.ledger.ended), "\(report) after \(made) calls")
      _exit(0)
    }
    reap(id)
  }
  alarm(20)
  let report = reader.shutdownBlocking(within: .seconds(10))
  check(delivered(report, calls.count), "\(report) after \(calls.count) calls")
  printLine("done")
}
