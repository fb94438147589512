extension SimulatedLink {
  /// A link whose character is drawn: from a good one to one that is lost, stalls or goes silent.
  package static func random(using random: inout SeededRandom) -> SimulatedLink {
    var link = SimulatedLink()
    let least = random.duration(in: .microseconds(50) ... .milliseconds(20))
    link.latency = least...(least + random.duration(in: .zero ... .milliseconds(30)))
    if random.oneIn(3) { link.writeSize = 1...Int.random(in: 1...20_000, using: &random) }
    if random.oneIn(4) { link.bufferSize = Int.random(in: 1000...100_000, using: &random) }
    let side: SimulatedSide = random.oneIn(2) ? .client : .server
    // Most of a connection's life is near its beginning: the hand-shake and the first request.
    let bytes = Int.random(in: 0...(random.oneIn(2) ? 500 : 60_000), using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1: link.faults = [.cut(afterBytes: bytes, from: side)]
    case 2: link.faults = [.cutAfter(random.duration(in: .zero ... .seconds(20)))]
    case 3:
      link.faults = [.stall(afterBytes: bytes, from: side, for: random.duration(in: .milliseconds(1) ... .seconds(15)))]
    case 4: if random.oneIn(2) { link.faults = [.blackHole(afterBytes: bytes, from: side)] }
    default: break
    }
    return link
  }
}

extension SimulatedConnect {
  /// What becomes of an attempt, drawn: mostly a link, sometimes a refusal or no answer.
  package static func random(using random: inout SeededRandom) -> SimulatedConnect {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: .refuse
    case 1: random.oneIn(3) ? .ignore : .refuse
    default: .link(.random(using: &random))
    }
  }
}

extension LoopbackCollector.Response {
  /// An answer, drawn: mostly success.
  package static func random(using random: inout SeededRandom) -> Self {
    let delay = random.duration(in: .zero ... .seconds(2))
    switch Int.random(in: 0..<28, using: &random) {
    case 0: return .status(.unavailable, message: "later")
    case 1: return .status(.unavailable, retryDelay: delay)
    case 2: return .status(.resourceExhausted, message: "full")
    case 3: return .status(.resourceExhausted, retryDelay: delay, afterHeaders: true)
    case 4: return .status(LoopbackCollector.StatusCode(rawValue: Int.random(in: 1...18, using: &random)))
    case 5: return .status(.aborted, pushback: random.oneIn(2) ? "-1" : "700")
    case 6: return random.oneIn(2) ? .silence : .stopReading()
    case 7: return .reset(.refusedStream, at: random.oneIn(2) ? .headers : .request)
    case 8: return .reset(.internalError)
    case 9: return random.oneIn(2) ? .resetAfterHeaders(.cancel) : .resetAfterData(.noError)
    case 10: return .goAway(lastStream: .none)
    case 11: return .goAway(lastStream: random.oneIn(2) ? .current : .all)
    case 12: return .goAway(.enhanceYourCalm, lastStream: .beforeCurrent, debug: "too_many_pings")
    case 13: return .closeConnection(at: .bodyBytes(Int.random(in: 0...20_000, using: &random)))
    case 14: return random.oneIn(2) ? .closeConnection() : .acceptThenClose
    case 15: return .partialSuccess(rejected: Int64.random(in: -2...6, using: &random), message: "some")
    case 16: return .http(status: random.oneIn(2) ? 502 : 404, body: "<html>")
    case 17: return .raw(body: [0, 0, 0, 0, 9], trailers: nil)
    default: return random.oneIn(4) ? .success.delayed(by: delay) : .success
    }
  }

  /// Whether the answer accepts the request's spans.
  package var accepts: Bool { steps.contains(.accept) }
}
