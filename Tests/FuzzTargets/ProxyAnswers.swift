internal import HTTP2Transport
internal import OTLPGRPC
internal import TelemetryCore

/// A proxy that responds to CONNECT with the fuzzer's bytes. The first byte selects the size of the pieces, and whether an
/// exporter connects through the proxy too.
enum ProxyAnswers {
  private static let route = ProxyRoute(
    proxy: ProxyServer(host: "proxy", port: 3128, authorization: "Basic eDp5"), target: "server:4317")

  static func run(_ bytes: [UInt8]) {
    let mode = bytes.first ?? 0
    let answer = Array(bytes.dropFirst())
    let whole = read(answer, pieces: .max)
    let pieces = read(answer, pieces: 1 + Int(mode & 15))
    rule(whole.progress == pieces.progress, "the size of the pieces matters: \(whole.progress), \(pieces.progress)")
    if whole.progress == .open { rule(whole.taken == pieces.taken, "bytes of the server are consumed") }
    guard mode & 0x80 != 0 else { return }
    var configuration = OTLPGRPCExporter.Configuration(endpoint: "http://hidden:4317")
    configuration.proxy = .http("http://x:y@server:4317")
    // The proxy sends at once, without SETTINGS.
    ServerBytes.serve(mode: mode & 0x74 | 3, answer, to: configuration)
  }

  /// The outcome of a response, and the number of its bytes that are consumed.
  private static func read(_ answer: [UInt8], pieces: Int) -> (progress: ProxyConnectStateMachine.Progress, taken: Int)
  {
    var tunnel = ProxyConnectStateMachine(route)
    var taken = 0
    while taken < answer.count {
      rule(tunnel.missing > 0, "the response is incomplete and nothing is missing")
      let count = min(pieces, tunnel.missing, answer.count - taken)
      let progress = tunnel.receive(answer[taken..<taken + count])
      taken += count
      rule(taken <= ProxyConnectStateMachine.limit, "the response has no end")
      if case .failed(let failure) = progress { expectOneLine(failure.text) }
      if progress != .waiting { return (progress, taken) }
    }
    let failure = tunnel.receiveEnd()
    expectOneLine(failure.text)
    return (.failed(failure), taken)
  }
}
