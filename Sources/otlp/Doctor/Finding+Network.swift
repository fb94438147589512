internal import HTTP2Transport
internal import OTLPSystem
internal import TelemetryCore

extension Finding {
  /// The mistake behind a failed probe.
  package init(_ failure: ProbeFailure, _ context: ProbeContext) {
    switch failure {
    case .network(let error): self = Self.network(error, context)
    case .handshake(let error, let isSecurityMismatch): self = Self.handshake(error, isSecurityMismatch, context)
    case .http2Server: self = Self.http2Server(context)
    case .export(let failure, let acceptsUncompressed): self = Self.export(failure, acceptsUncompressed, context)
    }
  }

  private static func network(_ error: NetworkError, _ context: ProbeContext) -> Finding {
    if let proxy = context.proxy, let finding = Self.unreachableProxy(proxy, error) { return finding }
    switch error {
    case .unresolved(let host, let reason):
      return Finding(
        .unresolvedName, "the name '\(host)' can't be resolved: \(reason)",
        advice: "check the spelling of the endpoint's host, and the DNS of this machine (getent hosts \(host))")
    case .timedOut(nil):
      return Finding(
        .unresolvedName, "the name in \(context.place) can't be resolved: no answer from DNS in time",
        advice: "check the DNS of this machine; an IP address in the endpoint needs no DNS")
    case .timedOut(.some(let address)):
      return Finding(
        .noAnswer, "\(address) doesn't answer: neither accepted nor refused in time",
        advice: "check the address and port; a firewall that drops packets looks like this")
    case .connect(let address, let error): return connect(address, error, context)
    case .proxy(let proxy, let failure): return Self.proxy(proxy, failure, context)
    case .cancelled: return cancelled
    }
  }

  private static func connect(_ address: SocketAddress, _ error: SystemError, _ context: ProbeContext) -> Finding {
    let isSocketFile = address.port == nil
    let standard = context.isHTTP ? "OTLP over HTTP is 4318" : "OTLP/gRPC is 4317"
    let place = isSocketFile ? "the path of the socket is right" : "the port is right: the default of \(standard)"
    switch error.code {
    case ECONNREFUSED, ENOENT:
      let reason = error.code == ENOENT ? "there is no such socket" : "no process listens there"
      return Finding(
        .portRefused, "\(address): \(reason) (\(error))", advice: "check that the server runs and that \(place)")
    case EMFILE, ENFILE: return .exhaustedLimits("\(error)")
    default:
      return Finding(
        .unreachable, "\(address) can't be reached: \(error)", advice: "check the address, the route and the firewall")
    }
  }

  /// The mistake if this process can't get a thread or a descriptor.
  static func exhaustedLimits(_ error: String) -> Finding {
    Finding(.exportFailed, "no thread or no descriptor: \(error)", advice: "raise the limits (ulimit)")
  }

  static var cancelled: Finding { Finding(.noAnswer, "cancelled before there was an answer", advice: "try again") }
}
