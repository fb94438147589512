import HTTP2Transport
import TestThreads
import Testing

@testable import GRPCClient

/// Inflates "gzip" of tests: a message of one byte n stands for n zeros.
struct FakeInflater: MessageInflater {
  func inflate(_ message: UnsafeRawBufferPointer, limit: Int) throws(MessageInflaterError) -> [UInt8] {
    guard let count = message.first, message.count == 1 else { throw .damaged }
    guard count <= limit else { throw .tooLarge }
    return [UInt8](repeating: 0, count: Int(count))
  }
}

private typealias Fields = [(name: String, value: String)]

private func classify(
  _ response: HTTP2Response, limit: Int = 100, inflater: (any MessageInflater)? = FakeInflater(),
  deadlineHasPassed: Bool = false
) -> GRPCResult {
  ResponseReader(response: response, limit: limit, inflater: inflater, deadlineHasPassed: deadlineHasPassed).result
}

private func answer(
  _ trailers: Fields, headers: Fields = [("content-type", "application/grpc")], body: [UInt8] = [0, 0, 0, 0, 0],
  status: Int = 200
) -> HTTP2Response {
  HTTP2Response(
    status: status, headers: ReceivedHeaders(headers), trailers: ReceivedHeaders(trailers), body: body, fate: .processed
  )
}

private func failed(_ failure: HTTP2Failure, fate: StreamFate = .unknown) -> HTTP2Response {
  HTTP2Response(failure: failure, fate: fate)
}

@Suite(.ownThreads) struct GRPCStatusTests {
  @Test("5.2.1: status OK in the trailers, and one message")
  func ok() {
    let result = classify(answer([("grpc-status", "0")], body: [0, 0, 0, 0, 2, 7, 8]))
    #expect(result.code == .ok)
    #expect(result.body == [7, 8])
    #expect(result.cause == .server)
    #expect(!result.isLocal)
    #expect(result.fate == .processed)
  }

