// Random behavior of a simulated server. A response that declares a request unprocessed never accepts its spans.

extension LoopbackCollector.ConnectionBehavior {
  /// A random behavior, mostly `serve`.
  package static func random(using random: inout SeededRandom) -> Self {
    let bytes = Int.random(in: 0...(random.oneIn(2) ? 300 : 20_000), using: &random)
    switch Int.random(in: 0..<16, using: &random) {
    case 0: return .close
    case 1: return random.oneIn(2) ? .silence : .ignore
    case 2: return .reply(Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8))
    case 3: return .closeAfter(bytesRead: bytes)
    case 4: return .stopReadingAfter(bytesRead: bytes)
    case 5: return .readSlowly(bytes: random.oneIn(2) ? 1 : bytes / 10 + 1, every: .seconds(1))
    default: return .serve
    }
  }
}

extension LoopbackCollector.Response {
  /// A random response, half of the time success.
  package static func random(using random: inout SeededRandom) -> Self {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: return .randomStatus(using: &random)
    case 1: return .randomReset(using: &random)
    case 2: return .randomGoAway(using: &random)
    case 3: return .randomLoss(using: &random)
    case 4: return .randomOddity(using: &random)
    case 5: return .randomSuccess(using: &random)
    default: return .success
    }
  }

  private static let answer = Array(Self.success.steps.dropFirst())

  private static func delay(_ random: inout SeededRandom) -> Duration {
    random.duration(in: .zero ... .milliseconds(random.oneIn(8) ? 30_000 : 2000))
  }

  // MARK: Statuses

  private static func randomStatus(using random: inout SeededRandom) -> Self {
    let afterHeaders = random.oneIn(3)
    let delay = delay(&random)
    switch Int.random(in: 0..<9, using: &random) {
    case 0: return .status(.unavailable, message: "later", afterHeaders: afterHeaders)
    case 1: return .status(.unavailable, retryDelay: delay, afterHeaders: afterHeaders)
    case 2: return .status(.resourceExhausted, message: "full", afterHeaders: afterHeaders)
    case 3: return .status(.resourceExhausted, retryDelay: delay, afterHeaders: afterHeaders)
    case 4:
      let pushback = ["-1", "0", "700", "soon"].randomElement(using: &random)
      return .status(random.oneIn(2) ? .aborted : .unavailable, pushback: pushback, afterHeaders: afterHeaders)
    case 5:
      let limit = Int.random(in: 100...5000, using: &random)
      return .status(.resourceExhausted, message: "grpc: received message larger than max (9999 vs. \(limit))")
    case 6: return .status(random.oneIn(2) ? .invalidArgument : .unauthenticated, message: "no")
    default:
      return .status(.init(rawValue: Int.random(in: 1...18, using: &random)), afterHeaders: afterHeaders)
    }
  }

  // MARK: Resets

  /// A reset with any error code, or one that doesn't exist, at any point of the exchange.
  private static func randomReset(using random: inout SeededRandom) -> Self {
    let code = LoopbackCollector.ErrorCode(rawValue: UInt32.random(in: 0...14, using: &random))
    let bytes = Int.random(in: 0...3000, using: &random)
    // REFUSED_STREAM declares the request unprocessed, so the last three cases are left out.
    let last = code == .refusedStream ? 3 : 6
    switch Int.random(in: 0...last, using: &random) {
    case 0: return .reset(code, at: .headers)
    case 1: return .reset(code, at: .bodyBytes(bytes))
    case 2: return .reset(code)
    case 3: return .reset(.refusedStream, at: random.oneIn(2) ? .headers : .request)
    case 4: return .resetAfterHeaders(code)
    case 5: return random.oneIn(2) ? .resetAfterData(code) : .steps([.accept] + answer.prefix(2) + [.reset(code)])
    default: return .steps([.accept, .reset(code)])
    }
  }

  // MARK: GOAWAY

  private static func randomGoAway(using random: inout SeededRandom) -> Self {
    let codes: [LoopbackCollector.ErrorCode] = [.noError, .noError, .protocolError, .internalError, .enhanceYourCalm]
    let code = codes.randomElement(using: &random) ?? .noError
    let debug = code == .enhanceYourCalm && random.oneIn(2) ? "too_many_pings" : ""
    func goAway(_ lastStream: LoopbackCollector.LastStream) -> Step {
      .goAway(code, lastStream: lastStream, debug: debug)
    }
    switch Int.random(in: 0..<9, using: &random) {
    case 0: return .steps([goAway(.none)])
    case 1: return .steps(at: .headers, [goAway(.none)])
    case 2: return .steps([goAway(.beforeCurrent)])
    case 3: return .steps([goAway(.current), .accept] + answer)
    // Covered by the last stream, but without a response: the client can't know if the spans were accepted.
    case 4: return .steps([goAway(.current), .accept, .abort])
    case 5: return .steps([goAway(.current), .abort])
    case 6: return .steps([goAway(.all), .accept] + answer)
    case 7:
      return .steps([.goAway(lastStream: .all), .ping, .wait(delay(&random)), goAway(.current), .accept] + answer)
    default: return .steps([.goAway(lastStream: .all), .ping, .wait(delay(&random)), goAway(.none)])
    }
  }

  // MARK: Losses

  private static func randomLoss(using random: inout SeededRandom) -> Self {
    let bytes = Int.random(in: 0...20_000, using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0: return .closeConnection(at: .headers)
    case 1: return .closeConnection(at: .bodyBytes(bytes))
    case 2: return .closeConnection()
    case 3: return .acceptThenClose
    case 4: return .steps([.accept] + answer.prefix(1) + [.abort])
    case 5: return .steps([.accept] + answer.prefix(2) + [.close])
    case 6: return .steps([.accept] + answer + [.close])
    case 7: return .silence
    case 8: return .flood(Flood.allCases.randomElement(using: &random) ?? .emptyData)
    default: return .stopReading(at: random.oneIn(2) ? .headers : .bodyBytes(bytes))
    }
  }

  // MARK: Malformed and unusual responses

  private static func randomOddity(using random: inout SeededRandom) -> Self {
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      let status = [200, 400, 401, 404, 413, 429, 502, 503, 504].randomElement(using: &random) ?? 502
      return .http(status: status, body: random.oneIn(2) ? "<html>" : "")
    case 1: return .raw(body: [0, 0, 0, 0, 9], trailers: nil)
    case 2: return .raw(body: [7, 0, 0, 0, 0])
    case 3: return .raw(body: [0, 0, 0, 0, 2, 0xFF, 0xFF])
    case 4: return .gzipBomb(inflatesTo: 100)
    case 5: return .steps([.accept, .headers([.init(":status", "200"), .init("grpc-status", "0")], endStream: true)])
    case 6: return .steps([.rawBytes((0..<30).map { _ in UInt8.random(in: 0...255, using: &random) })])
    case 7:
      let field = Field(
        "x",
        String(decoding: [UInt8](repeating: 0x79, count: Int.random(in: 0...20_000, using: &random)), as: UTF8.self))
      return .steps(
        [.accept, .headers([.init(":status", "200"), .init("content-type", "application/grpc"), field])]
          + answer.dropFirst())
    case 8: return .steps([.headers([.init(":status", "103")]), .accept] + answer)
    default:
      let settings: [[UInt16: UInt32]] = [
        [1: 0], [1: 100], [3: 1], [4: 1], [4: 0], [5: 16_384], [5: 100_000], [6: 1000],
      ]
      return .steps([.settings(settings.randomElement(using: &random) ?? [:]), .ping, .accept] + answer)
    }
  }

  // MARK: Successes

  private static func randomSuccess(using random: inout SeededRandom) -> Self {
    let delay = delay(&random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return .partialSuccess(rejected: Int64.random(in: -2...6, using: &random), message: "some")
    case 1: return .partialSuccess(rejected: random.oneIn(2) ? .max : 1000)
    case 2:
      var steps: [Step] = [.accept]
      for step in answer { steps += [step, .wait(delay / 3)] }
      return .steps(steps)
    case 3: return .steps([.accept, .wait(delay)] + answer)
    default: return .success.delayed(by: delay)
    }
  }
}
