import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

/// The exporter on the system's network and threads.
@Suite(.ownThreads) struct OTLPGRPCExporterTests {
  @Test func spansArrive() async throws {
    let collector = try await LoopbackCollector()
    let exporter = try OTLPGRPCExporter(.patient(collector.endpoint), diagnostics: .silent)
    let batch = StandardWorkload().spans(0..<512)
    let outcome = await exporter.export(SpanBatch(batch), deadline: .after(Loopback.patience))
    #expect(outcome.exported == 512)
    #expect(collector.spans == batch)
    await exporter.shutdown(deadline: .after(Loopback.patience))
    await collector.stop()
  }

  @Test func severalServersInTurn() async throws {
    let collectors = [try await LoopbackCollector(), try await LoopbackCollector(), try await LoopbackCollector()]
    var settings = OTLPGRPCExporter.Configuration.patient()
    settings.endpoints = collectors.map(\.endpoint)
    settings.loadBalancing = .roundRobin
    let exporter = try OTLPGRPCExporter(settings, diagnostics: .silent)
    // The first exports go to the server that is connected first.
    for _ in 0..<100 where collectors.contains(where: { $0.counts.requests == 0 }) {
      #expect(
        await exporter.export(SpanBatch(StandardWorkload().spans(0..<10)), deadline: .after(Loopback.patience)).exported
          == 10)
    }
    let before = collectors.map(\.counts.requests)
    for _ in 0..<30 {
      #expect(
        await exporter.export(SpanBatch(StandardWorkload().spans(0..<10)), deadline: .after(Loopback.patience)).exported
          == 10)
    }
    #expect(zip(before, collectors).map { $1.counts.requests - $0 } == [10, 10, 10])
    await exporter.shutdown(deadline: .after(Loopback.patience))
    for collector in collectors { await collector.stop() }
  }

  @Test func theNextServerTakesOver() async throws {
    // No other process may listen at the address of the first server.
    let place = Loopback.HeldPort()
    let collectors = [try await LoopbackCollector(.init(port: place.number)), try await LoopbackCollector()]
    var settings = OTLPGRPCExporter.Configuration.patient()
    settings.endpoints = collectors.map(\.endpoint)
    let exporter = try OTLPGRPCExporter(settings, diagnostics: .silent)
    let batch = StandardWorkload().spans(0..<100)
    #expect(await exporter.export(SpanBatch(batch), deadline: .after(Loopback.patience)).exported == 100)
    await collectors[0].stop()
    for _ in 0..<5 {
      #expect(await exporter.export(SpanBatch(batch), deadline: .after(Loopback.patience)).exported == 100)
    }
    #expect(collectors[0].spanCount == 100)
    #expect(collectors[1].spanCount == 500)
    await exporter.shutdown(deadline: .after(Loopback.patience))
    await collectors[1].stop()
    withExtendedLifetime(place) {}
  }

  @Test func overTLSWithBothCertificatesAndGzip() async throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.tls = .init(
      certificate: certificates + "server.pem", privateKey: certificates + "server.key",
      clientCA: certificates + "ca.pem")
    let collector = try await LoopbackCollector(configuration)
    var settings = OTLPGRPCExporter.Configuration.patient("https://127.0.0.1:\(collector.port)")
    settings.certificate = .file(certificates + "ca.pem")
    settings.clientCertificate = .file(certificates + "client.pem")
    settings.clientKey = .file(certificates + "client.key")
    settings.compression = .gzip(level: 6)
    let exporter = try OTLPGRPCExporter(settings, diagnostics: .silent)
    let batch = StandardWorkload().spans(0..<2000)  // above a mebibyte: compressed on a blocking thread
    let outcome = await exporter.export(SpanBatch(batch), deadline: .after(Loopback.patience))
    #expect(outcome.exported == 2000)
    #expect(collector.spans == batch)
    await exporter.shutdown(deadline: .after(Loopback.patience))
    await collector.stop()
  }

  @Test func afterShutdownCallsReturnAtOnce() async throws {  // 4.8.4, on a runtime whose threads have ended
    let runtime = try TelemetryRuntime()
    let exporter = try OTLPGRPCExporter(.init(endpoint: "http://127.0.0.1:1"), runtime: runtime, diagnostics: .silent)
    await exporter.shutdown(deadline: .after(Loopback.patience))
    #expect(
      await exporter.export(SpanBatch(StandardWorkload().spans(0..<3)), deadline: .never).dropped == [.shutdown: 3])
    #expect(await exporter.forceFlush(deadline: .never))
    await exporter.shutdown(deadline: .never)
  }

  @Test func flushAndShutdownMayComeAtAnyMoment() async throws {  // 4.8.6
    let collector = try await LoopbackCollector()
    for _ in 0..<10 {
      let exporter = try OTLPGRPCExporter(.patient(collector.endpoint), diagnostics: .silent)
      let totals = await withTaskGroup(of: Int.self) { group in
        for index in 0..<24 {
          group.addTask {
            switch index % 6 {
            case 4: _ = await exporter.forceFlush(deadline: .after(Loopback.patience))
            case 5 where index > 12: await exporter.shutdown(deadline: .after(Loopback.patience))
            default:
              return await exporter.export(
                SpanBatch(StandardWorkload().spans(0..<10)), deadline: .after(Loopback.patience)
              ).total
            }
            return 0
          }
        }
        return await group.reduce(0, +)
      }
      #expect(totals == 180)
    }
    await collector.stop()
  }

  @Test func aReleasedExporterLeavesNoThreads() async throws {
    let runtime = try TelemetryRuntime()
    do {
      let exporter = try OTLPGRPCExporter(.init(endpoint: "http://127.0.0.1:1"), runtime: runtime, diagnostics: .silent)
      #expect(exporter.loop != nil)
    }
    runtime.shutdown()
  }
}