  @Test("5.11: an empty message is a message")
  func empty() { #expect(classify(answer([("grpc-status", "0")])).code == .ok) }

  @Test("5.2.4: every status, in the trailers and in a response of headers only (5.2.2)", arguments: 1...16)
  func codes(number: Int) {
    let fields = [("grpc-status", "\(number)"), ("grpc-message", "why%20not")] as Fields
    for response in [answer(fields), answer([], headers: fields, body: [])] {
      let result = classify(response)
      #expect(result.code.rawValue == number)
      #expect(result.message == "why not")
      #expect(result.cause == .server)
      #expect(result.body.isEmpty)
    }
  }

  @Test("5.2.6: a status that can't be read is UNKNOWN", arguments: ["", "x", "-1", "014", "0 ", "17", "4294967296"])
  func unreadable(value: String) {
    let result = classify(answer([("grpc-status", value)]))
    #expect(result.code == .unknown)
    #expect(result.cause == .server)
    #expect(!result.message.isEmpty)
  }

  @Test("5.2.14: a status that came before headers beyond all reason counts")
  func statusBeforeTooMuch() {
    var response = answer([("grpc-status", "14"), ("grpc-message", "later")])
    response.failure = .headersTooLarge
    #expect(classify(response).code == .unavailable)
    #expect(classify(response).message == "later")
    response = answer([("grpc-status", "0")])
    response.failure = .headersTooLarge
    #expect(classify(response).code == .resourceExhausted, "the message may be cut")
  }

  @Test("5.2.4: the HTTP status is ignored if there is a grpc-status")
  func httpStatusIgnored() {
    #expect(classify(answer([("grpc-status", "8")], status: 503)).code == .resourceExhausted)
    #expect(classify(answer([("grpc-status", "0")], status: 500)).code == .ok)
  }

  @Test("peers 4.4: trailers win over headers")
  func trailersWin() {
    let result = classify(answer([("grpc-status", "14")], headers: [("grpc-status", "0")]))
    #expect(result.code == .unavailable)
  }

  @Test(
    "5.3: without grpc-status the HTTP status decides",
    arguments: [
      (400, GRPCStatusCode.internal), (401, .unauthenticated), (403, .permissionDenied), (404, .unimplemented),
      (429, .unavailable), (431, .internal), (502, .unavailable), (503, .unavailable), (504, .unavailable),
      (200, .unknown),
      (302, .unknown), (500, .unknown), (418, .unknown),
    ])
  func httpStatus(status: Int, code: GRPCStatusCode) {
    let result = classify(
      answer([], headers: [("content-type", "text/html")], body: Array("<html>".utf8), status: status))
    #expect(result.code == code)
    #expect(result.message == "HTTP status \(status) without grpc-status, content-type text/html")
    #expect(result.cause == .server)
  }

  @Test("5.2.8: details in base64; what can't be read is left out")
  func details() {
    func details(_ text: String) -> [UInt8]? {
      classify(answer([("grpc-status", "8"), ("grpc-status-details-bin", text)])).statusDetails
    }
    #expect(details("AAE=") == [0, 1])
    #expect(details("AAE") == [0, 1])
    #expect(details("!") == nil)
    #expect(classify(answer([("grpc-status", "8")])).statusDetails == nil)
  }

  @Test("5.2.8: an OK has no details")
  func noDetails() {
    #expect(classify(answer([("grpc-status", "0"), ("grpc-status-details-bin", "AAE")])).statusDetails == nil)
  }

  @Test(
    "5.10.5: grpc-retry-pushback-ms",
    arguments: [
      ("0", GRPCResult.Pushback.retry(after: .zero)), ("1500", .retry(after: .milliseconds(1500))), ("-1", .stop),
      ("soon", .stop), ("", .stop), ("1.5", .stop), ("2147483647", .retry(after: .milliseconds(2_147_483_647))),
      ("2147483648", .stop), ("99999999999999", .stop),
    ])
  func pushback(value: String, expected: GRPCResult.Pushback) {
    let fields = [("grpc-status", "14"), ("grpc-retry-pushback-ms", value)] as Fields
    #expect(classify(answer(fields)).pushback == expected)
    #expect(classify(answer([], headers: fields)).pushback == expected)
    #expect(classify(answer([("grpc-status", "14")])).pushback == .none)
  }

  @Test("5.1.16: UNIMPLEMENTED carries the encodings that the server knows")
  func encodings() {
    let inTrailers = answer([("grpc-status", "12"), ("grpc-accept-encoding", "identity, deflate")])
    #expect(classify(inTrailers).acceptedEncodings == ["identity", "deflate"])
    let inHeaders = answer([("grpc-status", "12")], headers: [("grpc-accept-encoding", "identity")])
    #expect(classify(inHeaders).acceptedEncodings == ["identity"])
    #expect(classify(answer([("grpc-status", "13"), ("grpc-accept-encoding", "identity")])).acceptedEncodings.isEmpty)
  }

  @Test("5.5.3: CANCELLED by the server after our deadline is DEADLINE_EXCEEDED")
  func cancelledLate() {
    let response = answer([("grpc-status", "1")])
    #expect(classify(response).code == .cancelled)
    let late = classify(response, deadlineHasPassed: true)
    #expect(late.code == .deadlineExceeded)
    #expect(late.cause == .deadline)
    #expect(classify(failed(.reset(code: 8)), deadlineHasPassed: true).code == .deadlineExceeded)
  }

  @Test("names of the codes")
  func names() {
    #expect(GRPCStatusCode.unavailable.description == "UNAVAILABLE")
    #expect(GRPCStatusCode(rawValue: 99) == .unknown)
    #expect((0...16).map { GRPCStatusCode(rawValue: $0).name }.count == 17)
  }
}

@Suite(.ownThreads) struct MessageReaderTests {
  private func result(
    _ body: [UInt8], encoding: String? = nil, limit: Int = 100, inflater: (any MessageInflater)? = FakeInflater()
  ) -> GRPCResult {
    let headers = encoding.map { [("grpc-encoding", $0)] as Fields } ?? []
    return classify(
      answer([("grpc-status", "0")], headers: headers, body: body), limit: limit, inflater: inflater)
  }

