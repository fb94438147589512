import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

/// No value of a configuration stops the process.
@Suite(.ownThreads) struct ExtremeConfigurationTests {
  private static let numbers = [Int.min, -1, 0, 1, 65_535, 1 << 31, 1 << 32, Int.max]
  private static let durations: [Duration] = [
    .seconds(Int64.min), .seconds(-1), .zero, .nanoseconds(1), .seconds(1), .seconds(Int64.max),
  ]

  private func run(_ configuration: HTTP2Configuration) throws {
    try withPair(configuration: configuration, started: false) { pair in
      await pair.peer.answerPings()
      do {
        try await pair.start()
      } catch {
        return
      }
      let call = pair.request(100, within: .seconds(5))
      let answer = pair.simulation.task {
        await pair.peer.request(UInt32(max(1, configuration.firstStreamID)))
        await pair.peer.answer(UInt32(max(1, configuration.firstStreamID)))
      }
      _ = await call.value
      await pair.connection.close(deadline: Deadline(pair.simulation.now))
      _ = answer
    }
  }

  @Test("any size in the configuration leaves a request that ends", arguments: numbers)
  func sizes(number: Int) throws {
    var all: [HTTP2Configuration] = []
    for path in [
      \HTTP2Configuration.initialWindowSize, \.connectionWindowSize, \.maxHeaderBytes, \.maxFrameBytes,
    ] {
      var configuration = HTTP2Configuration()
      configuration[keyPath: path] = number
      all.append(configuration)
    }
    for configuration in all { try run(configuration) }
  }

  @Test("any first stream identifier leaves a request that ends", arguments: [Int32.min, -1, 0, 2, Int32.max])
  func streams(id: Int32) throws {
    var configuration = HTTP2Configuration()
    configuration.firstStreamID = id
    try withPair(configuration: configuration, started: false) { pair in
      try? await pair.start()
      _ = await pair.request(1, within: .seconds(1)).value
    }
  }

  @Test("any duration in the configuration leaves a request that ends", arguments: durations)
  func times(duration: Duration) throws {
    for withoutCalls in [true, false] {
      var configuration = HTTP2Configuration()
      configuration.keepalive = KeepaliveConfiguration(
        interval: duration, timeout: duration, withoutCalls: withoutCalls)
      try run(configuration)
    }
    var configuration = HTTP2Configuration()
    configuration.probeAfter = duration
    try run(configuration)
  }
}
