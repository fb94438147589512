internal import TelemetryCore

/// Opens a connection through an HTTP proxy with CONNECT (RFC 9110, 9.3.6).
///
///     [send request] ──▶ waiting
///     waiting ──received: interim response (1xx), or part of the head──▶ waiting
///     waiting ──received: 2xx──▶ [proceed]
///     waiting ──received: another status, another protocol, too many bytes──▶ [fail]
///     waiting ──connectionEnded──▶ [fail]
///
/// The byte after the answer belongs to the server. Therefore the driver reads at most `missing` bytes, which the answer
/// needs in any case.
package struct ProxyConnectStateMachine {
  package enum Action: Hashable, Sendable {
    /// Read more of the answer.
    case read
    /// Proceed with the server: all further bytes are the server's.
    case proceed
    /// Give up the connection.
    case fail(ProxyFailure)
  }

  /// The largest answer in bytes, including interim responses.
  package static let limit = 16 << 10
  private static let shortest = "HTTP/1.0 200\n\n".utf8.count
  private static let version = Array("HTTP/1.".utf8)

  /// The bytes to send.
  package let request: [UInt8]
  private let isAuthorized: Bool
  private var head: [UInt8] = []
  private var total = 0

  package init(_ route: ProxyRoute) {
    var lines = ["CONNECT \(route.target) HTTP/1.1", "Host: \(route.target)"]
    if !route.userAgent.isEmpty { lines.append("User-Agent: \(route.userAgent)") }
    if let authorization = route.proxy.authorization { lines.append("Proxy-Authorization: \(authorization)") }
    request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    isAuthorized = route.proxy.authorization != nil
  }

  /// The least number of bytes that complete the answer; at least 1.
  package var missing: Int { min(leastMissing, ProxyConnectStateMachine.limit - total) }

  private var leastMissing: Int {
    if head.count < ProxyConnectStateMachine.shortest - 2 { return ProxyConnectStateMachine.shortest - head.count }
    // An empty line ends the answer, and a line may end without a carriage return (RFC 9112, 2.2).
    return ProxyConnectStateMachine.isBetweenLines(head[...]) ? 1 : 2
  }

  /// Bytes of the proxy arrived, at most `missing`.
  package mutating func received(_ bytes: some Collection<UInt8>) -> Action {
    precondition(bytes.count <= missing, "what follows the answer belongs to the server")
    head += bytes
    total += bytes.count
    if let other = otherProtocol { return .fail(.notHTTP(other)) }
    let isComplete = endsWithEmptyLine
    guard isComplete else { return total >= ProxyConnectStateMachine.limit ? .fail(.tooLong) : .read }
    guard let status else { return .fail(.notHTTP(.other)) }
    switch status.code {
    case 200..<300: return .proceed
    case 100..<200 where status.code != 101:  // RFC 9110, 15.2
      head = []
      return total >= ProxyConnectStateMachine.limit ? .fail(.tooLong) : .read
    default: return .fail(failure(status))
    }
  }

  /// The proxy closed the connection.
  package func connectionEnded() -> ProxyFailure {
    // The status of an incomplete answer counts if it is a refusal.
    guard head.contains(UInt8(ascii: "\n")), let status, !(200..<300).contains(status.code) else { return .closed }
    return failure(status)
  }

  private var endsWithEmptyLine: Bool {
    head.last == UInt8(ascii: "\n") && ProxyConnectStateMachine.isBetweenLines(head.dropLast())
  }

  /// True if the bytes end with a line break, or with a line break and a carriage return.
  private static func isBetweenLines(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.last == UInt8(ascii: "\r") else { return bytes.last == UInt8(ascii: "\n") }
    return bytes.dropLast().last == UInt8(ascii: "\n")
  }

  /// The other protocol that the first bytes show; nil if they may be HTTP/1.
  private var otherProtocol: ProxyFailure.NotHTTP? {
    guard zip(head, ProxyConnectStateMachine.version).contains(where: { $0 != $1 }) else {
      // A line break here makes the status line too short.
      return head.prefix(ProxyConnectStateMachine.shortest - 2).contains(UInt8(ascii: "\n")) ? .other : nil
    }
    switch head[0] {
    case 0x15, 0x16: return .tls
    // The first frame of an HTTP/2 server is SETTINGS: a length below 2^16, type 4 (RFC 9113, 3.4).
    case 0 where head.count < 4: return nil
    case 0 where head[3] == 4: return .http2
    default: return .other
    }
  }

  // MARK: The answer

  private struct Status {
    var code: Int
    var reason: String
  }

  private var lines: [Substring] {
    String(decoding: head, as: UTF8.self).split(omittingEmptySubsequences: true) { $0.isNewline }
  }

  private var status: Status? {
    let parts = (lines.first ?? "").split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, ["HTTP/1.0", "HTTP/1.1"].contains(parts[0]), parts[1].utf8.count == 3,
      let code = Int(decimal: parts[1])
    else { return nil }
    let reason = parts.count > 2 ? String(parts[2]).sanitized(limit: 100) : ""
    return Status(code: code, reason: reason)
  }

  private func failure(_ status: Status) -> ProxyFailure {
    // Some proxies refuse wrong credentials with 401, the status of a server.
    guard status.code == 407 || status.code == 401 && isAuthorized else {
      return .refused(status: status.code, reason: status.reason)
    }
    return .credentials(wereSent: isAuthorized, schemes: schemes)
  }

  /// The authentication schemes of the proxy, in lower case.
  private var schemes: [String] {
    var schemes: [String] = []
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "proxy-authenticate",
        let scheme = parts[1].split(whereSeparator: { " \t,".contains($0) }).first
      else { continue }
      let name = scheme.lowercased().sanitized(limit: 20)
      if !schemes.contains(name), schemes.count < 8 { schemes.append(name) }
    }
    return schemes
  }
}
