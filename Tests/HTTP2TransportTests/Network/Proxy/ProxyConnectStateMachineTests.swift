import TestThreads
import Testing

@testable import HTTP2Transport

/// What a proxy is asked, and what its answers mean (RULES 5.9.11).
@Suite("Network: the answers of a proxy", .ownThreads) struct ProxyConnectStateMachineTests {
  private static let ok = "HTTP/1.1 200 Connection established\r\n\r\n"

  private func tunnel(authorization: String? = nil) -> ProxyConnectStateMachine {
    ProxyConnectStateMachine(
      ProxyRoute(
        proxy: ProxyServer(host: "proxy", port: 3128, authorization: authorization), target: "collector:4317"))
  }

  /// Feeds the answer in pieces of at most `size` bytes, never more than the tunnel asks for.
  private func feed(
    _ answer: [UInt8], size: Int = .max, authorization: String? = nil
  ) -> (progress: ProxyConnectStateMachine.Progress, taken: Int) {
    var tunnel = tunnel(authorization: authorization)
    var taken = 0
    while taken < answer.count {
      let count = min(size, tunnel.missing, answer.count - taken)
      let progress = tunnel.receive(answer[taken..<taken + count])
      taken += count
      if progress != .waiting { return (progress, taken) }
    }
    return (.waiting, taken)
  }

  private func feed(_ answer: String, size: Int = .max, authorization: String? = nil)
    -> ProxyConnectStateMachine.Progress
  {
    feed(Array(answer.utf8), size: size, authorization: authorization).progress
  }

  private func end(_ answer: String) -> ProxyFailure? {
    var tunnel = tunnel()
    for byte in answer.utf8 { guard tunnel.receive([byte]) == .waiting else { return nil } }
    return tunnel.receiveEnd()
  }