  @Test("RULES D18: OK is the server's word, also without a message, also in a response of headers only")
  func noMessage() {
    for response in [
      answer([("grpc-status", "0")], body: []), answer([], headers: [("grpc-status", "0")], body: []),
    ] {
      let result = classify(response)
      #expect(result.code == .ok && result.cause == .server && result.fate == .processed && result.body.isEmpty)
    }
  }

  @Test("5.2.11: OK with more than one message is UNIMPLEMENTED")
  func cardinality() {
    #expect(result([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).code == .unimplemented)
    #expect(result([0, 0, 0, 0, 1, 7, 0]).code == .unimplemented)
  }

  @Test(
    "5.2.10: unknown flags and cut messages are INTERNAL",
    arguments: [[2, 0, 0, 0, 0], [255], [0], [0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 3, 1, 2]] as [[UInt8]])
  func damaged(body: [UInt8]) {
    let result = result(body)
    #expect(result.code == .internal)
    #expect(result.cause == .protocolViolation)
    #expect(result.isLocal)
    #expect(result.fate == .processed)
  }

  @Test("5.2.13: larger than the limit by its prefix")
  func tooLarge() {
    #expect(result([0, 0, 0, 0, 3, 1, 2, 3], limit: 3).body == [1, 2, 3])
    #expect(result([0, 0, 0, 0, 4, 1, 2, 3, 4], limit: 3).code == .resourceExhausted)
    #expect(result([0, 255, 255, 255, 255], limit: 3).code == .resourceExhausted)
  }

  @Test("5.2.9: compressed messages need a known encoding")
  func compressed() {
    #expect(result([1, 0, 0, 0, 1, 4], encoding: "gzip").body == [0, 0, 0, 0])
    #expect(result([1, 0, 0, 0, 1, 4]).code == .internal)
    #expect(result([1, 0, 0, 0, 1, 4], encoding: "identity").code == .internal)
    #expect(result([1, 0, 0, 0, 1, 4], encoding: "zstd").code == .internal)
    #expect(result([1, 0, 0, 0, 1, 4], encoding: "gzip", inflater: nil).code == .internal)
    #expect(result([1, 0, 0, 0, 2, 4, 4], encoding: "gzip").code == .internal)
    #expect(result([1, 0, 0, 0, 0], encoding: "gzip").code == .internal)
  }

  @Test("5.1.13: an uncompressed message under grpc-encoding gzip")
  func uncompressed() { #expect(result([0, 0, 0, 0, 1, 4], encoding: "gzip").body == [4]) }

  @Test("5.2.13: larger than the limit once inflated")
  func inflatedTooLarge() {
    #expect(result([1, 0, 0, 0, 1, 101], encoding: "gzip").code == .resourceExhausted)
    #expect(result([1, 0, 0, 0, 1, 100], encoding: "gzip").code == .ok)
  }

  @Test("5.2.15: with any other status the message is not looked at")
  func ignored() {
    let result = classify(answer([("grpc-status", "3")], body: [9, 9]))
    #expect(result.code == .invalidArgument)
    #expect(result.cause == .server)
  }
}

@Suite(.ownThreads) struct GRPCFailureTests {
  @Test(
    "5.4: RST_STREAM",
    arguments: [
      (0, GRPCStatusCode.internal), (1, .internal), (2, .internal), (3, .internal), (4, .internal), (5, .internal),
      (6, .internal), (7, .unavailable), (8, .cancelled), (9, .internal), (10, .internal), (11, .resourceExhausted),
      (12, .permissionDenied), (13, .unknown), (14, .internal), (.max, .internal),
    ] as [(UInt32, GRPCStatusCode)])
  func reset(error: UInt32, code: GRPCStatusCode) {
    let fate: StreamFate = error == 7 ? .neverProcessed : .unknown
    let result = classify(failed(.reset(code: error), fate: fate))
    #expect(result.code == code)
    #expect(result.cause == .transport)
    #expect(result.fate == fate)
    #expect(result.message.contains(HTTP2ErrorCode.name(of: error)))
  }

