import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

/// The reader on a virtual clock.
@Suite(.ownThreads) struct PeriodicMetricReaderTests {
  private static func configuration(
    _ change: (inout PeriodicMetricReader.Configuration) -> Void = { _ in }
  ) -> PeriodicMetricReader.Configuration {
    var configuration = PeriodicMetricReader.Configuration()
    change(&configuration)
    return configuration
  }

  private static func reader(
    _ exporter: MetricScript, _ producers: [any MetricProducer], _ loop: TelemetryLoop,
    _ diagnostics: Diagnostics = .silent, _ change: (inout PeriodicMetricReader.Configuration) -> Void = { _ in }
  ) throws -> PeriodicMetricReader {
    try PeriodicMetricReader(
      exporter: exporter, producers: producers, resource: Resource(["service.name": "test"]),
      configuration: configuration(change), loop: loop, diagnostics: diagnostics)
  }

  private static func end(_ reader: PeriodicMetricReader, _ exported: Int, within limit: Duration = .seconds(10)) async
  {
    let report = await reader.shutdown(within: limit)
    #expect(report.isDelivered && report.ledger.isBalanced, "\(report)")
    #expect(report.ledger.exported == exported && report.ledger.queued == 0, "\(report.ledger)")
  }

  // MARK: Interval

  @Test("each interval all producers are collected into one export, in order, with the reader's resource (4.15.1)")
  func interval() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript()
      let reader = try Self.reader(exporter, [Producer("a", points: 2), Producer("b", points: 3)], loop)
      await loop.sleep(.seconds(59))
      #expect(exporter.exports.isEmpty)
      await loop.sleep(.seconds(2))
      #expect(exporter.names == [["a", "b"]])
      #expect(exporter.exports[0].allSatisfy { $0.resource.attributes["service.name"] == "test" })
      #expect(reader.ledger.exported == 5, "data points count")
      await loop.sleep(.seconds(60))
      #expect(exporter.names.count == 2 && exporter.exports[0] != exporter.exports[1])
      await Self.end(reader, 15)
      #expect(exporter.names.count == 3 && exporter.shutdowns == 1)
    }
  }

  @Test("a producer without metrics, or with metrics without data points, makes no export")
  func nothing() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript()
      let reader = try Self.reader(exporter, [Producer("a", points: 0)], loop)
      await loop.sleep(.seconds(200))
      await Self.end(reader, 0)
      #expect(exporter.exports.isEmpty)
    }
  }

  @Test("a collection is cut at data points, in order, and batches never mix collections (4.15.1)")
  func cutting() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript()
      let reader = try Self.reader(exporter, [Producer("a", points: 7), Producer("b", points: 4)], loop) {
        $0.maxExportBatchSize = 4
      }
      await loop.sleep(.seconds(121))
      let sizes = exporter.exports.map { $0.map(\.dataPointCount) }
      #expect(sizes == [[4], [3, 1], [3], [4], [3, 1], [3]])
      #expect(exporter.names == [["a"], ["a", "b"], ["b"], ["a"], ["a", "b"], ["b"]])
      let numbers = exporter.exports.prefix(3).flatMap { $0 }.flatMap(\.numbers)
      #expect(numbers == [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3], "each data point once, in order")
      await Self.end(reader, 33)
    }
  }

  @Test("a metric with more bytes than a batch is cut in halves")
  func cuttingBytes() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript()
      let reader = try Self.reader(exporter, [Producer("a", points: 200)], loop) { $0.maxExportBatchBytes = 1024 }
      await loop.sleep(.seconds(61))
      #expect(exporter.exports.count > 4)
      #expect(exporter.exports.flatMap { $0 }.flatMap(\.numbers) == Array(0..<200))
      #expect(exporter.exports.allSatisfy { $0.reduce(0) { $0 + ($1.encodedSize ?? .max) } <= 1024 })
      await Self.end(reader, 400)
    }
  }

  @Test("exports never overlap, and a slow one delays the next collection's, not the collection (4.15.2)")
  func slowExport() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript { _ in
        await loop.sleep(.seconds(25))
        return .success
      }
      let producer = Producer("a", points: 1)
      let reader = try Self.reader(exporter, [producer], loop) { $0.interval = .seconds(10) }
      await loop.sleep(.seconds(61))
      #expect(producer.calls == 6 && exporter.maxRunning == 1 && exporter.exports.count == 3)
      #expect(reader.ledger.queued == 3 && reader.ledger.isBalanced)
      let report = await reader.shutdown(within: .seconds(300))
      #expect(report.isDelivered && report.ledger.exported == 7, "\(report)")
    }
  }

  // MARK: Flush and shutdown

  @Test("a flush collects, exports and flushes the exporter, and the interval goes on (4.15.2)")
  func flush() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript()
      let reader = try Self.reader(exporter, [Producer("a", points: 2)], loop)
      await loop.sleep(.seconds(30))
      let report = await reader.forceFlush(within: .seconds(5))
      #expect(report.isDelivered && report.ledger.exported == 2 && exporter.flushes == 1, "\(report)")
      await loop.sleep(.seconds(31))
      #expect(exporter.exports.count == 2)
      await Self.end(reader, 6)
      let after = await reader.forceFlush(within: .seconds(5))
      #expect(after.isDelivered && after.ledger.exported == 6 && exporter.exports.count == 3)
    }
  }

  @Test("concurrent flushes share a collection that begins after them")
  func concurrentFlushes() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript()
      let producer = Producer("a", points: 1) { _ in await loop.sleep(.seconds(1)) }
      let reader = try Self.reader(exporter, [producer], loop)
      async let first = reader.forceFlush(within: .seconds(20))
      await loop.sleep(.milliseconds(500))  // the first collection runs
      async let second = reader.forceFlush(within: .seconds(20))
      async let third = reader.forceFlush(within: .seconds(20))
      let reports = await [first, second, third]
      #expect(reports.allSatisfy(\.isDelivered) && producer.calls == 2)
      #expect(reports.map(\.ledger.exported) == [1, 2, 2])
      await Self.end(reader, 3)
    }
  }

  @Test("a flush that times out has called the exporter's flush, and what it collected is exported later (4.15.2)")
  func lateFlush() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript { _ in
        await loop.sleep(.seconds(10))
        return .success
      }
      let reader = try Self.reader(exporter, [Producer("a", points: 1)], loop)
      let start = loop.now
      let report = await reader.forceFlush(within: .seconds(3))
      #expect(!report.isComplete && report.lost == 0 && loop.now - start == .seconds(3))
      #expect(exporter.flushes == 1)
      await loop.sleep(.seconds(10))
      #expect(reader.ledger.exported == 1)
      await Self.end(reader, 2, within: .seconds(30))
    }
  }

  @Test("a flush without time collects and flushes the exporter, too")
  func flushWithoutTime() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript()
      let producer = Producer("a", points: 1)
      let reader = try Self.reader(exporter, [producer], loop)
      let report = await reader.forceFlush(within: .zero)
      await loop.sleep(.seconds(1))
      #expect(!report.isComplete && exporter.flushes == 1 && producer.calls == 1 && exporter.exports.count == 1)
      await Self.end(reader, 2)
    }
  }

  @Test("a shutdown with a stuck exporter ends in time, and its data points count as dropped")
  func stuckExporter() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript { _ in await stuck() }
      let reader = try Self.reader(exporter, [Producer("a", points: 3)], loop)
      await loop.sleep(.seconds(61))
      let start = loop.now
      let report = await reader.shutdown(within: .seconds(4))
      #expect(loop.now - start <= .seconds(4))
      #expect(!report.isComplete && report.lost == 6 && report.ledger.dropped == [.shutdown: 6], "\(report)")
      #expect(report.ledger.isBalanced)
    }
  }

  // MARK: Producers that fail

  @Test("a producer that throws loses only what it hasn't added, and is reported once until it recovers")
  func throwing() throws {
    try onVirtualLoop { loop in
      let (exporter, log) = (MetricScript(), DiagnosticLog())
      let failing = Producer("a", points: 2) { call in if call < 3 { throw Broken() } }
      let reader = try Self.reader(exporter, [failing, Producer("b", points: 1)], loop, log.diagnostics)
      await loop.sleep(.seconds(181))
      #expect(exporter.names == [["a", "b"], ["a", "b"], ["a", "b"]])
      let warnings = log.all.filter { $0.level == .warning }
      #expect(warnings.map(\.message) == ["a metric producer fails", "a metric producer works again"])
      #expect(warnings[0].fields.contains { $0.name == "error" && $0.value == "broken" })
      #expect(warnings[0].fields.contains { $0.name == "producer" && $0.value == "Producer" })
      await Self.end(reader, 12)
    }
  }

  @Test("a producer that hangs doesn't hold the others, is cancelled at the timeout, and isn't called twice at once")
  func hanging() throws {
    try onVirtualLoop { loop in
      let (exporter, log) = (MetricScript(), DiagnosticLog())
      let hanging = Producer("a", points: 2) { call in if call == 1 { await loop.sleepThrough(.seconds(100)) } }
      let reader = try Self.reader(exporter, [hanging, Producer("b", points: 1)], loop, log.diagnostics)
      await loop.sleep(.seconds(121))  // collections at 60 and 120
      #expect(exporter.names == [["b"], ["b"]] && hanging.calls == 1)
      #expect(log.all.map(\.message).filter { $0.contains("producer") } == ["a metric producer fails"])
      await loop.sleep(.seconds(45))
      #expect(exporter.names == [["b"], ["b"], ["a"]], "what comes late is exported when it comes")
      await loop.sleep(.seconds(20))
      #expect(exporter.names.last == ["a", "b"] && hanging.calls == 2)
      await Self.end(reader, 10)
    }
  }

  @Test("a shutdown with a producer that hangs exports what the others have, within its time")
  func hangingShutdown() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript()
      let hanging = Producer("a", points: 1) { _ in await loop.sleepThrough(.seconds(1000)) }
      let reader = try Self.reader(exporter, [hanging, Producer("b", points: 1)], loop)
      let start = loop.now
      let report = await reader.shutdown(within: .seconds(8))
      #expect(loop.now - start < .seconds(8) && exporter.names == [["b"]], "\(report)")
      #expect(report.ledger.exported == 1 && report.ledger.isBalanced)
      await loop.sleep(.seconds(1000))
      #expect(reader.ledger.dropped == [.afterShutdown: 1] && reader.ledger.isBalanced)
    }
  }

  // MARK: Outage

  @Test("in an outage collections wait up to the bound in bytes; then the oldest metrics are dropped, and counted")
  func outage() throws {
    try onVirtualLoop { loop in
      let works = Locked(false)
      let exporter = MetricScript { _ in
        while !works.withLock({ $0 }) { await loop.sleep(.milliseconds(500)) }
        return .success
      }
      let reader = try Self.reader(exporter, [Producer("a", points: 20)], loop) {
        $0.maxQueueBytes = 20_000
        $0.exportTimeout = BatchConfiguration.unlimited
      }
      var most = 0
      for _ in 0..<300 {
        await loop.sleep(.seconds(60))
        most = max(most, reader.bytesHeld)
        #expect(reader.ledger.isBalanced)
      }
      #expect(most <= 20_000 && most > 10_000)
      let dropped = reader.ledger.dropped
      #expect(dropped.keys.map(\.self) == [.byteBudget] && reader.ledger.droppedTotal > 2000, "\(reader.ledger)")
      works.withLock { $0 = true }
      await loop.sleep(.seconds(30))
      #expect(reader.ledger.queued == 0 && reader.ledger.inFlight == 0)
      let times = exporter.exports.flatMap { $0 }.flatMap(\.times)
      #expect(times == times.sorted(), "the collections are exported in order")
      _ = await reader.shutdown(within: .seconds(5))
      #expect(reader.ledger.ended == 301 * 20 && reader.ledger.isBalanced)
    }
  }

  // MARK: Self-metrics

  @Test("the reader measures its collections, the failed ones by type (4.13)")
  func selfMetrics() throws {
    try onVirtualLoop { loop in
      let failing = Producer("a", points: 1) { call in
        await loop.sleep(.seconds(1))
        if call == 2 { throw Broken() }
        if call == 3 { await loop.sleepThrough(.seconds(40)) }
      }
      let reader = try Self.reader(MetricScript(), [failing], loop)
      await loop.sleep(.seconds(239))
      let metric = try #require(reader.selfMetrics["otel.sdk.metric_reader.collection.duration"])
      #expect(metric.instrument == .histogram && metric.unit == "s")
      #expect(
        metric.points.map(\.value) == [
          .histogram(count: 1, sum: 1), .histogram(count: 1, sum: 1), .histogram(count: 1, sum: 30),
        ])
      #expect(metric.points.map { $0.attributes["error.type"] as String? } == [nil, "Broken", "timeout"])
      #expect(
        metric.points.allSatisfy { $0.attributes["otel.component.type"] == "periodic_metric_reader" })
      #expect(reader.selfMetrics["swift_otlp.metric_reader.processed"]?.points.first?.value == .sum(3))
      _ = await reader.shutdown(within: .seconds(100))
    }
  }

  // MARK: Configuration

  @Test("values out of range are refused by name")
  func validation() {
    let cases: [(String, (inout PeriodicMetricReader.Configuration) -> Void)] = [
      ("interval", { $0.interval = .zero }), ("interval", { $0.interval = .seconds(86_401) }),
      ("exportTimeout", { $0.exportTimeout = .zero }), ("maxExportBatchSize", { $0.maxExportBatchSize = 0 }),
      ("maxExportBatchSize", { $0.maxExportBatchSize = 1 << 25 }),
      ("maxExportBatchBytes", { $0.maxExportBatchBytes = 1023 }), ("maxQueueBytes", { $0.maxQueueBytes = 1 }),
    ]
    for (option, change) in cases {
      #expect {
        try Self.configuration(change).validate()
      } throws: {
        ($0 as? ConfigurationError)?.option == option
      }
    }
    #expect(throws: Never.self) { try Self.configuration().validate() }
  }

  @Test("the environment fills what code hasn't set, and a bad value is named (2.6, 4.15)")
  func environment() {
    let log = DiagnosticLog()
    var configuration = Self.configuration { $0.exportTimeout = .seconds(7) }
    configuration.apply(
      environment: [
        "OTEL_METRIC_EXPORT_INTERVAL": "1500", "OTEL_METRIC_EXPORT_TIMEOUT": "9",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": " LowMemory ",
      ], diagnostics: log.diagnostics)
    #expect(configuration.interval == .milliseconds(1500) && configuration.exportTimeout == .seconds(7))
    #expect(configuration.temporality == .lowMemory && log.all.isEmpty)
    var other = Self.configuration()
    other.apply(
      environment: [
        "OTEL_METRIC_EXPORT_INTERVAL": "0", "OTEL_METRIC_EXPORT_TIMEOUT": "0",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "some",
      ], diagnostics: log.diagnostics)
    #expect(other.interval == .seconds(60) && other.exportTimeout == BatchConfiguration.unlimited)
    #expect(other.temporality == .cumulative)
    let named = log.all.compactMap { event in event.fields.first { $0.name == "variable" }?.value }
    #expect(named == ["OTEL_METRIC_EXPORT_INTERVAL", "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"])
    var console = Self.configuration()
    console.apply(
      environment: ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta"], isOTLP: false,
      diagnostics: log.diagnostics)
    #expect(console.temporality == .cumulative)
  }

  @Test("the preferences have the temporalities of the specification (4.15.4)")
  func temporality() {
    let instruments: [TemporalityPreference.Instrument] = [
      .counter, .asynchronousCounter, .upDownCounter, .asynchronousUpDownCounter, .histogram,
    ]
    #expect(instruments.map(TemporalityPreference.cumulative.temporality) == Array(repeating: .cumulative, count: 5))
    #expect(
      instruments.map(TemporalityPreference.delta.temporality) == [.delta, .delta, .cumulative, .cumulative, .delta])
    #expect(
      instruments.map(TemporalityPreference.lowMemory.temporality) == [
        .delta, .cumulative, .cumulative, .cumulative, .delta,
      ])
  }
}
