internal import OTLPWire
internal import TelemetryCore

extension ExportState {
  /// A part of the batch, sent as a request, with the state of the attempts.
  struct Part {
    let request: ExportRequest
    /// True if an earlier request with these items may have been delivered.
    private(set) var mayHaveBeenDelivered = false
    /// True if these items are counted as possible duplicates.
    private var isCountedAsDuplicate = false
    var retry: RetryStateMachine
    private(set) var lastFailure: AttemptFailure?
    /// The last status that the server itself sent.
    private(set) var lastAnswer: AttemptFailure?
    /// The message in the client's own encoding; nil if it is sent in protobuf.
    var encoded: BufferSlice?
    /// The compressed message; nil if the request is sent uncompressed.
    var compressed: BufferSlice?
    /// True if the server refused the compressed message.
    var isEncodingRefused = false
    /// The generation of the provider's headers in the latest attempt.
    var headerGeneration: Int?
    /// True if the back-off was shortened to fit into the export's time.
    var hadLastAttempt = false
    /// The place in the admission queue.
    var place: AdmissionQueue.Place?

    init(_ request: ExportRequest, _ retry: RetryStateMachine) {
      self.request = request
      self.retry = retry
    }

    /// An attempt begins.
    /// - Returns: The number of items that became possible duplicates.
    mutating func attemptBegan() -> Int {
      guard mayHaveBeenDelivered, !isCountedAsDuplicate else { return 0 }
      isCountedAsDuplicate = true
      return request.itemCount
    }

    /// - Parameter hadTime: False if the attempt's deadline came too early for an answer.
    mutating func attemptFailed(_ failure: AttemptFailure, hadTime: Bool) {
      // A cancellation, or an attempt without enough time, explains less than the failure before.
      let explainsLess = failure.origin == .cancelled || failure.isCutShort || !hadTime
      if !explainsLess || lastFailure == nil { lastFailure = failure }
      if failure.origin == .server { lastAnswer = failure }
      if failure.mayHaveBeenDelivered { mayHaveBeenDelivered = true }
    }

    /// The last failure, and the server's last answer if that was another one.
    var failureText: String {
      guard let lastFailure else { return "" }
      guard let lastAnswer, lastFailure.origin != .server else { return lastFailure.text }
      return "\(lastFailure.text); the server's last answer: \(lastAnswer.text)"
    }

    /// True if the server refuses the content of a single item.
    var isSingleBadItem: Bool { request.itemCount == 1 && lastFailure?.isBadData == true }

    /// The name of the first item, for messages.
    var firstName: String { request.firstName.sanitized(limit: 200) }

    /// Smaller parts with the same items, in order: of at most `limit` message bytes, or the halves.
    func split(limit: Int?) -> [Part] {
      var requests = limit.map { request.split(maxMessageBytes: $0) } ?? []
      if requests.count <= 1, let (first, second) = request.split() { requests = [first, second] }
      return requests.map { request in
        var part = Part(request, retry.restarted(wasConnected: mayHaveBeenDelivered))
        part.mayHaveBeenDelivered = mayHaveBeenDelivered
        part.isCountedAsDuplicate = isCountedAsDuplicate
        return part
      }
    }
  }
}
