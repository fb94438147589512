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
    rule(whole.action == pieces.action, "the size of the pieces matters: \(whole.action), \(pieces.action)")
    if whole.action == .proceed { rule(whole.taken == pieces.taken, "bytes of the server are consumed") }
    guard mode & 0x80 != 0 else { return }
    var configuration = OTLPGRPCExporter.Configuration(endpoint: "http://hidden:4317")
    configuration.proxy = .http("http://x:y@server:4317")
    // The proxy sends at once, without SETTINGS.
    ServerBytes.serve(mode: mode & 0x74 | 3, answer, to: configuration)
  }

  /// The last action for a response, and the number of its bytes that are consumed.
  private static func read(_ answer: [UInt8], pieces: Int) -> (action: ProxyConnectStateMachine.Action, taken: Int) {
    var machine = ProxyConnectStateMachine(route)
    var taken = 0
    while taken < answer.count {
      rule(machine.missing > 0, "the response is incomplete and nothing is missing")
      let count = min(pieces, machine.missing, answer.count - taken)
      let action = machine.received(answer[taken..<taken + count])
      taken += count
      rule(taken <= ProxyConnectStateMachine.limit, "the response has no end")
      if case .fail(let failure) = action { expectOneLine(failure.text) }
      if action != .read { return (action, taken) }
    }
    let failure = machine.connectionEnded()
    expectOneLine(failure.text)
    return (.fail(failure), taken)
  }
}