  @Test func theRequestNamesTheServer() {
    let plain = ProxyConnectStateMachine(ProxyRoute(proxy: ProxyServer(host: "p", port: 1), target: "[fd00::1]:4317"))
    #expect(
      String(decoding: plain.request, as: UTF8.self)
        == "CONNECT [fd00::1]:4317 HTTP/1.1\r\nHost: [fd00::1]:4317\r\n\r\n")
    let proxy = ProxyServer(host: "p", port: 1, authorization: "Basic dTpw")
    let full = ProxyConnectStateMachine(ProxyRoute(proxy: proxy, target: "c:1", userAgent: "A/1"))
    #expect(
      String(decoding: full.request, as: UTF8.self)
        == "CONNECT c:1 HTTP/1.1\r\nHost: c:1\r\nUser-Agent: A/1\r\nProxy-Authorization: Basic dTpw\r\n\r\n")
    #expect(!"\(proxy)".contains("dTpw") && !String(reflecting: proxy).contains("dTpw"))
  }

  @Test(
    "success, in pieces of any size",
    arguments: [
      ok, "HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 \n\n", "HTTP/1.1 299 x\r\n\n",
      "HTTP/1.1 200 OK\n\r\n", "HTTP/1.1 204 No\r\nVia: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 100 a\r\n\r\nHTTP/1.1 102 b\n\nHTTP/1.1 200 c\r\n\r\n",
    ])
  func open(answer: String) {
    for size in [1, 2, 3, 7, 1000] { #expect(feed(answer, size: size) == .open) }
  }

  @Test("nothing is taken of what the server sends after the answer", arguments: 1...50)
  func nothingTooMuchIsTaken(size: Int) {
    for answer in [Self.ok, "HTTP/1.1 200\n\n", "HTTP/1.1 100 a\r\n\r\nHTTP/1.1 200 c\r\n\r\n"] {
      for next in ["", "\n\n", "\r\n\r\nHTTP/1.1 407 x\r\n\r\n", "\u{0}\u{0}\u{6}\u{4}\u{0}"] {
        let (progress, taken) = feed(Array((answer + next).utf8), size: size)
        #expect(progress == .open)
        #expect(taken == answer.utf8.count)
      }
    }
  }

  @Test(
    "another status",
    arguments: [
      ("HTTP/1.1 403 Forbidden\r\n\r\n", 403, "Forbidden"), ("HTTP/1.0 502\r\n\r\n", 502, ""),
      ("HTTP/1.1 301 Moved\r\nLocation: x\r\n\r\n", 301, "Moved"), ("HTTP/1.1 101 Switching\r\n\r\n", 101, "Switching"),
      ("HTTP/1.1 000 x\r\n\r\n", 0, "x"), ("HTTP/1.1 999 y\r\n\r\n", 999, "y"), ("HTTP/1.1 401 z\r\n\r\n", 401, "z"),
      ("HTTP/1.1 500 a\u{7}b\u{1B}[2J\r\n\r\n", 500, "a b [2J"),
      ("HTTP/1.1 500 \(String(repeating: "x", count: 200))\r\n\r\n", 500, String(repeating: "x", count: 100) + "…"),
    ])
  func refused(answer: String, status: Int, reason: String) {
    #expect(feed(answer) == .failed(.refused(status: status, reason: reason)))
    #expect(feed(answer, size: 1) == .failed(.refused(status: status, reason: reason)))
  }

  @Test func credentials() {
    let plain = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
    #expect(feed(plain) == .failed(.credentials(wereSent: false, schemes: [])))
    #expect(feed(plain, authorization: "Basic x") == .failed(.credentials(wereSent: true, schemes: [])))
    let schemes =
      "HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\nPROXY-authenticate:BASIC realm=\"a\"\r\nX: y\r\n\r\n"
    #expect(feed(schemes) == .failed(.credentials(wereSent: false, schemes: ["negotiate", "basic"])))
    // Squid and tinyproxy differ in how they refuse bad ones.
    #expect(
      feed("HTTP/1.0 401 No\r\n\r\n", authorization: "Basic x") == .failed(.credentials(wereSent: true, schemes: [])))
    #expect(!ProxyFailure.credentials(wereSent: true, schemes: ["basic", "ntlm"]).text.contains("ntlm"))
    #expect(ProxyFailure.credentials(wereSent: true, schemes: ["ntlm"]).text.contains("ntlm; only Basic is supported"))
  }

  @Test("what isn't HTTP/1 is known by its first bytes")
  func notHTTP() {
    #expect(feed([0x15, 3, 1, 0, 2, 2, 70]).progress == .failed(.notHTTP(.tls)))
    #expect(feed([0, 0, 6, 4, 0, 0, 0, 0, 0]).progress == .failed(.notHTTP(.http2)))
    #expect(feed([0, 0, 6, 4, 0, 0, 0, 0, 0], size: 1).progress == .failed(.notHTTP(.http2)))
    #expect(feed([0, 0, 6, 5, 0, 0, 0, 0, 0]).progress == .failed(.notHTTP(.other)))
    #expect(feed([0, 0, 6, 5, 0, 0, 0, 0, 0], size: 1).progress == .failed(.notHTTP(.other)))
    for text in [
      "SSH-2.0-x\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n",
      "HTTP/1.9 200 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "\r\n\r\n",
    ] {
      #expect(feed(text) == .failed(.notHTTP(.other)), "\(text)")
      #expect(feed(text, size: 1) == .failed(.notHTTP(.other)), "\(text)")
    }
  }

  @Test func anEndlessAnswerIsCut() {
    for filler in ["x", "a: b\r\n", "\r"] {
      let text = "HTTP/1.1 200 " + String(repeating: filler, count: ProxyConnectStateMachine.limit)
      let (progress, taken) = feed(Array(text.utf8))
      #expect(progress == .failed(.tooLong))
      #expect(taken <= ProxyConnectStateMachine.limit + 2)
    }
    let interim = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 1_000)
    #expect(feed(interim) == .failed(.tooLong))
  }

  @Test func anEndBeforeTheAnswer() {
    #expect(end("") == .closed)
    #expect(end("HTTP/1.1 200 OK\r\nVia") == .closed)
    #expect(end("HTTP/1.1 50") == .closed)
    #expect(end("HTTP/1.1 503 Busy\r\nVia") == .refused(status: 503, reason: "Busy"))
    #expect(end("HTTP/1.1 407 x\r\n") == .credentials(wereSent: false, schemes: []))
  }
}
