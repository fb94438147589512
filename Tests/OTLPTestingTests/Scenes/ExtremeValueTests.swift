import OTLPGRPC
import OTLPTesting
import OTLPWire
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Extreme values for each setting of a collector, which either works or refuses them.
@Suite(.ownThreads) struct ExtremeValueTests {
  private static let integers: [Int] = [.min, -1, 0, 1, 1 << 31, 1 << 32, .max]
  private static let durations: [Duration] = [
    .seconds(Int64.min), .seconds(-1), .zero, .nanoseconds(1), .seconds(Int64.max),
    Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999),
  ]

  /// Exports twice to a collector on a simulated network. An export may fail.
  private static func export(
    to configuration: LoopbackCollector.Configuration = .init(), _ responses: [LoopbackCollector.Response] = [],
    connections: [LoopbackCollector.ConnectionBehavior] = []
  ) throws {
    try simulate(seed: 1) { simulation in
      let collector = try await LoopbackCollector(configuration, on: CollectorFixture.address, of: simulation)
      collector.script(responses)
      collector.scriptConnections(connections)
      let exporter = try OTLPGRPCExporter(
        .init(endpoint: "http://collector:4317"), loop: simulation.loop, network: simulation.network,
        diagnostics: .silent)
      for _ in 0..<2 {
        let outcome = await exporter.export(
          SpanBatch(CollectorFixture.spans(3)), deadline: Deadline(simulation.now + .seconds(15)))
        #expect(outcome.total == 3)
      }
      await exporter.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
      await collector.stop()
    }
  }

  @Test("a configuration with extreme numbers does not trap", arguments: integers)
  func numbersOfAConfiguration(value: Int) throws {
    let changes: [(inout LoopbackCollector.Configuration) -> Void] = [
      { $0.keptSpans = value }, { $0.keptRequests = value }, { $0.maxMessageBytes = value },
      { $0.initialWindowSize = value }, { $0.connectionWindowSize = value }, { $0.maxConcurrentStreams = value },
    ]
    for change in changes {
      var configuration = LoopbackCollector.Configuration()
      change(&configuration)
      try Self.export(to: configuration)
    }
  }

  @Test("extreme durations do not trap", arguments: durations)
  func durationsOfAllKinds(value: Duration) throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.maxConnectionAge = value
    try Self.export(to: configuration)
    try Self.export([.success.delayed(by: value), .status(.unavailable, retryDelay: value)])
    try Self.export(connections: [.readSlowly(bytes: 100, every: value)])
  }

  @Test("responses and behaviors with extreme numbers do not trap", arguments: integers)
  func numbersOfAnswers(value: Int) throws {
    try Self.export([
      .partialSuccess(rejected: Int64(value)), .status(.init(rawValue: value)), .http(status: value),
      .steps(at: .bodyBytes(value), [.reset(.cancel)]),
      .goAway(lastStream: .id(Int32(clamping: value))),
    ])
    for behavior: LoopbackCollector.ConnectionBehavior in [
      .closeAfter(bytesRead: value), .stopReadingAfter(bytesRead: value), .readSlowly(bytes: value, every: .zero),
    ] {
      try Self.export(connections: [behavior])
    }
  }

  @Test("a gzip bomb of any small size does not trap", arguments: [Int.min, -1, 0, 1])
  func smallestBomb(count: Int) throws {
    try Self.export([.gzipBomb(inflatesTo: count)])
  }

  @Test("the delay of RetryInfo is positive and at most the longest protobuf Duration", arguments: durations)
  func delaysOfAStatus(value: Duration) throws {
    let status = RPCStatus(code: 14, retryInfo: .init(delay: value))
    let delay = try #require(try RPCStatus(protobuf: status.protobuf).retryInfo).delay
    let longest = Duration.seconds(315_576_000_000)  // ten thousand years
    #expect(delay == (value > .zero ? min(value, longest) : nil))
  }

  @Test("each index of the workload has a span", arguments: integers)
  func anySpanOfTheWorkload(index: Int) {
    let span = StandardWorkload().span(index)
    #expect(span.attributes.count == 10 && span.traceID.isValid)
  }
}
