#if ServiceLifecycle
  import Logging
  import ServiceLifecycle
  import ServiceLifecycleTestKit
  import SwiftOTLP
  import TelemetryCore
  import TelemetryLifecycle
  import TestThreads
  import Testing

  @Suite(.ownThreads) struct TelemetryServiceTests {
    private let exporter = InMemorySpanExporter()

    private func telemetry() throws -> Telemetry {
      var configuration = Telemetry.Configuration()
      configuration.environment = [:]
      configuration.detectors = []
      configuration.serviceName = "test"
      configuration.tracesExporters = [.exporter(exporter)]
      // Nothing is exported before the end.
      configuration.batch.scheduleDelay = .seconds(86_400)
      return try Telemetry(configuration)
    }

    /// A service that ends spans until the group ends it, and one more after that.
    private struct Server: Service {
      let telemetry: Telemetry
      let hasStarted: Promise<Void>

      func run() async throws {
        let tracer = telemetry.tracer("server")
        tracer.withSpan("request") { _ in }
        hasStarted.fulfil(())
        try? await gracefulShutdown()
        tracer.withSpan("last request") { _ in }
      }
    }

    @Test func aGracefulShutdownDeliversWhatOtherServicesRecordedAtTheirEnd() async throws {
      let telemetry = try telemetry()
      let hasStarted = Promise<Void>()
      try await testGracefulShutdown { trigger in
        async let group: Void = ServiceGroup(
          services: [telemetry, Server(telemetry: telemetry, hasStarted: hasStarted)], logger: .init(label: "test")
        ).run()
        await hasStarted.value
        #expect(exporter.items.isEmpty)
        trigger.triggerGracefulShutdown()
        try await group
      }
      #expect(exporter.items.map(\.name) == ["request", "last request"])
      #expect(telemetry.ledger.exported == 2 && telemetry.ledger.isBalanced)
    }

    @Test func aCancellationDeliversToo() async throws {
      let telemetry = try telemetry()
      let hasStarted = Promise<Void>()
      let task = Task {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await (telemetry as any Service).run() }
          group.addTask { try await Server(telemetry: telemetry, hasStarted: hasStarted).run() }
          try await group.waitForAll()
        }
      }
      await hasStarted.value
      task.cancel()
      _ = await task.result
      #expect(exporter.items.contains { $0.name == "request" } && telemetry.ledger.isBalanced)
      #expect(telemetry.ledger.queued == 0 && telemetry.ledger.inFlight == 0)
    }

    @Test func aShutdownInCodeEndsTheService() async throws {
      let telemetry = try telemetry()
      async let run: Void = telemetry.run()
      telemetry.tracer("a").withSpan("a") { _ in }
      await telemetry.shutdown(within: .seconds(60))
      try await run
      #expect(exporter.items.count == 1)
    }
  }
#endif
