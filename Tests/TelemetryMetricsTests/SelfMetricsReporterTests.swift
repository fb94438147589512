#if Metrics
  import CoreMetrics
  import MetricsTestKit
  import OTLPTesting
  import SwiftOTLP
  import Synchronization
  import TelemetryCore
  import TelemetryMetrics
  import TelemetrySDK
  import TestThreads
  import Testing

  @Suite(.ownThreads) struct SelfMetricsReporterTests {
    private let factory = TestMetrics()

    private func value(_ label: String, _ attribute: (String, String)? = nil) throws -> Int64 {
      let counters = factory.counters.filter { counter in
        counter.label == label && (attribute.map { a in counter.dimensions.contains { $0 == a } } ?? true)
      }
      return try #require(counters.first).totalValue
    }

    @Test func aPipelinesMetricsReachTheFactory() async throws {
      let processor = try BatchSpanProcessor(exporter: InMemorySpanExporter(), diagnostics: .silent)
      let reporter = SelfMetricsReporter(factory: factory) { processor.selfMetrics }
      reporter.report()
      #expect(try value("otel.sdk.processor.span.processed") == 0)
      let provider = try TracerProvider(resource: Resource(), processors: [processor], diagnostics: .silent)
      for _ in 0..<3 { provider.tracer("a").startSpan("a").end() }
      _ = await provider.forceFlush(within: .seconds(60))
      reporter.report()
      reporter.report()
      let processed = try #require(factory.counters.first { $0.label == "otel.sdk.processor.span.processed" })
      #expect(processed.totalValue == 3)
      #expect(processed.dimensions.contains { $0 == ("otel.component.type", "batching_span_processor") })
      let capacity = try #require(factory.meters.first { $0.label == "otel.sdk.processor.span.queue.capacity" })
      #expect(capacity.lastValue == 2048)
      let size = try #require(factory.meters.first { $0.label == "otel.sdk.processor.span.queue.size" })
      #expect(size.lastValue == 0)
      _ = await provider.shutdown(within: .seconds(60))
    }

    @Test func aHistogramIsTwoCounters() throws {
      let values = Mutex((count: 0, sum: 0.0))
      let reporter = SelfMetricsReporter(factory: factory) {
        let (count, sum) = values.withLock { $0 }
        return SelfMetrics([
          .init(
            "d", .histogram, unit: "s", description: "",
            points: [.init([:], .histogram(count: count, sum: sum))])
        ])
      }
      for step in 1...3 {
        values.withLock { $0 = (step, Double(step) * 2) }
        reporter.report()
      }
      #expect(try value("d.count") == 3)
      // The test factory has no counters of fractions, so swift-metrics counts their whole part.
      #expect(try value("d.sum") == 6)
    }

    @Test func telemetrysOwnMetricsAreReported() async throws {
      var configuration = Telemetry.Configuration()
      configuration.environment = [:]
      configuration.tracesExporters = [.exporter(InMemorySpanExporter())]
      let telemetry = try Telemetry(configuration)
      telemetry.tracer("a").startSpan("a").end()
      _ = await telemetry.shutdown(within: .seconds(60))
      SelfMetricsReporter(telemetry, factory: factory).report()
      #expect(try value("otel.sdk.processor.span.processed") == 1)
    }

    @Test func runReportsAtIntervalsAndAtTheEnd() throws {
      let count = Atomic(0)
      let reporter = SelfMetricsReporter(factory: factory) {
        count.add(1, ordering: .relaxed)
        return SelfMetrics()
      }
      try simulate(seed: 1) { simulation in
        let loop = simulation.loop
        let start = loop.now
        let running = Task(executorPreference: loop) { await reporter.run(every: .seconds(10), on: loop) }
        await loop.sleep(until: Deadline(start + .seconds(35)))
        #expect(count.load(ordering: .relaxed) == 4)
        running.cancel()
        await running.value
        #expect(count.load(ordering: .relaxed) == 5)
      }
    }

    @Test func anIntervalOutOfRangeIsRefused() async {
      let reporter = SelfMetricsReporter(factory: factory) { SelfMetrics() }
      for interval in [Duration.zero, .microseconds(999), .seconds(86_401)] {
        let error = await #expect(throws: ConfigurationError.self) { try await reporter.run(every: interval) }
        #expect(error.map { "\($0)" }?.contains("interval") == true && "\(error!)".contains("1 ms to 1 day"))
      }
    }
  }
#endif
