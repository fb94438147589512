import TestThreads
import Testing

@testable import HTTP2Transport

/// The request to a proxy, and the meaning of its answers (RULES 5.9.11).
@Suite(.ownThreads) struct ProxyConnectStateMachineTests {
  private static let ok = "HTTP/1.1 200 Connection established\r\n\r\n"

  private func machine(authorization: String? = nil) -> ProxyConnectStateMachine {
    ProxyConnectStateMachine(
      ProxyRoute(
        proxy: ProxyServer(host: "proxy", port: 3128, authorization: authorization), target: "collector:4317"))
  }

  /// Feeds the answer in pieces of at most `size` bytes, never more than the machine asks for.
  private func feed(
    _ answer: [UInt8], size: Int = .max, authorization: String? = nil
  ) -> (action: ProxyConnectStateMachine.Action, taken: Int) {
    var machine = machine(authorization: authorization)
    var taken = 0
    while taken < answer.count {
      let count = min(size, machine.missing, answer.count - taken)
      let action = machine.received(answer[taken..<taken + count])
      taken += count
      if action != .read { return (action, taken) }
    }
    return (.read, taken)
  }

  private func feed(_ answer: String, size: Int = .max, authorization: String? = nil)
    -> ProxyConnectStateMachine.Action
  {
    feed(Array(answer.utf8), size: size, authorization: authorization).action
  }

  private func end(_ answer: String) -> ProxyFailure? {
    var machine = machine()
    for byte in answer.utf8 { guard machine.received([byte]) == .read else { return nil } }
    return machine.connectionEnded()
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
    "a successful answer opens the connection, in pieces of any size",
    arguments: [
      ok, "HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 \n\n", "HTTP/1.1 299 x\r\n\n",
      "HTTP/1.1 200 OK\n\r\n", "HTTP/1.1 204 No\r\nVia: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 100 a\r\n\r\nHTTP/1.1 102 b\n\nHTTP/1.1 200 c\r\n\r\n",
    ])
  func open(answer: String) {
    for size in [1, 2, 3, 7, 1000] { #expect(feed(answer, size: size) == .proceed) }
  }

  @Test("the bytes after the answer are left to the server", arguments: 1...50)
  func nothingTooMuchIsTaken(size: Int) {
    for answer in [Self.ok, "HTTP/1.1 200\n\n", "HTTP/1.1 100 a\r\n\r\nHTTP/1.1 200 c\r\n\r\n"] {
      for next in ["", "\n\n", "\r\n\r\nHTTP/1.1 407 x\r\n\r\n", "\u{0}\u{0}\u{6}\u{4}\u{0}"] {
        let (action, taken) = feed(Array((answer + next).utf8), size: size)
        #expect(action == .proceed)
        #expect(taken == answer.utf8.count)
      }
    }
  }

  @Test(
    "another status is a refusal",
    arguments: [
      ("HTTP/1.1 403 Forbidden\r\n\r\n", 403, "Forbidden"), ("HTTP/1.0 502\r\n\r\n", 502, ""),
      ("HTTP/1.1 301 Moved\r\nLocation: x\r\n\r\n", 301, "Moved"), ("HTTP/1.1 101 Switching\r\n\r\n", 101, "Switching"),
      ("HTTP/1.1 000 x\r\n\r\n", 0, "x"), ("HTTP/1.1 999 y\r\n\r\n", 999, "y"), ("HTTP/1.1 401 z\r\n\r\n", 401, "z"),
      ("HTTP/1.1 500 a\u{7}b\u{1B}[2J\r\n\r\n", 500, "a b [2J"),
      ("HTTP/1.1 500 \(String(repeating: "x", count: 200))\r\n\r\n", 500, String(repeating: "x", count: 100) + "…"),
    ])
  func refused(answer: String, status: Int, reason: String) {
    #expect(feed(answer) == .fail(.refused(status: status, reason: reason)))
    #expect(feed(answer, size: 1) == .fail(.refused(status: status, reason: reason)))
  }

  @Test func credentials() {
    let plain = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
    #expect(feed(plain) == .fail(.credentials(wereSent: false, schemes: [])))
    #expect(feed(plain, authorization: "Basic x") == .fail(.credentials(wereSent: true, schemes: [])))
    let schemes =
      "HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\nPROXY-authenticate:BASIC realm=\"a\"\r\nX: y\r\n\r\n"
    #expect(feed(schemes) == .fail(.credentials(wereSent: false, schemes: ["negotiate", "basic"])))
    // Squid and tinyproxy differ in how they refuse bad ones.
    #expect(
      feed("HTTP/1.0 401 No\r\n\r\n", authorization: "Basic x") == .fail(.credentials(wereSent: true, schemes: [])))
    #expect(!ProxyFailure.credentials(wereSent: true, schemes: ["basic", "ntlm"]).text.contains("ntlm"))
    #expect(ProxyFailure.credentials(wereSent: true, schemes: ["ntlm"]).text.contains("ntlm; only Basic is supported"))
  }

  @Test("another protocol than HTTP/1 is recognized by its first bytes")
  func notHTTP() {
    #expect(feed([0x15, 3, 1, 0, 2, 2, 70]).action == .fail(.notHTTP(.tls)))
    #expect(feed([0, 0, 6, 4, 0, 0, 0, 0, 0]).action == .fail(.notHTTP(.http2)))
    #expect(feed([0, 0, 6, 4, 0, 0, 0, 0, 0], size: 1).action == .fail(.notHTTP(.http2)))
    #expect(feed([0, 0, 6, 5, 0, 0, 0, 0, 0]).action == .fail(.notHTTP(.other)))
    #expect(feed([0, 0, 6, 5, 0, 0, 0, 0, 0], size: 1).action == .fail(.notHTTP(.other)))
    for text in [
      "SSH-2.0-x\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n",
      "HTTP/1.9 200 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "\r\n\r\n",
    ] {
      #expect(feed(text) == .fail(.notHTTP(.other)), "\(text)")
      #expect(feed(text, size: 1) == .fail(.notHTTP(.other)), "\(text)")
    }
  }

  @Test func anEndlessAnswerIsCut() {
    for filler in ["x", "a: b\r\n", "\r"] {
      let text = "HTTP/1.1 200 " + String(repeating: filler, count: ProxyConnectStateMachine.limit)
      let (action, taken) = feed(Array(text.utf8))
      #expect(action == .fail(.tooLong))
      #expect(taken <= ProxyConnectStateMachine.limit + 2)
    }
    let interim = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 1_000)
    #expect(feed(interim) == .fail(.tooLong))
  }

  @Test func anEndBeforeTheAnswer() {
    #expect(end("") == .closed)
    #expect(end("HTTP/1.1 200 OK\r\nVia") == .closed)
    #expect(end("HTTP/1.1 50") == .closed)
    #expect(end("HTTP/1.1 503 Busy\r\nVia") == .refused(status: 503, reason: "Busy"))
    #expect(end("HTTP/1.1 407 x\r\n") == .credentials(wereSent: false, schemes: []))
  }
}
