internal import TelemetryCore

/// A request on a server connection, with its response and the progress of that.
struct ServerRequest {
  typealias Response = LoopbackCollector.Response

  let reader: any CollectorRequestReader
  /// The response, once it is known.
  var response: Response?
  private(set) var hasBegun = false
  /// The response as it was written, before its translation.
  private(set) var scripted: Response?
  var nextStep = 0
  var timer: TelemetryLoop.TimerID?
  /// The request, once it is complete.
  var request: LoopbackCollector.Request?

  init(reader: any CollectorRequestReader, scripted: Response?) {
    self.reader = reader
    response = scripted
  }

  /// The response begins, in the request's protocol.
  mutating func begin() {
    hasBegun = true
    scripted = response
    response = response.map(reader.translated)
  }

  /// True if an error status for an invalid request replaces the response: a scripted failure precedes it, a scripted
  /// success doesn't.
  var yieldsToRefusal: Bool { !hasBegun && response?.accepts != false }

  /// True if the response can begin.
  func isDue(bodyBytes: Int) -> Bool {
    guard let response, !hasBegun else { return false }
    switch response.start {
    case .request: return request != nil
    case .headers: return true
    case .bodyBytes(let count): return bodyBytes >= count || request != nil
    }
  }
}
