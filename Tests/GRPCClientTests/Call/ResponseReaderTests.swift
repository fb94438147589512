import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct ResponseReaderTests {
  @Test("OK in the trailers with one message is a success (5.2.1)")
  func ok() {
    let result = classify(answer([("grpc-status", "0")], body: [0, 0, 0, 0, 2, 7, 8]))
    #expect(result.code == .ok)
    #expect(result.body == [7, 8])
    #expect(result.cause == .server)
    #expect(!result.isLocal)
    #expect(result.fate == .processed)
  }

  @Test("an empty message is a success (5.11)")
  func empty() { #expect(classify(answer([("grpc-status", "0")])).code == .ok) }

  @Test("every status is read from the trailers, and from a Trailers-Only response (5.2.2, 5.2.4)", arguments: 1...16)
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

  @Test("an unreadable status is UNKNOWN (5.2.6)", arguments: ["", "x", "-1", "014", "0 ", "17", "4294967296"])
  func unreadable(value: String) {
    let result = classify(answer([("grpc-status", value)]))
    #expect(result.code == .unknown)
    #expect(result.cause == .server)
    #expect(!result.message.isEmpty)
  }

  @Test("a status before too large headers counts (5.2.14)")
  func statusBeforeTooMuch() {
    var response = answer([("grpc-status", "14"), ("grpc-message", "later")])
    response.failure = .headersTooLarge
    #expect(classify(response).code == .unavailable)
    #expect(classify(response).message == "later")
    response = answer([("grpc-status", "0")])
    response.failure = .headersTooLarge
    #expect(classify(response).code == .resourceExhausted, "the message may be cut")
  }

  @Test("grpc-status overrides the HTTP status (5.2.4)")
  func httpStatusIgnored() {
    #expect(classify(answer([("grpc-status", "8")], status: 503)).code == .resourceExhausted)
    #expect(classify(answer([("grpc-status", "0")], status: 500)).code == .ok)
  }

  @Test("trailers override headers")
  func trailersWin() {
    let result = classify(answer([("grpc-status", "14")], headers: [("grpc-status", "0")]))
    #expect(result.code == .unavailable)
  }

  @Test(
    "the HTTP status decides without a grpc-status (5.3)",
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
    // A pause counts only where a retry is permitted.
    let busy = classify(
      answer([], headers: [("content-type", "text/html"), ("retry-after", "30")], body: [], status: status))
    #expect(busy.pushback == (code == .unavailable ? .retry(after: .seconds(30)) : .none))
  }

  @Test("details are read from base64, and unreadable ones omitted (5.2.8)")
  func details() {
    func details(_ text: String) -> [UInt8]? {
      classify(answer([("grpc-status", "8"), ("grpc-status-details-bin", text)])).statusDetails
    }
    #expect(details("AAE=") == [0, 1])
    #expect(details("AAE") == [0, 1])
    #expect(details("!") == nil)
    #expect(classify(answer([("grpc-status", "8")])).statusDetails == nil)
  }

  @Test("OK has no details (5.2.8)")
  func noDetails() {
    #expect(classify(answer([("grpc-status", "0"), ("grpc-status-details-bin", "AAE")])).statusDetails == nil)
  }

  @Test(
    "grpc-retry-pushback-ms is read, and an unreadable one forbids a retry (5.10.5)",
    arguments: [
      ("0", ServerPushback.retry(after: .zero)), ("1500", .retry(after: .milliseconds(1500))), ("-1", .stop),
      ("soon", .stop), ("", .stop), ("1.5", .stop), ("2147483647", .retry(after: .milliseconds(2_147_483_647))),
      ("2147483648", .stop), ("99999999999999", .stop),
    ])
  func pushback(value: String, expected: ServerPushback) {
    let fields = [("grpc-status", "14"), ("grpc-retry-pushback-ms", value)] as Fields
    #expect(classify(answer(fields)).pushback == expected)
    #expect(classify(answer([], headers: fields)).pushback == expected)
    #expect(classify(answer([("grpc-status", "14")])).pushback == .none)
  }

  @Test("UNIMPLEMENTED has the encodings that the server accepts (5.1.16)")
  func encodings() {
    let inTrailers = answer([("grpc-status", "12"), ("grpc-accept-encoding", "identity, deflate")])
    #expect(classify(inTrailers).acceptedEncodings == ["identity", "deflate"])
    let inHeaders = answer([("grpc-status", "12")], headers: [("grpc-accept-encoding", "identity")])
    #expect(classify(inHeaders).acceptedEncodings == ["identity"])
    #expect(classify(answer([("grpc-status", "13"), ("grpc-accept-encoding", "identity")])).acceptedEncodings.isEmpty)
  }

  @Test("the server's CANCELLED after the deadline is DEADLINE_EXCEEDED (5.5.3)")
  func cancelledLate() {
    let response = answer([("grpc-status", "1")])
    #expect(classify(response).code == .cancelled)
    let late = classify(response, deadlineHasPassed: true)
    #expect(late.code == .deadlineExceeded)
    #expect(late.cause == .deadline)
    #expect(classify(failed(.reset(code: 8)), deadlineHasPassed: true).code == .deadlineExceeded)
  }

  @Test(
    "RST_STREAM maps to a status (5.4)",
    arguments: [
      (0, GRPCStatusCode.internal), (1, .internal), (2, .internal), (3, .internal), (4, .internal), (5, .internal),
      (6, .internal), (7, .unavailable), (8, .cancelled), (9, .internal), (10, .internal), (11, .resourceExhausted),
      (12, .permissionDenied), (13, .unknown), (14, .internal), (.max, .internal),
    ] as [(UInt32, GRPCStatusCode)])
  func reset(error: UInt32, code: GRPCStatusCode) {
    let fate: RequestFate = error == 7 ? .neverProcessed : .unknown
    let result = classify(failed(.reset(code: error), fate: fate))
    #expect(result.code == code)
    #expect(result.cause == .transport)
    #expect(result.fate == fate)
    #expect(result.message.contains(HTTP2ErrorCode.name(of: error)))
  }

  @Test("RST_STREAM(NO_ERROR) after complete trailers doesn't discard the response (5.2.16)")
  func resetAfterTrailers() {
    var response = answer([("grpc-status", "0")])
    response.failure = .reset(code: 0)
    #expect(classify(response).code == .ok)
  }

  @Test(
    "every other failure maps to a status and a cause",
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
    for fate in [RequestFate.neverProcessed, .unknown, .processed] {
      let result = classify(failed(failure, fate: fate))
      #expect(result.code == code)
      #expect(result.cause == cause)
      #expect(result.fate == fate)
      #expect(result.isLocal)
      #expect(!result.message.isEmpty)
    }
  }

  @Test("the deadline's message tells an unsent call from an unanswered one")
  func deadlineBeforeItWasSent() {
    #expect(classify(failed(.deadline, fate: .neverProcessed)).message.hasPrefix("not sent by the deadline"))
    #expect(classify(failed(.deadline, fate: .unknown)).message == "no response by the deadline")
  }

  @Test("a server's debug text is bounded and sanitized")
  func debugText() {
    let result = classify(failed(.goAway(code: 0, debug: "a\u{1B}[31m\n" + String(repeating: "x", count: 9_999))))
    #expect(!result.message.contains("\u{1B}"))
    #expect(result.message.count < 300)
  }

  @Test(
    "integers have no leading zeros, signs or blanks (5.2.4)",
    arguments: [
      ("0", 0), ("14", 14), ("9999999999", 9_999_999_999), ("", nil), ("00", nil), ("014", nil), ("+1", nil),
      ("-1", nil),
      (" 1", nil), ("1 ", nil), ("x", nil), ("99999999999", nil),
    ] as [(String, Int?)])
  func integers(text: String, expected: Int?) {
    #expect(Array(text.utf8).withUnsafeBufferPointer { ResponseReader.integer($0) } == expected)
  }

  @Test(
    "a sign is read where allowed (5.10.5)",
    arguments: [("-1", -1), ("-", nil), ("--1", nil), ("5", 5)] as [(String, Int?)])
  func signed(text: String, expected: Int?) {
    #expect(Array(text.utf8).withUnsafeBufferPointer { ResponseReader.integer($0, signed: true) } == expected)
  }
}