  @Test("5.2.16: RST_STREAM(NO_ERROR) after complete trailers doesn't discard the response")
  func resetAfterTrailers() {
    var response = answer([("grpc-status", "0")])
    response.failure = .reset(code: 0)
    #expect(classify(response).code == .ok)
  }

  @Test(
    "the other failures",
    arguments: [
      (HTTP2Failure.goAway(code: 0, debug: "max_age"), GRPCStatusCode.unavailable, GRPCResult.Cause.transport),
      (.goAway(code: 11, debug: ""), .unavailable, .transport),
      (.connectionLost(reason: "read: Connection reset by peer"), .unavailable, .transport),  // 5.9.10
      (.notAccepted, .unavailable, .transport), (.deadline, .deadlineExceeded, .deadline),
      (.cancelled, .cancelled, .cancelled), (.responseTooLarge, .resourceExhausted, .protocolViolation),
      (.headersTooLarge, .resourceExhausted, .protocolViolation),
      (.malformed("no :status"), .internal, .protocolViolation),  // 5.2.17
      (.invalidRequest("x"), .internal, .protocolViolation),
    ])
  func others(failure: HTTP2Failure, code: GRPCStatusCode, cause: GRPCResult.Cause) {
    for fate in [StreamFate.neverProcessed, .unknown, .processed] {
      let result = classify(failed(failure, fate: fate))
      #expect(result.code == code)
      #expect(result.cause == cause)
      #expect(result.fate == fate)
      #expect(result.isLocal)
      #expect(!result.message.isEmpty)
    }
  }

  @Test("what was never sent got no answer for another reason")
  func deadlineBeforeItWasSent() {
    #expect(classify(failed(.deadline, fate: .neverProcessed)).message.hasPrefix("not sent by the deadline"))
    #expect(classify(failed(.deadline, fate: .unknown)).message == "no response by the deadline")
  }

  @Test("a server's debug text is cut and cleaned")
  func debugText() {
    let result = classify(failed(.goAway(code: 0, debug: "a\u{1B}[31m\n" + String(repeating: "x", count: 9_999))))
    #expect(!result.message.contains("\u{1B}"))
    #expect(result.message.count < 300)
  }
}

@Suite(.ownThreads) struct RetryAfterTests {
  private func pushback(_ status: Int, _ fields: [(name: String, value: String)]) -> GRPCResult.Pushback {
    let html = [(name: "content-type", value: "text/html")]
    return classify(answer([], headers: html + fields, body: Array("<html>".utf8), status: status)).pushback
  }

  @Test(
    "a proxy's pause is kept: seconds, bounded; zero and what can't be read are no wish",
    arguments: [
      ("30", 30), ("1", 1), ("3600", 3_600), ("86400", 3_600), ("99999999999999999999", 3_600), ("0", nil), ("", nil),
      ("-5", nil), ("1.5", nil), ("soon", nil), ("+7", nil),
    ] as [(String, Int?)])
  func seconds(text: String, expected: Int?) {
    for status in [429, 502, 503, 504] {
      #expect(pushback(status, [("retry-after", text)]) == expected.map { .retry(after: .seconds($0)) } ?? .none)
    }
    #expect(pushback(404, [("retry-after", text)]) == .none)
  }

  @Test("a date is taken relative to the response's own")
  func dates() {
    let now = (name: "date", value: "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(
      pushback(503, [("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"), now]) == .retry(after: .seconds(30)))
    #expect(pushback(503, [("retry-after", "Tue, 08 Nov 1994 08:50:07 GMT"), now]) == .retry(after: .seconds(3_600)))
    #expect(pushback(503, [("retry-after", "Sun, 06 Nov 1994 08:49:07 GMT"), now]) == .none)
    #expect(pushback(503, [("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]) == .none)
    #expect(pushback(503, [("retry-after", "Sun, 32 Nov 1994 08:50:07 GMT"), now]) == .none)
    #expect(RetryAfter.secondsOfDate("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
    #expect(RetryAfter.secondsOfDate("Thu, 29 Feb 2024 12:00:00 GMT") == 1_709_208_000)
    #expect(RetryAfter.secondsOfDate("Fri, 31 Dec 9999 23:59:60 GMT") == 253_402_300_800)
  }
}
