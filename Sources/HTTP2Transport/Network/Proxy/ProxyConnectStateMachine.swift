internal import TelemetryCore

/// How a connection through an HTTP proxy comes about (RFC 9110, 9.3.6): what to ask, and what the answer means.
///
/// The first byte after the answer is the server's. So that none of those is taken, whoever reads asks for `missing`
/// bytes at most: the answer can't be complete before they are there.
package struct ProxyConnectStateMachine {
  package enum Progress: Hashable, Sendable {
    /// More of the answer must come.
    case waiting
    /// From here on the bytes are the server's.
    case open
    case failed(ProxyFailure)
  }

  /// The most bytes that an answer may have, interim ones included.
  package static let limit = 16 << 10
  private static let shortest = "HTTP/1.0 200\n\n".utf8.count
  private static let version = Array("HTTP/1.".utf8)

  /// What to send.
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

  /// How many bytes the answer needs at least to be complete; at least 1.
  package var missing: Int { min(leastMissing, ProxyConnectStateMachine.limit - total) }

  private var leastMissing: Int {
    if head.count < ProxyConnectStateMachine.shortest - 2 { return ProxyConnectStateMachine.shortest - head.count }
    // An empty line ends it, and a line may end without a carriage return (RFC 9112, 2.2).
    return ProxyConnectStateMachine.isBetweenLines(head[...]) ? 1 : 2
  }

  /// Takes what the proxy has sent, at most `missing` bytes.
  package mutating func receive(_ bytes: some Collection<UInt8>) -> Progress {
    precondition(bytes.count <= missing, "what follows the answer belongs to the server")
    head += bytes
    total += bytes.count
    if let other = otherProtocol { return .failed(.notHTTP(other)) }
    let isComplete = endsWithEmptyLine
    guard isComplete else { return total >= ProxyConnectStateMachine.limit ? .failed(.tooLong) : .waiting }
    guard let status else { return .failed(.notHTTP(.other)) }
    switch status.code {
    case 200..<300: return .open
    case 100..<200 where status.code != 101:  // RFC 9110, 15.2
      head = []
      return total >= ProxyConnectStateMachine.limit ? .failed(.tooLong) : .waiting
    default: return .failed(failure(status))
    }
  }

  /// The proxy has ended its side.
  package func receiveEnd() -> ProxyFailure {
    // A refusal that is cut short is still one.
    guard head.contains(UInt8(ascii: "\n")), let status, !(200..<300).contains(status.code) else { return .closed }
    return failure(status)
  }

  private var endsWithEmptyLine: Bool {
    head.last == UInt8(ascii: "\n") && ProxyConnectStateMachine.isBetweenLines(head.dropLast())
  }

  /// Whether bytes end with the end of a line, or that and a carriage return.
  private static func isBetweenLines(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.last == UInt8(ascii: "\r") else { return bytes.last == UInt8(ascii: "\n") }
    return bytes.dropLast().last == UInt8(ascii: "\n")
  }

  /// What the proxy speaks, if the first bytes show that it isn't HTTP/1.
  private var otherProtocol: ProxyFailure.NotHTTP? {
    guard zip(head, ProxyConnectStateMachine.version).contains(where: { $0 != $1 }) else {
      // No status line is so short.
      return head.prefix(ProxyConnectStateMachine.shortest - 2).contains(UInt8(ascii: "\n")) ? .other : nil
    }
    switch head[0] {
    case 0x15, 0x16: return .tls
    // SETTINGS is the first frame of a server: a length below 2^16, and its type.
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
    // Some answer bad credentials like a server that wants them.
    guard status.code == 407 || status.code == 401 && isAuthorized else {
      return .refused(status: status.code, reason: status.reason)
    }
    return .credentials(wereSent: isAuthorized, schemes: schemes)
  }

  /// The ways in which the proxy takes credentials, in lower case.
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
